package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A header of one's own was written for one's own system. What the lab has to
// be different is changed and listed (as "lab" in `tlslab config show` and
// among a case's added options); what can't be here is refused with its line.

// By names who set or took out what the lab needs otherwise.
const byLab = "lab"

// overrides are what the lab changes in a user's header, in order.
var overrides = []struct {
	option string
	when   string // only where this option is defined; "" for always
	set    setting
	reason string
}{
	{"PLATFORM_CALLOC_MACRO", "", setting{}, "the lab's own allocator measures the heap"},
	{"PLATFORM_FREE_MACRO", "", setting{}, "the lab's own allocator measures the heap"},
	{"PLATFORM_STD_CALLOC", "", setting{}, "the lab's own allocator measures the heap"},
	{"PLATFORM_STD_FREE", "", setting{}, "the lab's own allocator measures the heap"},
	{"PLATFORM_STD_MEM_HDR", "", setting{}, "the lab's own allocator measures the heap"},
	{"PLATFORM_MEMORY", "", setting{}, "the lab's own allocator measures the heap"},
	{"MEMORY_BUFFER_ALLOC_C", "", setting{}, "the lab's own allocator measures the heap; `tlslab heap` models this one"},
	{"MEMORY_DEBUG", "", setting{}, "goes with MEMORY_BUFFER_ALLOC_C"},
	{"MEMORY_BACKTRACE", "", setting{}, "goes with MEMORY_BUFFER_ALLOC_C"},
	{"PLATFORM_NO_STD_FUNCTIONS", "", setting{}, "the lab's C library has them"},
	{"NET_C", "", setting{}, "the lab's wire takes the place of sockets"},
	{"FS_IO", "", setting{}, "there are no files"},
	{"PSA_ITS_FILE_C", "", setting{}, "there are no files"},
	{"PSA_CRYPTO_STORAGE_C", "", setting{}, "there are no files"},
	{"ENTROPY_NV_SEED", "", setting{}, "there is no storage for it"},
	{"HAVEGE_C", "", setting{}, "there is no timer that it could use"},
	{"PADLOCK_C", "", setting{}, "another CPU's"},
	{"AESNI_C", "", setting{}, "another CPU's"},
	{"HAVE_SSE2", "", setting{}, "another CPU's"},
	{"THREADING_C", "", setting{}, "one thread runs here"},
	{"THREADING_PTHREAD", "", setting{}, "one thread runs here"},
	{"THREADING_ALT", "", setting{}, "one thread runs here"},
	{"PLATFORM_TIME_ALT", "", setting{}, "the lab's clock is time()"},
	{"PLATFORM_TIME_MACRO", "", setting{}, "the lab's clock is time()"},
	{"PLATFORM_GMTIME_R_ALT", "", setting{}, "the lab's clock is gmtime_r()"},
	{"NO_PLATFORM_ENTROPY", "ENTROPY_C", setting{defined: true}, "there is no /dev/urandom"},
	{"ENTROPY_HARDWARE_ALT", "ENTROPY_C", setting{defined: true}, "the lab's seeded source is mbedtls_hardware_poll"},
	{"TIMING_ALT", "TIMING_C", setting{defined: true}, "the lab's timers are virtual"},
}

// refusedPattern are modules replaced by code that is not here.
var refusedPattern = regexp.MustCompile(`^MBEDTLS_(AES|ARC4|ARIA|BLOWFISH|CAMELLIA|CCM|CHACHA20|CHACHAPOLY|CMAC|DES|DHM|ECJPAKE|ECP|ECP_INTERNAL|GCM|MD2|MD4|MD5|NIST_KW|POLY1305|RIPEMD160|RSA|SHA1|SHA256|SHA512|XTEA|ECDH_\w+|ECDSA_\w+|AES_\w+|DES_\w+|SHA\d+_\w+|ECP_\w+)_ALT$`)

// Overridden says why the lab changes an option of a user's header.
func Overridden(option string) (reason string, ok bool) {
	for _, o := range overrides {
		if o.option == Short(option) {
			return o.reason, true
		}
	}
	return "", false
}

// suit changes in s, the macros of a user's header, what the lab needs
// otherwise, and refuses what can't be here. file names the header.
func (s *Settings) suit(file string, header []byte) error {
	for _, m := range s.list {
		if refusedPattern.MatchString(m.Name) {
			return fmt.Errorf("%s:%d: %s: the code that takes the module's place is not here; leave it out, the library's own is measured", file, lineOf(header, m.Name), m.Name)
		}
	}
	for _, o := range overrides {
		if _, on := s.Get(o.when); o.when == "" || on {
			s.apply(o.option, o.set, byLab)
		}
	}
	return nil
}

// lineOf is the line of a header that defines a macro last.
func lineOf(header []byte, name string) int {
	at := 0
	for i, line := range strings.Split(string(header), "\n") {
		if m := defineLine.FindStringSubmatch(line); m != nil && m[1] == name {
			at = i + 1
		}
	}
	return at
}

var (
	includeLine   = regexp.MustCompile(`^\s*#\s*include\s*["<]([^">]+)[">]`)
	conditionLine = regexp.MustCompile(`^\s*#\s*(if|ifdef|ifndef|endif)\b`)
)

// known are headers that the lab brings (core/port/include) or the compiler.
var known = []string{"assert.h", "dirent.h", "errno.h", "float.h", "inttypes.h", "iso646.h", "limits.h", "rtthread.h", "stdalign.h",
	"stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h", "string.h", "sys/stat.h", "sys/types.h", "time.h", "timing_alt.h"}

// headerMost bounds a header; Mbed TLS's own has 170 KB.
const headerMost = 2 << 20 // bytes

// checkHeader refuses what is no header, and inclusions outside of conditions
// of files that are nowhere: not beside the header, not the library's, not the
// lab's.
func checkHeader(file string, header []byte, dir string) error {
	if len(header) > headerMost {
		return fmt.Errorf("%s: %d bytes: a configuration header has at most %d", file, len(header), headerMost)
	}
	if i := slices.Index(header, 0); i >= 0 {
		return fmt.Errorf("%s: not a header: byte %d is NUL", file, i)
	}
	depth, guard := 0, 0
	for i, line := range strings.Split(string(header), "\n") {
		if m := conditionLine.FindStringSubmatch(line); m != nil {
			switch {
			case m[1] == "endif":
				depth--
			default:
				if depth++; m[1] == "ifndef" && depth == 1 && guard == 0 {
					guard = 1 // the include guard is no condition
				}
			}
		}
		m := includeLine.FindStringSubmatch(line)
		if m == nil || depth > guard || slices.Contains(known, m[1]) || strings.HasPrefix(m[1], "mbedtls/") || strings.HasPrefix(m[1], "psa/") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, m[1])); err != nil || !filepath.IsLocal(m[1]) {
			return fmt.Errorf("%s:%d: includes %q, which is not there: put it, or an empty file of this name, beside the header", file, i+1, m[1])
		}
	}
	return nil
}
