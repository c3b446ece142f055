package mbedtls

import (
	"strings"

	"tlslab/core"
)

// errorPrefix begins the names of the library's errors.
const errorPrefix = "MBEDTLS_ERR_"

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

// Signs are the flags by which each bad certificate is to be refused. A client
// without SHA-1, or without RSA where the others are ECDSA, does not come to a
// verdict, as it can't read the signature.
func (Library) Signs() map[string]core.Sign {
	return map[string]core.Sign{
		"expired":             {Flag: "BADCERT_EXPIRED"},
		"not-yet-valid":       {Flag: "BADCERT_FUTURE"},
		"wrong-name":          {Flag: "BADCERT_CN_MISMATCH"},
		"unknown-ca":          {Flag: "BADCERT_NOT_TRUSTED"},
		"bad-signature":       {Flag: "BADCERT_NOT_TRUSTED"},
		"not-a-ca":            {Flag: "BADCERT_NOT_TRUSTED"},
		"wrong-key-usage":     {Flag: "BADCERT_KEY_USAGE"},
		"wrong-ext-key-usage": {Flag: "BADCERT_EXT_KEY_USAGE"},
		"sha1-signed":         {Flag: "BADCERT_BAD_MD", Unread: unknownSignature},
		"path-length":         {Flag: "BADCERT_NOT_TRUSTED"},
		"revoked":             {Flag: "BADCERT_REVOKED"},
		"weak-key":            {Flag: "BADCERT_BAD_KEY", Unread: unknownSignature},
	}
}
