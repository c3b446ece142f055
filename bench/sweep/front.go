package sweep

import (
	"slices"

	"tlslab/bench/results"
)

// Front is the Pareto front of connected cases over metrics where less is
// better: those that no other case is at least as good as in all and better in
// one. Equal ones are there once, the first of them. It is sorted by the first
// metric, rising. Cases without one of the metrics are left out.
func Front(cases []results.Case, metrics ...string) []results.Case {
	var out []results.Case
	var points [][]int64
	for _, c := range cases {
		if c.Outcome != results.OutcomeConnected {
			continue
		}
		p := make([]int64, 0, len(metrics))
		for _, m := range metrics {
			if v, ok := c.Metrics[m]; ok {
				p = append(p, v)
			}
		}
		if len(p) < len(metrics) || slices.ContainsFunc(points, func(q []int64) bool { return notWorse(q, p) }) {
			continue
		}
		keep := 0
		for i := range points { // those that p beats are on no front
			if !notWorse(p, points[i]) {
				out[keep], points[keep] = out[i], points[i]
				keep++
			}
		}
		out, points = append(out[:keep:keep], c), append(points[:keep:keep], p)
	}
	slices.SortStableFunc(out, func(a, b results.Case) int {
		for _, m := range metrics {
			if d := a.Metrics[m] - b.Metrics[m]; d != 0 {
				return int(d>>63 | 1)
			}
		}
		return 0
	})
	return out
}

// notWorse says that a is at most b in everything.
func notWorse(a, b []int64) bool {
	for i := range a {
		if a[i] > b[i] {
			return false
		}
	}
	return true
}
