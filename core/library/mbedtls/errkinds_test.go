package mbedtls

import (
	"testing"

	"tlslab/core"
)

// TestKind: by what an error is about, of both branches' names, and of sums.
func TestKind(t *testing.T) {
	for name, want := range map[string]core.ErrorKind{
		"SSL_TIMEOUT":                    core.TimeoutError,
		"SSL_FATAL_ALERT_MESSAGE":        core.AlertError,
		"SSL_INTERNAL_ERROR":             core.InternalError,
		"ERROR_CORRUPTION_DETECTED":      core.InternalError,
		"SSL_ALLOC_FAILED":               core.MemoryError,
		"MPI_ALLOC_FAILED":               core.MemoryError,
		"CTR_DRBG_ENTROPY_SOURCE_FAILED": core.EntropyError,
		"ENTROPY_SOURCE_FAILED":          core.EntropyError,
		"SSL_NO_RNG":                     core.EntropyError,
		"X509_CERT_VERIFY_FAILED":        core.CertificateError,
		"SSL_BAD_HS_CERTIFICATE":         core.CertificateError, // 2.28
		"SSL_BAD_CERTIFICATE":            core.CertificateError, // 3.6
		"SSL_CA_CHAIN_REQUIRED":          core.CertificateError,
		"SSL_INVALID_RECORD":             core.RecordError,
		"SSL_INVALID_MAC":                core.RecordError,
		"SSL_UNEXPECTED_MESSAGE":         core.RecordError,
		"SSL_BAD_HS_SERVER_HELLO":        core.RecordError, // 2.28
		"SSL_DECODE_ERROR":               core.RecordError, // 3.6
		"SSL_BAD_INPUT_DATA":             core.OtherError,
		"PK_INVALID_PUBKEY":              core.OtherError,
		"SSL_BAD_HS_SERVER_KEY_EXCHANGE + " + errorPrefix + "MPI_ALLOC_FAILED": core.MemoryError,
		"PK_INVALID_PUBKEY + " + errorPrefix + "X509_INVALID_FORMAT":           core.CertificateError,
		"X509_INVALID_FORMAT + " + errorPrefix + "ASN1_OUT_OF_DATA":            core.CertificateError,
	} {
		if got := new(errorNames).Kind(errorPrefix + name); got != want {
			t.Errorf("%s: kind %q, want %q", name, got, want)
		}
	}
	if got := new(errorNames).Kind("connected"); got != "" {
		t.Errorf("no error has kind %q", got)
	}
}
