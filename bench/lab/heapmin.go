package lab

import (
	"context"

	"tlslab/bench/results"
)

// ArenaStep is the arena's granularity (port/arena.c, ALIGN).
const ArenaStep = 8

// HeapMin searches the smallest arena with which the scenario still connects,
// after a run that did with enoughB.
// First fit from low addresses makes the arena's high-water mark the answer in
// all but odd cases, so the search starts there: connect at the mark, fail one
// step below; if either is otherwise, bisect.
func (p *Prepared) HeapMin(ctx context.Context, r *Run, enoughB uint32) (uint32, error) {
	connects := func(arena uint32) (bool, error) {
		r, err := p.Converse(ctx, Conversation{HeapBytes: arena})
		if err != nil {
			return false, err
		}
		return p.Judge(r).Name == results.OutcomeConnected, nil
	}
	good, bad := enoughB, uint32(0)
	mark := (r.Record.ArenaB + ArenaStep - 1) / ArenaStep * ArenaStep
	for _, arena := range []uint32{mark, mark - ArenaStep} {
		if arena <= bad || arena >= good {
			continue
		}
		ok, err := connects(arena)
		if err != nil {
			return 0, err
		}
		if ok {
			good = arena
		} else {
			bad = arena
		}
	}
	for good-bad > ArenaStep {
		mid := (bad + (good-bad)/2) / ArenaStep * ArenaStep
		if mid == bad {
			break
		}
		ok, err := connects(mid)
		if err != nil {
			return 0, err
		}
		if ok {
			good = mid
		} else {
			bad = mid
		}
	}
	return good, nil
}
