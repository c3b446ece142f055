package cycles

import (
	"tlslab/boards"
	"tlslab/internal/isa/thumb"
)

// flash is the memory that code runs from: the board's first flash region,
// whatever the address, as the machine that ran the code may have its own map.
type flash struct {
	wait     int64  // thousandths of a cycle on top of the first, an access
	line     uint32 // bytes an access brings
	prefetch bool   // the next line is fetched while one is executed
	icache   *boards.Cache
	dcache   *boards.Cache
}

// defaultLineBytes is what an access brings where a board doesn't say.
const defaultLineBytes = 4

func newFlash(b *boards.Board) flash {
	r := b.Flash()
	f := flash{wait: r.WaitStates * cycle, line: r.WidthBytes, prefetch: r.Prefetch}
	if f.line == 0 {
		f.line = defaultLineBytes
	}
	if r.Cached {
		f.icache, f.dcache = b.ICache, b.DCache
	}
	return f
}

// fill is what bringing a cache's line costs: an access for each width of it.
func (f *flash) fill(c *boards.Cache) int64 {
	if c == nil || f.line == 0 {
		return f.wait
	}
	return f.wait * int64(max(1, (c.LineBytes+f.line-1)/f.line))
}

// FetchMiss is the extra of one instruction line that the instruction cache
// does not hold, in thousandths of a cycle, when a branch leads to it; 0
// without a cache, where Block and Taken have the waits. The core is taken to
// wait for the whole line. insts is the block that the line is of.
func (m *Model) FetchMiss(insts []thumb.Inst) int64 {
	f := &m.flash
	if f.icache == nil {
		return 0
	}
	stall := f.fill(f.icache)
	if !f.prefetch {
		return stall
	}
	// The flash fetches the line behind the one that was left, and can't give
	// up a read under way: it is at it for as much of the time as that read
	// takes of the time the core spends on a line, and half of it is left.
	read, line := f.wait+cycle, m.lineTime(insts)
	return stall + read/2*min(read, line)/line
}

// NextMiss is the same for a line that follows the one executed before. With
// prefetch its read began when the line before was there, and what the core
// took to execute that is not waited for.
func (m *Model) NextMiss(insts []thumb.Inst) int64 {
	f := &m.flash
	if f.icache == nil || !f.prefetch {
		return m.FetchMiss(insts)
	}
	return max(0, f.fill(f.icache)+cycle-m.lineTime(insts))
}

// lineTime is how long the core takes to execute a cache line of code like
// that of a block, without waits.
func (m *Model) lineTime(insts []thumb.Inst) int64 {
	bytes := int64(insts[len(insts)-1].Next() - insts[0].Addr)
	return max(1, m.Block(insts)*int64(m.flash.icache.LineBytes)/bytes)
}

// DataMiss is the extra of one read of data from flash, literals included,
// that the data cache does not hold, in thousandths of a cycle; without a data
// cache every read of flash is one.
func (m *Model) DataMiss() int64 { return m.flash.fill(m.flash.dcache) }

// Taken returns the extra when the last instruction of a block branches, in
// thousandths of a cycle. Without an instruction cache it has the flash's
// start at another line.
func (m *Model) Taken(last *thumb.Inst) int64 {
	n := m.cost(last).Taken
	if last.HasTarget && last.Target%4 != 0 {
		n += m.issue.UnalignedTarget
	}
	if f := &m.flash; f.wait > 0 && f.icache == nil {
		near := last.HasTarget && last.Target/f.line == last.Addr/f.line
		if !near {
			n += f.wait
		}
	}
	return n
}

// fetch follows the lines of a block's code.
type fetch struct {
	f     *flash
	known bool
	line  uint32 // the line being executed
	since int64  // since when
}

func newFetch(f *flash) fetch { return fetch{f: f} }

// wait is how long an instruction that could issue at now waits for its line,
// when lines follow one another. The block's first line is there: the branch
// to it, or the block before, paid.
func (l *fetch) wait(in *thumb.Inst, now int64) int64 {
	if l.f.wait == 0 || l.f.icache != nil {
		return 0
	}
	last := (in.Next() - 1) / l.f.line
	if !l.known {
		l.known, l.line = true, in.Addr/l.f.line
	}
	var wait int64
	for ; l.line < last; l.line++ {
		stall := l.f.wait
		if l.f.prefetch { // begun when the line before was there
			stall = max(0, l.f.wait+cycle-(now+wait-l.since))
		}
		wait += stall
		l.since = now + wait
	}
	return wait
}
