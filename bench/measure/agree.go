package measure

import (
	"fmt"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// sameOnAll are the metrics that no CPU changes: bytes asked for, bytes sent.
var sameOnAll = metric.Where(metric.Metric.SameOnAll)

// Disagreements are the differences between machines that measured the same
// case, in what must be equal to the byte. Each is one line.
func Disagreements(cases []results.Case) []string {
	var out []string
	type place struct{ core, board, config, scenario string }
	first := map[place]*results.Case{}
	for i := range cases {
		c := &cases[i]
		at := place{c.Core, c.Board, c.Config, c.Scenario}
		a := first[at]
		if a == nil {
			first[at] = c
			continue
		}
		differ := func(what string, x, y any) {
			out = append(out, fmt.Sprintf("%s, %s: %s is %v on %s, %v on %s", c.Config, c.Scenario, what, x, a.Machine, y, c.Machine))
		}
		for _, m := range sameOnAll {
			x, ok := a.Metrics[m]
			y, ok2 := c.Metrics[m]
			if ok && ok2 && x != y {
				differ(m, x, y)
			}
		}
		over := c.Outcome == lab.OutcomeFlash || c.Outcome == lab.OutcomeRAM || a.Outcome == lab.OutcomeFlash || a.Outcome == lab.OutcomeRAM
		if a.Outcome != c.Outcome && !over {
			differ("the outcome", a.Outcome, c.Outcome)
		}
		peaks := map[metric.Phase]int64{}
		for _, p := range a.Phases {
			peaks[p.Name] = p.Metrics[metric.HeapPeak]
		}
		for _, p := range c.Phases {
			if x, ok := peaks[p.Name]; ok && x != p.Metrics[metric.HeapPeak] {
				differ(metric.HeapPeak+" of "+string(p.Name), x, p.Metrics[metric.HeapPeak])
			}
		}
	}
	return out
}
