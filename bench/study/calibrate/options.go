package calibrate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SameOptions returns a check that the guest was built as asked: its report,
// "NAME VALUE" a line, has the macros of asked and no others.
func SameOptions(asked map[string]string) func(report string) error {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	return func(report string) error {
		got := map[string]string{}
		for line := range strings.Lines(report) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			got[name] = squeeze(value)
		}
		for _, name := range slices.Sorted(maps.Keys(asked)) {
			if v, ok := got[name]; !ok || v != squeeze(asked[name]) {
				return fmt.Errorf("guest reports %q for %s, asked for %q", v, name, asked[name])
			}
		}
		if len(got) != len(asked) {
			return fmt.Errorf("guest reports %d options, asked for %d", len(got), len(asked))
		}
		return nil
	}
}
