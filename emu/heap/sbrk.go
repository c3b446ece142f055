package heap

// sbrkArena is the family of newlib-nano: it takes the free chunk at the
// lowest address that is large enough, else a new one from sbrk, of exactly
// the size needed. Sizes are without regard to where the block's data must
// begin: the room for that is in every chunk.
type sbrkArena struct {
	endB    uint32 // the last byte sbrk gives
	breakB  uint32 // sbrk(0)
	startB  uint32 // what the first sbrk loses to alignment
	alignB  uint32 // sizes are rounded up to it
	slackB  uint32 // in every chunk beyond that, header included
	leastB  uint32 // least chunk, and least rest worth cutting off
	fromEnd bool   // the block is cut off the chunk's end, not its front
	grows   growth

	first, last *chunk
}

// growth says when a free chunk at the break is made larger in place of
// taking a new one.
type growth int

const (
	growNever  growth = iota
	growAtNeed        // when sbrk has no room for a whole chunk
	growFirst         // whenever there is one
)

func (s *sbrkArena) alloc(asked uint32) *chunk {
	need := max(roundUp(asked, s.alignB)+s.slackB, s.leastB)
	for c := s.first; c != nil; c = c.after {
		if !c.free || c.size < need {
			continue
		}
		rest := c.size - need
		switch {
		case rest < s.leastB:
		case s.fromEnd:
			c = c.split(rest)
			if s.last == c.before {
				s.last = c
			}
		default:
			c.split(need)
			if s.last == c {
				s.last = c.after
			}
		}
		c.free, c.asked = false, asked
		return c
	}
	c := s.more(need)
	if c != nil {
		c.free, c.asked = false, asked
	}
	return c
}

// more takes a chunk from the break.
func (s *sbrkArena) more(need uint32) *chunk {
	atBreak := s.last != nil && s.last.free
	switch {
	case s.last == nil:
		if s.breakB = s.startB; need > s.endB || s.startB > s.endB-need {
			return nil
		}
	case atBreak && (s.grows == growFirst || s.grows == growAtNeed && need > s.endB-s.breakB):
		more := need - s.last.size
		if s.grows == growFirst {
			more = max(more, s.leastB)
		}
		if more > s.endB-s.breakB {
			return nil
		}
		s.last.size += more
		s.breakB += more
		return s.last
	case need > s.endB-s.breakB:
		return nil
	}
	c := &chunk{at: s.breakB, size: need, before: s.last}
	if s.last != nil {
		s.last.after = c
	} else {
		s.first = c
	}
	s.last = c
	s.breakB += need
	return c
}

func (s *sbrkArena) release(c *chunk) {
	c.free = true
	if c.freeAfter() {
		if s.last == c.after {
			s.last = c
		}
		c.swallow()
	}
	if c.freeBefore() {
		if s.last == c {
			s.last = c.before
		}
		c.before.swallow()
	}
}

func (s *sbrkArena) chunks() (*chunk, uint32) { return s.first, s.endB - max(s.breakB, s.startB) }

// data is the first multiple of 8 behind the size word.
func (s *sbrkArena) data(c *chunk) uint32 { return roundUp(c.at+4, 8) }

// newlibNano opens nano-mallocr.c: chunks are multiples of 4 with a size word
// and 4 bytes for the alignment of the data to 8, before or after it.
func newlibNano(arenaB uint32, fromEnd bool, grows growth) arena {
	if arenaB < 12 {
		return nil
	}
	return &sbrkArena{endB: roundDown(arenaB, 4), alignB: 4, slackB: 8, leastB: 12, fromEnd: fromEnd, grows: grows}
}

// newlibNano3 is what came with ARM's toolchains to 2021 and comes with
// Debian's: a block is the end of the chunk it is cut off, and a free chunk at
// the break is of no use to a larger block.
var newlibNano3 = &Model{
	Name: "newlib-nano3", Source: "newlib libc/stdlib/nano-mallocr.c, 3.3.0", HeaderB: 4, StepB: 4,
	open: func(arenaB uint32) arena { return newlibNano(arenaB, true, growNever) },
}

// newlibNano4 cuts blocks off the front, and makes the free chunk at the break
// larger when sbrk has no more room for a whole one. 4.3 and 4.4 write through
// a null pointer where that chunk is the only free one; the model has the
// repaired code.
var newlibNano4 = &Model{
	Name: "newlib-nano4", Source: "newlib libc/stdlib/nano-mallocr.c, 4.3 and later", HeaderB: 4, StepB: 4,
	open: func(arenaB uint32) arena { return newlibNano(arenaB, false, growAtNeed) },
}

// picolibc grew out of newlib-nano: chunks begin 4 bytes before a multiple of
// 8, so 4 are lost once, and the free chunk at the break is always made larger.
var picolibc = &Model{
	Name: "picolibc", Source: "picolibc newlib/libc/stdlib/nano-mallocr.c (008e4e2610)", HeaderB: 4, StepB: 4,
	open: func(arenaB uint32) arena {
		if arenaB < 12 {
			return nil
		}
		return &sbrkArena{endB: roundDown(arenaB, 4), startB: 4, alignB: 8, slackB: 8, leastB: 8, grows: growFirst}
	},
}
