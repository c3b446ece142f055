package heap

// firstFit is the family that takes the free chunk at the lowest address that
// is large enough, cuts the block off its front, and joins what is released
// with free neighbours at once.
type firstFit struct {
	headerB, alignB uint32
	leastB          uint32 // least bytes behind a header
	splitB          uint32 // least chunk worth cutting off, header included
	limit           func(c *chunk, needB uint32) bool

	first *chunk
}

func (f *firstFit) alloc(asked uint32) *chunk {
	need := max(roundUp(asked, f.alignB), f.leastB)
	for c := f.first; c != nil; c = c.after {
		if f.limit != nil && !f.limit(c, need) {
			return nil
		}
		if !c.free || c.size < f.headerB+need {
			continue
		}
		if c.size-f.headerB-need >= f.splitB {
			c.split(f.headerB + need)
		}
		c.free, c.asked = false, asked
		return c
	}
	return nil
}

func (f *firstFit) release(c *chunk) {
	c.free = true
	if c.freeAfter() {
		c.swallow()
	}
	if c.freeBefore() {
		c.before.swallow()
	}
}

func (f *firstFit) chunks() (*chunk, uint32) { return f.first, 0 }

func (f *firstFit) data(c *chunk) uint32 { return c.at + f.headerB }

// labArena is what every guest here runs on (core/port/arena.c).
var labArena = &Model{
	Name: "lab", Source: "tlslab core/port/arena.c", HeaderB: 8, StepB: 8,
	chunkB: func(asked uint32) uint32 { return 8 + max(roundUp(asked, 8), 8) },
	open: func(arenaB uint32) arena {
		size := roundDown(arenaB, 8)
		if size < 16 {
			return nil
		}
		return &firstFit{headerB: 8, alignB: 8, leastB: 8, splitB: 16, first: &chunk{size: size, free: true}}
	},
}

// freeRTOS is heap_4 with portBYTE_ALIGNMENT 8, as on every Cortex-M: a link
// of 8 bytes before each block and one at the arena's end (pxEnd). What is
// left of a chunk is cut off when it is more than heapMINIMUM_BLOCK_SIZE, two
// links. heap_5 with one region lays blocks out alike.
var freeRTOS = &Model{
	Name: "freertos", Source: "FreeRTOS-Kernel portable/MemMang/heap_4.c, V11 (386c1bca6); heap_5.c with one region", HeaderB: 8, StepB: 8, NullAtZero: true,
	ownB: 8, chunkB: func(asked uint32) uint32 { return 8 + roundUp(asked, 8) },
	open: func(arenaB uint32) arena {
		size := roundDown(arenaB, 8)
		if size < 24 {
			return nil
		}
		return &firstFit{headerB: 8, alignB: 8, leastB: 0, splitB: 24, first: &chunk{size: size - 8, free: true}}
	},
}
