package report

import (
	"io"

	"tlslab/bench/results"
	"tlslab/profiles"
)

// writeMatrix prints one table of a matrix's scenarios, which one configuration
// serves, each with what it needs: that is in the results file, not here.
func writeMatrix(w io.Writer, f *results.File, p *profiles.Profile, config string, scenarios []string) error {
	cases := map[string]measured{}
	for _, c := range f.Cases {
		if c.Config != config {
			continue
		}
		if cases[c.Scenario] == nil {
			cases[c.Scenario] = measured{}
		}
		c.Added = nil
		cases[c.Scenario][c.Machine] = &c
	}
	var rows []row
	for _, name := range scenarios {
		if m := cases[name]; m != nil {
			rows = append(rows, row{of: "scenario", label: name, cases: m})
		}
	}
	return writeTable(w, config+" on "+p.Board+", with what each scenario needs", rows, p, "")
}
