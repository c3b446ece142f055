package compare

import "testing"

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a/b", true},
		{"a*", "ab/c", true}, {"a*", "ba", false}, {"*c", "ab/c", true}, {"*c", "cb", false},
		{"a*b*c", "a/b/c", true}, {"a*b*c", "ac", false}, {"ab*bc", "abc", false},
		{"a", "a", true}, {"a", "ab", false}, {"**", "x", true},
	} {
		if got := Glob(tt.pattern, tt.s); got != tt.want {
			t.Errorf("glob(%q, %q) is %v", tt.pattern, tt.s, got)
		}
	}
}
