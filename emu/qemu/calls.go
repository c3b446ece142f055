package qemu

import "tlslab/emu"

var _ emu.TracedGuest = (*Guest)(nil)

// Calls implements emu.TracedGuest. The lab's own functions are in the tree,
// with what they executed: who leaves them out must leave out their callees.
func (g *Guest) Calls() []emu.Call {
	perFunction := make([]emu.Function, len(g.image.program.Functions))
	g.each(func(function int, f emu.Function) {
		if function >= 0 {
			perFunction[function].Ops += f.Ops
			perFunction[function].MilliCycles += f.MilliCycles
		}
	})
	n := min(g.counts.words[wNodes], nodesRoom)
	nodes := g.counts.array(wNodesAt, n*nodeWords)
	calls := make([]emu.Call, n)
	for i := range calls {
		w := nodes[i*nodeWords:]
		c := emu.Call{Parent: int(uint32(w[0])), Ops: w[1], Calls: w[2], AllocatedB: w[3], StackB: uint32(w[4]), Function: "(unknown)"}
		if i == 0 {
			c.Parent = -1
		}
		c.Which = int(w[0] >> 48)
		// Functions are numbered from 1 in the plugin; 0 is code of none.
		if f := int(uint16(w[0]>>32)) - 1; f >= 0 && f < len(perFunction) {
			c.Function = g.image.program.Functions[f].Name
			if all := perFunction[f]; all.Ops > 0 {
				c.MilliCycles = emu.MulDiv(c.Ops, all.MilliCycles, all.Ops)
			}
		}
		calls[i] = c
	}
	return calls
}

// HeapTrace implements emu.TracedGuest.
func (g *Guest) HeapTrace() []emu.HeapStep {
	words := g.trace()
	steps := make([]emu.HeapStep, len(words)/traceWords)
	for i := range steps {
		w := words[i*traceWords:]
		steps[i] = emu.HeapStep{Block: uint32(w[0]), Call: int(w[0] >> 32), LiveB: uint32(w[1])}
	}
	return steps
}

// trace returns the words of the heap trace so far, traceWords for each step.
func (g *Guest) trace() []uint64 {
	return g.counts.array(wTraceAt, min(g.counts.words[wTrace], traceRoom)*traceWords)
}
