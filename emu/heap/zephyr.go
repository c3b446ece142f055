package heap

import "math/bits"

// zephyr is sys_heap behind the common C library's malloc, which asks it for
// an alignment of 8: chunks are multiples of 8, a block's header is 4 bytes
// and 4 more go to the alignment. Heaps of 256 KiB and more have headers of 8
// and need no more. Free chunks are in rings by power of two; of the ring in
// which the size belongs, CONFIG_SYS_HEAP_ALLOC_LOOPS (3) are tried, then the
// next ring's first is taken. The heap's own chunk is at the arena's start, a
// header at its end.
//
// k_malloc adds 8 bytes to each block; CONFIG_MBEDTLS_ENABLE_HEAP is the model
// mbedtls.
var zephyr = &Model{
	Name: "zephyr", Source: "Zephyr lib/heap/heap.c (01b8849a17), CONFIG_SYS_HEAP_AUTO, through malloc of the common libc", HeaderB: 4, StepB: 4, NullAtZero: true,
	chunkB: func(asked uint32) uint32 { return 8 + roundUp(asked, 8) },
	open: func(arenaB uint32) arena {
		z := &sysHeap{headerB: 4}
		if arenaB/8 > 0x7fff {
			z.headerB = 8
		}
		if arenaB < 8+z.headerB {
			return nil
		}
		units := (arenaB - z.headerB) / 8
		if units > 0x7fff != (z.headerB == 8) {
			return nil // at the border the source itself uses two sizes of header
		}
		own := roundUp(16+4*uint32(z.ring(8*units)+1), 8)
		if own+8*z.least() > 8*units {
			return nil
		}
		z.endB = 8 * units
		z.first = &chunk{at: own, size: 8*units - own, free: true}
		z.add(z.first)
		return z
	},
}

// sysHeapTries is CONFIG_SYS_HEAP_ALLOC_LOOPS.
const sysHeapTries = 3

type sysHeap struct {
	headerB uint32
	endB    uint32
	first   *chunk
	rings   [32]*chunk // where the next search begins
}

// least is the least chunk, in units of 8 bytes.
func (z *sysHeap) least() uint32 { return roundUp(z.headerB+1, 8) / 8 }

// ring is the ring for chunks of a size.
func (z *sysHeap) ring(size uint32) int { return bits.Len32(size/8-z.least()+1) - 1 }

func (z *sysHeap) alloc(asked uint32) *chunk {
	if asked >= z.endB {
		return nil
	}
	need := roundUp(8+asked, 8) // header and what aligns it, or the large header
	c := z.take(need)
	if c == nil {
		return nil
	}
	if c.size > need {
		z.add(c.split(need))
	}
	c.free, c.asked = false, asked
	return c
}

func (z *sysHeap) take(need uint32) *chunk {
	own := z.ring(need)
	if first := z.rings[own]; first != nil {
		for tries := sysHeapTries; ; {
			c := z.rings[own]
			if c.size >= need {
				z.remove(c)
				return c
			}
			z.rings[own] = c.nextFree
			if tries--; tries == 0 || z.rings[own] == first {
				break
			}
		}
	}
	for r := own + 1; r < len(z.rings); r++ {
		if c := z.rings[r]; c != nil {
			z.remove(c)
			return c
		}
	}
	return nil
}

func (z *sysHeap) release(c *chunk) {
	c.free = true
	if c.freeAfter() {
		z.remove(c.after)
		c.swallow()
	}
	if c.freeBefore() {
		c = c.before
		z.remove(c)
		c.swallow()
	}
	z.add(c)
}

// solo says that a free chunk is a header alone and in no ring.
func (z *sysHeap) solo(c *chunk) bool { return c.size/8 < z.least() }

// add puts c at the end of its ring.
func (z *sysHeap) add(c *chunk) {
	if z.solo(c) {
		return
	}
	r := z.ring(c.size)
	next := z.rings[r]
	if next == nil {
		z.rings[r], c.nextFree, c.prevFree = c, c, c
		return
	}
	c.prevFree, c.nextFree = next.prevFree, next
	c.prevFree.nextFree, next.prevFree = c, c
}

func (z *sysHeap) remove(c *chunk) {
	if z.solo(c) {
		return
	}
	r := z.ring(c.size)
	if c.nextFree == c {
		z.rings[r] = nil
		return
	}
	z.rings[r] = c.nextFree
	c.prevFree.nextFree, c.nextFree.prevFree = c.nextFree, c.prevFree
}

func (z *sysHeap) chunks() (*chunk, uint32) { return z.first, 0 }

func (z *sysHeap) data(c *chunk) uint32 { return c.at + 8 }
