package house

import (
	"regexp"
	"strings"
	"testing"
)

// ofTestutil is what internal/testutil has, so that every test does it alike.
var ofTestutil = map[string]*regexp.Regexp{
	"Need or Missing": regexp.MustCompile(`Getenv\("CI"\)`),
	"Update":          regexp.MustCompile(`flag\.\w+\("update`),
	"Nightly or Few":  regexp.MustCompile(`testing\.Short\(\)`),
}

// TestTestsUseTestutil finds tests that do by hand what testutil does for all.
func TestTestsUseTestutil(t *testing.T) {
	tests := 0
	walkTexts(t, func(path string, text []byte) {
		if !strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/house/") {
			return
		}
		tests++
		for instead, pattern := range ofTestutil {
			if found := pattern.Find(text); found != nil {
				t.Errorf("%s: %s: testutil.%s does this", path, found, instead)
			}
		}
	})
	if tests < 50 {
		t.Errorf("%d files with tests were read: the tree has more", tests)
	}
}
