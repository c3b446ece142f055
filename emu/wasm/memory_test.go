package wasm

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"tlslab/emu"
)

// TestMemoryCap pins that a memory shorter than its pages is bounded to the
// byte. wazero does not promise that (see cappedMemory).
func TestMemoryCap(t *testing.T) {
	lim := testLimits // cap: 1,024 + 4,096
	const size = 5120
	for _, c := range []struct {
		access string
		ok     bool
	}{
		{"i32.const %d i32.load", true},
		{"i32.const %d i32.const 1 i32.add i32.load", false},
		{"i32.const 0 i32.load offset=%d", true},
		{"i32.const 1 i32.load offset=%d", false},
		{"i32.const 3 i32.load8_u offset=%d", true},
		{"i32.const 4 i32.load8_u offset=%d", false},
		{"i32.const %d i32.const 9 i32.store i32.const 2", true},
		{"i32.const 1 i32.const 9 i32.store offset=%d i32.const 2", false},
		{"i32.const -4 i32.load offset=%d", false}, // addresses don't wrap
		{"i32.const 65536 i32.load i32.const %d i32.add", false},
	} {
		module := buildWat(t, guestWat(fmt.Sprintf(c.access+" i32.const 0 i32.and", size-4)))
		for _, kind := range bothKinds {
			g := start(t, program(t, kind, module), &fakeHost{}, lim)
			if n := g.memory.Size(); n != size {
				t.Fatalf("memory of %d bytes, want %d", n, size)
			}
			_, err := g.Step(context.Background())
			var guest *emu.GuestError
			if c.ok && err != nil || !c.ok && (!errors.As(err, &guest) || guest.Reason != "trap: out of bounds memory access") {
				t.Errorf("%s: %s: %v", kind, c.access, err)
			}
		}
	}
}

// TestMemoryReuse: a recycled memory starts from zero.
func TestMemoryReuse(t *testing.T) {
	ctx := context.Background()
	module := buildWat(t, guestWat(`i32.const 4000 i32.const -1 i32.store i32.const 2`))
	p := program(t, Compiler, module)
	var fresh [32]byte
	for i := range 5 {
		g, err := p.Start(ctx, &fakeHost{}, testLimits)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			fresh = g.MemoryDigest()
		} else if g.MemoryDigest() != fresh {
			t.Fatal("old bytes in a new memory")
		}
		step(t, g)
		g.Close(ctx)
	}
	if len(p.memories.free) != 1 {
		t.Errorf("%d memories in the pool", len(p.memories.free))
	}
}

// TestMemorySize: both engines say the same, whole pages below the cap.
func TestMemorySize(t *testing.T) {
	module := buildWat(t, guestWat("i32.const 0 memory.size i32.store i32.const 2"))
	for _, kind := range bothKinds {
		lim := testLimits
		lim.HeapBytes = 70000
		g := start(t, program(t, kind, module), &fakeHost{}, lim)
		step(t, g)
		if n, _ := g.memory.ReadUint32Le(0); n != 1 {
			t.Errorf("%s: memory.size %d", kind, n)
		}
	}
}
