package lab

import (
	"context"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/emu/peer"
	"tlslab/emu/wasm"
)

// A client that sends more than was agreed is not connected, although both ends
// would be content; and one whose server cuts its records, as real ones do, is told
// so by its own library.
func TestBreachIsTheOutcome(t *testing.T) {
	t.Parallel()
	l := openLab(t, wasm.Compiler)
	plan := filePlan(t, "testdata/features.toml")
	for _, name := range []string{"fragment-1024-mutual", "fragment-4096-mutual", "fragment-512"} {
		j := plan.job(t, "device", name)
		r, o := converse(t, prepare(t, l, plan, j), nil)
		if o.Name != j.Scenario.Expect {
			t.Errorf("%s: %s in %s: %s; want %s", name, o.Name, o.Phase, o.Detail, j.Scenario.Expect)
		}
		if name == "fragment-1024-mutual" && (o.Phase != "client-certificate" || !strings.HasPrefix(o.Detail, "the client sent a record of 1 ") ||
			!strings.HasSuffix(o.Detail, " where 1 024 B were agreed (max_fragment_length)") || r.Record.AppBytes == 0) {
			t.Errorf("%s: %+v, %d B read", name, o, r.Record.AppBytes)
		}
	}
}

// What the reference server says wrongly on purpose is seen, and is no outcome: the
// client's refusal is. A lie that breaks no agreement is not seen.
func TestLiesAreMeant(t *testing.T) {
	t.Parallel()
	l := openLab(t, wasm.Compiler)
	plan := loadPlan(t, nil)
	s := prepare(t, l, plan, plan.job(t, "undated", ecdsa))
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
		a, err := s.attempt(ctx, lie)
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
