// Package cycles estimates how many clock cycles a Cortex-M core takes for code
// that ran elsewhere. It applies the core's timing model (boards/timing) to
// basic blocks, with the wait states of one board's flash. It runs and counts
// nothing itself: its input says how often each block ran, how often its end
// branched, and what missed the caches. Its figures are estimates, and each
// block is scheduled as if the pipeline were empty before it.
package cycles

import (
	"fmt"
	"slices"

	"tlslab/boards"
	"tlslab/boards/timing"
	"tlslab/internal/isa/thumb"
)

// cycle is one clock cycle in the unit of all costs, thousandths.
const cycle = 1000

// Model is a core's timing with one board's memories. It is read-only: many
// goroutines may use one.
type Model struct {
	issue timing.Issue
	costs []timing.Cost // by thumb.Class
	pairs map[string][]string
	names map[string]bool // units that the pairs name
	flash flash
}

// New prepares a core's timing for a board. Without a board (nil) all memories
// have zero wait states. A board with another core is an error.
func New(t *timing.Model, b *boards.Board) (*Model, error) {
	m := &Model{issue: t.Issue, pairs: t.Issue.Pairs, names: map[string]bool{}}
	byName := map[string]timing.Cost{}
	for _, c := range t.Costs {
		for _, class := range c.Classes {
			byName[class] = c
		}
	}
	// Unknown, class 0, and what the core lacks cost a cycle, so that a run
	// that goes wrong still has a length; Missing tells them.
	m.costs = []timing.Cost{{Cycles: cycle, Absent: true}}
	for _, class := range thumb.Classes() {
		c, ok := byName[class.String()]
		if !ok {
			return nil, fmt.Errorf("timing model %s: no cost for %v", t.Name, class)
		}
		if c.Absent {
			c.Cycles = cycle
		}
		m.costs = append(m.costs, c)
	}
	for older, younger := range m.pairs {
		m.names[older] = true
		for _, unit := range younger {
			m.names[unit] = true
		}
	}
	if b == nil {
		return m, nil
	}
	if b.CPU != t.Name {
		return nil, fmt.Errorf("board %s: its core is a %s, the timing model is a %s's", b.Name, b.CPU, t.Name)
	}
	m.flash = newFlash(b)
	return m, nil
}

// Missing returns the first instruction the core does not have, so that its
// cost is made up: code built for another core.
func (m *Model) Missing(insts []thumb.Inst) (thumb.Inst, bool) {
	for _, in := range insts {
		if m.cost(&in).Absent {
			return in, true
		}
	}
	return thumb.Inst{}, false
}

// cost is what an instruction's class costs.
func (m *Model) cost(in *thumb.Inst) *timing.Cost {
	if int(in.Class) >= len(m.costs) {
		return &m.costs[thumb.Unknown]
	}
	return &m.costs[in.Class]
}

// occupancy is how long an instruction keeps the next one from issuing, alone.
func (m *Model) occupancy(in *thumb.Inst) int64 {
	c := m.cost(in)
	n := c.Cycles
	if in.Double && c.Double > 0 {
		n = c.Double
	}
	if c.Word > 0 {
		n += int64(in.Words) * c.Word
		n = (n + cycle - 1) / cycle * cycle
	}
	if in.Offset {
		n += c.Offset
	}
	if in.Literal {
		n += c.Literal
	}
	return n
}

// unit is where an instruction executes, for pairing.
func (m *Model) unit(in *thumb.Inst) string {
	c := m.cost(in)
	switch {
	case c.Unit == "":
		return ""
	case m.names[timing.UnitShifted] && in.Shifted:
		return timing.UnitShifted
	case m.names[timing.UnitSimple] && simple(in):
		return timing.UnitSimple
	}
	return c.Unit
}

// simple says that an instruction is a 16-bit move, extension or addition of
// a constant; rev and a shift by a constant look the same from the registers
// and are taken for one.
func simple(in *thumb.Inst) bool {
	const core = thumb.Flags - 1 // r0 to pc
	return in.Len == 2 && (in.Class == thumb.ALU || in.Class == thumb.Bits) &&
		(in.Reads&core).Count() <= 1 && in.Writes&core != 0
}

// mayPair says that the younger instruction may issue with the older one, as
// far as units go.
func (m *Model) mayPair(older, younger *thumb.Inst) bool {
	if len(m.pairs) == 0 || m.issue.PairNarrow && (older.Len != 2 || younger.Len != 2) {
		return false
	}
	first, second := m.unit(older), m.unit(younger)
	return first != "" && second != "" && slices.Contains(m.pairs[first], second)
}
