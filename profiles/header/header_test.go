package header

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tlslab/internal/testutil"
)

// tree is Files over a map; what begins with mbedtls/ or std lies outside.
func tree(m map[string]string) Files {
	return func(_, name string) (string, []byte, error) {
		if text, ok := m[name]; ok {
			return name, []byte(text), nil
		}
		if strings.HasPrefix(name, "mbedtls/") || strings.HasPrefix(name, "std") {
			return "", nil, ErrOutside
		}
		return "", nil, fs.ErrNotExist
	}
}

// summary is what was read, one macro a line: "NAME=VALUE file:line", with "?"
// for maybe.
func summary(h *Header) string {
	var b strings.Builder
	for _, m := range h.Macros {
		mark := ""
		if m.Maybe {
			mark = "?"
		}
		fmt.Fprintf(&b, "%s%s=%s %s:%d\n", m.Name, mark, m.Value, m.File, m.Line)
	}
	for _, m := range h.Params {
		fmt.Fprintf(&b, "%s() %s:%d\n", m.Name, m.File, m.Line)
	}
	for _, m := range h.Missing {
		fmt.Fprintf(&b, "missing %s %s:%d\n", m.Name, m.File, m.Line)
	}
	for _, name := range h.Outside {
		fmt.Fprintf(&b, "outside %s\n", name)
	}
	return b.String()
}

// about is what a library's headers depend on in these tests.
var about = About{Given: map[string]string{"MBEDTLS_CONFIG_FILE": ""}, Elsewhere: regexp.MustCompile(`^MBEDTLS_VERSION_`)}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		files      map[string]string
		want       string
	}{
		{"plain", "#define A\n#define B 2 /* two */\n# define  C  1  +  2 // three\n#undef A\n", nil, "B=2 h:2\nC=1 + 2 h:3\n"},
		{"guard", "/* x */\n#ifndef G_H\n#define G_H\n#define A\n#endif\n", nil, "A= h:4\n"},
		{"guard by if", "#pragma once\n#if !defined(G_H)\n#define G_H\n#define A\n#endif\n", nil, "A= h:4\n"},
		{"guard of the compiler's form", "#ifndef __G_H__\n#define __G_H__\n#define A\n#endif\n", nil, "A= h:3\n"},
		{"a default is no guard", "#ifndef A\n#define A\n#endif\n#define B\n#endif_not\n", nil, "A= h:2\nB= h:4\n"},
		{"else", "#ifdef X\n#define A 1\n#else\n#define A 2\n#endif\n#define X\n#ifdef X\n#define B 1\n#elif 1\n#define B 2\n#else\n#define B 3\n#endif\n", nil,
			"A=2 h:4\nX= h:6\nB=1 h:8\n"},
		{"elif", "#define N 4096\n#if N > 8192\n#define A 1\n#elif N == 4096\n#define A 2\n#else\n#define A 3\n#endif\n", nil, "N=4096 h:1\nA=2 h:5\n"},
		{"maybe", "#if __ARM_ARCH > 6\n#define A\n#define B 1\n#else\n#define B 2\n#endif\n#define C\n#ifdef __thumb__\n#undef C\n#endif\n", nil,
			"A?= h:2\nB?=2 h:5\nC?= h:7\n"},
		{"what hangs on maybe", "#if __ARM_ARCH > 6\n#define A\n#endif\n#ifdef A\n#define B\n#endif\n#if !defined(NEVER)\n#define C\n#endif\n", nil,
			"A?= h:2\nB?= h:5\nC= h:8\n"},
		{"other compilers", "#if defined(__ICCARM__) || defined(_MSC_VER)\n#define A\n#elif defined(__GNUC__)\n#define B\n#endif\n", nil, "B= h:4\n"},
		{"nested", "#if 0\n#if 1\n#define A\n#else\n#define A\n#endif\n#elif 1\n#define B\n#endif\n", nil, "B= h:8\n"},
		{"include", "#include \"sdk.h\"\n#ifdef CONFIG_AES\n#define A\n#endif\n#define LEN CONFIG_LEN\n", map[string]string{"sdk.h": "#define CONFIG_AES 1\n#define CONFIG_LEN 4096\n"},
			"CONFIG_AES=1 sdk.h:1\nCONFIG_LEN=4096 sdk.h:2\nA= h:3\nLEN=4096 h:5\n"},
		{"include twice", "#include <g.h>\n#include \"g.h\"\n", map[string]string{"g.h": "#ifndef G\n#define G\n#define A\n#endif\n"}, "A= g.h:3\n"},
		{"include by macro", "#define FILE \"g.h\"\n#include FILE\n", map[string]string{"g.h": "#define A\n"}, "FILE=\"g.h\" h:1\nA= g.h:1\n"},
		{"missing", "#include \"fsl.h\"\n#if 0\n#include \"never.h\"\n#endif\n#if __ARM_ARCH\n#include \"perhaps.h\"\n#endif\n#define A\n", nil, "A= h:8\nmissing fsl.h h:1\n"},
		{"outside", "#include <stdint.h>\n#include \"mbedtls/check_config.h\"\n#include <stdint.h>\n#define A", nil, "A= h:4\noutside stdint.h\noutside mbedtls/check_config.h\n"},
		{"parameters", "#define MIN(a, b) ((a) < (b) ? (a) : (b))\n#define P (1)\n#if MIN(1, 2) == 1\n#define A\n#endif\n", nil, "P=(1) h:2\nA?= h:4\nMIN() h:1\n"},
		{"continued", "#define SUITES \\\n  X, \\\r\n  Y /* long\ncomment */ , Z\n#define A\n", nil, "SUITES=X, Y , Z h:1\nA= h:5\n"},
		{"comment before", "/* one\ntwo */ #define A\n", nil, "A= h:2\n"},
		{"quotes", "#define S \"/* no comment */ A\"\n#define A 1\n#error don't /* stop */\n#define B A\n", nil, "S=\"/* no comment */ A\" h:1\nA=1 h:2\nB=1 h:4\n"},
		{"itself", "#define PING PONG\n#define PONG PING\n#define SELF SELF\n#if PING\n#define A\n#endif\n", nil, "PING=PING h:1\nPONG=PONG h:2\nSELF=SELF h:3\nA?= h:5\n"},
		{"redefined", "#define A 1\n#define B\n#undef A\n#define A 2\n", nil, "B= h:2\nA=2 h:4\n"},
		{"undefined", "#undef __GNUC__\n#ifdef __GNUC__\n#define A\n#endif\n#define B\n", nil, "B= h:5\n"},
		{"version", "#if MBEDTLS_VERSION_NUMBER >= 0x03000000\n#define A\n#endif\n#if UINT_MAX > 5\n#define B\n#endif\n", nil, "A?= h:2\nB?= h:5\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := Read("h", []byte(c.text), tree(c.files), about)
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(h); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// Each of 60 macros names the next twice, the last is empty.
func TestReadDoubling(t *testing.T) {
	var text strings.Builder
	for i := range 60 {
		fmt.Fprintf(&text, "#define X%d X%d X%d\n", i, i+1, i+1)
	}
	text.WriteString("#define X60\n#if X0\n#define A\n#endif\n")
	h, err := Read("h", []byte(text.String()), tree(nil), about)
	if err != nil || len(h.Macros) != 62 || len(h.Macros[0].Value) > 2*mostValue || !h.Macros[61].Maybe {
		t.Errorf("%d macros, %v", len(h.Macros), err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		text, want string
		files      map[string]string
	}{
		{"#define A\n#endif\n", "h:2: #endif without #if", nil},
		{"\n#else\n", "h:2: #else without #if", nil},
		{"#if 1\n#ifdef B\n#endif\n", "h:1: #if without #endif", nil},
		{"#define A\n/* ", "h:2: a comment without its end", nil},
		{"\x7fELF\x00\x01", "h: not a header: byte 4 is NUL", nil},
		{strings.Repeat("#define A\n", Most/10+1), "h: 2097160 bytes: a configuration header has at most 2097152", nil},
		{"#include \"h\"\n", "h: not a header: files include each other without end", map[string]string{"h": "#include \"h\"\n#include \"h\"\n"}},
		{"#include \"b\"\n", "b:1: #endif without #if", map[string]string{"b": "#endif\n"}},
	} {
		_, err := Read("h", []byte(c.text), tree(c.files), about)
		if err == nil || err.Error() != c.want {
			t.Errorf("%.40q: got %v, want %s", c.text, err, c.want)
		}
	}
	denied := func(string, string) (string, []byte, error) { return "", nil, fs.ErrPermission }
	if _, err := Read("h", []byte("\n#include \"x\"\n"), denied, about); err == nil || err.Error() != "h:2: permission denied" {
		t.Errorf("got %v", err)
	}
}

// library holds stand-ins for the library's own headers.
var library = filepath.Join("..", "testdata", "headers", "library")

// clang returns the macros of a header as the compiler sees them, nil where it
// refuses the header.
func clang(t testing.TB, dir, text string) map[string]string {
	t.Helper()
	cmd := exec.Command("clang", "--target=wasm32", "-nostdlibinc", "-I"+dir, "-I"+library, "-E", "-dM", "-w", "-x", "c", "-")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	m := map[string]string{}
	for _, line := range strings.Split(string(out), "\n") {
		name, value, _ := strings.Cut(strings.TrimPrefix(line, "#define "), " ")
		if name != "" && !strings.Contains(name, "(") && !strings.HasPrefix(name, "_") {
			m[name] = value
		}
	}
	return m
}

// TestAgainstTheCompiler: what is sure is what the compiler sees, name for
// name; what is not sure, it may see or not.
func TestAgainstTheCompiler(t *testing.T) {
	testutil.Need(t, "clang")
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "headers", "*", "*.h"))
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d headers, %v", len(paths), err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(path)
		files := func(_, name string) (string, []byte, error) {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				text, err = os.ReadFile(filepath.Join(library, name))
			}
			return name, text, err
		}
		h, err := Read(path, text, files, about)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		seen := clang(t, dir, string(text))
		if (seen == nil) != (len(h.Missing) > 0) {
			t.Errorf("%s: missing %v, the compiler says %v", path, h.Missing, seen != nil)
		}
		if seen == nil {
			continue
		}
		for _, m := range h.Macros {
			if _, has := seen[m.Name]; !has && !m.Maybe {
				t.Errorf("%s: %s is not defined, says the compiler", path, m.Name)
			}
			if m.Maybe {
				t.Errorf("%s: %s: not sure", path, m.Name)
			}
			delete(seen, m.Name)
		}
		for name := range seen {
			if !strings.HasSuffix(name, "_H") && !strings.HasSuffix(name, "_H__") && name != "unix" && name != "linux" {
				t.Errorf("%s: %s was not found", path, name)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("#if A\n#define B 1\n#else\n#include \"x\"\n#endif\n", "#define A B\n")
	f.Add("#ifndef G\n#define G\n/* */ #define X \\\n 1\n#endif", "#include \"x\"")
	f.Add("#define S \"\\\"\n#elif '", "#undef A")
	f.Fuzz(func(t *testing.T, text, other string) {
		h, err := Read("h", []byte(text), tree(map[string]string{"x": other}), about)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("two lines: %q", err)
			}
			return
		}
		for _, m := range h.Macros {
			if len(m.Value) > 2*mostValue+len(text)+len(other) || strings.ContainsAny(m.Name+m.Value, "\n") {
				t.Errorf("%s is %d bytes", m.Name, len(m.Value))
			}
		}
	})
}
