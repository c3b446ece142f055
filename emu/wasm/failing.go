package wasm

import (
	"context"
	"errors"
	"slices"

	"tlslab/emu"
)

// MeterFailing is Meter for a guest of which one allocation can be made to
// fail. What it adds counts nothing, so every count is as Meter's until that
// allocation; the failing one itself counts nothing either.
func MeterFailing(module []byte, openings ...emu.Opening) (*Metered, error) {
	return meter(module, true, openings)
}

// LoadFailing is Load for a program whose guests implement emu.FailingGuest.
func (m *Machine) LoadFailing(ctx context.Context, img emu.Image) (emu.Program, error) {
	return m.load(ctx, img, MeterFailing)
}

// fail prepares the allocation functions. All allocations go through malloc
// unless the compiler has put a copy of it into another function.
func (p *plan) fail() error {
	p.failing, p.refuses = true, map[int]bool{}
	p.allocs = p.counts + uint64(len(p.m.code))
	p.failAt = p.allocs + 1
	malloc := -1
	for i := range p.m.code {
		if p.m.functionName(i) == "malloc" && p.allocates(i) {
			malloc = i
			p.refuses[i] = true
		}
	}
	for i := range p.m.code {
		name := p.m.functionName(i)
		if name != "calloc" && name != "realloc" || !p.allocates(i) {
			continue
		}
		calls := slices.ContainsFunc(p.m.code[i].code, func(in instr) bool {
			return in.op == opCall && int(in.arg)-len(p.m.imports) == malloc
		})
		if malloc < 0 || !calls {
			p.refuses[i] = true
		}
	}
	if len(p.refuses) == 0 {
		return errors.New("guest has no function malloc, calloc or realloc whose calls could fail")
	}
	return nil
}

// allocates says whether defined function i returns a pointer, as the C
// library's allocation functions do.
func (p *plan) allocates(i int) bool {
	t := p.m.types[p.m.funcs[i]]
	return len(t.params) <= 2 && len(t.results) == 1 && t.results[0] == typeI32
}

// refuse is put at the entry of an allocation function: it counts the call and
// returns NULL where it is the one to fail.
func (w *rewriter) refuse() {
	p := w.p
	w.put(opGlobalGet, p.allocs)
	w.put(opI64Const, 1)
	w.put(opI64Add, 0)
	w.put(opGlobalSet, p.allocs)
	w.put(opGlobalGet, p.allocs)
	w.put(opGlobalGet, p.failAt)
	w.put(opI64Eq, 0)
	w.put(opIf, blockEmpty)
	w.put(opI32Const, 0)
	w.put(opReturn, 0)
	w.put(opEnd, 0)
}

var (
	_ emu.FailingGuest = (*Guest)(nil)
	_ emu.RewindGuest  = (*Guest)(nil)
)

// Allocations implements emu.FailingGuest.
func (g *Guest) Allocations() uint64 {
	if !g.program.layout.failing {
		return 0
	}
	return g.global(exportAllocs).Get()
}

// FailAllocation implements emu.FailingGuest.
func (g *Guest) FailAllocation(n uint64) error {
	if !g.program.layout.failing {
		return hostErrorf("the guest's allocations cannot be made to fail: it was not loaded for that")
	}
	g.global(exportFailAt).Set(n)
	return nil
}
