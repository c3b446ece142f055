package lab_test

import (
	"context"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/emu/peer"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// The scenario's group is the one that is computed with: the same handshake
// costs more on a larger curve, and a curve the client lacks is no connection.
func TestServerInsistsOnTheGroup(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	s := labtest.Prepare(t, l, plan, labtest.JobOf(t, plan, "undated", labtest.ECDSA))
	ops := map[string]uint64{}
	for _, group := range []string{"secp256r1", "secp384r1", "secp521r1"} {
		scenario := *s.Job.Scenario
		scenario.Group = group
		r, err := s.Converse(context.Background(), lab.Conversation{Scenario: &scenario})
		if err != nil {
			t.Fatal(err)
		}
		if group == "secp521r1" { // not in the configuration
			if o := s.Judge(r); o.Name == "connected" {
				t.Error("connected on a curve that the client was not built with")
			}
			continue
		}
		if r.Err != nil || !r.Record.Connected {
			t.Fatalf("%s: %v", group, r.Err)
		}
		ops[group], _ = r.Record.Handshake()
	}
	t.Log(ops)
	if ops["secp256r1"]*5/4 >= ops["secp384r1"] {
		t.Errorf("secp256r1 takes %d ops, secp384r1 %d", ops["secp256r1"], ops["secp384r1"])
	}
}

// Every group a scenario may name has a number.
func TestGroupsHaveNumbers(t *testing.T) {
	t.Parallel()
	for _, name := range profiles.Groups() {
		if peer.NamedGroups[name] == 0 {
			t.Errorf("group %s has no number in emu/peer", name)
		}
	}
}
