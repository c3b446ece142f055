package plots

import (
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// TestPhasesAddUp: a bar's parts add up to the run's number, and what is in
// brackets is the table's.
func TestPhasesAddUp(t *testing.T) {
	n := 0
	for _, f := range []*results.File{synthetic(), machines()} {
		for i := range f.Cases {
			c := &f.Cases[i]
			run := runOf(c.Machine, []*results.Case{c})
			b := barOf(c, run.metric)
			if len(b.parts) == 0 {
				continue
			}
			sum := int64(0)
			for _, part := range b.parts {
				sum += part
			}
			if sum != b.total || b.total < c.Metrics[run.metric] {
				t.Errorf("%s: the parts add up to %d, the bar has %d, the case %d", c.Key(), sum, b.total, c.Metrics[run.metric])
			}
			if b.table != c.Metrics[metric.HandshakeOf(run.metric)] {
				t.Errorf("%s: %d in brackets, %d in the table", c.Key(), b.table, c.Metrics[metric.HandshakeOf(run.metric)])
			}
			n++
		}
	}
	if n == 0 {
		t.Fatal("no case has phases")
	}
}
