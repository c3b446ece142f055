package wasm

import (
	"testing"

	"tlslab/emu"
)

// TestWatch follows a guest whose stack and heap move in known ways.
func TestWatch(t *testing.T) {
	const watched = `
		(global (export "tlslab_heap_live") i32 (i32.const 8))
		(func $mark (export "tlslab_heap_mark"))
		(func $heap (param i32) i32.const 8 local.get 0 i32.store call $mark)
		(func $sp (param i32) global.get $sp local.get 0 i32.add global.set $sp)
		(func $leaf (result i32) (local i32)
			global.get $sp i32.const 64 i32.sub local.tee 0)`
	const body = `
		i32.const -100 call $sp  (; stack 100, heap 0:    100 ;)
		i32.const 50 call $heap  (; stack 100, heap 50:   150 ;)
		i32.const 100 call $sp   (; stack 0 ;)
		i32.const 120 call $heap (; heap 120:             120 ;)
		i32.const -20 call $sp   (; stack 20, heap 120:   140 ;)
		call $leaf drop          (; red zone 64: stack 84, 204 ;)
		i32.const 0 call $heap
		i32.const -90 call $sp   (; stack 110, heap 0:    110 ;)
		i32.const 90 call $sp    (; stack 20 stays ;)
		i32.const 1`
	module := buildWat(t, guestWat(body, watched))
	for _, kind := range bothKinds {
		g := start(t, program(t, kind, module), &fakeHost{}, testLimits)
		step(t, g)
		if c := g.Counters(); c.StackPeakB != 110 || c.RAMPeakB != 204 {
			t.Errorf("%s: stack %d, RAM %d; want 110, 204", kind, c.StackPeakB, c.RAMPeakB)
		}
		g.ResetPeaks()
		if c := g.Counters(); c.StackPeakB != 20 || c.RAMPeakB != 20 {
			t.Errorf("%s: after reset stack %d, RAM %d; want 20, 20", kind, c.StackPeakB, c.RAMPeakB)
		}
	}
}

// TestWatchOff: without the exports there is nothing to watch, and no harm.
func TestWatchOff(t *testing.T) {
	module := buildWat(t, `(module (memory (export "memory") 1)
		(global (export "__heap_base") i32 (i32.const 0))
		(func (export "tlslab_boot") (param i32))
		(func (export "tlslab_step") (result i32) i32.const 1))`)
	g := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
	step(t, g)
	g.ResetPeaks()
	if c := g.Counters(); c != (emu.Counters{Ops: 1}) {
		t.Errorf("%+v", c)
	}
}

// TestWatchC: a compiled kernel's peaks are plausible and engine-independent
// (TestAgree); p256's deepest chain is step, twice, fmul.
func TestWatchC(t *testing.T) {
	g := start(t, program(t, Compiler, buildC(t, "calls")), &fakeHost{}, testLimits)
	step(t, g)
	c := g.Counters()
	if c.StackPeakB != 32 { // machine's scratch, the only frame
		t.Errorf("stack peak %d, want 32", c.StackPeakB)
	}
	if c.RAMPeakB < 512 || c.RAMPeakB > 1024+32 { // heap_live is 10 random bits
		t.Errorf("RAM peak %d", c.RAMPeakB)
	}
}

// TestPlain: an unmetered guest runs, and counts nothing.
func TestPlain(t *testing.T) {
	p, err := engine(t, Compiler).CompilePlain(t.Context(), buildC(t, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	g := start(t, p, &fakeHost{}, testLimits)
	step(t, g)
	g.ResetPeaks()
	if c := g.Counters(); c != (emu.Counters{}) || len(functionOps(g)) != 0 {
		t.Errorf("%+v", c)
	}
	m := start(t, program(t, Compiler, buildC(t, "calls")), &fakeHost{}, testLimits)
	step(t, m)
	if m.MemoryDigest() != g.MemoryDigest() {
		t.Error("metering changed the result")
	}
}
