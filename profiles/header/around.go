package header

import (
	"regexp"
)

// What the text of a header depends on and does not contain: the compilers'
// own macros. The lab builds with clang and gcc, for 32-bit targets without an
// operating system.
var around = map[string]string{
	"__GNUC__": "", "__STDC__": "1", "__CHAR_BIT__": "8", "__STDC_VERSION__": "", "__SIZEOF_POINTER__": "4", "__SIZEOF_INT__": "4",
}

// absent are macros of other compilers and systems.
var absent = regexp.MustCompile(`^(_MSC_VER|_WIN32|_WIN64|WIN32|__MINGW\w+|__ICC\w+|__IAR\w*|__CC_ARM|__ARMCC_VERSION|__KEIL__|__ghs__|__TASKING__|` +
	`__linux__|__linux|linux|__unix__|__unix|unix|__APPLE__|__FreeBSD__|__cplusplus|__ASSEMBLER__|__ASSEMBLY__|ASSEMBLY|` +
	`__x86_64__|__i386__|__LP64__|__aarch64__|__ZEPHYR__|__RTTHREAD__)$`)

// elsewhere are names that the compiler's headers may define.
var elsewhere = regexp.MustCompile(`^(_|(S|U|SS)?(CHAR|SHRT|INT|LONG|LLONG|SIZE|PTRDIFF|INTPTR|UINTPTR|INT\d+|UINT\d+|WCHAR)_(MAX|MIN|BIT)$)`)

// About is what else a library's headers depend on.
type About struct {
	// macros that the lab defines on the compiler's command line; "" for a value that is
	// not known
	Given     map[string]string
	Elsewhere *regexp.Regexp // names that the library's other headers may define; nil for none
}

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
	if _, there := r.about.Given[name]; there {
		return true, true
	}
	return false, !elsewhere.MatchString(name) && (r.about.Elsewhere == nil || !r.about.Elsewhere.MatchString(name))
}

func (r *reader) Value(name string) (text string, is, known bool) {
	if d := r.defs[name]; d != nil {
		return d.raw, true, !d.Maybe && !d.params
	}
	is, known = r.Defined(name)
	if text = around[name]; text == "" {
		text = r.about.Given[name]
	}
	return text, is, known && (!is || text != "")
}
