package heap

// mbedTLS is the library's own allocator over a buffer: headers of eight words
// (two magics, size, state, four links; two words more with
// MBEDTLS_MEMORY_BACKTRACE, which no firmware has), MBEDTLS_MEMORY_ALIGN_MULTIPLE
// 4. It takes the first block of its free list that is large enough. The list
// is in the order of releases, not of addresses: what is released without a
// free neighbour comes first, what is joined stays in the place of the one it
// was joined with, of the later one where there are two.
var mbedTLS = &Model{
	Name: "mbedtls", Source: "Mbed TLS library/memory_buffer_alloc.c, 2.28.3, MBEDTLS_MEMORY_ALIGN_MULTIPLE 4", HeaderB: bufferHeader, StepB: 4, NullAtZero: true,
	chunkB: func(asked uint32) uint32 { return bufferHeader + roundUp(asked, bufferAlign) },
	open: func(arenaB uint32) arena {
		if arenaB < bufferHeader+bufferAlign {
			return nil
		}
		c := &chunk{size: arenaB, free: true}
		return &bufferArena{first: c, head: c}
	},
}

const (
	bufferHeader = 32
	bufferAlign  = 4
)

type bufferArena struct{ first, head *chunk }

func (b *bufferArena) alloc(asked uint32) *chunk {
	need := roundUp(asked, bufferAlign)
	for c := b.head; c != nil; c = c.nextFree {
		if c.size-bufferHeader < need {
			continue
		}
		if c.size-bufferHeader-need >= bufferHeader+bufferAlign {
			b.replace(c, c.split(bufferHeader+need))
		} else {
			b.unlink(c)
		}
		c.free, c.asked = false, asked
		return c
	}
	return nil
}

func (b *bufferArena) release(c *chunk) {
	c.free = true
	joined := false
	if c.freeBefore() {
		c, joined = c.before, true
		c.swallow()
	}
	if c.freeAfter() {
		if joined {
			b.unlink(c)
		}
		b.replace(c.after, c)
		c.swallow()
		joined = true
	}
	if !joined {
		c.prevFree, c.nextFree = nil, b.head
		if b.head != nil {
			b.head.prevFree = c
		}
		b.head = c
	}
}

func (b *bufferArena) unlink(c *chunk) {
	if c.prevFree != nil {
		c.prevFree.nextFree = c.nextFree
	} else {
		b.head = c.nextFree
	}
	if c.nextFree != nil {
		c.nextFree.prevFree = c.prevFree
	}
	c.prevFree, c.nextFree = nil, nil
}

// replace puts c in the place of old in the list.
func (b *bufferArena) replace(old, c *chunk) {
	c.prevFree, c.nextFree = old.prevFree, old.nextFree
	if c.prevFree != nil {
		c.prevFree.nextFree = c
	} else {
		b.head = c
	}
	if c.nextFree != nil {
		c.nextFree.prevFree = c
	}
	old.prevFree, old.nextFree = nil, nil
}

func (b *bufferArena) chunks() (*chunk, uint32) { return b.first, 0 }

func (b *bufferArena) data(c *chunk) uint32 { return c.at + bufferHeader }
