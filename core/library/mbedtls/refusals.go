package mbedtls

import "tlslab/core"

// Refusals are the verify flags with which each bad certificate is to be refused, and
// what decides whether it is. A client without SHA-1, or without RSA where the other
// certificates are ECDSA, gives no verify flag, because it cannot read the signature.
func (Library) Refusals() map[string]core.Refusal {
	return map[string]core.Refusal{
		"expired":             {Flag: "BADCERT_EXPIRED", Options: []string{"HAVE_TIME_DATE"}},
		"not-yet-valid":       {Flag: "BADCERT_FUTURE", Options: []string{"HAVE_TIME_DATE"}},
		"wrong-name":          {Flag: "BADCERT_CN_MISMATCH"},
		"unknown-ca":          {Flag: "BADCERT_NOT_TRUSTED"},
		"bad-signature":       {Flag: "BADCERT_NOT_TRUSTED"},
		"not-a-ca":            {Flag: "BADCERT_NOT_TRUSTED"},
		"wrong-key-usage":     {Flag: "BADCERT_KEY_USAGE", Options: []string{"X509_CHECK_KEY_USAGE"}},
		"wrong-ext-key-usage": {Flag: "BADCERT_EXT_KEY_USAGE", Options: []string{"X509_CHECK_EXTENDED_KEY_USAGE"}},
		"sha1-signed": {Flag: "BADCERT_BAD_MD", Unread: unknownSignature,
			Options: []string{"SHA1_C", "TLS_DEFAULT_ALLOW_SHA1_IN_CERTIFICATES"}},
		"path-length": {Flag: "BADCERT_NOT_TRUSTED"},
		"revoked":     {Flag: "BADCERT_REVOKED", Call: "mbedtls_ssl_conf_ca_chain with a revocation list (X509_CRL_PARSE_C)"},
		"weak-key":    {Flag: "BADCERT_BAD_KEY", Unread: unknownSignature},

		"unasked-extension":        {Options: []string{"SSL_ALPN", "SSL_ENCRYPT_THEN_MAC", "SSL_MAX_FRAGMENT_LENGTH"}},
		"server-unasked-extension": {Options: []string{"SSL_ALPN"}},
		"compression":              {Options: []string{"ZLIB_SUPPORT"}},
		"server-compression":       {Options: []string{"ZLIB_SUPPORT"}},
		"server-legacy-renegotiation": {Options: []string{"SSL_RENEGOTIATION"},
			Call: "mbedtls_ssl_conf_legacy_renegotiation with MBEDTLS_SSL_LEGACY_BREAK_HANDSHAKE"},
		"replayed-datagram": {Options: []string{"SSL_DTLS_ANTI_REPLAY"}},
		"no-close-notify": {
			Otherwise: "mbedtls_ssl_read returns 0 for a truncated stream, as it does at its end: check the answer's length (RFC 5246, 7.2.1)"},
	}
}
