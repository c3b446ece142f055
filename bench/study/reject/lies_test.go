package reject

import (
	"context"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/bench/scenario"
	"tlslab/emu/peer"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// What the reference server says wrongly on purpose is seen, and is no outcome: the
// client's refusal is. A lie that breaks no agreement is not seen.
func TestLiesAreMeant(t *testing.T) {
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	s := labtest.Prepare(t, l, plan, labtest.JobOf(t, plan, "undated", labtest.ECDSA))
	ctx := context.Background()
	known := 0
	for _, lie := range peer.Lies() {
		p, err := scenario.ServerParams(s.Job.Scenario, s.Suite, "")
		if err != nil {
			t.Fatal(err)
		}
		p.Lie = lie
		r, err := s.Converse(ctx, lab.Conversation{Params: p.Encode()})
		if err != nil {
			t.Fatal(err)
		}
		if kind, seen := lab.Lied[lie]; seen {
			known++
			if r.Breach == nil || r.Breach.Kind != kind || r.Breach.ByGuest {
				t.Errorf("%s: the breach is %+v, not of the server's %s", lie, r.Breach, kind)
			}
		} else if r.Breach != nil {
			t.Errorf("%s: %v", lie, r.Breach)
		}
		a, err := attemptOn(ctx, s, profiles.Check(lie))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(a.check.Outcome, lab.OutcomeBreach) || strings.HasPrefix(a.check.Outcome, results.OutcomeOther) {
			t.Errorf("%s: %+v", lie, a.check)
		}
	}
	if known != len(lab.Lied) {
		t.Errorf("of %d lies that break an agreement the server knows %d", len(lab.Lied), known)
	}
}

// TestHalfBody: half an answer twice is more than one.
func TestHalfBody(t *testing.T) {
	for _, n := range []uint32{0, 1, 83, 267, 384} {
		if h := halfBody(n); h > n {
			t.Errorf("%d for %d", h, n)
		}
	}
}
