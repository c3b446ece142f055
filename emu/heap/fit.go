package heap

import (
	"fmt"

	"tlslab/internal/metric"
)

// above is how many sizes over the smallest are tried too: an allocator that
// is not address-ordered may fail in a larger arena.
const above = 32

// Fit is the smallest arena in which a trace completes under a model.
type Fit struct {
	Model *Model
	MinB  uint32 // smallest size, of all multiples of the model's step
	// FailsAboveB are the sizes among the 32 steps over MinB in which the
	// trace fails all the same.
	FailsAboveB []uint32
	// Event is the allocation that decides: the first that fails in an arena
	// one step smaller. Use is right after it, in one of MinB.
	Event  int
	AskedB uint32
	Phase  metric.Phase
	Use    Use
}

// Smallest finds the smallest arena by trying every size from what the live
// blocks take at least upwards: nothing says that a larger arena serves
// whatever a smaller one does, so bisection might miss it.
func Smallest(m *Model, t Trace) (*Fit, error) {
	sum, err := t.Totals()
	if err != nil {
		return nil, err
	}
	if sum.Allocs == 0 {
		return nil, fmt.Errorf("heap trace: nothing is allocated")
	}
	least := m.leastB(t)
	size := least
	for most := 4*least + 1<<16; Replay(m, t, size) < len(t); size += m.StepB {
		if size > most {
			return nil, fmt.Errorf("%s: no arena up to %d bytes serves a run whose peak is %d", m.Name, most, sum.PeakB)
		}
	}
	f := &Fit{Model: m, MinB: size, Event: Replay(m, t, size-m.StepB)}
	p := newPlayer(m, t, size)
	for _, e := range t[:f.Event+1] {
		p.step(e)
	}
	f.Use = p.use()
	f.AskedB, f.Phase = t[f.Event].AskedB, t[f.Event].Phase
	for i := uint32(1); i <= above; i++ {
		if larger := size + i*m.StepB; Replay(m, t, larger) < len(t) {
			f.FailsAboveB = append(f.FailsAboveB, larger)
		}
	}
	return f, nil
}

// Span is a block's place in an arena and its time.
type Span struct {
	AtB, SizeB uint32 // from the arena's start; header and padding included
	AskedB     uint32
	From, To   int // events: allocated by From, released by To; len(trace) if never
}

// Layout is every block of a trace in an arena of a size, in the order they
// were allocated. It ends with the first that found no room.
func Layout(m *Model, t Trace, arenaB uint32) []Span {
	p := newPlayer(m, t, arenaB)
	if p == nil {
		return nil
	}
	var spans []Span
	index := make([]int, len(p.held)) // of a block's span
	for i, e := range t {
		if !e.Alloc && p.held[e.Block] != nil {
			spans[index[e.Block]].To = i
		}
		if !p.step(e) {
			break
		}
		if c := p.held[e.Block]; e.Alloc && c != nil {
			index[e.Block] = len(spans)
			spans = append(spans, Span{c.at, c.size, e.AskedB, i, len(t)})
		}
	}
	return spans
}
