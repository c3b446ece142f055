package lab

import (
	"context"
	"strings"
	"testing"
	"tlslab/bench/results"
	"tlslab/emu/peer"
	"tlslab/emu/wasm"
)

// What the reference server says wrongly on purpose is seen, and is no outcome: the
// client's refusal is. A lie that breaks no agreement is not seen.
func TestLiesAreMeant(t *testing.T) {
	l := openLab(t, wasm.Compiler)
	plan := loadPlan(t, nil)
	s := prepare(t, l, plan, job(t, plan, "undated", ecdsa))
	ctx := context.Background()
	known := 0
	for _, lie := range peer.Lies() {
		p, err := serverParams(s.Job.Scenario, s.Suite, "")
		if err != nil {
			t.Fatal(err)
		}
		p.Lie = lie
		r, err := s.Converse(ctx, Conversation{Params: p.Encode()})
		if err != nil {
			t.Fatal(err)
		}
		if kind, seen := lied[lie]; seen {
			known++
			if r.Breach == nil || r.Breach.Kind != kind || r.Breach.ByGuest {
				t.Errorf("%s: the breach is %+v, not of the server's %s", lie, r.Breach, kind)
			}
		} else if r.Breach != nil {
			t.Errorf("%s: %v", lie, r.Breach)
		}
		a, err := tryOn(ctx, s, lie)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(a.check.Outcome, OutcomeBreach) || strings.HasPrefix(a.check.Outcome, results.OutcomeOther) {
			t.Errorf("%s: %+v", lie, a.check)
		}
	}
	if known != len(lied) {
		t.Errorf("of %d lies that break an agreement the server knows %d", len(lied), known)
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
