package wasm

import (
	"context"
	"strings"
	"testing"

	"tlslab/emu"
	"tlslab/emu/heap"
)

// bump is an allocator that never gives a block twice: calloc goes through
// malloc, realloc through both. The phase event is number 2, client-hello.
const bump = importHost + `
	(global $next (mut i32) (i32.const 2000))
	(func $malloc (param i32) (result i32)
		local.get 0 i32.const 500 i32.gt_u
		(if (result i32) (then i32.const 0) (else
			global.get $next i32.const 16 i32.add global.set $next global.get $next)))
	(func $calloc (param i32 i32) (result i32) local.get 0 local.get 1 i32.mul call $malloc)
	(func $free (param i32))
	(func $realloc (param i32 i32) (result i32) local.get 1 call $malloc local.get 0 call $free)
	(data (i32.const 1500) "\02\00\00\00")`

func traced(t *testing.T, kind Kind, step string, fields ...string) (*Guest, error) {
	t.Helper()
	m := &Machine{engine(t, kind)}
	p, err := m.LoadTraced(context.Background(), emu.Image{WASM: buildWat(t, guestWat(step, fields...))})
	if err != nil {
		return nil, err
	}
	g := start(t, p.(machineProgram).Program, &fakeHost{}, testLimits)
	_, err = g.Step(context.Background())
	return g, err
}

// TestHeapTrace: each block once, whichever function it came from, with its
// phase; what failed and what freed nothing is left out; counts are those of a
// run that is not followed.
func TestHeapTrace(t *testing.T) {
	step := `
		i32.const 100 call $malloc
		i32.const 3 i32.const 7 call $calloc
		i32.const 2 i32.const 1500 i32.const 4 call $event
		i32.const 40 call $realloc
		call $free
		i32.const 0 call $free
		i32.const 501 call $malloc drop
		call $free
		i32.const 2`
	want := heap.Trace{
		{Alloc: true, Block: 0, AskedB: 100, Phase: "init"},
		{Alloc: true, Block: 1, AskedB: 21, Phase: "init"},
		{Alloc: true, Block: 2, AskedB: 40, Phase: "client-hello"},
		{Block: 1, AskedB: 21, Phase: "client-hello"},
		{Block: 2, AskedB: 40, Phase: "client-hello"},
		{Block: 0, AskedB: 100, Phase: "client-hello"},
	}
	for _, kind := range bothKinds {
		g, err := traced(t, kind, step, bump)
		if err != nil {
			t.Fatal(err)
		}
		got, err := g.HeapTrace()
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %+v", kind, got)
		}
		last := uint64(0)
		for i, e := range got {
			if e.Ops < last || e.Ops > g.Counters().Ops {
				t.Errorf("%s: event %d came after %d ops", kind, i, e.Ops)
			}
			last, e.Ops = e.Ops, 0
			if e != want[i] {
				t.Errorf("%s: event %d is %+v, want %+v", kind, i, e, want[i])
			}
		}
		plain := start(t, program(t, kind, buildWat(t, guestWat(step, bump))), &fakeHost{}, testLimits)
		if _, err := plain.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
		if a, b := g.Counters(), plain.Counters(); a != b {
			t.Errorf("%s: %+v when followed, %+v otherwise", kind, a, b)
		}
		if _, err := plain.HeapTrace(); err == nil {
			t.Error("a guest that is not followed has a trace")
		}
		if err := g.Restore(g.Snapshot()); err == nil {
			t.Error("a guest that is followed was put back")
		}
	}
}

// TestHeapTraceRefuses: a guest without an allocator, and one whose allocator
// does what none can.
func TestHeapTraceRefuses(t *testing.T) {
	if _, err := traced(t, Compiler, "i32.const 2"); err == nil || !strings.Contains(err.Error(), "no function malloc") {
		t.Errorf("no allocator: %v", err)
	}
	for step, want := range map[string]string{
		"i32.const 1234 call $free i32.const 2": "heap trace: what is released at 0x4d2 is no live block",
		"i32.const 8 call $malloc drop i32.const 2000 global.set $next i32.const 8 call $malloc drop i32.const 2": "heap trace: the block at 0x7e0 is allocated twice",
	} {
		g, err := traced(t, Compiler, step, bump)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.HeapTrace(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
