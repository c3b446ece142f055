package measure

import (
	"maps"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/emu/wasm"
)

// Factors are fitted to what counted on the emulated board: another plugin's
// counts are not theirs.
func TestStampKnowsTheCounter(t *testing.T) {
	t.Parallel()
	open := openBench(t, wasm.Compiler)
	l := &Bench{Lab: &lab.Lab{Source: open.Source, Builder: open.Builder, Machine: open.Machine}}
	plan := labtest.LoadPlan(t, nil)
	var stamps [2]map[string]string
	for i, counter := range []string{"one", "another"} {
		l.Counter = counter
		var err error
		if stamps[i], err = l.Stamp(plan.Profile, plan.Boards[0]); err != nil {
			t.Fatal(err)
		}
	}
	if maps.Equal(stamps[0], stamps[1]) {
		t.Error("two counters have one stamp")
	}
}
