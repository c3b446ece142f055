package measure

import (
	"context"
	"maps"
	"slices"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core/library"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// stubDir is the tests' own library of five units (its README).
const stubDir = "../../core/testdata/stub"

// openStubLab is the lab of the tests with the stub library in place of Mbed TLS;
// the reference server stays the pinned one.
func openStubLab(t *testing.T) *Bench {
	t.Helper()
	ctx := context.Background()
	pinned := boardLab(t)
	src, err := library.Resolve(ctx, "dir:"+stubDir, pinned.Builder.Cache, func(s string) { t.Log(s) })
	if err != nil {
		t.Fatal(err)
	}
	l := &Bench{Lab: &lab.Lab{Source: src, Builder: pinned.Builder, Machine: pinned.Machine, OpenForBoard: pinned.OpenForBoard}}
	if err := l.Open(ctx, pinned.Source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(ctx) })
	return l
}

// TestStubLibrary: five units that we wrote ourselves are a TLS library to the
// lab, and cost the same heap on both machines. What one option moves is known.
func TestStubLibrary(t *testing.T) {
	t.Parallel()
	l := openStubLab(t)
	ctx := context.Background()
	p, err := profiles.Load(stubDir + "/profile.toml")
	if err != nil {
		t.Fatal(err)
	}
	name, text, err := l.Source.Header()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.UseCore(profiles.Core{File: name, Header: text}); err != nil {
		t.Fatal(err)
	}
	p.Machines = []metric.Machine{"wasm", "qemu"}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	heap := map[string][]int64{}
	for i := range plan.Jobs {
		j := &plan.Jobs[i]
		c, err := l.Measure(ctx, plan, j)
		if err != nil {
			t.Fatal(err)
		}
		if c.Outcome != results.OutcomeConnected {
			t.Fatalf("%s on %s: %s in %s (%s)", c.Config, c.Machine, c.Outcome, c.Phase, c.Detail)
		}
		heap[c.Config] = append(heap[c.Config], c.Metrics[metric.HeapPeak])
	}
	// Two records of 1 KiB less; the identity is the rest.
	if o, s := heap["own"], heap["small"]; len(o) != 2 || len(s) != 2 || o[0] != o[1] || s[0] != s[1] || o[0]-s[0] != 2*1024 {
		t.Errorf("heap on both machines: %v", heap)
	}
	if units := l.Source.Recipe.Units; len(units) != 5 {
		t.Errorf("units %v; configurations %v", units, slices.Sorted(maps.Keys(heap)))
	}
}
