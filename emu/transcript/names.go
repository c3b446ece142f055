package transcript

import "fmt"

// groupNames are by TLS's numbers (RFC 8422, 5.1.1; RFC 7919; RFC 7027; RFC 8446).
var groupNames = map[uint16]string{
	18: "secp192k1", 19: "secp192r1", 20: "secp224k1", 21: "secp224r1", 22: "secp256k1", 23: "secp256r1", 24: "secp384r1", 25: "secp521r1",
	26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1", 29: "x25519", 30: "x448",
	256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192",
}

// GroupName is a group by its number.
func GroupName(n uint16) string { return named(groupNames, n, "group") }

// schemeNames are RFC 8446's, 4.2.3, and what TLS 1.2 has besides (RFC 5246, 7.4.1.4.1).
var schemeNames = map[uint16]string{
	0x0101: "rsa_pkcs1_md5", 0x0201: "rsa_pkcs1_sha1", 0x0203: "ecdsa_sha1", 0x0301: "rsa_pkcs1_sha224", 0x0303: "ecdsa_sha224",
	0x0401: "rsa_pkcs1_sha256", 0x0501: "rsa_pkcs1_sha384", 0x0601: "rsa_pkcs1_sha512",
	0x0403: "ecdsa_secp256r1_sha256", 0x0503: "ecdsa_secp384r1_sha384", 0x0603: "ecdsa_secp521r1_sha512",
	0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384", 0x0806: "rsa_pss_rsae_sha512",
	0x0807: "ed25519", 0x0808: "ed448",
	0x0809: "rsa_pss_pss_sha256", 0x080a: "rsa_pss_pss_sha384", 0x080b: "rsa_pss_pss_sha512",
}

// SchemeName is a signature scheme by its number.
func SchemeName(n uint16) string { return named(schemeNames, n, "scheme") }

// versionNames are by their numbers on the wire.
var versionNames = map[uint16]string{
	0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3",
	0xfeff: "DTLS 1.0", 0xfefd: "DTLS 1.2", 0xfefc: "DTLS 1.3",
}

// VersionName is a version by its number.
func VersionName(n uint16) string { return named(versionNames, n, "version") }

// extensionNames are IANA's (TLS ExtensionType Values).
var extensionNames = map[uint16]string{
	0: "server_name", 1: "max_fragment_length", 4: "truncated_hmac", 5: "status_request", 10: "supported_groups", 11: "ec_point_formats",
	13: "signature_algorithms", 16: "application_layer_protocol_negotiation", 18: "signed_certificate_timestamp", 21: "padding",
	22: "encrypt_then_mac", 23: "extended_master_secret", 28: "record_size_limit", 35: "session_ticket", 41: "pre_shared_key",
	42: "early_data", 43: "supported_versions", 44: "cookie", 45: "psk_key_exchange_modes", 49: "post_handshake_auth",
	50: "signature_algorithms_cert", 51: "key_share", 54: "connection_id", 256: "ecjpake_kkpp", 65281: "renegotiation_info",
}

// ExtensionName is an extension by its number.
func ExtensionName(n uint16) string { return named(extensionNames, n, "extension") }

func named(names map[uint16]string, n uint16, kind string) string {
	if name, ok := names[n]; ok {
		return name
	}
	return fmt.Sprintf("%s 0x%04x", kind, n)
}

// alertNames are those of RFC 5246, 7.2, RFC 6066, 9, and RFC 8446, 6.
var alertNames = map[byte]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
	30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate", 43: "unsupported_certificate",
	44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca",
	49: "access_denied", 50: "decode_error", 51: "decrypt_error", 60: "export_restriction", 70: "protocol_version",
	71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation",
	109: "missing_extension", 110: "unsupported_extension", 112: "unrecognized_name", 113: "bad_certificate_status_response",
	115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}

// AlertName is an alert by its number.
func AlertName(n byte) string {
	if name, ok := alertNames[n]; ok {
		return name
	}
	return fmt.Sprintf("alert %d", n)
}
