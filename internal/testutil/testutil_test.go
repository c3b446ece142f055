package testutil

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorder is a test whose end is kept, not acted on.
type recorder struct {
	testing.TB
	ended []string
}

func (r *recorder) Helper()           {}
func (r *recorder) Skip(args ...any)  { r.ended = append(r.ended, "skip: "+fmt.Sprint(args...)) }
func (r *recorder) Fatal(args ...any) { r.ended = append(r.ended, "fatal: "+fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) {
	r.ended = append(r.ended, "error: "+fmt.Sprintf(format, args...))
}

func TestNeed(t *testing.T) {
	for ci, want := range map[string]string{"": "skip: ", "true": "fatal: "} {
		t.Setenv("CI", ci)
		r := &recorder{TB: t}
		Need(r, "go")
		if len(r.ended) != 0 {
			t.Errorf("CI=%q: go is there, and the test ended with %q", ci, r.ended)
		}
		Need(r, "no-such-program")
		if len(r.ended) != 1 || !strings.HasPrefix(r.ended[0], want+"no-such-program is missing") {
			t.Errorf("CI=%q: %q, want %q", ci, r.ended, want)
		}
	}
}

func TestGolden(t *testing.T) {
	if Update() {
		t.Skip("with -update no golden differs")
	}
	path := filepath.Join(t.TempDir(), "golden")
	if err := os.WriteFile(path, []byte("a\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"a\nb\n": "", "a\nc\n": ":2 differs", "a\n": ":2 differs", "a": "lines more", "a\nb\nc\n": ":3 differs"} {
		r := &recorder{TB: t}
		Golden(r, path, []byte(text))
		if got := strings.Join(r.ended, "; "); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestFew(t *testing.T) {
	all := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	if got := few(all, true); len(got) != 3 || got[0] != 0 || got[2] != 9 {
		t.Errorf("a sample of %v is %v", all, got)
	}
	if got := few(all, false); len(got) != len(all) {
		t.Errorf("a whole run has %v", got)
	}
	if got := few(all[:2], true); len(got) != 2 {
		t.Errorf("a sample of two is %v", got)
	}
}
