package report

import (
	"maps"
	"slices"

	"tlslab/bench/gate"
	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Budgets are a profile's, in the gate's form, by metric.
func Budgets(p *profiles.Profile) []gate.Budget {
	var out []gate.Budget
	for _, name := range slices.Sorted(maps.Keys(p.Budget)) {
		out = append(out, gate.Budget{Metric: name, Max: p.Budget[name], Configs: p.BudgetConfigs})
	}
	return out
}

// overBudget says that the number of a table's cell is over a budget. ROM and
// flash are one number under two names.
func overBudget(c *results.Case, name string, budgets []gate.Budget) bool {
	return slices.ContainsFunc(gate.Over([]results.Case{*c}, budgets), func(e gate.Excess) bool {
		return e.Metric == name || name == metric.ROM && e.Metric == metric.Flash
	})
}

// over says which numbers of a row are over a budget, each once where several
// machines have it.
func (m measured) over(budgets []gate.Budget) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		for _, e := range gate.Over([]results.Case{*m[name]}, budgets) {
			if text := e.String(); !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}
