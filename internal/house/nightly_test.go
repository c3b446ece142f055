package house

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	waits    = regexp.MustCompile(`testutil\.Nightly\(t\)`)
	sampled  = regexp.MustCompile(`testutil\.Few\(`)
	script   = regexp.MustCompile(`(?m)^\[short\] skip`)
)

// TestNightly lists with -v what `make test` leaves to `make test-all`, read
// from the tests themselves.
func TestNightly(t *testing.T) {
	var left []string
	walkTexts(t, func(path string, text []byte) {
		switch {
		case strings.HasPrefix(path, "internal/house/"), strings.HasPrefix(path, "internal/testutil/"):
		case strings.HasSuffix(path, ".txtar") && script.Match(text):
			left = append(left, path)
		case strings.HasSuffix(path, "_test.go"):
			heads := testFunc.FindAllSubmatchIndex(text, -1)
			for i, h := range heads {
				end := len(text)
				if i+1 < len(heads) {
					end = heads[i+1][0]
				}
				name := path[:strings.LastIndexByte(path, '/')] + " " + string(text[h[2]:h[3]])
				switch body := text[h[0]:end]; {
				case waits.Match(body):
					left = append(left, name)
				case sampled.Match(body):
					left = append(left, name+", but for three cases")
				}
			}
		}
	})
	slices.Sort(left)
	if len(left) < 5 {
		t.Errorf("%q are left to the nightly run: the rule that finds them is broken", left)
	}
	t.Logf("left to make test-all:\n%s", strings.Join(left, "\n"))
}

// TestEveryProfileIsGated: continuous integration measures each profile of the
// Makefile.
func TestEveryProfileIsGated(t *testing.T) {
	read := func(path, pattern string) []string {
		var found []string
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(readFile(t, path), -1) {
			found = append(found, strings.Fields(string(m[1]))...)
		}
		slices.Sort(found)
		return found
	}
	want := read("Makefile", `(?m)^PROFILES \?= (.*)$`)
	got := read(".ci/run", `(?m)^(?:profiles|newer)="(.*)"$`)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf(".ci/run measures %q, the Makefile's PROFILES are %q", got, want)
	}
}
