package heap

import (
	"fmt"

	"tlslab/internal/metric"
)

// MaxEvents bounds a trace: 24 bytes an event and the models' time. The
// slowest handshake shipped has 60,000.
const MaxEvents = 8_000_000

// Event is one call of the allocator. calloc is an allocation, realloc one
// and a release: the new block comes before the old one goes.
type Event struct {
	Alloc  bool
	Block  uint32       // number of the block: 0, 1, 2, ... in the order they were allocated
	AskedB uint32       // of the block, as asked for; may be 0
	Phase  metric.Phase // handshake phase it happened in
	Ops    uint64       // executed before it, in the machine's own unit
}

// Trace is what a run asked of its allocator, in order. All allocations in it
// succeeded.
type Trace []Event

// Totals are what a guest counts about itself.
type Totals struct {
	Allocs uint32 // successful allocations
	PeakB  uint32 // most bytes live at one instant, as asked for
	LeakB  uint32 // live at the end
}

// Totals adds the trace up. The error names the first event that no run can
// have produced.
func (t Trace) Totals() (Totals, error) {
	if len(t) > MaxEvents {
		return Totals{}, fmt.Errorf("heap trace: more than %d events", MaxEvents)
	}
	var sum Totals
	var live uint64
	var asked []uint32
	var held []bool
	for i, e := range t {
		switch {
		case e.Alloc && int(e.Block) != len(asked):
			return Totals{}, fmt.Errorf("heap trace: event %d: block %d is allocated, want block %d", i, e.Block, len(asked))
		case e.Alloc:
			asked, held = append(asked, e.AskedB), append(held, true)
			live += uint64(e.AskedB)
		case int(e.Block) >= len(held) || !held[e.Block]:
			return Totals{}, fmt.Errorf("heap trace: event %d: block %d is released and is not live", i, e.Block)
		case asked[e.Block] != e.AskedB:
			return Totals{}, fmt.Errorf("heap trace: event %d: block %d has %d bytes, and %d when allocated", i, e.Block, e.AskedB, asked[e.Block])
		default:
			held[e.Block] = false
			live -= uint64(e.AskedB)
		}
		if live > 1<<31 {
			return Totals{}, fmt.Errorf("heap trace: event %d: %d bytes live", i, live)
		}
		sum.PeakB = max(sum.PeakB, uint32(live))
	}
	sum.Allocs, sum.LeakB = uint32(len(asked)), uint32(live)
	return sum, nil
}

// blocks is how many blocks the trace allocates.
func (t Trace) blocks() int {
	for i := len(t) - 1; i >= 0; i-- {
		if t[i].Alloc {
			return int(t[i].Block) + 1
		}
	}
	return 0
}
