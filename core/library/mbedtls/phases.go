package mbedtls

import "tlslab/core"

// openings are the functions that open a phase. The library's states (MBEDTLS_SSL_*,
// which the port reports) are messages, and keys are derived in whichever comes last. Up
// to TLS 1.2 that is CertificateVerify in a client, even if none is sent, and
// ClientKeyExchange in a server. In a resumed session it is ServerHello.
var openings = []core.Opening{
	{Function: "mbedtls_ssl_derive_keys", Phase: "key-derivation"},
	// TLS 1.3: RFC 8446, 7.1. The shared secret is computed on the way.
	{Function: "mbedtls_ssl_tls13_key_schedule_stage_early", Phase: "key-derivation"},
	{Function: "mbedtls_ssl_tls13_compute_early_transform", Phase: "key-derivation"},
	{Function: "mbedtls_ssl_tls13_compute_handshake_transform", Phase: "key-derivation"},
	{Function: "mbedtls_ssl_tls13_compute_application_transform", Phase: "key-derivation"},
	{Function: "mbedtls_ssl_tls13_compute_resumption_master_secret", Phase: "key-derivation"},
	{Function: "psa_raw_key_agreement", Phase: "key-exchange", Within: "key-derivation"},
	// The key share of a hello (RFC 8446, 4.2.8) is made with it.
	{Function: "mbedtls_ssl_tls13_generate_and_write_xxdh_key_exchange", Phase: "key-exchange"},
}

// apart are the functions that parse one certificate or verify one signature.
var apart = []string{"mbedtls_pk_verify_ext", "mbedtls_pk_verify_restartable",
	"mbedtls_x509_crt_parse_der", "mbedtls_x509_crt_parse_der_internal", "mbedtls_x509_crt_parse_der_nocopy", "x509_crt_parse_der_core"}
