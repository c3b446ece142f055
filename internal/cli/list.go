package cli

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/boards"
	"tlslab/certs"
	"tlslab/core/library"
	"tlslab/profiles"
)

func newList(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "list [PROFILE]",
		Short: "List profiles, scenarios, boards, certificate chains and cores",
		Long: "Lists what is built in: profiles, scenarios, boards, certificate chains and\n" +
			"cores. With a PROFILE it lists that profile's configurations and scenarios,\n" +
			"those of its matrix included.",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(_ *cobra.Command, args []string) error {
			w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
			if len(args) > 0 {
				return listProfile(w, args[0])
			}
			for _, name := range profiles.Names() {
				p, err := profiles.Load(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(w, "profile\t%s\t%s\n", name, p.Title)
			}
			for _, name := range profiles.ScenarioNames() {
				sc, err := profiles.LoadScenario(nil, name)
				if err != nil {
					return err
				}
				fmt.Fprintf(w, "scenario\t%s\t%s\n", name, sc.Title)
			}
			for _, name := range boards.Names() {
				b, err := boards.Load(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(w, "board\t%s\t%s\n", name, b.Title)
			}
			for _, name := range certs.Names() {
				fmt.Fprintf(w, "chain\t%s\t%s\n", name, certs.Title(name))
			}
			for _, p := range library.Pins() {
				fmt.Fprintf(w, "core\t%s\t%s %s\n", p.Core, p.Package, p.Version)
			}
			return w.Flush()
		},
	}
}

// listProfile lists what a profile's --config and --scenario may be.
func listProfile(w *tabwriter.Writer, name string) error {
	p, err := profiles.Load(name)
	if err != nil {
		return err
	}
	for _, c := range p.Configs {
		fmt.Fprintf(w, "config\t%s\t%s\n", c.Name, cmp.Or(c.Base, c.Header))
	}
	for _, scenario := range p.Scenarios {
		sc, err := profiles.LoadScenario(p, scenario)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "scenario\t%s\t%s\n", sc.Name, sc.Title)
	}
	return w.Flush()
}
