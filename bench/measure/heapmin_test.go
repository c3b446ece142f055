package measure

import (
	"context"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// TestHeapMin: what is reported as the smallest heap is enough, and one step
// less is not.
func TestHeapMin(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := openBench(t, wasm.Compiler)
	for _, c := range []struct {
		scenario string
		heap     uint32 // the profile's; 0 keeps lab.toml's
	}{{labtest.PSK, 0}, {labtest.PSK, 30_001}, {labtest.RSA, 0}, {labtest.ECDSA, 0}} {
		plan := labtest.LoadPlan(t, func(p *profiles.Profile) {
			if c.heap != 0 {
				p.Memory.HeapBytes = c.heap
			}
		})
		j := labtest.JobOf(t, plan, "undated", c.scenario)
		got, err := l.Measure(ctx, plan, j)
		if err != nil {
			t.Fatal(err)
		}
		least := uint32(got.Metrics[metric.HeapMin])
		s := labtest.Prepare(t, l.Lab, plan, j)
		if o := labtest.Ending(t, s, least); o.Name != "connected" {
			t.Errorf("%s: heap-min-B is %d, and there it ends with %+v", c.scenario, least, o)
		}
		if o := labtest.Ending(t, s, least-lab.ArenaStep); !strings.HasPrefix(string(o.Name), string(lab.OutcomeHeapShort)) {
			t.Errorf("%s: heap-min-B is %d, and %d less ends with %+v", c.scenario, least, lab.ArenaStep, o)
		}
		t.Logf("%s: heap-peak-B %d, heap-min-B %d", c.scenario, got.Metrics[metric.HeapPeak], least)
	}
}

// TestHeapMinWhenExact: a heap of exactly the least bytes is found too.
func TestHeapMinWhenExact(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := openBench(t, wasm.Compiler)
	measure := func(heap uint32) int64 {
		plan := labtest.LoadPlan(t, func(p *profiles.Profile) { p.Memory.HeapBytes = heap })
		got, err := l.Measure(ctx, plan, labtest.JobOf(t, plan, "undated", labtest.PSK))
		if err != nil {
			t.Fatal(err)
		}
		return got.Metrics[metric.HeapMin]
	}
	least := measure(65_536)
	for _, heap := range []int64{least, least + 1, least + 7, least + 8} {
		if got := measure(uint32(heap)); got != least {
			t.Errorf("heap-min-B is %d in a heap of 65536 and %d in one of %d", least, got, heap)
		}
	}
}
