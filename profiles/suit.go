package profiles

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A header of one's own was written for one's own system. What the lab has to
// have otherwise is changed and listed (in `tlslab config show`, and among a
// case's added options); what can't be here is refused with its line.

// byLab is who changes what the lab needs otherwise.
const byLab = "lab"

// override is a change that the lab makes in a user's header, or the core's,
// where one of its options is defined.
type override struct {
	when, option string  // where when is defined, option is changed
	set          setting // to this; the zero setting takes it out
	reason       string
}

const (
	counted   = "the lab's counted allocator is malloc"
	noStorage = "there is no storage"
	oneThread = "one thread runs here"
	labsC     = "the lab's C library has it"
)

func is(value string) setting { return setting{defined: true, value: value} }

// overrides are all the lab has to change, in the order it does: without it
// such a header does not build, does not run, or (an allocator of its own)
// would seem to be measured. What was tried and builds and runs stays:
// FS_IO, AESNI_C, PADLOCK_C, HAVEGE_C, functions that may be set (_ALT).
var overrides = []override{
	{"PLATFORM_CALLOC_MACRO", "PLATFORM_CALLOC_MACRO", is("calloc"), counted},
	{"PLATFORM_FREE_MACRO", "PLATFORM_FREE_MACRO", is("free"), counted},
	{"PLATFORM_STD_CALLOC", "PLATFORM_STD_CALLOC", is("calloc"), counted},
	{"PLATFORM_STD_FREE", "PLATFORM_STD_FREE", is("free"), counted},
	{"PLATFORM_STD_MEM_HDR", "PLATFORM_STD_MEM_HDR", setting{}, counted},
	{"PLATFORM_NO_STD_FUNCTIONS", "PLATFORM_NO_STD_FUNCTIONS", setting{}, "nobody sets the library's functions here; " + labsC},
	{"MEMORY_BUFFER_ALLOC_C", "MEMORY_BUFFER_ALLOC_C", setting{}, counted + "; `tlslab heap` models this one"},
	{"MEMORY_DEBUG", "MEMORY_DEBUG", setting{}, "goes with MEMORY_BUFFER_ALLOC_C"},
	{"MEMORY_BACKTRACE", "MEMORY_BACKTRACE", setting{}, "goes with MEMORY_BUFFER_ALLOC_C"},
	{"PLATFORM_PRINTF_MACRO", "PLATFORM_PRINTF_MACRO", is("printf"), labsC},
	{"PLATFORM_FPRINTF_MACRO", "PLATFORM_FPRINTF_MACRO", is("fprintf"), labsC},
	{"PLATFORM_SNPRINTF_MACRO", "PLATFORM_SNPRINTF_MACRO", is("snprintf"), labsC},
	{"PLATFORM_VSNPRINTF_MACRO", "PLATFORM_VSNPRINTF_MACRO", is("vsnprintf"), labsC},
	{"PLATFORM_EXIT_MACRO", "PLATFORM_EXIT_MACRO", is("exit"), labsC},
	{"PLATFORM_STD_PRINTF", "PLATFORM_STD_PRINTF", is("printf"), labsC},
	{"PLATFORM_STD_FPRINTF", "PLATFORM_STD_FPRINTF", is("fprintf"), labsC},
	{"PLATFORM_STD_SNPRINTF", "PLATFORM_STD_SNPRINTF", is("snprintf"), labsC},
	{"PLATFORM_STD_VSNPRINTF", "PLATFORM_STD_VSNPRINTF", is("vsnprintf"), labsC},
	{"PLATFORM_STD_EXIT", "PLATFORM_STD_EXIT", is("exit"), labsC},
	{"PLATFORM_TIME_MACRO", "PLATFORM_TIME_MACRO", is("time"), "the lab's clock is time()"},
	{"PLATFORM_STD_TIME", "PLATFORM_STD_TIME", is("time"), "the lab's clock is time()"},
	{"PLATFORM_TIME_TYPE_MACRO", "PLATFORM_TIME_TYPE_MACRO", setting{}, "the lab's clock is time(), of time_t"},
	{"PLATFORM_GMTIME_R_ALT", "PLATFORM_GMTIME_R_ALT", setting{}, labsC},
	{"PLATFORM_MS_TIME_ALT", "PLATFORM_MS_TIME_ALT", setting{}, "the lab's clock is time()"},
	{"PLATFORM_ZEROIZE_ALT", "PLATFORM_ZEROIZE_ALT", setting{}, "the library's own is measured"},
	{"PLATFORM_SETUP_TEARDOWN_ALT", "PLATFORM_SETUP_TEARDOWN_ALT", setting{}, "there is nothing to set up"},
	{"NET_C", "NET_C", setting{}, "the lab's wire takes the place of sockets"},
	{"PSA_ITS_FILE_C", "PSA_ITS_FILE_C", setting{}, "goes with PSA_CRYPTO_STORAGE_C"},
	{"PSA_CRYPTO_STORAGE_C", "PSA_CRYPTO_STORAGE_C", setting{}, noStorage},
	{"ENTROPY_NV_SEED", "ENTROPY_NV_SEED", setting{}, noStorage},
	{"PLATFORM_NV_SEED_ALT", "PLATFORM_NV_SEED_ALT", setting{}, noStorage},
	{"PLATFORM_NV_SEED_READ_MACRO", "PLATFORM_NV_SEED_READ_MACRO", setting{}, noStorage},
	{"PLATFORM_NV_SEED_WRITE_MACRO", "PLATFORM_NV_SEED_WRITE_MACRO", setting{}, noStorage},
	{"PLATFORM_STD_NV_SEED_READ", "PLATFORM_STD_NV_SEED_READ", setting{}, noStorage},
	{"PLATFORM_STD_NV_SEED_WRITE", "PLATFORM_STD_NV_SEED_WRITE", setting{}, noStorage},
	{"PSA_INJECT_ENTROPY", "PSA_INJECT_ENTROPY", setting{}, noStorage},
	{"THREADING_C", "THREADING_C", setting{}, oneThread},
	{"THREADING_PTHREAD", "THREADING_PTHREAD", setting{}, oneThread},
	{"THREADING_ALT", "THREADING_ALT", setting{}, oneThread},
	{"CHECK_PARAMS", "CHECK_PARAMS_ASSERT", is(""), "nobody takes the library's calls here"},
	{"ENTROPY_C", "NO_PLATFORM_ENTROPY", is(""), "there is no /dev/urandom"},
	{"PSA_CRYPTO_C", "ENTROPY_HARDWARE_ALT", is(""), "PSA fills an entropy pool of its own, from the lab's seeded source"},
	{"ENTROPY_HARDWARE_ALT", "NO_DEFAULT_ENTROPY_SOURCES", setting{}, "the lab's seeded source is mbedtls_hardware_poll, a default one"},
	{"TIMING_C", "TIMING_ALT", is(""), "the lab's timers are virtual"},
}

// vendors is how an option is called that has a vendor's code take the library's
// place. What the library itself has by such a name is in offered.
var vendors = regexp.MustCompile(`(^|_)ALT(_|$)|_SOFT_FALLBACK$`)

// offered are names with ALT in them that ask for no code, or for code that a system
// gives the library: its clock, its console, its sources of entropy.
var offered = regexp.MustCompile(`^(PLATFORM_[A-Z0-9_]+_ALT|(TIMING|THREADING|ENTROPY_HARDWARE|PARAM_FAILED)_ALT|PK_RSA_ALT(_SUPPORT)?|[A-Z0-9_]*_ALT_NAME|ENTROPY_HARDWARE_ALT_DEFINED|RSA_ALT_HELPERS_H)$`)

// refusals are options that need what is not here.
var refusals = []struct {
	option *regexp.Regexp
	reason string
}{
	{regexp.MustCompile(`^(AES|ARC4|ARIA|BLOWFISH|CAMELLIA|CCM|CHACHA20|CHACHAPOLY|CMAC|DES|DHM|ECJPAKE|ECP|ECP_INTERNAL|GCM|MD2|MD4|MD5|NIST_KW|POLY1305|RIPEMD160|RSA|SHA1|SHA256|SHA512|XTEA|` +
		`(ECDH|ECDSA|AES|DES|DES3|SHA1|SHA256|SHA512|MD2|MD4|MD5|RIPEMD160|ECP)_[A-Z0-9_]+)_ALT$`),
		"the code that takes the library's place is not here; with unset = [%s] in the config the library's own is measured"},
	{vendors, "no release of Mbed TLS has it: a vendor's own, whose code is not here; with unset = [%s] in the config the library's own is measured"},
	{regexp.MustCompile(`^PKCS11_C$`), "the library libpkcs11-helper is not here; take it out with unset = [%s] in the config"},
	{regexp.MustCompile(`^ZLIB_SUPPORT$`), "the library zlib is not here; take it out with unset = [%s] in the config"},
	{regexp.MustCompile(`^PSA_CRYPTO_SPM$`), "a partition manager's headers are not here; take it out with unset = [%s] in the config"},
	{regexp.MustCompile(`^PSA_CRYPTO_EXTERNAL_RNG$`), "mbedtls_psa_external_get_random is not here; take it out with unset = [%s] in the config"},
	{regexp.MustCompile(`^ECDH_VARIANT_EVEREST_ENABLED$`), "3rdparty/everest is not built here; take it out with unset = [%s] in the config"},
}

// Overridden says why the lab changed an option of a user's header; ok is false
// for a macro that somebody else is responsible for.
func Overridden(m Macro) (reason string, ok bool) {
	for _, o := range overrides {
		if m.By == byLab && o.option == Short(m.Name) {
			return o.reason, true
		}
	}
	return "", false
}

// suit changes in s what the lab needs otherwise, but for what decided names.
func (s *Settings) suit(decided map[string]string) {
	for _, o := range overrides {
		if _, on := s.Get(o.when); !on {
			continue
		}
		if _, there := decided[o.option]; !there {
			s.apply(o.option, o.set, byLab)
		}
	}
}

// RefusedError is a header that needs what is not here: where it says so first, and
// why, with the options.
type RefusedError struct{ At, Reason string }

func (e *RefusedError) Error() string { return e.At + ": " + e.Reason }

// refused is a *RefusedError where options that are surely defined need what is not
// here: all of them, at the place of the first.
func (s *Settings) refused() error {
	var at string
	var names, reasons []string
	for _, r := range refusals {
		var own, unset []string
		for _, m := range s.list {
			if m.By != "" || m.Maybe || !r.option.MatchString(Short(m.Name)) || offered.MatchString(Short(m.Name)) || slices.ContainsFunc(names, func(n string) bool { return n == m.Name || strings.HasPrefix(n, m.Name+" (") }) {
				continue
			}
			name := m.Name
			if file, line, ok := cutPlace(m.At); at == "" {
				at = m.At
			} else if first, _, _ := cutPlace(at); ok && file == first {
				name += " (line " + line + ")"
			} else {
				name += " (" + m.At + ")"
			}
			names, own, unset = append(names, name), append(own, name), append(unset, strconv.Quote(Short(m.Name)))
		}
		if len(own) > 0 {
			reasons = append(reasons, strings.Join(own, ", ")+": "+fmt.Sprintf(r.reason, strings.Join(unset, ", ")))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &RefusedError{At: at, Reason: strings.Join(reasons, "; ")}
}

// cutPlace takes "file:line" apart.
func cutPlace(at string) (file, line string, ok bool) {
	i := strings.LastIndex(at, ":")
	if i < 0 {
		return at, "", false
	}
	return at[:i], at[i+1:], true
}
