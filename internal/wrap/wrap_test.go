package wrap

import (
	"slices"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	for _, c := range []struct {
		words string
		want  []string
	}{
		{"", []string{""}},
		{"one two  three", []string{"one two", "three"}},
		{"one muchlongerthan two", []string{"one", "muchlongerthan", "two"}},
	} {
		if got := Lines(c.words, 8); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.words, got, c.want)
		}
	}
}

func TestHang(t *testing.T) {
	var b strings.Builder
	Hang(&b, "  7  ", strings.Repeat("word ", 20))
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "  7  word") || !strings.HasPrefix(lines[1], "     word") || len(lines[0]) > Width {
		t.Errorf("%q", lines)
	}
}
