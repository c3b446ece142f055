package measure

import (
	"context"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// TestSpread: the spread of a job is the most less the least of what each seed's
// own run counts, and a case of another machine has the same share of its own.
func TestSpread(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	ctx := context.Background()
	plan := labtest.LoadPlan(t, nil)
	j := labtest.JobOf(t, plan, "undated", labtest.RSA)
	got, err := l.Spread(ctx, plan, j)
	if err != nil {
		t.Fatal(err)
	}
	d := labtest.Prepare(t, l.Lab, plan, j)
	var least, most uint64
	for n := range uint64(results.DrawSeeds) {
		r, err := d.Draw(ctx, plan.Profile.Run.Seed+n)
		if err != nil || d.Judge(r).Name != results.OutcomeConnected {
			t.Fatalf("seed %d: %v", n, err)
		}
		ops, _ := r.Record.Handshake()
		if n == 0 {
			least, most = ops, ops
		}
		least, most = min(least, ops), max(most, ops)
	}
	by := got.DrawSpread[metric.HandshakeWasmOps]
	if by == 0 || by != int64(most-least) {
		t.Errorf("the spread is %d, of these runs %d", by, most-least)
	}
	c := &results.Case{Outcome: results.OutcomeConnected, Metrics: map[string]int64{
		metric.HandshakeInsns: 2 * got.Metrics[metric.HandshakeWasmOps], metric.EstHandshakeUS: 10, metric.ROM: 1000, metric.HandshakeWireUS: 1000}}
	if err := l.spread(ctx, plan, j, c); err != nil {
		t.Fatal(err)
	}
	if len(c.DrawSpread) != 1 || c.DrawSpread[metric.HandshakeInsns] != 2*by {
		t.Errorf("%v, want %d of handshake-insns alone", c.DrawSpread, 2*by)
	}
	failed := &results.Case{Outcome: "refused"}
	if err := l.spread(ctx, plan, j, failed); err != nil || failed.DrawSpread != nil {
		t.Errorf("of a case without numbers: %v, %v", failed.DrawSpread, err)
	}
}

// TestSpreadFails: where one seed does not connect, no spread is known, and the
// case says so.
func TestSpreadFails(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) { p.Memory.HeapBytes = 4096 })
	j := labtest.JobOf(t, plan, "undated", labtest.PSK)
	c := &results.Case{Outcome: results.OutcomeConnected, Metrics: map[string]int64{metric.HandshakeWasmOps: 1000}}
	if err := l.spread(context.Background(), plan, j, c); err != nil {
		t.Fatal(err)
	}
	if c.DrawSpread != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "of seed 1 it ends with out-of-heap") {
		t.Errorf("%v, %q", c.DrawSpread, c.Warnings)
	}
}

func TestVariedAndMarked(t *testing.T) {
	t.Parallel()
	variation := profiles.Variant{Name: "own/AES_ROM_TABLES=off", Base: "own", Option: "AES_ROM_TABLES", Value: "off"}
	jobs := []lab.Job{{Variant: profiles.Variant{Name: "own"}}, {Variant: profiles.Variant{Name: "other", Base: "manual"}}, {Variant: variation}}
	if got := varied(jobs); len(got) != 1 || !got["own"] {
		t.Errorf("varied: %v", got)
	}
}
