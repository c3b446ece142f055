package mbedtls

import (
	"strings"

	"tlslab/core"
)

// errorPrefix begins the names of the library's errors.
const errorPrefix = "MBEDTLS_ERR_"

// flagPrefix begins those of its X.509 verify flags.
const flagPrefix = "MBEDTLS_X509_"

// errorKinds are by name, without errorPrefix; certificates and memory are told
// by their names.
var errorKinds = map[string]core.ErrorKind{
	"SSL_TIMEOUT":             core.TimeoutError,
	"SSL_FATAL_ALERT_MESSAGE": core.AlertError,
	// from places marked "should never happen", or where it gave no other
	"SSL_INTERNAL_ERROR":        core.InternalError,
	"ERROR_CORRUPTION_DETECTED": core.InternalError,
	"SSL_INVALID_RECORD":        core.RecordError,
	"SSL_INVALID_MAC":           core.RecordError,
	"SSL_UNEXPECTED_MESSAGE":    core.RecordError,
	"SSL_UNEXPECTED_RECORD":     core.RecordError,
	"SSL_DECODE_ERROR":          core.RecordError,
	"SSL_BAD_CERTIFICATE":       core.CertificateError,
	"ENTROPY_SOURCE_FAILED":     core.EntropyError,
}

// Kind tells a name without flags; of a sum it is the first one's that tells.
func (n *errorNames) Kind(name string) core.ErrorKind {
	kind := core.ErrorKind("")
	for part := range strings.SplitSeq(strings.ReplaceAll(name, " ", ""), "+") {
		short, ok := strings.CutPrefix(part, errorPrefix)
		if !ok {
			break
		}
		switch k, known := errorKinds[short]; {
		case known:
			return k
		case strings.HasSuffix(short, "_ALLOC_FAILED"):
			return core.MemoryError
		case strings.HasPrefix(short, "X509_"):
			kind = core.CertificateError
		case kind == "":
			kind = core.OtherError
		}
	}
	return kind
}

const unknownSignature = errorPrefix + "X509_UNKNOWN_SIG_ALG"

// hints are by name, without errorPrefix.
var hints = map[string]string{
	"PK_INVALID_PUBKEY":      "a key longer than MPI_MAX_SIZE, in bytes",
	"X509_UNKNOWN_SIG_ALG":   "signed with an algorithm that is off: RSA_C, ECDSA_C, SHA1_C, SHA384_C, SHA512_C",
	"PK_UNKNOWN_NAMED_CURVE": "a curve that is off: ECP_DP_..._ENABLED",
}

// Hint goes by the high-level error, which a sum names first.
func (n *errorNames) Hint(name string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(name, " ", ""), "+")
	return hints[strings.TrimPrefix(first, errorPrefix)]
}
