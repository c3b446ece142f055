package wasm

import (
	"context"
	"slices"
	"testing"

	"tlslab/emu"
)

// TestOpenings: each direct call of a function that opens a phase is reported before and
// after, with exact counts, even if the function is so small that its calls do not update
// the counters. Counts and memory are the same as without openings.
func TestOpenings(t *testing.T) {
	const code = `
		i32.const 7 call $small drop
		(block (loop local.get 0 i32.const 2 i32.ge_u br_if 1
			local.get 0 call $large drop
			local.get 0 i32.const 1 i32.add local.set 0 br 0))
		i32.const 1 i32.const 0 call_indirect (type $f) drop
		i32.const 2`
	fields := importHost + `
		(type $f (func (param i32) (result i32))) (table 1 funcref) (elem (i32.const 0) $small)
		(func $small (type $f) local.get 0 i32.const 1 i32.add)
		(func $large (type $f) (local i32) local.get 0 call $small drop
			(loop local.get 1 i32.const 1 i32.add local.tee 1 i32.const 5 i32.lt_u br_if 0) i32.const 3)`
	module := buildWat(t, guestWat("(local i32)"+code, fields))
	openings := []emu.Opening{{Function: "small", Phase: "key-exchange"}, {Function: "large", Phase: "key-derivation"}, {Function: "absent", Phase: "close"}}
	for _, kind := range bothKinds {
		var counters [2]emu.Counters
		var digests [2][32]byte
		host := &openingHost{}
		for i, openings := range [][]emu.Opening{nil, openings} {
			metered, err := Meter(module, openings...)
			if err != nil {
				t.Fatal(err)
			}
			p, err := engine(t, kind).Compile(context.Background(), metered)
			if err != nil {
				t.Fatal(err)
			}
			g := start(t, p, host, testLimits)
			host.guest = g
			step(t, g)
			counters[i], digests[i] = g.Counters(), g.MemoryDigest()
		}
		if counters[0] != counters[1] || digests[0] != digests[1] {
			t.Errorf("%s: %+v without openings, %+v with them", kind, counters[0], counters[1])
		}
		enter, back := emu.EventEnter, emu.EventReturn
		if want := []emu.EventKind{enter, back, enter, enter, back, back, enter, enter, back, back}; !slices.Equal(host.events, want) {
			t.Errorf("%s: events %v", kind, host.events)
		}
		// small: three instructions of its own, none of the caller's.
		if host.ops[1]-host.ops[0] != 3 {
			t.Errorf("%s: %d ops in the small function, want 3", kind, host.ops[1]-host.ops[0])
		}
	}
}

// TestForgedOpenings: a guest that sends the meter's events itself is stopped, unless it
// names an opening that the meter has.
func TestForgedOpenings(t *testing.T) {
	for _, event := range []string{"0x10000", "0x10001", "0x10002", "-1"} {
		module := buildWat(t, guestWat("i32.const "+event+" i32.const 0 i32.const 0 call $event i32.const 2", importHost))
		g := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
		if _, err := g.Step(context.Background()); err == nil {
			t.Errorf("%s was taken", event)
		}
	}
}

// openingHost notes the ops at each event.
type openingHost struct {
	fakeHost
	guest *Guest
	ops   []uint64
}

func (h *openingHost) Event(kind emu.EventKind, payload []byte) error {
	h.ops = append(h.ops, h.guest.Counters().Ops)
	return h.fakeHost.Event(kind, payload)
}
