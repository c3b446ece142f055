package heap

import "math/bits"

// tlsf is mattconte/tlsf on 32 bits: the size word before each block is its
// whole header (the link to the previous block lies in that block's last
// word, while it is free), blocks are multiples of 4 and at least 12 bytes.
// Free ones are in lists by power of two (24) and 32 ranges of each; the
// search takes the head of the first list in which every block fits.
//
// ESP-IDF's heap has a control structure as large as its pool needs, and
// blocks of 16 bytes' granularity at debugging levels: it is not this one.
var tlsf = &Model{
	Name: "tlsf", Source: "mattconte/tlsf tlsf.c, 3.1 (deff9ab), 32 bits, SL_INDEX_COUNT_LOG2 5", HeaderB: tlsfHeader, StepB: 4, NullAtZero: true,
	ownB: tlsfControl + tlsfHeader, chunkB: func(asked uint32) uint32 { return tlsfHeader + max(roundUp(asked, 4), tlsfLeast) },
	open: func(arenaB uint32) arena {
		// control_t, then the pool: its first block's size word and the
		// sentinel's.
		if arenaB < tlsfControl+2*tlsfHeader+tlsfLeast {
			return nil
		}
		t := &tlsfArena{first: &chunk{at: tlsfControl, size: tlsfHeader + roundDown(arenaB-tlsfControl-2*tlsfHeader, 4), free: true}}
		t.insert(t.first)
		return t
	},
}

const (
	tlsfHeader  = 4
	tlsfLeast   = 12                                    // sizeof(block_header_t) without prev_phys_block
	tlsfFirsts  = 24                                    // FL_INDEX_COUNT: 30 - 7 + 1
	tlsfSeconds = 32                                    // SL_INDEX_COUNT
	tlsfSmall   = 128                                   // SMALL_BLOCK_SIZE: below it lists are 4 bytes apart
	tlsfControl = 16 + 4 + 4*tlsfFirsts*(1+tlsfSeconds) // control_t: null block, bitmaps, list heads
)

type tlsfArena struct {
	first *chunk
	heads [tlsfFirsts][tlsfSeconds]*chunk
}

func (t *tlsfArena) alloc(asked uint32) *chunk {
	need := max(roundUp(asked, 4), tlsfLeast)
	size := need
	if size >= tlsfSmall {
		// Up to the next list's least, so that any block of it is enough.
		size += 1<<(bits.Len32(size)-1-5) - 1
	}
	c := t.find(tlsfList(size))
	if c == nil {
		return nil
	}
	t.remove(c)
	if c.size-tlsfHeader >= need+tlsfHeader+tlsfLeast {
		t.insert(c.split(tlsfHeader + need))
	}
	c.free, c.asked = false, asked
	return c
}

func (t *tlsfArena) release(c *chunk) {
	c.free = true
	if c.freeBefore() {
		t.remove(c.before)
		c = c.before
		c.swallow()
	}
	if c.freeAfter() {
		t.remove(c.after)
		c.swallow()
	}
	t.insert(c)
}

// find is the head of list fl, sl or of the next that is not empty.
func (t *tlsfArena) find(fl, sl int) *chunk {
	for ; fl < tlsfFirsts; fl, sl = fl+1, 0 {
		for ; sl < tlsfSeconds; sl++ {
			if t.heads[fl][sl] != nil {
				return t.heads[fl][sl]
			}
		}
	}
	return nil
}

// tlsfList is the list for a size without its header.
func tlsfList(size uint32) (fl, sl int) {
	if size < tlsfSmall {
		return 0, int(size / 4)
	}
	top := bits.Len32(size) - 1
	return top - 6, int(size>>(top-5)) ^ tlsfSeconds
}

func (t *tlsfArena) insert(c *chunk) {
	fl, sl := tlsfList(c.size - tlsfHeader)
	c.prevFree, c.nextFree = nil, t.heads[fl][sl]
	if c.nextFree != nil {
		c.nextFree.prevFree = c
	}
	t.heads[fl][sl] = c
}

func (t *tlsfArena) remove(c *chunk) {
	if c.nextFree != nil {
		c.nextFree.prevFree = c.prevFree
	}
	if c.prevFree != nil {
		c.prevFree.nextFree = c.nextFree
		return
	}
	fl, sl := tlsfList(c.size - tlsfHeader)
	t.heads[fl][sl] = c.nextFree
}

func (t *tlsfArena) chunks() (*chunk, uint32) { return t.first, 0 }

func (t *tlsfArena) data(c *chunk) uint32 { return c.at + tlsfHeader }
