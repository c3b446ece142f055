package cli

import (
	"slices"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// TestGone: a metric that cases no longer have is listed, a case that is gone is not.
func TestGone(t *testing.T) {
	file := func(cases ...results.Case) *results.File { return &results.File{Cases: cases} }
	made := func(config string, metrics ...string) results.Case {
		c := results.Case{Config: config, Machine: metric.WASM, Metrics: map[string]int64{}}
		for _, m := range metrics {
			c.Metrics[m] = 1
		}
		return c
	}
	before := file(made("a", "allocs", "est-cycles", "est-ticks"), made("b", "allocs", "est-cycles"), made("c", "est-cycles"))
	now := file(made("a", "allocs"), made("b", "allocs", "wire-B"))
	want := []string{"no longer measured: est-cycles (cases: 2)", "no longer measured: est-ticks (cases: 1)"}
	if got := gone(before, now); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := gone(now, now); len(got) > 0 {
		t.Errorf("got %q for equal files", got)
	}
}
