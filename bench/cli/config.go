package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/results"
	"tlslab/profiles"
	"tlslab/profiles/export"
	"tlslab/profiles/strict"
)

const configNames = "X is PROFILE, PROFILE:CONFIG, a configuration header (.h), a list of macros (.txt),\n" +
	"or the name of a built-in list. With -S what the scenario needs is added."

func newConfig(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Show, compare and export configurations", Long: "Shows, compares and exports configurations.\n\n" + configNames, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newConfigShow(s), newConfigDiff(s), newConfigExport(s))
	return cmd
}

// configOf reads what X names: its settings, with who set each.
func configOf(x, scenario string) (profiles.Variant, *profiles.Scenario, error) {
	var v profiles.Variant
	var p *profiles.Profile
	var err error
	switch {
	case strings.HasSuffix(x, ".h") || strings.HasSuffix(x, ".txt"):
		v, err = profiles.LoadConfig(x)
	case slices.Contains(profiles.BaseNames(), x):
		v, err = profiles.LoadConfig(x)
	default:
		name, config, _ := strings.Cut(x, ":")
		if strings.HasSuffix(name, ".toml") || slices.Contains(profiles.Names(), name) {
			if p, err = profiles.Load(name); err == nil {
				v, err = chooseConfig(p, config)
			}
		} else {
			err = strict.Unknown("configuration", x, append(profiles.Names(), profiles.BaseNames()...))
		}
	}
	if err != nil || scenario == "" {
		return v, nil, err
	}
	sc, err := profiles.LoadScenario(p, scenario)
	return v, sc, err
}

func newConfigShow(s *settings) *cobra.Command {
	var scenario string
	cmd := &cobra.Command{
		Use: "show X", Short: "Print the options of a configuration and where each comes from",
		Long: "Prints every option of a configuration, its value, and where it comes from.\n\n" + configNames,
		Args: cobra.ExactArgs(1), ValidArgsFunction: profileNames,
		RunE: func(_ *cobra.Command, args []string) error {
			v, sc, err := configOf(args[0], scenario)
			if err != nil {
				return err
			}
			macros, removed, err := profiles.Whole(v, sc)
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
			for _, m := range macros {
				fmt.Fprintf(t, "%s\t%s\t%s\n", profiles.Short(m.Name), m.Value, whence(m))
			}
			for _, m := range removed {
				fmt.Fprintf(t, "-%s\t%s\t%s\n", profiles.Short(m.Name), m.Value, whence(m))
			}
			return t.Flush()
		},
	}
	cmd.Flags().StringVarP(&scenario, "scenario", "S", "", "scenario whose needs to add")
	return cmd
}

// whence says who set a macro, or took it out, and why where the lab did.
func whence(m profiles.Macro) string {
	if reason, ok := profiles.Overridden(m.Name); ok && m.By == "lab" {
		return "lab: " + reason
	}
	return m.By
}

// configChange is an option in which two configurations differ; nil where one
// does not have it.
type configChange struct {
	Option string  `json:"option"`
	A      *string `json:"a"`
	B      *string `json:"b"`
}

func newConfigDiff(s *settings) *cobra.Command {
	var scenario string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "diff A B", Short: "Print the options in which two configurations differ",
		Long: "Prints the options in which two configurations differ: exit status 1 when any do.\n\n" + strings.ReplaceAll(configNames, "X is", "A and B are"),
		Args: cobra.ExactArgs(2), ValidArgsFunction: profileNames,
		RunE: func(_ *cobra.Command, args []string) error {
			var sides [2]map[string]string
			names := map[string]bool{}
			for i, x := range args {
				v, sc, err := configOf(x, scenario)
				if err != nil {
					return err
				}
				if sides[i], err = profiles.Effective(v, sc); err != nil {
					return err
				}
				for n := range sides[i] {
					names[n] = true
				}
			}
			changes := []configChange{}
			for _, n := range sortedSet(names) {
				a, inA := sides[0][n]
				b, inB := sides[1][n]
				c := configChange{Option: profiles.Short(n)}
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
				return badf("%s and %s differ in %d options", args[0], args[1], len(changes))
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&scenario, "scenario", "S", "", "scenario whose needs to add to both")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
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

func sortedSet(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func newConfigExport(s *settings) *cobra.Command {
	var scenario, format, output string
	cmd := &cobra.Command{
		Use: "export X", Short: "Write a configuration as a header or in a system's own format",
		Long: "Writes a configuration as Mbed TLS's header, as lines for RT-Thread's .config\n" +
			"(kconfig), Zephyr's prj.conf or ESP-IDF's sdkconfig. What a format can't say is\n" +
			"named in comments and on stderr.\n\n" + configNames,
		Args: cobra.ExactArgs(1), ValidArgsFunction: profileNames,
		RunE: func(_ *cobra.Command, args []string) error {
			v, sc, err := configOf(args[0], scenario)
			if err != nil {
				return err
			}
			var text []byte
			var unsaid []string
			if format == "header" {
				text, _, err = profiles.Render(v, sc)
			} else {
				var macros []profiles.Macro
				if macros, _, err = profiles.Whole(v, sc); err == nil {
					text, unsaid, err = export.Write(format, macros)
				}
			}
			if err != nil {
				return err
			}
			if output == "" {
				_, err = s.stdout.Write(text)
			} else if err = os.MkdirAll(filepath.Dir(output), 0o755); err == nil {
				err = results.WriteWhole(output, text)
			}
			if len(unsaid) > 0 {
				s.say(fmt.Sprintf("%s has no word for %d of the options; they are named in its comments", format, len(unsaid)))
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&scenario, "scenario", "S", "", "scenario whose needs to add")
	cmd.Flags().StringVar(&format, "format", "header", "header, kconfig (RT-Thread), zephyr or esp-idf")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default: stdout)")
	return cmd
}
