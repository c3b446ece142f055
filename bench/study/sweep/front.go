package sweep

import (
	"slices"

	"tlslab/bench/results"
	"tlslab/internal/pareto"
)

// Compared is a metric of a front, where less is better, and what it counts.
type Compared struct {
	Metric string
	Kind   pareto.Kind
}

// ComparedOn are the metrics that a reader of cases on one machine compares.
func ComparedOn(machine string) []Compared {
	ticks, ram := results.HandshakeInsns, results.RAMPeak
	switch machine {
	case "wasm":
		ticks, ram = results.HandshakeOps, results.EstRAMPeak
	case "serial":
		ticks = results.HandshakeCycles
	}
	return []Compared{{ticks, pareto.Ticks}, {results.HeapPeak, pareto.Bytes}, {ram, pareto.Bytes}, {results.Flash, pareto.Bytes}}
}

// Front is the Pareto front (pareto.Front) of connected cases. Cases without one
// of the metrics are left out.
func Front(cases []results.Case, axes []Compared) []results.Case {
	own := slices.DeleteFunc(slices.Clone(cases), func(c results.Case) bool {
		return c.Outcome != results.OutcomeConnected || slices.ContainsFunc(axes, func(a Compared) bool { _, ok := c.Metrics[a.Metric]; return !ok })
	})
	kinds := make([]pareto.Kind, len(axes))
	for i, a := range axes {
		kinds[i] = a.Kind
	}
	return pareto.Front(own, kinds, func(c results.Case) []int64 {
		numbers := make([]int64, len(axes))
		for i, a := range axes {
			numbers[i] = c.Metrics[a.Metric]
		}
		return numbers
	})
}
