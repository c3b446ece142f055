package cexpr

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"tlslab/internal/testutil"
)

// table knows all: what it does not hold is not defined, but for what begins
// with an underscore.
type table map[string]string

func (t table) Defined(name string) (is, known bool) {
	_, is = t[name]
	return is, is || !strings.HasPrefix(name, "_")
}

func (t table) Value(name string) (text string, is, known bool) {
	is, known = t.Defined(name)
	return t[name], is, known
}

var macros = table{"ONE": "1", "TWO": "(ONE + ONE)", "EMPTY": "", "SELF": "SELF", "PING": "PONG", "PONG": "PING", "HEX": "0x10u", "BIG": "(1 << 20)", "TEXT": `"a"`}

// cases have the value every compiler gives them.
var cases = []struct {
	text string
	want int64
}{
	{"1", 1}, {"defined(ONE)", 1}, {"defined NONE", 0}, {"!defined(NONE) && ONE", 1}, {"NONE", 0}, {"NONE == 0", 1},
	{"TWO * 3 + 1 == 7", 1}, {"HEX", 16}, {"1 + 2 << 3", 24}, {"7 & 2 | 8 ^ 8", 2}, {"~0", -1}, {"-3 / 2", -1}, {"7 % 4", 3},
	{"BIG >= 1024 * 1024", 1}, {"ONE ? 5 : 6", 5}, {"NONE ? 5 : ONE ? 7 : 8", 7}, {"defined(ONE) || 1 / 0", 1}, {"010", 8},
	{"0 && (1 / 0)", 0}, {"+2 > 1 == 1", 1}, {"1 != 2", 1}, {"(((1)))", 1}, {"16 >> 2", 4}, {"2 <= 1", 0}, {"1 < 2", 1},
}

func TestEvaluate(t *testing.T) {
	for _, c := range cases {
		if n, known := Evaluate(Tokens(c.text), macros); !known || n != c.want {
			t.Errorf("%s is %d, %v, want %d", c.text, n, known, c.want)
		}
	}
	for _, text := range []string{
		"defined(__GNUC__)", "__GNUC__ > 3", "EMPTY", "SELF", "PING", "TEXT", "1 / 0", "F(ONE)", "__has_include(<x.h>)",
		"(1", "1)", "1 2", "", "defined(", "defined()", "&&", "1 <<", "1 << 70", "99999999999999999999", "1 ? 2", "'a'", strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200),
	} {
		if n, known := Evaluate(Tokens(text), macros); known {
			t.Errorf("%q is %d", text, n)
		}
	}
	for text, want := range map[string]int64{"defined(__GNUC__) && 0": 0, "__GNUC__ || 1": 1, "__GNUC__ ? 3 : 3": 3} {
		if n, known := Evaluate(Tokens(text), macros); !known || n != want {
			t.Errorf("%s is %d, %v, want %d", text, n, known, want)
		}
	}
}

// TestAgainstTheCompiler holds the table of cases to a compiler.
func TestAgainstTheCompiler(t *testing.T) {
	testutil.Need(t, "clang")
	var text strings.Builder
	for name, value := range macros {
		fmt.Fprintf(&text, "#define %s %s\n", name, value)
	}
	for i, c := range cases {
		fmt.Fprintf(&text, "#if (%s) != %d\n#error case %d\n#endif\n", c.text, c.want, i)
	}
	cmd := exec.Command("clang", "-E", "-P", "-w", "-x", "c", "-")
	cmd.Stdin = strings.NewReader(text.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func FuzzEvaluate(f *testing.F) {
	for _, c := range cases {
		f.Add(c.text, "1")
	}
	f.Add("X", "X2 + X2")
	f.Fuzz(func(t *testing.T, text, value string) {
		names := table{"X": value, "X2": "X3 + X3", "X3": text}
		Evaluate(Tokens(text), names)
		n, known := Evaluate(Tokens("("+text+") != ("+text+")"), names)
		if known && n != 0 && len(Tokens(text)) > 0 {
			t.Errorf("%q differs from itself", text)
		}
	})
}
