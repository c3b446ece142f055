package heap

// sbrkArena is the family of newlib-nano: it takes the free chunk at the
// lowest address that is large enough, else a new one from sbrk, of exactly
// the size needed.
type sbrkArena struct {
	endB    uint32                     // the last byte sbrk gives
	breakB  uint32                     // sbrk(0)
	startB  uint32                     // what the first sbrk loses to alignment
	size    func(askedB uint32) uint32 // of the chunk for a block
	leastB  uint32                     // least chunk, and least rest worth cutting off
	fromEnd bool                       // the block is cut off the chunk's end, not its front
	grows   bool                       // a free chunk at the break is made larger when sbrk has no room for a whole one

	first, last *chunk
}

func (s *sbrkArena) alloc(asked uint32) *chunk {
	need := s.size(asked)
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
	switch {
	case s.last == nil:
		if s.breakB = s.startB; need > s.endB || s.startB > s.endB-need {
			return nil
		}
	case s.grows && s.last.free && need > s.endB-s.breakB:
		more := need - s.last.size
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

// newlibChunk is the size of a chunk for a block.
func newlibChunk(asked uint32) uint32 { return max(roundUp(asked, 4)+8, 12) }

// newlibNano opens nano-mallocr.c: chunks are multiples of 4 with a size word
// and 4 bytes for the alignment of the data to 8, before or after it.
func newlibNano(arenaB uint32, fromEnd bool, grows bool) arena {
	if arenaB < 12 {
		return nil
	}
	return &sbrkArena{endB: roundDown(arenaB, 4), size: newlibChunk, leastB: 12, fromEnd: fromEnd, grows: grows}
}

// newlibNano3 is what came with ARM's toolchains to 2021 and comes with
// Debian's: a block is the end of the chunk it is cut off, and a free chunk at
// the break is of no use to a larger block.
var newlibNano3 = &Model{
	Name: "newlib-nano3", Source: "newlib libc/stdlib/nano-mallocr.c, 3.3.0", HeaderB: 4, StepB: 4,
	chunkB: newlibChunk,
	open:   func(arenaB uint32) arena { return newlibNano(arenaB, true, false) },
}

// newlibNano4 cuts blocks off the front, and makes the free chunk at the break
// larger when sbrk has no more room for a whole one. 4.1 leaves that chunk in
// the free list, and releases after it write through a null pointer where it
// is the only free one; the model has the repaired code.
var newlibNano4 = &Model{
	Name: "newlib-nano4", Source: "newlib libc/stdlib/nano-mallocr.c, 4.1 and later", HeaderB: 4, StepB: 4,
	chunkB: newlibChunk,
	open:   func(arenaB uint32) arena { return newlibNano(arenaB, false, true) },
}

// picolibc grew out of newlib-nano: chunks begin 4 bytes before a multiple of
// 8, which costs 4 bytes once and none in each. Its code to make the free chunk
// at the break larger is never reached: since chunks have a bit that says they
// are free, chunk_end() of one is off by that 1.
var picolibc = &Model{
	Name: "picolibc", Source: "picolibc libc/stdlib/malloc.c, 1.8.12 (630c45e11d), malloc-small-bucket 0", HeaderB: 4, StepB: 4,
	ownB: 4, chunkB: picolibcChunk,
	open: func(arenaB uint32) arena {
		if arenaB < 12 {
			return nil
		}
		return &sbrkArena{endB: roundDown(arenaB, 4), startB: 4, size: picolibcChunk, leastB: 8}
	},
}

func picolibcChunk(asked uint32) uint32 { return roundUp(asked+4, 8) }
