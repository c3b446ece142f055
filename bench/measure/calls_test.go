package measure

import (
	"context"
	"strings"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
)

// TestCalls: the tree of a run of its own has the measured run's counts of each function.
// There is none for a case that did not connect.
func TestCalls(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	for _, scenario := range []string{labtest.PSK, labtest.RSA, labtest.ECDSA} {
		j := labtest.JobOf(t, plan, "dated", scenario)
		c, err := l.Measure(ctx, plan, j)
		if err != nil {
			t.Fatal(err)
		}
		if c.Tree != nil {
			t.Fatalf("%s: the measured run has a tree", scenario)
		}
		if err := l.calls(ctx, plan, j, c); err != nil {
			t.Fatal(err)
		}
		if c.Tree == nil || c.Tree.Folded > 0 {
			t.Fatalf("%s: no tree, or not all of it: %+v", scenario, c.Tree)
		}
		for _, f := range c.Functions {
			if f.Metrics[metric.WasmOps] == 0 {
				continue // a function that costs nothing is not in the tree
			}
			var ops, calls int64
			for _, w := range c.Tree.Ways(f.Name) {
				ops, calls = ops+w.Own, calls+w.Calls
			}
			if ops != f.Metrics[metric.WasmOps] || calls != f.Calls {
				t.Errorf("%s: %s: %d wasm-ops in %d calls, want %d in %d", scenario, f.Name, ops, calls, f.Metrics[metric.WasmOps], f.Calls)
			}
		}
	}
	failed := &results.Case{Outcome: "refused"}
	if err := l.calls(ctx, plan, labtest.JobOf(t, plan, "dated", labtest.PSK), failed); err != nil || failed.Tree != nil {
		t.Errorf("of a case that failed: %v, %v", failed.Tree, err)
	}
}

// TestAddUp: a tree that does not add up to exactly the measured counts is an error.
func TestAddUp(t *testing.T) {
	functions := []results.Function{
		{Name: "aes", Metrics: map[string]int64{metric.WasmOps: 30}, Calls: 3},
		{Name: "linked_only", Metrics: map[string]int64{metric.FunctionCode: 8}},
	}
	calls := func(a, b emu.Call) []emu.Call { return []emu.Call{{Parent: -1}, a, b} }
	ten := emu.Call{Function: "aes", Ops: 10, Calls: 1}
	for _, k := range []struct {
		b    emu.Call
		want string
	}{
		{emu.Call{Function: "aes", Ops: 20, Calls: 2}, ""},
		{emu.Call{Function: "aes", Ops: 21, Calls: 2}, "has 31 wasm-ops in 3 calls of aes"},
		{emu.Call{Function: "aes", Ops: 20, Calls: 1}, "in 2 calls of aes"},
		{emu.Call{Function: "sha", Ops: 20, Calls: 2}, "has 10 wasm-ops in 1 calls of aes"},
	} {
		err := addUp(functionsIn(calls(ten, k.b)), functions, metric.UnitsOf("wasm"))
		if (err == nil) != (k.want == "") || err != nil && !strings.Contains(err.Error(), k.want) {
			t.Errorf("%+v: %v, want %q", k.b, err, k.want)
		}
	}
	err := addUp(functionsIn(calls(ten, emu.Call{Function: "sha", Ops: 1})), functions[1:], metric.UnitsOf("wasm"))
	if err == nil || !strings.Contains(err.Error(), "which the measured run did not call") {
		t.Errorf("a function that was not measured: %v", err)
	}
}
