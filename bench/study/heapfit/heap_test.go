package heapfit

import (
	"context"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/emu/heap"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
)

// TestHeapOracle: the model of the lab's own arena gives exactly what runs in
// smaller and smaller arenas gave, and its high-water mark; following the heap
// changes no count.
func TestHeapOracle(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	for _, scenario := range []string{labtest.PSK, labtest.RSA, labtest.ECDSA} {
		j := labtest.JobOf(t, plan, "undated", scenario)
		want, err := (&measure.Bench{Lab: l}).Measure(ctx, plan, j)
		if err != nil {
			t.Fatal(err)
		}
		p, err := l.PrepareOn(ctx, plan, j, l.Machine)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close(ctx)
		h, err := follow(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		if h.Outcome != results.OutcomeConnected {
			t.Fatalf("%s: %s: %s", scenario, h.Outcome, h.Detail)
		}
		if got := int64(h.Counters.Ops); got != want.Metrics[metric.WasmOps] {
			t.Errorf("%s: %d wasm-ops when followed, %d otherwise", scenario, got, want.Metrics[metric.WasmOps])
		}
		fit, err := heap.Smallest(heap.Find("lab"), h.Trace)
		if err != nil {
			t.Fatal(err)
		}
		if int64(fit.MinB) != want.Metrics[metric.HeapMin] || h.MinB != fit.MinB || fit.MinB != h.Record.ArenaB {
			t.Errorf("%s: the model needs %d B, runs %d B and %d B, the arena's high-water mark is %d B",
				scenario, fit.MinB, h.MinB, want.Metrics[metric.HeapMin], h.Record.ArenaB)
		}
		for _, m := range heap.Models {
			f, err := heap.Smallest(m, h.Trace)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s %s %d %+v fails above %v, %s %d", scenario, m.Name, f.MinB, f.Use, f.FailsAboveB, f.Phase, f.AskedB)
		}
	}
}
