package dialect

import (
	"slices"
	"strings"

	"tlslab/profiles/dialect"
)

var (
	ecdhe   = []string{"ASN1_PARSE_C", "BIGNUM_C", "ECDH_C", "ECP_C", "ECP_DP_SECP256R1_ENABLED", "OID_C"}
	rsaKeys = []string{"ASN1_PARSE_C", "BIGNUM_C", "OID_C", "PKCS1_V15", "RSA_C"}
	dhe     = []string{"BIGNUM_C", "DHM_C"}
)

// needs are the options that check_config.h and the library's files ask for.
var needs = dialect.Needs{
	Always: []string{"AES_C", "CIPHER_C", "CTR_DRBG_C", "ENTROPY_C", "MD_C", "SHA256_C", "SSL_TLS_C"},
	Client: "SSL_CLI_C",
	Server: "SSL_SRV_C",
	Protocols: []dialect.ProtocolNeeds{
		// 2.28 does not link with SSL 3.0 alone
		{Protocol: dialect.SSL3, Option: "SSL_PROTO_SSL3", More: []string{"MD5_C", "SHA1_C"}, Links: []string{"SSL_PROTO_TLS1"}},
		{Protocol: dialect.TLS10, Option: "SSL_PROTO_TLS1", More: []string{"MD5_C", "SHA1_C"}},
		{Protocol: dialect.TLS11, Option: "SSL_PROTO_TLS1_1", More: []string{"MD5_C", "SHA1_C"}},
		{Protocol: dialect.TLS12, Option: "SSL_PROTO_TLS1_2"},
		{Protocol: dialect.TLS13, Option: "SSL_PROTO_TLS1_3", More: []string{"HKDF_C", "PSA_CRYPTO_C", "SSL_KEEP_PEER_CERTIFICATE"}},
	},
	Datagrams:       map[dialect.Protocol]dialect.Protocol{dialect.DTLS10: dialect.TLS11, dialect.DTLS12: dialect.TLS12},
	DatagramOptions: []string{"SSL_PROTO_DTLS", "SSL_DTLS_ANTI_REPLAY"},
	Exchanges: map[string][]string{
		"RSA":         slices.Concat(rsaKeys),
		"DHE-RSA":     slices.Concat(rsaKeys, dhe),
		"ECDHE-RSA":   slices.Concat(rsaKeys, ecdhe),
		"ECDHE-ECDSA": slices.Concat(ecdhe, []string{"ECDSA_C"}),
		"ECDH-RSA":    slices.Concat(rsaKeys, ecdhe),
		"ECDH-ECDSA":  slices.Concat(ecdhe, []string{"ECDSA_C"}),
		"PSK":         nil,
		"DHE-PSK":     slices.Concat(dhe),
		"ECDHE-PSK":   slices.Concat(ecdhe),
		"RSA-PSK":     slices.Concat(rsaKeys),
		"ECJPAKE":     {"ASN1_PARSE_C", "BIGNUM_C", "ECJPAKE_C", "ECP_C", "ECP_DP_SECP256R1_ENABLED", "OID_C"},
	},
	ExchangeOn: func(exchange string) string {
		return "KEY_EXCHANGE_" + strings.ReplaceAll(exchange, "-", "_") + "_ENABLED"
	},
	Exchanges13: map[string][]string{
		"ECDHE-RSA":   slices.Concat(rsaKeys, ecdhe, []string{"PKCS1_V21", "SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED", "X509_RSASSA_PSS_SUPPORT"}),
		"ECDHE-ECDSA": slices.Concat(ecdhe, []string{"ECDSA_C", "SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED"}),
		"ECDHE-PSK":   slices.Concat(ecdhe, []string{"SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED"}),
		"PSK":         {"SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ENABLED"},
	},
	Mode13: func(option string) bool { return strings.Contains(option, "_KEY_EXCHANGE_MODE_") },
	Ciphers: []dialect.Part{
		{Part: "CBC", Options: []string{"CIPHER_MODE_CBC"}},
		{Part: "GCM", Options: []string{"GCM_C"}},
		{Part: "CCM", Options: []string{"CCM_C"}},
		{Part: "CHACHA20-POLY1305", Options: []string{"CHACHA20_C", "CHACHAPOLY_C", "POLY1305_C"}},
		{Part: "CAMELLIA", Options: []string{"CAMELLIA_C"}},
		{Part: "ARIA", Options: []string{"ARIA_C"}},
		{Part: "3DES", Options: []string{"DES_C"}},
		{Part: "RC4", Options: []string{"ARC4_C"}, Without: []string{"REMOVE_ARC4_CIPHERSUITES"}},
		{Part: "NULL", Options: []string{"CIPHER_NULL_CIPHER", "ENABLE_WEAK_CIPHERSUITES"}},
		{Part: "MD5", Options: []string{"MD5_C"}},
		{Part: "SHA", Options: []string{"SHA1_C"}},
		{Part: "SHA384", Options: []string{"SHA384_C", "SHA512_C"}},
	},
	// The RSA roots signed themselves with SHA-1.
	Chains: []dialect.Part{
		{Part: "", Options: []string{"ASN1_PARSE_C", "BASE64_C", "BIGNUM_C", "OID_C", "PEM_PARSE_C", "PK_C", "PK_PARSE_C", "X509_CRT_PARSE_C", "X509_USE_C"}},
		{Part: "rsa", Options: []string{"PKCS1_V15", "RSA_C", "SHA1_C"}},
		{Part: "ecdh", Options: []string{"ECP_C", "ECP_DP_SECP256R1_ENABLED"}},
		{Part: "ecdh-rsa", Options: []string{"PKCS1_V15", "RSA_C", "SHA1_C"}},
		{Part: "ecdh-ecdsa", Options: []string{"ASN1_WRITE_C", "ECDSA_C"}},
		{Part: "ecdsa", Options: []string{"ASN1_WRITE_C", "ECDSA_C", "ECP_C", "ECP_DP_SECP256R1_ENABLED"}},
		{Part: "rsa2048-pss", Options: []string{"PKCS1_V21", "X509_RSASSA_PSS_SUPPORT"}},
		{Part: "rsa2048-sha224", Options: []string{"SHA224_C"}}, // which 2.28 has in SHA256_C
		{Part: "rsa2048-sha384", Options: []string{"SHA384_C", "SHA512_C"}},
		{Part: "rsa2048-sha512", Options: []string{"SHA512_C"}},
		{Part: "ecdsa-p256-p384root", Options: []string{"ECP_DP_SECP384R1_ENABLED", "SHA384_C", "SHA512_C"}},
		{Part: "ecdsa-p256-cross", Options: []string{"ECP_DP_SECP384R1_ENABLED", "SHA384_C", "SHA512_C"}},
		{Part: "ecdsa-p384", Options: []string{"ECP_DP_SECP384R1_ENABLED", "SHA384_C", "SHA512_C"}},
		{Part: "ecdsa-p521", Options: []string{"ECP_DP_SECP521R1_ENABLED", "SHA512_C"}},
	},
	Features: map[string][]string{
		"resume=ticket":          {"SSL_SESSION_TICKETS"},
		"resume=psk":             {"SSL_SESSION_TICKETS"},
		"crl":                    {"X509_CRL_PARSE_C"},
		"alpn":                   {"SSL_ALPN"},
		"sni":                    {"SSL_SERVER_NAME_INDICATION"},
		"max_fragment_B":         {"SSL_MAX_FRAGMENT_LENGTH"},
		"extended_master_secret": {"SSL_EXTENDED_MASTER_SECRET"},
		"encrypt_then_mac":       {"SSL_ENCRYPT_THEN_MAC"},
		"truncated_hmac":         {"SSL_TRUNCATED_HMAC"},
		"record_splitting":       {"SSL_CBC_RECORD_SPLITTING"},
		"fallback":               {"SSL_FALLBACK_SCSV"},
		"renegotiate":            {"SSL_RENEGOTIATION"},
	},
	Serves: map[string][]string{
		"cookie":        {"SSL_COOKIE_C", "SSL_DTLS_HELLO_VERIFY"},
		"resume=id":     {"SSL_CACHE_C"},
		"resume=ticket": {"SSL_TICKET_C", "GCM_C"}, // tickets are sealed with it
		"resume=psk":    {"SSL_TICKET_C", "GCM_C"},
	},
}
