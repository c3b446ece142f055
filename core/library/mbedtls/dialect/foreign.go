package dialect

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tlslab/profiles/header"
)

// What only headers of Mbed TLS 4 and its TF-PSA-Crypto have.
const (
	newerPrefix  = "TF_PSA_CRYPTO_"
	newerInclude = "tf-psa-crypto/"
	configNumber = prefix + "CONFIG_VERSION" // 0x04000000
	newerLeast   = 0x04000000
)

// legacy are the options of 2.x and 3.x that some configuration of theirs has, and
// that 4.0 took out: its crypto is asked for with PSA_WANT_ options.
var legacy = regexp.MustCompile(`^MBEDTLS_(AES|ARIA|BIGNUM|CAMELLIA|CCM|CHACHA20|CHACHAPOLY|CIPHER|CMAC|DES|DHM|ECDH|ECDSA|ECJPAKE|ECP|ENTROPY|GCM|MD5|OID|POLY1305|RSA|SHA1|SHA256|SHA512|PSA_CRYPTO)_C$|^MBEDTLS_PSA_CRYPTO_CONFIG$`)

// foreign says that a header was written for Mbed TLS 4, and by what that is seen; ""
// where nothing says so.
func foreign(h *header.Header) string {
	const what = "a header of Mbed TLS 4 or TF-PSA-Crypto: this lab builds 2.x and 3.x, whose crypto has options of its own (MBEDTLS_..._C)"
	want := -1
	for i, m := range h.Macros {
		n, err := strconv.ParseUint(m.Value, 0, 32)
		switch {
		case strings.HasPrefix(m.Name, newerPrefix), m.Name == configNumber && err == nil && n >= newerLeast:
			return fmt.Sprintf("%s:%d: %s: %s", m.File, m.Line, m.Name, what)
		case strings.HasPrefix(m.Name, "PSA_WANT_") && want < 0:
			want = i
		}
	}
	for _, m := range append(h.Missing, h.Surely...) {
		if strings.HasPrefix(m.Name, newerInclude) {
			return fmt.Sprintf("%s:%d: includes %q: %s", m.File, m.Line, m.Name, what)
		}
	}
	if want >= 0 && !slices.ContainsFunc(h.Macros, func(m header.Macro) bool { return legacy.MatchString(m.Name) }) {
		m := h.Macros[want]
		return fmt.Sprintf("%s:%d: %s, and none of MBEDTLS_PSA_CRYPTO_C, MBEDTLS_ECP_C and the like: %s", m.File, m.Line, m.Name, what)
	}
	return ""
}
