package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/boards"
	"tlslab/certs"
	"tlslab/core"
	"tlslab/profiles"
)

func newList(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List profiles, scenarios, boards, certificate chains and cores",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
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
				fmt.Fprintf(w, "chain\t%s\t\n", name)
			}
			for _, p := range core.Pins {
				fmt.Fprintf(w, "core\t%s\t%s %s\n", p.Core, p.Package, p.Version)
			}
			return w.Flush()
		},
	}
}
