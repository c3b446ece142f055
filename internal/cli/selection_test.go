package cli

import (
	"io"
	"slices"
	"testing"

	"github.com/spf13/cobra"
)

// TestSelectionIsAlike: every verb that takes a scenario takes it by the same
// letters, and every verb that measures takes the whole selection.
func TestSelectionIsAlike(t *testing.T) {
	var all func(c *cobra.Command) []*cobra.Command
	all = func(c *cobra.Command) []*cobra.Command {
		out := []*cobra.Command{c}
		for _, sub := range c.Commands() {
			out = append(out, all(sub)...)
		}
		return out
	}
	var measuring []string
	for _, c := range all(newRoot(io.Discard, io.Discard)) {
		flags := c.Flags()
		// there it is a pattern
		if f := flags.Lookup("scenario"); f != nil && f.Shorthand != "S" && c.Name() != "compare" {
			t.Errorf("%s: --scenario has no -S", c.CommandPath())
		}
		if flags.Lookup("board") == nil {
			continue
		}
		measuring = append(measuring, c.Name())
		for _, name := range []string{"core", "config", "scenario", "board", "machine", "set"} {
			if flags.Lookup(name) == nil {
				t.Errorf("%s: no --%s", c.CommandPath(), name)
			}
		}
	}
	for _, name := range []string{"bench", "sweep", "tune", "atlas", "reject", "connect", "serve", "trace", "profile", "heap", "loss", "fault", "firmware"} {
		if !slices.Contains(measuring, name) {
			t.Errorf("%s: takes no selection", name)
		}
	}
}
