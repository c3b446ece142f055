package build

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/core"
)

func TestParseMacros(t *testing.T) {
	got := parseMacros([]byte("#define A 1\n#define B\n#define F(a,b) a + b\n# 1 \"x\"\nint x;\n#define S \"a b\"\n"))
	want := map[string]string{"A": "1", "B": "", "F(a,b)": "a + b", "S": `"a b"`}
	if !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParseMacros(f *testing.F) {
	f.Add([]byte("#define A 1\n#define F(x) x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := configured{Macros: parseMacros(data)}
		if len(c.Macros) > bytes.Count(data, []byte("#define ")) {
			t.Error("more macros than defines")
		}
		for _, v := range c.options(&core.Recipe{Option: func(name string) bool { return strings.HasPrefix(name, "MBEDTLS_") }}) {
			if len(v) > 2*maxValue+len(data) {
				t.Errorf("a value of %d bytes", len(v))
			}
		}
		c.mentioned([]*scanned{scan(data)})
	})
}

func TestExpand(t *testing.T) {
	c := configured{Macros: map[string]string{
		"A": "B + 1", "B": "C", "C": "2", "SELF": "SELF + A", "PING": "PONG", "PONG": "PING", "F(x)": "x", "EMPTY": "",
	}}
	for in, want := range map[string]string{
		"A": "2 + 1", "(A)*C": "(2 + 1)*2", "5": "5", "": "", "SELF": "SELF + 2 + 1", "PING": "PING", "EMPTY": "", "F(A)": "F(2 + 1)", "unknown A_": "unknown A_", `"A" B "\"A"`: `"A" 2 "\"A"`,
	} {
		if got := c.expand(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	// Each doubles the next: 2^60 names where nothing bounds it.
	c.Macros = map[string]string{}
	for i := range 60 {
		name := strings.Repeat("X", i+1)
		c.Macros[name] = name + "X " + name + "X"
	}
	if got := c.expand("X"); len(got) > 4*maxValue {
		t.Errorf("%d bytes", len(got))
	}
}

func TestOptions(t *testing.T) {
	c := configured{Macros: map[string]string{
		"MBEDTLS_A": "", "MBEDTLS_MPI_MAX_SIZE": "SIZE", "SIZE": "384", "OTHER": "1",
	}}
	if got, want := c.options(&core.Recipe{Option: func(name string) bool { return strings.HasPrefix(name, "MBEDTLS_") }}), map[string]string{"MBEDTLS_A": "", "MBEDTLS_MPI_MAX_SIZE": "384"}; !maps.Equal(got, want) {
		t.Errorf("options %q, want %q", got, want)
	}
}

func TestMentioned(t *testing.T) {
	c := configured{Macros: map[string]string{
		"MBEDTLS_MPI_MAX_SIZE": "MY_SIZE", "MY_SIZE": "TWICE(192)", "TWICE(x)": "((x) * FACTOR)", "FACTOR": "2", "LOOP": "LOOP2", "LOOP2": "LOOP", "MBEDTLS_AES_C": "",
	}}
	for text, want := range map[string][]string{
		"MBEDTLS_MPI_MAX_SIZE": {"FACTOR", "MBEDTLS_MPI_MAX_SIZE", "MY_SIZE", "TWICE(x)"},
		"MBEDTLS_AES_C other":  {"MBEDTLS_AES_C"},
		"LOOP":                 {"LOOP", "LOOP2"},
		"nothing":              nil,
		"#ifndef MBEDTLS_AES_C\n#define MBEDTLS_AES_C 5\n#endif\n":                           nil, // a default
		"#ifndef MBEDTLS_AES_C\n#define MBEDTLS_AES_C 5\n#endif\nx = MBEDTLS_AES_C;":         {"MBEDTLS_AES_C"},
		"#ifndef MBEDTLS_AES_C\n#define OTHER 5\n#endif\n":                                   nil, // OTHER is not used
		"#ifndef MBEDTLS_AES_C\n#define OTHER 5\n#endif\nx = OTHER":                          {"MBEDTLS_AES_C"},
		"#ifdef MBEDTLS_AES_C\nint x;\n#endif\n":                                             {"MBEDTLS_AES_C"},
		"#ifdef MBEDTLS_AES_C\n#error no\n#endif\n":                                          {"MBEDTLS_AES_C"},
		"#ifdef MBEDTLS_AES_C\n#include <x.h>\n#endif\n":                                     {"MBEDTLS_AES_C"},
		"#define M 0\n#if MBEDTLS_AES_C > M\n#undef M\n#define M MBEDTLS_AES_C\n#endif\n":    nil,
		"#define M 0\n#if MBEDTLS_AES_C > M\n#undef M\n#endif\nx = M":                        {"MBEDTLS_AES_C"},
		"#if defined(MBEDTLS_AES_C)\n#if X\n#define M\n#endif\n#endif\n#ifdef M\nx\n#endif":  {"MBEDTLS_AES_C"},
		"#define TWICE_AES (2 * MBEDTLS_AES_C)\n":                                            nil, // never expanded
		"#define TWICE_AES (2 * MBEDTLS_AES_C)\n#define MORE TWICE_AES\n#if MORE\nx\n#endif": {"MBEDTLS_AES_C"},
		"#define TWICE_AES (2 * \\\n  MBEDTLS_AES_C)\nx = TWICE_AES":                         {"MBEDTLS_AES_C"},
	} {
		if got := c.mentioned([]*scanned{scan(nil), scan([]byte(text))}); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// headed is a build of a library whose options begin with MBEDTLS_.
func headed(header []byte) *core.Spec {
	return &core.Spec{Header: header, Source: &core.Source{Recipe: &core.Recipe{Prefix: "MBEDTLS_"}}}
}

// testdata/*.txt are what clang 14 and arm-none-eabi-gcc 12 wrote.
func TestAsBuildError(t *testing.T) {
	header := []byte("#define MBEDTLS_GCM_C\n#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED\n#define MBEDTLS_AES_C\n")
	for _, c := range []struct{ file, what, option string }{
		{"clang-check.txt", "check_config.h:234: MBEDTLS_GCM_C defined, but not all prerequisites", "GCM_C"},
		{"gcc-check.txt", "check_config.h:234: MBEDTLS_GCM_C defined, but not all prerequisites", "GCM_C"},
		{"clang-missing.txt", "config header:2: 'threading_alt.h' file not found", ""},
		{"gcc-missing.txt", "config header:2: threading_alt.h: No such file or directory", ""},
		{"clang-client.txt", "client.c:33: MBEDTLS_SSL_CLI_C is needed: the guest is a TLS client", "SSL_CLI_C"},
		{"gcc-stdin.txt", "library/aes.c: unknown type name 'word'", ""},
	} {
		out, err := os.ReadFile(filepath.Join("testdata", c.file))
		if err != nil {
			t.Fatal(err)
		}
		var be *core.BuildError
		if err := asBuildError(&core.ToolError{Tool: "cc", Err: errors.New("exit status 1"), Output: string(out)}, headed(header), "library/aes.c"); !errors.As(err, &be) {
			t.Errorf("%s: %T: %v", c.file, err, err)
			continue
		}
		if be.What != c.what || be.Option != c.option || be.Output != string(out) {
			t.Errorf("%s: %q, option %q, want %q, %q", c.file, be.What, be.Option, c.what, c.option)
		}
	}
}

// A configuration that includes what is not there is no build's failure: it
// can't be known what it says.
func TestAsConfigError(t *testing.T) {
	for _, file := range []string{"clang-missing.txt", "gcc-missing.txt"} {
		out, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		var ie *core.IncludeError
		err = asConfigError(&core.ToolError{Tool: "cc", Err: errors.New("exit status 1"), Output: string(out)}, headed(nil))
		if !errors.As(err, &ie) || ie.At != "config header:2" || ie.Name != "threading_alt.h" {
			t.Errorf("%s: %T: %v", file, err, err)
		}
	}
	out, err := os.ReadFile(filepath.Join("testdata", "clang-check.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var be *core.BuildError
	if err := asConfigError(&core.ToolError{Tool: "cc", Err: errors.New("exit status 1"), Output: string(out)}, headed(nil)); !errors.As(err, &be) {
		t.Errorf("%T: %v", err, err)
	}
}

// What no configuration explains stays a ToolError.
func TestNotABuildError(t *testing.T) {
	for _, out := range []string{
		"arm-none-eabi-gcc: fatal error: Killed signal terminated program cc1\ncompilation terminated.\n",
		"cc1: fatal error: error writing to -: No space left on device\n",
		"error: unable to open output file '/x/y.o': 'No space left on device'\n1 error generated.\n",
		"arm-none-eabi-gcc: error: unrecognized '-mcpu' target: cortex-x\n",
		"Segmentation fault\n", "",
	} {
		in := &core.ToolError{Tool: "cc", Err: errors.New("exit status 1"), Output: out}
		if err := asBuildError(in, headed(nil), "x.c"); err != error(in) {
			t.Errorf("%q became %T", out, err)
		}
		if err := asLinkError(in); err != error(in) {
			t.Errorf("%q became %T", out, err)
		}
	}
	if err := asBuildError(nil, headed(nil), ""); err != nil {
		t.Error(err)
	}
	if err := asLinkError(nil); err != nil {
		t.Error(err)
	}
	missing := &core.ToolError{Tool: "clang", Install: "apt-get install clang", Output: "a.c:1: error: x"}
	if asBuildError(missing, headed(nil), "") != error(missing) || asLinkError(missing) != error(missing) {
		t.Error("a missing tool became a configuration's fault")
	}
}

func FuzzAsBuildError(f *testing.F) {
	f.Add("include/x.h:1:2: error: #error \"MBEDTLS_A\"\n", "MBEDTLS_A")
	f.Add("x: undefined symbol: fopen", "")
	f.Fuzz(func(t *testing.T, out, header string) {
		in := &core.ToolError{Tool: "cc", Err: errors.New("exit status 1"), Output: out}
		for _, err := range []error{asBuildError(in, headed([]byte(header)), "u.c"), asLinkError(in)} {
			var be *core.BuildError
			if errors.As(err, &be) && (strings.Contains(be.What, "\n") || be.Output != out) {
				t.Errorf("%q", be.What)
			}
		}
	})
}

func TestAsLinkError(t *testing.T) {
	for out, want := range map[string]string{
		"wasm-ld: error: /c/object/ab/abc: undefined symbol: fopen\nwasm-ld: error: /c/x: undefined symbol: fread\n":                                                          "link: undefined symbol: fopen",
		"/usr/lib/ld: /c/object/ab/abc: in function `mbedtls_x509_crt_parse_file':\n<stdin>:(.text.f+0x10): undefined reference to `fopen'\ncollect2: error: ld returned 1\n": "link: undefined reference to `fopen'",
		"wasm-ld: error: function signature mismatch: my_snprintf\n>>> defined as (i32) -> i32 in /c/object/ab\n":                                                             "link: function signature mismatch: my_snprintf",
	} {
		var be *core.BuildError
		if err := asLinkError(&core.ToolError{Tool: "ld", Err: errors.New("exit status 1"), Output: out}); !errors.As(err, &be) || be.What != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestBounded(t *testing.T) {
	w := &bounded{max: 10}
	for range 3 {
		if n, err := w.Write([]byte("12345678")); n != 8 || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	}
	if string(w.b) != "1234567812" {
		t.Errorf("kept %q", w.b)
	}
}
