package wasm

import (
	"time"

	"tlslab/emu"
)

// Snapshot is the state of a guest between two steps: linear memory, all
// mutable globals (counters among them) and how much of its limits the guest
// has used. Tables don't change in WebAssembly 1.0. The host's state (wire,
// clock, entropy) is not part of it.
type Snapshot struct {
	program *Program
	memory  []byte
	globals []uint64
	ops     uint64
	guard   emu.Guard
	done    bool
	dead    error
}

// Snapshot copies the guest's state. It must not be called inside a host call:
// what the functions on the call stack hold is not in it.
func (g *Guest) Snapshot() *Snapshot {
	b, _ := g.memory.Read(0, g.memory.Size())
	s := &Snapshot{
		program: g.program,
		memory:  append([]byte(nil), b...),
		ops:     g.Counters().Ops,
		guard:   g.guard,
		done:    g.done,
		dead:    g.dead,
	}
	g.findGlobals()
	for _, v := range g.globals {
		s.globals = append(s.globals, v.Get())
	}
	return s
}

// Restore puts the guest into the state of s, which may come from another
// guest of the same program with as much heap; a traced guest takes none. Counters go back too; the
// budget stays the guest's own. A dead guest lives again. Errors are
// *emu.HostError.
func (g *Guest) Restore(s *Snapshot) error {
	if s.program != g.program {
		return hostErrorf("snapshot is of another program")
	}
	if !g.program.metered {
		return hostErrorf("only a metered guest can be restored: the others' globals are not all exported")
	}
	if g.heap != nil || g.tree != nil {
		return hostErrorf("a guest whose allocator or calls are followed cannot be restored: its trace would not fit")
	}
	if len(s.memory) != int(g.memory.Size()) {
		return hostErrorf("snapshot has %d bytes of memory, the guest %d", len(s.memory), g.memory.Size())
	}
	g.memory.Write(0, s.memory)
	g.findGlobals()
	for i, v := range g.globals {
		v.Set(s.globals[i])
	}
	g.fuel.Set(g.limits.Ops - s.ops)
	g.guard, g.done, g.dead = s.guard, s.done, s.dead
	g.until = time.Now().Add(g.limits.Wall())
	return nil
}

func (g *Guest) findGlobals() {
	if g.globals == nil {
		for _, name := range g.program.layout.globals {
			g.globals = append(g.globals, g.global(name))
		}
	}
}
