package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/bench/compare"
	"tlslab/bench/results"
	"tlslab/internal/quantity"
)

// budgets checks every case a budget is for. A connected case without the
// metric fails, because its budget can't be said to hold, unless another
// machine has it for the same case: each has metrics of its own.
func (c *comparison) budgets(f *results.File, budgets []Budget) error {
	for _, b := range budgets {
		known := map[string]bool{}
		cases, numbers := 0, 0
		for _, key := range slices.Sorted(maps.Keys(c.new)) {
			is := c.new[key]
			for m := range is.Metrics {
				known[m] = true
			}
			if !b.covers(is.Config) {
				continue
			}
			cases++
			n, ok := is.Metrics[b.Metric]
			switch {
			case !ok && is.Outcome == results.OutcomeConnected && c.elsewhere(is, b.Metric):
			case !ok && is.Outcome == results.OutcomeConnected:
				c.add(is, Finding{Kind: Missing, What: b.Metric, Verdict: "worse", Fails: true,
					Text: fmt.Sprintf("%s: no number to hold against the budget of %s", b.Metric, quantity.Count(b.Max))})
			case ok:
				numbers++
				if n > b.Max {
					c.add(is, Finding{Kind: OverBudget, What: b.Metric, Old: quantity.Count(b.Max), New: quantity.Count(n), oldN: b.Max, newN: n, Verdict: "worse", Fails: true,
						Text: Excess{is, b.Metric, n, b.Max}.String()})
				}
			}
		}
		if cases == 0 {
			return fmt.Errorf("budget %s: no configuration matches %s", b.Metric, strings.Join(b.Configs, ", "))
		}
		if numbers == 0 {
			return fmt.Errorf("budget %s: no case has this metric; there are %s", b.Metric, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	return nil
}

// elsewhere says that another machine measured a metric of the same case.
func (c *comparison) elsewhere(is *results.Case, metric string) bool {
	for _, other := range c.new {
		_, ok := other.Metrics[metric]
		if ok && other.Machine != is.Machine && other.Core == is.Core && other.Board == is.Board &&
			other.Config == is.Config && other.Scenario == is.Scenario {
			return true
		}
	}
	return false
}

func (b Budget) covers(config string) bool {
	return len(b.Configs) == 0 || slices.ContainsFunc(b.Configs, func(g string) bool { return compare.Glob(g, config) })
}

// Excess is a number over its budget.
type Excess struct {
	Case    *results.Case
	Metric  string
	Is, Max int64
}

func (e Excess) String() string {
	return fmt.Sprintf("%s: %s is over the budget of %s by %s", e.Metric, quantity.Count(e.Is), quantity.Count(e.Max), over(e.Is, e.Max))
}

// Over are the numbers of cases that are over a budget, in the order of the cases.
func Over(cases []results.Case, budgets []Budget) []Excess {
	var out []Excess
	for i := range cases {
		for _, b := range budgets {
			if n, ok := cases[i].Metrics[b.Metric]; ok && n > b.Max && b.covers(cases[i].Config) {
				out = append(out, Excess{&cases[i], b.Metric, n, b.Max})
			}
		}
	}
	return out
}

// Unheld are the budgets whose metric no case has that they cover: nothing can be
// said of them.
func Unheld(cases []results.Case, budgets []Budget) []Budget {
	return slices.DeleteFunc(slices.Clone(budgets), func(b Budget) bool {
		return slices.ContainsFunc(cases, func(c results.Case) bool {
			_, ok := c.Metrics[b.Metric]
			return ok && b.covers(c.Config)
		})
	})
}

// HoldBudgets holds a file against budgets alone: there is no baseline. An error
// means that a budget can't be said to hold, because nothing has its metric.
func HoldBudgets(f *results.File, budgets []Budget) (*Report, error) {
	r, err := Compare(f, f, Options{Budgets: budgets})
	if err != nil {
		return nil, err
	}
	r.Compared, r.Budgets = 0, len(budgets)
	return r, nil
}

func over(n, most int64) string {
	d := quantity.Count(n - most)
	if most > 0 {
		d += " (" + strings.TrimPrefix(quantity.FineChange(most, n), "+") + ")"
	}
	return d
}
