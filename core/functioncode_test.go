package core

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A function's digest is of what it executes: the same in another object, with
// other callees and other data at other places, another where an instruction or a
// constant differs.
func TestCodeDigests(t *testing.T) {
	needTools(t)
	const text = `extern int CALLED(int), TABLE[];
int f(int n) { return CALLED(n) + TABLE[n] * 1234567; }
static int g(int n) { return CALLED(n) / 3; }
int (*const pointer)(int) = g;
`
	digests := func(prefix, source string, flags ...string) map[string]string {
		t.Helper()
		dir := t.TempDir()
		path, out := filepath.Join(dir, "a.c"), filepath.Join(dir, "a.o")
		if err := os.WriteFile(path, []byte(prefix+source), 0o600); err != nil {
			t.Fatal(err)
		}
		args := append(append(armFlags("cortex-m4", "", "soft", "-O2"), flags...), "-c", "-o", out, path)
		if words, err := exec.Command("arm-none-eabi-gcc", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, words)
		}
		object, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		d, err := codeDigests(object)
		if err != nil || len(d["f"]) == 0 || len(d["g"]) == 0 {
			t.Fatalf("%v, %v", d, err)
		}
		return d
	}
	names := []string{"-DCALLED=one", "-DTABLE=first"}
	base := digests("", text, names...)
	for _, c := range []struct {
		name, prefix, source string
		flags                []string
		same                 bool
	}{
		{"other callees and data", "", text, []string{"-DCALLED=another", "-DTABLE=second"}, true},
		{"not at its section's beginning", "int before(int n) { return n + 3; }\n", text, append(names, "-fno-function-sections", "-fno-reorder-functions"), true},
		{"other instructions", "", text, append(names, "-mcpu=cortex-m0"), false},
		{"another constant", "", strings.Replace(text, "1234567", "1234568", 1), names, false},
	} {
		d := digests(c.prefix, c.source, c.flags...)
		if same := d["f"] == base["f"]; same != c.same {
			t.Errorf("%s: the same digest: %v", c.name, same)
		}
		if c.same && d["g"] != base["g"] {
			t.Errorf("%s: g has another digest", c.name)
		}
	}
	if _, err := codeDigests([]byte("no object")); err == nil {
		t.Error("what is no object has digests")
	}
}
