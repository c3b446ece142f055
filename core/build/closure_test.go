package build

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name, text       string
		idents, includes string
	}{
		{"identifiers", "int a_1 = B+c3;", "B a_1 c3 int", ""},
		{"comments don't count", "a /* B */ c // D\ne", "a c e", ""},
		{"a comment separates", "a/**/b", "a b", ""},
		{"a comment over lines", "a /* B\n C */ d", "a d", ""},
		{"unterminated comment", "a /* B", "a", ""},
		{"comment at the end", "a //", "a", ""},
		{"strings protect what looks like a comment", `x = "/*"; B; y = "*/"; C`, "B C x y", ""},
		{"a quoted quote", `'"' A /* B */ "\"/*" C`, "A C", ""},
		{"backslashes", `"\\" /* A */ '\'' B`, "B", ""},
		{"an apostrophe in a directive ends with the line", "#error don't\n/* A */ B", "B don error t", ""},
		{"unterminated string at the end", `A "b`, "A b", ""},
		{"backslash at the end", `A "\`, "A", ""},
		{"includes", "#include \"a/b.h\"\n #  include <c.h>\n#include MACRO\n/* #include \"no.h\" */\n// #include \"no.h\"\n", "MACRO include", "a/b.h c.h"},
		{"an include cut short", "#include \"a.h\n#include <", "a h include", ""},
		{"a macro may name a header", "#define MBEDTLS_USER_CONFIG_FILE \"my.h\"\n#define X <y.h>\n#define Z \"not a header\"", "MBEDTLS_USER_CONFIG_FILE X Z a h header my not y", "my.h y.h"},
		{"continued lines", "#if defined(A) && \\\n  defined(B)\n#define C \\\n D\n#endif", "A B C D defined", ""},
		{"default idiom", "#if !defined(A)\n#define A 5 /* B */\n#endif\n", "A defined", ""},
		{"default idiom, ifndef", "  # ifndef A\n#  define A\n\n# endif\nC", "A C", ""},
		{"what the default mentions counts", "#ifndef A\n#define A (B * 2)\n#endif", "A B", ""},
		{"A counts where it is used too", "#ifndef A\n#define A 5\n#endif\nint x = A;", "A int x", ""},
		{"not the idiom: another macro", "#ifndef A\n#define B 5\n#endif", "A B", ""},
		{"not the idiom: more than one line", "#ifndef A\n#define A 1\nint x;\n#endif", "A int x", ""},
		{"not the idiom: else", "#ifndef A\n#define A 1\n#else\n#endif", "A", ""},
		{"not the idiom: another condition", "#if !defined(A) && B\n#define A 1\n#endif", "A B defined", ""},
		{"numbers", "1 0x1F 2u", "u x1F", ""},
		{"nothing", "", "", ""},
	} {
		f := scan([]byte(c.text))
		for macro, refs := range f.refs {
			for _, id := range append(refs, macro) {
				f.idents[id] = true
			}
		}
		idents := slices.Sorted(maps.Keys(f.idents))
		if got := strings.Join(idents, " "); got != c.idents {
			t.Errorf("%s: identifiers %q, want %q", c.name, got, c.idents)
		}
		if got := strings.Join(f.includes, " "); got != c.includes {
			t.Errorf("%s: includes %q, want %q", c.name, got, c.includes)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("#if !defined(A)\n#define A \"b.h\"\n#endif\n#include <c.h> /* d */ '\\'"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := scan(data)
		for id := range s.idents {
			if !strings.Contains(string(data), id) {
				t.Errorf("identifier %q is not in the text", id)
			}
		}
		// Code before a comment's start is seen whatever follows it.
		if more := scan(append([]byte("SEEN;\n"), data...)); !more.idents["SEEN"] {
			t.Error("an identifier is lost")
		}
	})
}

func TestClosure(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"lib/a.c":          "#include \"own.h\"\n#include \"pub/x.h\"\n#include <missing.h>\n",
		"lib/own.h":        "#include \"a.c\"\n", // a cycle
		"lib/x.h":          "wrong",
		"inc/pub/x.h":      "#include \"y.h\"\n#include \"pub/config.h\"\n",
		"inc/pub/y.h":      "beside x.h",
		"inc/y.h":          "not beside x.h",
		"inc/pub/config.h": "#include \"pub/only.h\"\n",
		"inc/pub/only.h":   "",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	s := newScanner()
	got, _, err := s.closure(filepath.Join(dir, "lib/a.c"), []string{filepath.Join(dir, "inc")},
		map[string]bool{filepath.Join(dir, "inc/pub/config.h"): true}, s.whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i], _ = filepath.Rel(dir, got[i])
	}
	slices.Sort(got)
	if want := []string{"inc/pub/x.h", "inc/pub/y.h", "lib/a.c", "lib/own.h"}; !slices.Equal(got, want) {
		t.Errorf("closure %q, want %q", got, want)
	}
	if _, _, err := s.closure(filepath.Join(dir, "none.c"), nil, nil, s.whole); err == nil {
		t.Error("no error for a missing file")
	}
}
