package measure

import (
	"context"
	"reflect"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// TestInterpreterAgrees: wazero's interpreter, which shares no code generator
// with its compiler, counts a whole handshake alike: metrics, phases,
// functions, heap curve and the search for the smallest heap. Only PSK: the
// interpreter is a hundred times slower.
func TestInterpreterAgrees(t *testing.T) {
	t.Parallel()
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) { p.Scenarios = []string{labtest.PSK} })
	j := labtest.JobOf(t, plan, "undated", labtest.PSK)
	c, err := openBench(t, wasm.Compiler).Measure(context.Background(), plan, j)
	if err != nil {
		t.Fatal(err)
	}
	i, err := openBench(t, wasm.Interpreter).Measure(context.Background(), plan, j)
	if err != nil {
		t.Fatal(err)
	}
	if c.Outcome != "connected" || len(c.Phases) < 10 || len(c.Functions) < 100 || len(c.HeapCurve) < 10 {
		t.Fatalf("%s with %d phases, %d functions, %d points: no whole handshake", c.Outcome, len(c.Phases), len(c.Functions), len(c.HeapCurve))
	}
	if !reflect.DeepEqual(c.Metrics, i.Metrics) {
		t.Errorf("metrics\ncompiler    %v\ninterpreter %v", c.Metrics, i.Metrics)
	}
	if !reflect.DeepEqual(c, i) {
		t.Errorf("compiler and interpreter differ\ncompiler    %+v\ninterpreter %+v", c, i)
	}
	sum := func(of map[string]int64) int64 { return of["wasm-ops"] }
	var phases, functions int64
	for _, p := range c.Phases {
		phases += sum(p.Metrics)
	}
	for _, f := range c.Functions {
		functions += sum(f.Metrics)
	}
	if whole := c.Metrics["wasm-ops"]; functions != whole || phases > whole {
		t.Errorf("functions add up to %d and phases to %d of %d wasm-ops", functions, phases, whole)
	}
}
