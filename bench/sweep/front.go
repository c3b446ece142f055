package sweep

import (
	"slices"

	"tlslab/bench/pareto"
	"tlslab/bench/results"
)

// Front is the Pareto front (pareto.Front) of connected cases over metrics where
// less is better. Cases without one of the metrics are left out.
func Front(cases []results.Case, metrics ...string) []results.Case {
	own := slices.DeleteFunc(slices.Clone(cases), func(c results.Case) bool {
		return c.Outcome != results.OutcomeConnected || slices.ContainsFunc(metrics, func(m string) bool { _, ok := c.Metrics[m]; return !ok })
	})
	return pareto.Front(own, func(c results.Case) []int64 {
		numbers := make([]int64, len(metrics))
		for i, m := range metrics {
			numbers[i] = c.Metrics[m]
		}
		return numbers
	})
}
