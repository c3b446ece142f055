package cycles

import (
	"math/bits"

	"tlslab/internal/isa/thumb"
)

// registers is the number of members a RegSet may have.
const registers = 64

// pipeline is the core within one block: times are thousandths of a cycle
// since the block began.
type pipeline struct {
	m       *Model
	free    int64            // when the next instruction may issue
	data    [registers]int64 // when a register's value is there
	addr    [registers]int64 // for an address
	acc     [registers]int64 // to add a product to
	prev    *thumb.Inst      // the instruction before
	prevAt  int64            // when it issued
	alone   bool             // nothing issued with it yet
	wide    int              // 32-bit instructions across words in a row
	stalled int64            // means and fetch stalls, added outside the schedule
}

// Block returns what one run of a straight sequence costs, in thousandths of a
// cycle, without what depends on the run: branches taken and cache misses.
// Addresses matter to flash without a cache. What the next block waits for is
// not counted, as it would be for this block's last load.
func (m *Model) Block(insts []thumb.Inst) int64 {
	p := pipeline{m: m}
	line := newFetch(&m.flash)
	for i := range insts {
		p.free += line.wait(&insts[i], p.free)
		p.step(&insts[i])
	}
	return p.free + p.stalled
}

// step issues one instruction.
func (p *pipeline) step(in *thumb.Inst) {
	c := p.m.cost(in)
	length := p.m.occupancy(in)
	p.stalled += c.Stall
	p.countWide(in)
	if p.m.issue.FoldIT && in.Class == thumb.IT && p.prev != nil && p.prev.Len == 2 {
		return
	}
	p.neighbours(in, length)
	at, ready := p.free, p.ready(in)
	if p.joins(in, ready) {
		at = p.prevAt
		p.alone = false
	} else {
		at = max(at, ready)
		p.alone = true
	}
	p.prev, p.prevAt = in, at
	end := at + length
	p.free = max(p.free, end)
	p.results(in, end)
}

// neighbours applies what the instruction before saves or costs.
func (p *pipeline) neighbours(in *thumb.Inst, length int64) {
	if p.prev == nil {
		return
	}
	before := p.m.cost(p.prev)
	single := in.Class == thumb.LoadOne || in.Class == thumb.StoreOne
	if single && p.prev.Writes&in.AddrReads == 0 && (p.m.issue.UpdateOverlaps || !p.prev.Writeback && !in.Writeback) {
		p.free -= min(before.Overlap, max(0, length-cycle))
	}
	if in.IsLoad() {
		p.free += before.BeforeLoad
	}
}

// wideRun is how many 32-bit instructions across words the fetch falls behind
// for, once.
const wideRun = 3

// countWide follows such instructions.
func (p *pipeline) countWide(in *thumb.Inst) {
	if in.Len != 4 || in.Addr%4 == 0 {
		p.wide = 0
		return
	}
	p.wide++
	if p.wide == wideRun {
		p.stalled += p.m.issue.WideRun
	}
}

// joins says that the instruction issues together with the one before.
func (p *pipeline) joins(in *thumb.Inst, ready int64) bool {
	return p.prev != nil && p.alone && ready <= p.prevAt && p.m.mayPair(p.prev, in)
}

// ready is when everything the instruction reads is there.
func (p *pipeline) ready(in *thumb.Inst) int64 {
	reads, early := in.Reads, in.AddrReads
	if in.Shifted && p.m.issue.ShiftedEarly {
		early |= reads &^ thumb.Flags
	}
	if in.Class == thumb.CondBranch && p.m.issue.Predicts {
		reads &^= thumb.Flags | thumb.FPSCR
	}
	at := latest(&p.addr, early)
	at = max(at, latest(&p.acc, in.AccReads))
	values := latest(&p.data, reads&^early&^in.AccReads)
	if in.IsStore() {
		values -= p.m.issue.StoreLate
	}
	return max(at, values)
}

// results notes when what the instruction writes is there; the base register
// of an access that updates it is so at once.
func (p *pipeline) results(in *thumb.Inst, end int64) {
	c := p.m.cost(in)
	late := c.Result
	switch {
	case in.Part && c.PartResult > 0:
		late = c.PartResult
	case in.Shifted && c.ShiftedResult > 0:
		late = c.ShiftedResult
	}
	base := thumb.RegSet(0)
	if in.Writeback {
		base = in.AddrReads
	}
	for set := uint64(in.Writes); set != 0; set &= set - 1 {
		r := bits.TrailingZeros64(set)
		if base&(1<<r) != 0 {
			p.data[r], p.addr[r], p.acc[r] = end, end, end
			continue
		}
		p.data[r] = end + late
		p.addr[r] = end + max(late, c.Address)
		p.acc[r] = end + min(late, c.Accumulate)
	}
}

// latest is the latest of the times of a set of registers.
func latest(times *[registers]int64, set thumb.RegSet) int64 {
	var at int64
	for s := uint64(set); s != 0; s &= s - 1 {
		at = max(at, times[bits.TrailingZeros64(s)])
	}
	return at
}
