package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/core/options"
)

func newOptions(s *settings) *cobra.Command {
	var coreName, table string
	cmd := &cobra.Command{
		Use:   "options [NAME...]",
		Short: "List a core's options: defaults, the manual's advice, effects on security",
		Long: "Lists the options that have an entry in the catalogue. With names, it prints all\n" +
			"about those: the core's own default and description, the RT-Thread manual's\n" +
			"advice, what leaving the option out saves and which security is lost, the rules\n" +
			"of check_config.h, and the releases that have it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := s.resolve(cmd.Context(), coreName)
			if err != nil {
				return err
			}
			cat, err := src.Options()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return listOptions(s.stdout, cat, table)
			}
			for i, name := range args {
				o, err := cat.Find(name)
				if err != nil {
					return err
				}
				if i > 0 {
					fmt.Fprintln(s.stdout)
				}
				describeOption(s.stdout, cat, &o)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&coreName, "core", peerCore, coreHelp())
	cmd.Flags().StringVar(&table, "table", "", "only options of one of the manual's tables: 6.4.1 to 6.4.7")
	return cmd
}

// defaultOf is an option's default as tables print it.
func defaultOf(o *options.Option) string {
	switch {
	case o.Kind == options.Flag && o.On:
		return "on"
	case o.Kind == options.Flag:
		return "off"
	case o.Kind == options.Number:
		return o.Default
	}
	return "-"
}

func listOptions(w io.Writer, cat *options.Catalogue, table string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "option\tdefault\tmanual\tadvice\twhat it is")
	n := 0
	for _, o := range cat.Options() {
		if o.Noted && (table == "" || o.Table == table) {
			n++
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", cat.Short(o.Name), defaultOf(&o), o.Table, o.Advice, o.Buys)
		}
	}
	if n == 0 {
		return fmt.Errorf("table %q: the manual's tables are 6.4.1 to 6.4.7", table)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, name := range cat.Missing {
		if table == "" {
			fmt.Fprintf(w, "%s: %s %s does not have it; %s do\n", cat.Short(name), cat.Title, cat.Version, cat.ReleasesWith(name))
		}
	}
	return nil
}

func describeOption(w io.Writer, cat *options.Catalogue, o *options.Option) {
	fmt.Fprintf(w, "%s\n", o.Name)
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-15s %s\n", what, text)
		}
	}
	line("kind", string(o.Kind))
	line("default", defaultOf(o))
	line("the header says", o.Says)
	line("requires", o.Requires)
	line("what it is", o.Buys)
	if o.Table != "" {
		line("the manual", "table "+o.Table+": "+o.Advice)
	}
	line("without it", o.Weakens)
	line("with it", o.WeakensOn)
	line("only where", o.With+ifSet(o.With, " is on"))
	line("or", o.Or+ifSet(o.Or, " does as well"))
	if o.Max != 0 {
		line("range", fmt.Sprintf("%d to %d", o.Min, o.Max))
	}
	if len(o.Try) > 0 {
		line("worth trying", strings.Trim(fmt.Sprint(o.Try), "[]"))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Least)) {
		line("at least", fmt.Sprintf("%d with %s", o.Least[name], name))
	}
	line("not turned", o.NoFlip)
	line("releases", cat.ReleasesWith(o.Name))
	for _, r := range cat.Rules(o.Name) {
		line("rule", fmt.Sprintf("%s: error where %s", r.At(), strings.ReplaceAll(r.Condition(), cat.Prefix, "")))
	}
}

func ifSet(s, more string) string {
	if s == "" {
		return ""
	}
	return more
}
