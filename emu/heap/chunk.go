package heap

// chunk is a piece of an arena: a block with its header, or a free one.
// Chunks lie side by side: before and after are neighbours in memory.
type chunk struct {
	at, size uint32 // from the arena's start; size with the header
	asked    uint32 // of a block in use
	free     bool

	before, after      *chunk
	prevFree, nextFree *chunk // in lists, where the model keeps any
}

// split cuts c after size bytes and returns the rest, which is free and in no
// list.
func (c *chunk) split(size uint32) *chunk {
	rest := &chunk{at: c.at + size, size: c.size - size, free: true, before: c, after: c.after}
	if c.after != nil {
		c.after.before = rest
	}
	c.after, c.size = rest, size
	return rest
}

// swallow joins c with the chunk after it, which is in no list any more.
func (c *chunk) swallow() {
	gone := c.after
	c.size += gone.size
	c.after = gone.after
	if c.after != nil {
		c.after.before = c
	}
}

// freeAfter says that the chunk after c is there and free.
func (c *chunk) freeAfter() bool { return c.after != nil && c.after.free }

// freeBefore likewise.
func (c *chunk) freeBefore() bool { return c.before != nil && c.before.free }

func roundUp(n, to uint32) uint32 { return (n + to - 1) / to * to }

func roundDown(n, to uint32) uint32 { return n / to * to }
