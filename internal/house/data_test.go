package house

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tlslab/boards"
	_ "tlslab/core/library" // registers what profiles must know of libraries
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// TestBoardsAreListed: a board's file is followed by its README row and its
// place in the profile of all boards.
func TestBoardsAreListed(t *testing.T) {
	p, err := profiles.Load("boards")
	if err != nil {
		t.Fatal(err)
	}
	listed := append(p.Boards, p.Board)
	rows := regexp.MustCompile(`(?m)^\|([^|]*)\|`).FindAllSubmatch(readFile(t, "boards/README.md"), -1)
	var named []string
	for _, row := range rows {
		for name := range strings.SplitSeq(string(row[1]), ",") {
			named = append(named, strings.TrimSpace(name))
		}
	}
	for _, name := range boards.Names() {
		if !slices.Contains(listed, name) {
			t.Errorf("profiles/boards.toml does not measure %s", name)
		}
		if !slices.Contains(named, name) {
			t.Errorf("boards/README.md has no row with %s", name)
		}
	}
}

// TestMetricsAreExplained: a row of the table of metrics is followed by one in
// the README that says what it means.
func TestMetricsAreExplained(t *testing.T) {
	text := string(readFile(t, "bench/README.md"))
	for _, m := range metric.All() {
		if !strings.Contains(text, "`"+m.Name+"`") {
			t.Errorf("bench/README.md does not explain %s", m.Name)
		}
	}
}
