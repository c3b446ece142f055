package wasm

import (
	"bytes"
	"strings"

	"tlslab/emu"
)

// Save implements emu.RewindGuest.
func (g *Guest) Save() emu.Saved { return g.Snapshot() }

// Rewind implements emu.RewindGuest.
func (g *Guest) Rewind(s emu.Saved) error {
	snapshot, ok := s.(*Snapshot)
	if !ok {
		return hostErrorf("what was saved is of another machine")
	}
	return g.Restore(snapshot)
}

// Same implements emu.RewindGuest: memory and the guest's own globals are
// equal. The meter's globals are counts.
func (g *Guest) Same(s emu.Saved) bool {
	snapshot, ok := s.(*Snapshot)
	if !ok || snapshot.program != g.program || snapshot.done != g.done || g.dead != nil || snapshot.dead != nil {
		return false
	}
	g.findGlobals()
	for i, name := range g.program.layout.globals {
		if strings.HasPrefix(name, exportGlobal) && g.globals[i].Get() != snapshot.globals[i] {
			return false
		}
	}
	b, _ := g.memory.Read(0, g.memory.Size())
	return bytes.Equal(b, snapshot.memory)
}

// ClearDeadStack implements emu.RewindGuest. The stack is the first thing in
// memory (wasm-ld --stack-first), and between two steps all of it is free.
func (g *Guest) ClearDeadStack() {
	if g.sp == nil {
		return
	}
	if b, ok := g.memory.Read(0, min(uint32(g.sp.Get()), g.memory.Size())); ok {
		clear(b)
	}
}
