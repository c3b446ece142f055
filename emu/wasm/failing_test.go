package wasm

import (
	"strings"
	"testing"

	"tlslab/emu"
)

// A guest that allocates three times a step, and keeps the addresses it got.
const allocating = `
	(i32.store (i32.const 1100) (call $malloc (i32.const 8)))
	(i32.store (i32.const 1104) (call $calloc (i32.const 2) (i32.const 8)))
	(i32.store (i32.const 1108) (call $realloc (i32.const 0) (i32.const 8)))
	i32.const 0`

// Functions of an allocator that never ends: calloc calls malloc, realloc has
// a copy of it.
const allocators = `(global $next (mut i32) (i32.const 2000))
	(func $malloc (param i32) (result i32) global.get $next global.get $next local.get 0 i32.add global.set $next)
	(func $calloc (param i32 i32) (result i32) local.get 0 local.get 1 i32.mul call $malloc)
	(func $realloc (param i32 i32) (result i32) global.get $next global.get $next local.get 1 i32.add global.set $next)`

func loadFailing(t *testing.T, module []byte) *Program {
	t.Helper()
	m, err := MeterFailing(module)
	if err != nil {
		t.Fatal(err)
	}
	p, err := engine(t, Compiler).Compile(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(t.Context()) })
	return p
}

func TestFailAllocation(t *testing.T) {
	module := buildWat(t, guestWat(allocating, allocators))
	plain := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
	step(t, plain)
	if err := plain.FailAllocation(1); err == nil {
		t.Error("a guest of Load took FailAllocation")
	}
	g := start(t, loadFailing(t, module), &fakeHost{}, testLimits)
	s := g.Save()
	for n := range uint64(5) {
		if err := g.Rewind(s); err != nil {
			t.Fatal(err)
		}
		if err := g.FailAllocation(n); err != nil {
			t.Fatal(err)
		}
		step(t, g)
		if got := g.Allocations(); got != 3 {
			t.Errorf("%d allocations, want 3", got)
		}
		for i := range uint64(3) {
			at, _ := g.memory.ReadUint32Le(uint32(1100 + 4*i))
			if failed := i+1 == n; failed != (at == 0) {
				t.Errorf("allocation %d is to fail: number %d gave 0x%x", n, i+1, at)
			}
		}
		if n == 0 || n > 3 {
			if got, want := g.Counters(), plain.Counters(); got != want {
				t.Errorf("counts are %+v, of a guest of Load %+v", got, want)
			}
		}
		checkSum(t, g)
	}
}

func TestMeterFailingRefuses(t *testing.T) {
	_, err := MeterFailing(buildWat(t, guestWat("i32.const 0")))
	if err == nil || !strings.Contains(err.Error(), "no function malloc, calloc or realloc") {
		t.Errorf("a guest without an allocator: %v", err)
	}
}

// TestRewind: a state is the same but for what was counted, and what lies on
// the dead stack counts until it is cleared.
func TestRewind(t *testing.T) {
	const guest = `global.get $sp i32.const 16 i32.sub i32.const 7 i32.store
		global.get $n i32.const 1 i32.xor global.set $n i32.const 1`
	p := program(t, Compiler, buildWat(t, guestWat(guest, "(global $n (mut i32) (i32.const 0))")))
	g := start(t, p, &fakeHost{}, testLimits)
	s := g.Save()
	if !g.Same(s) {
		t.Error("a guest is not in the state just saved")
	}
	step(t, g)
	if g.ClearDeadStack(); g.Same(s) {
		t.Error("a global changed, and the state is the same")
	}
	step(t, g)
	if g.Same(s) {
		t.Error("the stack changed, and the state is the same")
	}
	if g.ClearDeadStack(); !g.Same(s) {
		t.Error("two steps later nothing is other but what was counted, and the state is not the same")
	}
	if err := g.Rewind(s); err != nil {
		t.Error(err)
	}
	var other emu.Saved = "of another machine"
	if g.Rewind(other) == nil || g.Same(other) {
		t.Error("a state of another machine was taken")
	}
}
