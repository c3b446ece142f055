package mbedtls

import (
	"regexp"
	"strings"

	"tlslab/core"
)

// errorPrefix begins the names of the library's errors.
const errorPrefix = "MBEDTLS_ERR_"

// flagPrefix begins the names of its X.509 verify flags.
const flagPrefix = "MBEDTLS_X509_"

// errorKinds are by name, without errorPrefix; the first that matches tells.
var errorKinds = []struct {
	name *regexp.Regexp
	kind core.ErrorKind
}{
	{regexp.MustCompile(`^SSL_TIMEOUT$`), core.TimeoutError},
	{regexp.MustCompile(`^SSL_FATAL_ALERT_MESSAGE$`), core.AlertError},
	// From places marked "should never happen", or where the library gave no other.
	{regexp.MustCompile(`^(SSL_INTERNAL_ERROR|ERROR_CORRUPTION_DETECTED)$`), core.InternalError},
	{regexp.MustCompile(`_ALLOC_FAILED$`), core.MemoryError},
	{regexp.MustCompile(`ENTROPY|^SSL_NO_RNG$`), core.EntropyError},
	{regexp.MustCompile(`^X509_|^SSL_.*(CERTIFICATE|PEER_VERIFY|CA_CHAIN)`), core.CertificateError},
	{regexp.MustCompile(`^SSL_(BAD_HS_|INVALID_|UNEXPECTED_|EARLY_MESSAGE|DECODE_ERROR|ILLEGAL_PARAMETER|UNSUPPORTED_EXTENSION|BAD_PROTOCOL_VERSION)`), core.RecordError},
}

// Kind tells a name without flags. Of a sum the first name's tells, unless the
// other is about memory or one that is certain (a timeout, an alert, an internal error).
func (n *errorNames) Kind(name string) core.ErrorKind {
	kind := core.ErrorKind("")
	for part := range strings.SplitSeq(strings.ReplaceAll(name, " ", ""), "+") {
		short, ok := strings.CutPrefix(part, errorPrefix)
		if !ok {
			break
		}
		switch k := kindOf(short); k {
		case core.TimeoutError, core.AlertError, core.InternalError, core.MemoryError:
			return k
		default:
			if kind == "" || kind == core.OtherError {
				kind = k
			}
		}
	}
	return kind
}

func kindOf(short string) core.ErrorKind {
	for _, k := range errorKinds {
		if k.name.MatchString(short) {
			return k.kind
		}
	}
	return core.OtherError
}

const unknownSignature = errorPrefix + "X509_UNKNOWN_SIG_ALG"

// hints are by name, without errorPrefix.
var hints = map[string]string{
	"PK_INVALID_PUBKEY":      "a key longer than MPI_MAX_SIZE, in bytes",
	"X509_UNKNOWN_SIG_ALG":   "signed with an algorithm that is off: RSA_C, ECDSA_C, SHA1_C, SHA384_C, SHA512_C",
	"PK_UNKNOWN_NAMED_CURVE": "a curve that is off: ECP_DP_..._ENABLED",
}

// Hint depends on the high-level error, which a sum of errors names first.
func (n *errorNames) Hint(name string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(name, " ", ""), "+")
	return hints[strings.TrimPrefix(first, errorPrefix)]
}
