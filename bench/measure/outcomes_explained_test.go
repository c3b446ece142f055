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
	for _, name := range []string{string(lab.OutcomeNoBuild), string(lab.OutcomeTrap), string(lab.OutcomeBudget), string(lab.OutcomeTimeout), string(lab.OutcomeHeap), string(lab.OutcomeSuite),
		string(lab.OutcomeShort), lab.OutcomeBreach, string(lab.OutcomeRejected), string(lab.OutcomeFlash), string(lab.OutcomeRAM), string(lab.OutcomeCutOff)} {
		if found, err := d.Find(name); err != nil || found[0].Word.Kind != explain.Outcome {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}
