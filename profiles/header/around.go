package header

import (
	"regexp"
	"strings"
)

// What the text of a header hangs on and does not say itself: the compilers'
// own macros. The lab builds with clang and gcc, for 32-bit targets without an
// operating system.
var around = map[string]string{
	"__GNUC__": "", "__STDC__": "1", "__CHAR_BIT__": "8", "__STDC_VERSION__": "", "__SIZEOF_POINTER__": "4", "__SIZEOF_INT__": "4",
	"MBEDTLS_CONFIG_FILE": "", // by the lab, on the compiler's command line
}

// absent are macros of other compilers and systems.
var absent = regexp.MustCompile(`^(_MSC_VER|_WIN32|_WIN64|WIN32|__MINGW\w+|__ICC\w+|__IAR\w*|__CC_ARM|__ARMCC_VERSION|__KEIL__|__ghs__|__TASKING__|` +
	`__linux__|__linux|linux|__unix__|__unix|unix|__APPLE__|__FreeBSD__|__cplusplus|__ASSEMBLER__|__ASSEMBLY__|ASSEMBLY|` +
	`__x86_64__|__i386__|__LP64__|__aarch64__|__ZEPHYR__|__RTTHREAD__)$`)

// elsewhere are names that the compiler's or the library's headers may define.
var elsewhere = regexp.MustCompile(`^(_|MBEDTLS_VERSION_|(S|U|SS)?(CHAR|SHRT|INT|LONG|LLONG|SIZE|PTRDIFF|INTPTR|UINTPTR|INT\d+|UINT\d+|WCHAR)_(MAX|MIN|BIT)$)`)

// Defined and Value are expr.Names.
func (r *reader) Defined(name string) (is, known bool) {
	if d := r.defs[name]; d != nil {
		return true, d.defined == yes
	}
	if r.undefined[name] || absent.MatchString(name) {
		return false, true
	}
	if _, there := around[name]; there {
		return true, true
	}
	return false, !elsewhere.MatchString(name)
}

func (r *reader) Value(name string) (text string, is, known bool) {
	if d := r.defs[name]; d != nil {
		return d.raw, true, !d.Maybe && !d.params
	}
	is, known = r.Defined(name)
	text = around[name]
	return text, is, known && (!is || text != "")
}

// Mine reports whether a macro is an option of the library's, rather than of
// the system that the header was written for.
func (m *Macro) Mine() bool {
	return strings.HasPrefix(m.Name, "MBEDTLS_") || strings.HasPrefix(m.Name, "PSA_")
}
