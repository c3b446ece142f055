package cache

import "testing"

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"4GiB": 4 << 30, "4G": 4 << 30, "4GB": 4 << 30, "500MiB": 500 << 20, "7": 7, "7B": 7, "0": 0, "12 K": 12 << 10, "none": -1} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "G", "-1", "4X", "4GG", "iB", "4i", "99999999999T", "1e3", "4GiBx"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}
