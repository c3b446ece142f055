package sweep

import (
	"slices"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/pareto"
)

// ComparedOn are the metrics that a reader of cases on one machine compares, of
// each of which less is better.
func ComparedOn(machine metric.Machine) []string {
	u := metric.UnitsOf(machine)
	names := []string{u.Handshake, metric.HeapPeak, u.RAM, metric.Flash}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// Front is the Pareto front (pareto.Front) of connected cases. Cases without one
// of the metrics are left out.
func Front(cases []results.Case, metrics []string) []results.Case {
	own := slices.DeleteFunc(slices.Clone(cases), func(c results.Case) bool {
		return c.Outcome != results.OutcomeConnected || slices.ContainsFunc(metrics, func(m string) bool { _, ok := c.Metrics[m]; return !ok })
	})
	return pareto.Front(own, pareto.KindsOf(metrics), func(c results.Case) []int64 {
		numbers := make([]int64, len(metrics))
		for i, m := range metrics {
			numbers[i] = c.Metrics[m]
		}
		return numbers
	})
}
