package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/internal/status"
	"tlslab/profiles"
)

// configChange is an option in which two configurations differ; nil where one
// does not have it.
type configChange struct {
	Option string  `json:"option"`
	A      *string `json:"a"`
	B      *string `json:"b"`
}

func newConfigDiff(s *settings) *cobra.Command {
	var scenario, coreName string
	var asJSON, preprocessed bool
	cmd := &cobra.Command{
		Use: "diff A B", Short: "Print the options in which two configurations differ",
		Long: "Prints the options in which two configurations differ, - for A and + for B. What\n" +
			"the lab itself changes is left out; --preprocessed compares what its compiler sees.\n" +
			"Exit status 0 if none differ, 1 if some do, 2 if tlslab could not tell.\n\n" + strings.ReplaceAll(configNames, "X is", "A and B are"),
		Args: cobra.ExactArgs(2), ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			var sides [2]map[string]string
			var dialects [2]*profiles.Dialect
			names := map[string]bool{}
			for i, x := range args {
				c, err := s.configOf(cmd.Context(), x, scenario, coreName)
				if err != nil {
					return err
				}
				dialects[i] = c.profile.Dialect()
				if sides[i], err = s.optionsOf(cmd.Context(), c, preprocessed); err != nil {
					return err
				}
				for n := range sides[i] {
					names[n] = true
				}
			}
			changes := []configChange{}
			for _, n := range slices.Sorted(maps.Keys(names)) {
				a, inA := sides[0][n]
				b, inB := sides[1][n]
				c := configChange{Option: dialects[1].Short(dialects[0].Short(n))}
				if inA {
					c.A = &a
				}
				if inB {
					c.B = &b
				}
				if inA != inB || a != b {
					changes = append(changes, c)
				}
			}
			if asJSON {
				data, err := json.MarshalIndent(changes, "", "  ")
				if err != nil {
					return err
				}
				fmt.Fprintln(s.stdout, string(data))
			} else {
				writeChanges(s, changes)
			}
			if len(changes) > 0 {
				return status.Badf("%s and %s differ in %d options", args[0], args[1], len(changes))
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&scenario, "scenario", "S", "", "scenario whose needs to add to both")
	coreFlag(cmd, &coreName)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&preprocessed, "preprocessed", false, "compare what the compiler sees, the library's own defaults included")
	return cmd
}

func writeChanges(s *settings, changes []configChange) {
	for _, c := range changes {
		line := func(mark string, v *string) {
			if v != nil {
				fmt.Fprintln(s.stdout, strings.TrimSpace(mark+" "+c.Option+" "+*v))
			}
		}
		line("-", c.A)
		line("+", c.B)
	}
}

// optionsOf are the options of a configuration, with MBEDTLS_: by its text
// without what the lab has otherwise, or as the compiler sees them.
func (s *settings) optionsOf(ctx context.Context, c *chosen, preprocessed bool) (map[string]string, error) {
	if preprocessed {
		return s.preprocessed(ctx, c)
	}
	macros, err := profiles.Own(c.variant, c.scenario)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, m := range macros {
		out[m.Name] = m.Value
	}
	return out, nil
}
