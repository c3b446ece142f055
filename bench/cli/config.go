package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/profiles"
	"tlslab/profiles/export"
	"tlslab/profiles/strict"
)

const configNames = "X is PROFILE (its last configuration), PROFILE:CONFIG, a configuration header (.h),\n" +
	"a list of macros (.txt), the name of a built-in list, or \"core\": the library's own\n" +
	"header. With -S what the scenario needs is added."

func newConfig(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Show, compare and export configurations", Long: "Shows, compares and exports configurations.\n\n" + configNames, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newConfigShow(s), newConfigDiff(s), newConfigExport(s))
	return cmd
}

// chosen is a configuration that an argument names.
type chosen struct {
	profile  *profiles.Profile
	variant  profiles.Variant
	scenario *profiles.Scenario // nil for none
	coreName string
}

// configOf reads what X names.
func (s *settings) configOf(ctx context.Context, x, scenario, coreName string) (*chosen, error) {
	name, config, _ := strings.Cut(x, ":")
	own := strings.HasSuffix(x, ".h") || strings.HasSuffix(x, ".txt") || x == profiles.CoreBase || slices.Contains(profiles.BaseNames(), x)
	var p *profiles.Profile
	var err error
	switch {
	case own:
		config = ""
		p, err = profiles.LoadConfig(x)
	case strings.HasSuffix(name, ".toml") || slices.Contains(profiles.Names(), name):
		p, err = profiles.Load(name)
	default:
		err = strict.Unknown("configuration", x, slices.Concat(profiles.Names(), profiles.BaseNames(), []string{profiles.CoreBase}))
	}
	if err != nil {
		return nil, err
	}
	c := &chosen{profile: p, coreName: cmp.Or(coreName, p.Core, peerCore)}
	if p.FromCore() {
		if err := s.useCore(ctx, p, c.coreName); err != nil {
			return nil, err
		}
	}
	if c.variant, err = chooseConfig(p, config); err != nil {
		return nil, err
	}
	if scenario != "" {
		c.scenario, err = profiles.LoadScenario(p, scenario)
	}
	return c, err
}

func newConfigShow(s *settings) *cobra.Command {
	var scenario, coreName string
	var preprocessed bool
	cmd := &cobra.Command{
		Use: "show X", Short: "Print the options of a configuration and where each comes from",
		Long: "Prints every option of a configuration, its value, and where it comes from: the\n" +
			"line of the header or list, the profile (config), the scenario, or the lab, with\n" +
			"the reason why. An option behind a condition that the text doesn't decide has a\n" +
			"question mark: --preprocessed asks the compiler.\n\n" + configNames,
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
			t := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
			if preprocessed {
				options, err := s.preprocessed(cmd.Context(), c)
				if err != nil {
					return err
				}
				writeSeen(t, options, macros)
				return t.Flush()
			}
			for _, m := range macros {
				name := profiles.Short(m.Name)
				if m.Params {
					name += "()"
				}
				if m.Maybe {
					name += "?"
				}
				fmt.Fprintf(t, "%s\t%s\t%s\n", name, m.Value, whence(m))
			}
			for _, m := range removed {
				fmt.Fprintf(t, "-%s\t%s\t%s\n", profiles.Short(m.Name), m.Value, whence(m))
			}
			return t.Flush()
		},
	}
	cmd.Flags().StringVarP(&scenario, "scenario", "S", "", "scenario whose needs to add")
	coreFlag(cmd, &coreName)
	cmd.Flags().BoolVar(&preprocessed, "preprocessed", false, "print what the compiler sees, the library's own defaults among it")
	return cmd
}

func coreFlag(cmd *cobra.Command, coreName *string) {
	cmd.Flags().StringVar(coreName, "core", "", "TLS library whose own header is meant: "+peerCore+", dir:PATH or tar:PATH (default: the profile's)")
}

// writeSeen prints what the compiler sees of a configuration whose text says
// macros.
func writeSeen(w io.Writer, options map[string]string, macros []profiles.Macro) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		from := "the library's headers"
		if i := slices.IndexFunc(macros, func(m profiles.Macro) bool { return m.Name == name }); i >= 0 {
			from = whence(macros[i])
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", profiles.Short(name), options[name], from)
	}
}

// preprocessed are the options of a configuration as the compiler of the wasm
// target sees them, with MBEDTLS_.
func (s *settings) preprocessed(ctx context.Context, c *chosen) (map[string]string, error) {
	header, _, err := profiles.Render(c.variant, c.scenario)
	if err != nil {
		return nil, err
	}
	cache, err := s.cache()
	if err != nil {
		return nil, err
	}
	if err := core.EnsureTools(ctx, core.BuildTools, s.say); err != nil {
		return nil, err
	}
	tools, err := core.FindToolchain(ctx)
	if err != nil {
		return nil, err
	}
	src, err := core.Resolve(ctx, c.coreName, cache, s.say)
	if err != nil {
		return nil, err
	}
	b, err := core.NewBuilder(ctx, cache, tools)
	if err != nil {
		return nil, err
	}
	return b.Options(ctx, &core.Spec{Source: src, Role: core.Client, Header: header, HeaderDirs: c.variant.Dirs(), WasmOpt: "-O2"})
}

// whence says where a macro comes from, or who took it out, and why where the
// lab did.
func whence(m profiles.Macro) string {
	if reason, ok := profiles.Overridden(m); ok {
		return m.By + ": " + reason
	}
	return cmp.Or(m.By, m.At)
}

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
		Long: "Prints the options in which two configurations differ, - for A and + for B: exit\n" +
			"status 0 when none do, 1 when some do, 2 when it can't be told. What the lab has\n" +
			"otherwise is left aside; --preprocessed compares what its compiler sees.\n\n" + strings.ReplaceAll(configNames, "X is", "A and B are"),
		Args: cobra.ExactArgs(2), ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			var sides [2]map[string]string
			names := map[string]bool{}
			for i, x := range args {
				c, err := s.configOf(cmd.Context(), x, scenario, coreName)
				if err != nil {
					return err
				}
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
	coreFlag(cmd, &coreName)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&preprocessed, "preprocessed", false, "compare what the compiler sees, the library's own defaults among it")
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

func newConfigExport(s *settings) *cobra.Command {
	var scenario, format, output, coreName string
	cmd := &cobra.Command{
		Use: "export X", Short: "Write a configuration as a header or in a system's own format",
		Long: "Writes a configuration as Mbed TLS's header, as lines for RT-Thread's .config\n" +
			"(kconfig), Zephyr's prj.conf or ESP-IDF's sdkconfig. What a format can't say is\n" +
			"named in comments and on stderr.\n\n" + configNames,
		Args: cobra.ExactArgs(1), ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := s.configOf(cmd.Context(), args[0], scenario, coreName)
			if err != nil {
				return err
			}
			macros, err := profiles.Own(c.variant, c.scenario)
			if err != nil {
				return err
			}
			text, unsaid, err := export.Write(format, macros)
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
	coreFlag(cmd, &coreName)
	cmd.Flags().StringVar(&format, "format", "header", "header, kconfig (RT-Thread), zephyr or esp-idf")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default: stdout)")
	return cmd
}
