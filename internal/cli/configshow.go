package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/profiles"
)

func newConfigShow(s *settings) *cobra.Command {
	var scenario, coreName string
	var preprocessed bool
	cmd := &cobra.Command{
		Use: "show X", Short: "Print the options of a configuration and where each comes from",
		Long: "Prints every option of a configuration, its value, and where it comes from: the\n" +
			"line of the header or list, the profile (config), the scenario, or the lab, with\n" +
			"the reason. An option behind a condition that the text does not decide has a\n" +
			"question mark; --preprocessed asks the compiler.\n\n" + configNames,
		Args: cobra.ExactArgs(1), ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := s.configOf(cmd.Context(), args[0], scenario, coreName)
			if err != nil {
				return err
			}
			macros, removed, err := profiles.Whole(c.variant, c.scenario)
			if err != nil {
				return err
			}
			d := c.profile.Dialect()
			t := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
			if preprocessed {
				options, err := s.preprocessed(cmd.Context(), c)
				if err != nil {
					return err
				}
				writeSeen(t, d, options, macros)
				return t.Flush()
			}
			for _, m := range macros {
				name := d.Short(m.Name)
				if m.Params {
					name += "()"
				}
				if m.Maybe {
					name += "?"
				}
				fmt.Fprintf(t, "%s\t%s\t%s\n", name, m.Value, whence(d, m))
			}
			for _, m := range removed {
				fmt.Fprintf(t, "-%s\t%s\t%s\n", d.Short(m.Name), m.Value, whence(d, m))
			}
			return t.Flush()
		},
	}
	cmd.Flags().StringVarP(&scenario, "scenario", "S", "", "scenario whose needs to add")
	coreFlag(cmd, &coreName)
	cmd.Flags().BoolVar(&preprocessed, "preprocessed", false, "print what the compiler sees, the library's own defaults included")
	return cmd
}

// writeSeen prints what the compiler sees of a configuration whose text says
// macros.
func writeSeen(w io.Writer, d *profiles.Dialect, options map[string]string, macros []profiles.Macro) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		from := "the library's headers"
		if i := slices.IndexFunc(macros, func(m profiles.Macro) bool { return m.Name == name }); i >= 0 {
			from = whence(d, macros[i])
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Short(name), options[name], from)
	}
}

// whence says where a macro comes from, or who took it out, and why where the
// lab did.
func whence(d *profiles.Dialect, m profiles.Macro) string {
	if reason, ok := profiles.Overridden(d, m); ok {
		return m.By + ": " + reason
	}
	return cmp.Or(m.By, m.At)
}
