package profiles

import (
	"maps"
	"strings"
)

// What Mbed TLS has to have for a protocol, a suite and a chain: the options
// that check_config.h and the library's files ask for.

var alwaysNeeds = []string{"AES_C", "CIPHER_C", "CTR_DRBG_C", "ENTROPY_C", "MD_C", "SHA256_C", "SSL_CLI_C", "SSL_TLS_C"}

// protocolNeeds are in rising order: all but a scenario's own are taken out,
// so that the client has no other to offer.
var protocolNeeds = []struct {
	protocol, option string
	more             []string
}{
	{"ssl3", "SSL_PROTO_SSL3", []string{"MD5_C", "SHA1_C"}},
	{"tls1.0", "SSL_PROTO_TLS1", []string{"MD5_C", "SHA1_C"}},
	{"tls1.1", "SSL_PROTO_TLS1_1", []string{"MD5_C", "SHA1_C"}},
	{"tls1.2", "SSL_PROTO_TLS1_2", nil},
	{"tls1.3", "SSL_PROTO_TLS1_3", []string{"HKDF_C", "PSA_CRYPTO_C", "SSL_KEEP_PEER_CERTIFICATE"}},
}

// datagramNeeds are the protocols over a stream that those over datagrams are
// made from.
var datagramNeeds = map[string]string{"dtls1.0": "tls1.1", "dtls1.2": "tls1.2"}

var (
	ecdhe   = []string{"ASN1_PARSE_C", "BIGNUM_C", "ECDH_C", "ECP_C", "ECP_DP_SECP256R1_ENABLED", "OID_C"}
	rsaKeys = []string{"ASN1_PARSE_C", "BIGNUM_C", "OID_C", "PKCS1_V15", "RSA_C"}
	dhe     = []string{"BIGNUM_C", "DHM_C"}
)

// exchangeNeeds are by a suite's part before "-WITH-", without "TLS-".
var exchangeNeeds = map[string][][]string{
	"RSA":         {rsaKeys},
	"DHE-RSA":     {rsaKeys, dhe},
	"ECDHE-RSA":   {rsaKeys, ecdhe},
	"ECDHE-ECDSA": {ecdhe, {"ECDSA_C"}},
	"ECDH-RSA":    {rsaKeys, ecdhe},
	"ECDH-ECDSA":  {ecdhe, {"ECDSA_C"}},
	"PSK":         nil,
	"DHE-PSK":     {dhe},
	"ECDHE-PSK":   {ecdhe},
	"RSA-PSK":     {rsaKeys},
	"ECJPAKE":     {{"ASN1_PARSE_C", "BIGNUM_C", "ECJPAKE_C", "ECP_C", "ECP_DP_SECP256R1_ENABLED", "OID_C"}},
}

// cipherNeeds are by a word, or words, of the part after "-WITH-".
var cipherNeeds = []struct {
	part    string
	options []string
}{
	{"CBC", []string{"CIPHER_MODE_CBC"}},
	{"GCM", []string{"GCM_C"}},
	{"CCM", []string{"CCM_C"}},
	{"CHACHA20-POLY1305", []string{"CHACHA20_C", "CHACHAPOLY_C", "POLY1305_C"}},
	{"CAMELLIA", []string{"CAMELLIA_C"}},
	{"ARIA", []string{"ARIA_C"}},
	{"3DES", []string{"DES_C"}},
	{"RC4", []string{"ARC4_C"}},
	{"NULL", []string{"CIPHER_NULL_CIPHER", "ENABLE_WEAK_CIPHERSUITES"}},
	{"MD5", []string{"MD5_C"}},
	{"SHA", []string{"SHA1_C"}},
	{"SHA384", []string{"SHA384_C", "SHA512_C"}},
}

// chainNeeds are by how a chain's name begins; the RSA roots signed themselves
// with SHA-1.
var chainNeeds = []struct {
	chain   string
	options []string
}{
	{"", []string{"ASN1_PARSE_C", "BASE64_C", "BIGNUM_C", "OID_C", "PEM_PARSE_C", "PK_C", "PK_PARSE_C", "X509_CRT_PARSE_C", "X509_USE_C"}},
	{"rsa", []string{"PKCS1_V15", "RSA_C", "SHA1_C"}},
	{"ecdh", []string{"ECP_C", "ECP_DP_SECP256R1_ENABLED"}},
	{"ecdh-rsa", []string{"PKCS1_V15", "RSA_C", "SHA1_C"}},
	{"ecdh-ecdsa", []string{"ASN1_WRITE_C", "ECDSA_C"}},
	{"ecdsa", []string{"ASN1_WRITE_C", "ECDSA_C", "ECP_C", "ECP_DP_SECP256R1_ENABLED"}},
	{"rsa2048-pss", []string{"PKCS1_V21", "X509_RSASSA_PSS_SUPPORT"}},
	{"rsa2048-sha224", []string{"SHA224_C"}}, // which 2.28 has in SHA256_C
	{"rsa2048-sha384", []string{"SHA384_C", "SHA512_C"}},
	{"rsa2048-sha512", []string{"SHA512_C"}},
	{"ecdsa-p256-p384root", []string{"ECP_DP_SECP384R1_ENABLED", "SHA384_C", "SHA512_C"}},
	{"ecdsa-p256-cross", []string{"ECP_DP_SECP384R1_ENABLED", "SHA384_C", "SHA512_C"}},
	{"ecdsa-p384", []string{"ECP_DP_SECP384R1_ENABLED", "SHA384_C", "SHA512_C"}},
	{"ecdsa-p521", []string{"ECP_DP_SECP521R1_ENABLED", "SHA512_C"}},
}

// protocolOption is the option by which a core has a protocol; one of datagrams
// comes with the version it is made from.
func protocolOption(protocol string) string {
	if p, ok := datagramNeeds[protocol]; ok {
		protocol = p
	}
	for _, p := range protocolNeeds {
		if p.protocol == protocol {
			return p.option
		}
	}
	return ""
}

// ProtocolOption is the option by which a core has a scenario's protocol.
func (s *Scenario) ProtocolOption() string { return protocolOption(s.Protocol) }

// serverNeeds turn what a client needs into what a server does.
func (s *Scenario) serverNeeds() {
	s.Needs["SSL_CLI_C"], s.Needs["SSL_SRV_C"] = false, true
	for _, n := range []struct {
		wanted bool
		option string
	}{
		{s.Datagram() && s.DTLS != nil && s.DTLS.Cookie, "SSL_COOKIE_C"},
		{s.Datagram() && s.DTLS != nil && s.DTLS.Cookie, "SSL_DTLS_HELLO_VERIFY"},
		{s.Resume == "id", "SSL_CACHE_C"},
		{s.Resume == "ticket" || s.Resume == "psk", "SSL_TICKET_C"},
		{s.Resume == "ticket" || s.Resume == "psk", "GCM_C"}, // tickets are sealed with it
	} {
		if n.wanted {
			s.Needs[n.option] = true
		}
	}
}

// needsOf is what a conversation needs by its protocol, suite and chain.
func needsOf(protocol, suite, chain string) map[string]any {
	needs := map[string]any{suitesOption: "MBEDTLS_" + strings.ReplaceAll(suite, "-", "_")}
	add := func(options []string) {
		for _, o := range options {
			needs[o] = true
		}
	}
	add(alwaysNeeds)
	if stream, ok := datagramNeeds[protocol]; ok {
		add([]string{"SSL_PROTO_DTLS", "SSL_DTLS_ANTI_REPLAY"})
		protocol = stream
	}
	for _, p := range protocolNeeds {
		if needs[p.option] = p.protocol == protocol; p.protocol == protocol {
			add(p.more)
		}
	}
	if protocol == "ssl3" {
		needs["SSL_PROTO_TLS1"] = true // 2.28 does not link with SSL 3.0 alone
	}
	if exchange, cipher, ok := strings.Cut(strings.TrimPrefix(suite, "TLS-"), "-WITH-"); ok {
		needs["KEY_EXCHANGE_"+strings.ReplaceAll(exchange, "-", "_")+"_ENABLED"] = true
		for _, options := range exchangeNeeds[exchange] {
			add(options)
		}
		suite = cipher
	}
	for _, c := range cipherNeeds {
		if strings.Contains("-"+suite+"-", "-"+c.part+"-") {
			add(c.options)
		}
	}
	if strings.HasPrefix(suite, "RC4") {
		needs["REMOVE_ARC4_CIPHERSUITES"] = false
	}
	add(chainOptions(chain))
	return needs
}

// Wanted are the options that a scenario needs by what it says of the
// conversation: by protocol, suite, chains and features. What its own needs say
// wins.
func (s *Scenario) Wanted() map[string]any {
	all := needsOf(s.Protocol, s.Suite, s.Chain)
	for name, value := range all {
		if value == false {
			delete(all, name) // only so that nothing else is offered
		}
	}
	for _, name := range s.Features.options() {
		all[name] = true
	}
	if s.Serves() {
		server := Scenario{Protocol: s.Protocol, DTLS: s.DTLS, Features: s.Features, Needs: all}
		server.serverNeeds()
		delete(all, "SSL_CLI_C")
	}
	maps.Copy(all, s.Needs)
	return all
}

// chainOptions are what a chain in certs/ needs; "" is none.
func chainOptions(chain string) (options []string) {
	for _, c := range chainNeeds {
		if chain != "" && strings.HasPrefix(chain, c.chain) {
			options = append(options, c.options...)
		}
	}
	return options
}
