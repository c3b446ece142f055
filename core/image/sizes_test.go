package image

import (
	"strings"
	"testing"
)

func TestReadELFRefuses(t *testing.T) {
	for _, in := range []string{"", "hello", "\x7fELF", "\x00asm\x01\x00\x00\x00", "\x7fELF\x01\x01\x01" + strings.Repeat("\x00", 45)} {
		if s, err := readELF([]byte(in)); err == nil || !strings.HasPrefix(err.Error(), "linked image: ") {
			t.Errorf("%q: %+v, %v", in, s, err)
		}
	}
}

func FuzzReadELF(f *testing.F) {
	f.Add([]byte("\x7fELF\x01\x01\x01" + strings.Repeat("\x00", 45)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := readELF(data); err == nil && s.functions == nil {
			t.Error("no error and no result")
		}
	})
}
