package heap

// arena is one allocator at work on one region of memory that starts at a
// multiple of 8.
type arena interface {
	// alloc returns a block for asked bytes, nil where there is no room.
	alloc(asked uint32) *chunk
	// release takes a block back.
	release(c *chunk)
	// chunks is the first chunk by address, nil before there is one, and how
	// many bytes at the arena's end no chunk has claimed yet but one may.
	chunks() (first *chunk, unclaimed uint32)
	// data is the address a block's user gets.
	data(c *chunk) uint32
}

// Model is one allocator.
type Model struct {
	Name    string // as --allocator takes it
	Source  string // file and version it is a model of
	HeaderB uint32 // of every block
	StepB   uint32 // sizes of the arena that can make a difference are multiples of it
	// NullAtZero says that asking for no bytes gives no block.
	NullAtZero bool

	ownB   uint32                     // least the allocator needs for itself
	chunkB func(askedB uint32) uint32 // least a block takes, header included
	// open makes an arena of a size; nil where it is too small to begin with.
	open func(arenaB uint32) arena
}

// leastB is a size below which no arena serves the trace: what its live blocks
// take at the worst instant.
func (m *Model) leastB(t Trace) uint32 {
	var now, most uint32
	for _, e := range t {
		switch {
		case e.AskedB == 0 && m.NullAtZero:
		case e.Alloc:
			now += m.chunkB(e.AskedB)
		default:
			now -= m.chunkB(e.AskedB)
		}
		most = max(most, now)
	}
	return max(roundUp(m.ownB+most, m.StepB), m.StepB)
}

// Models are all models, the lab's own allocator first.
var Models = []*Model{labArena, freeRTOS, rtThread3, rtThread5, newlibNano3, newlibNano4, picolibc, tlsf, mbedTLS, zephyr}

// Names are the models' names, in order.
func Names() []string {
	var names []string
	for _, m := range Models {
		names = append(names, m.Name)
	}
	return names
}

// Find returns the model of a name, nil if there is none.
func Find(name string) *Model {
	for _, m := range Models {
		if m.Name == name {
			return m
		}
	}
	return nil
}
