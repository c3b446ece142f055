package measure

import (
	"testing"

	"tlslab/bench/explain"
	"tlslab/bench/lab"
	"tlslab/emu/wasm"
)

// TestOutcomesExplained: each way a run may end that is no Mbed TLS error has
// its explanation.
func TestOutcomesExplained(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	d, err := explain.Load(l.Source)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{lab.OutcomeNoBuild, lab.OutcomeTrap, lab.OutcomeBudget, lab.OutcomeTimeout, lab.OutcomeHeap, lab.OutcomeSuite,
		lab.OutcomeShort, lab.OutcomeBreach, lab.OutcomeRejected, lab.OutcomeFlash, lab.OutcomeRAM, lab.OutcomeCutOff} {
		if found, err := d.Find(name); err != nil || found[0].Word.Kind != explain.Outcome {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}
