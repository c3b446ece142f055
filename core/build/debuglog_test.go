package build

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
)

// Every kind of format that the debug messages of the cores have is one that
// format.c knows: TestSnprintf tries these.
func TestDebugFormats(t *testing.T) {
	needTools(t)
	known := regexp.MustCompile(`^%[-0#]*[0-9]*(\.(\*|[0-9]+))?(hh|h|ll|l|z|j)?[diuxXscp%]`)
	macros := map[string]string{"MBEDTLS_PRINTF_SIZET": "zu", "MBEDTLS_PRINTF_LONGLONG": "lld", "MBEDTLS_PRINTF_MS_TIME": "lld"}
	call := regexp.MustCompile(`(?s)MBEDTLS_SSL_DEBUG_MSG\(.*?\);`)
	text := regexp.MustCompile(`"((?:[^"\\]|\\.)*)"|(MBEDTLS_PRINTF_\w+)`)
	for _, name := range []string{"mbedtls-2.28", "mbedtls-3.6"} {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		src, err := library.Resolve(t.Context(), name, &core.Cache{Dir: filepath.Join(user, "tlslab")}, func(s string) { t.Log(s) })
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(src.Dir, "library", "ssl*.c"))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range call.FindAllString(string(data), -1) {
				format := ""
				for _, m := range text.FindAllStringSubmatch(c, -1) {
					format += m[1] + macros[m[2]]
				}
				for i := strings.IndexByte(format, '%'); i >= 0; i = strings.IndexByte(format, '%') {
					spec := known.FindString(format[i:])
					if spec == "" {
						t.Fatalf("%s: %q: format.c does not know %q", filepath.Base(file), c, format[i:])
					}
					found++
					format = format[i+len(spec):]
				}
			}
		}
		if found < 100 {
			t.Errorf("%s: only %d formats", name, found)
		}
	}
}

// The flag # is not Go's: C counts 0x in the width, and has none before a 0. (With a
// width and neither - nor 0 it is not as C has it; no message asks for that.)
func TestSnprintfAlternate(t *testing.T) {
	g := newGuest(t, portModule(t))
	for _, c := range []struct {
		format string
		v      uint32
		want   string
	}{{"%#04x", 0xc0a8, "0xc0a8"}, {"%#04x", 1, "0x01"}, {"%#-8X|", 0xab, "0XAB    |"}, {"%#x", 0, "0"}, {"%#u", 5, "5"}, {"%#08x", 0xab, "0x0000ab"}} {
		var a args
		a.i32(c.v)
		if got, _ := g.sprintf(50, c.format, a); got != c.want {
			t.Errorf("%s of %d: %q, want %q", c.format, c.v, got, c.want)
		}
	}
}
