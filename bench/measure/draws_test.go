package measure

import (
	"context"
	"flag"
	"math"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

var drawSeedsTried = flag.Uint64("draws", 8, "seeds that TestHaveTimeIsDraws compares; 64 gave RATIONALE.md's numbers")

// TestHaveTimeIsDraws: HAVE_TIME takes four bytes of the ClientHello from the
// clock, which shifts all that the library draws after them. Over many seeds the
// handshake takes as many operations with it as without: what one seed shows is
// the draw.
func TestHaveTimeIsDraws(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	ctx := context.Background()
	plan := labtest.LoadPlan(t, nil)
	with := *labtest.JobOf(t, plan, "undated", labtest.ECDSA)
	without := with
	without.Variant.Settings = with.Variant.Settings.Clone()
	without.Variant.Settings.Unset("HAVE_TIME", "")
	var err error
	if without.Header, without.Added, err = profiles.Render(without.Variant, without.Scenario); err != nil {
		t.Fatal(err)
	}
	counted := func(j *lab.Job) (ops []float64) {
		d := labtest.Prepare(t, l.Lab, plan, j)
		for seed := range *drawSeedsTried {
			r, err := d.Draw(ctx, seed+1)
			if err != nil || d.Judge(r).Name != results.OutcomeConnected {
				t.Fatalf("seed %d: %v", seed+1, err)
			}
			n, _ := r.Record.Handshake()
			ops = append(ops, float64(n))
		}
		return ops
	}
	a, b := counted(&without), counted(&with)
	meanA, varA := moments(a)
	meanB, varB := moments(b)
	by := meanB - meanA
	standardError := math.Sqrt((varA + varB) / float64(len(a)))
	t.Logf("%d seeds: %+.4f %% with HAVE_TIME, standard error %.4f %%; the first seed alone %+.4f %%",
		len(a), 100*by/meanA, 100*standardError/meanA, 100*(b[0]-a[0])/a[0])
	if a[0] == b[0] {
		t.Error("HAVE_TIME changes nothing of the first seed: this test shows nothing")
	}
	if math.Abs(by) > 3*standardError {
		t.Errorf("HAVE_TIME changes the handshake by %.0f operations, more than draws explain", by)
	}
}

// moments are a sample's mean and variance.
func moments(all []float64) (mean, variance float64) {
	for _, x := range all {
		mean += x / float64(len(all))
	}
	for _, x := range all {
		variance += (x - mean) * (x - mean) / float64(len(all)-1)
	}
	return mean, variance
}
