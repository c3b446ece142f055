package heap

// player is a model at some point of a trace.
type player struct {
	model *Model
	arena arena
	sizeB uint32
	held  []*chunk // by block; nil before, after, and where a model gives none
	liveB uint32
}

// newPlayer opens an arena for a trace; nil where it is too small to begin
// with.
func newPlayer(m *Model, t Trace, arenaB uint32) *player {
	a := m.open(arenaB)
	if a == nil {
		return nil
	}
	return &player{model: m, arena: a, sizeB: arenaB, held: make([]*chunk, t.blocks())}
}

// step takes one event; false is an allocation that found no room.
func (p *player) step(e Event) bool {
	if !e.Alloc {
		if c := p.held[e.Block]; c != nil {
			p.arena.release(c)
			p.held[e.Block] = nil
		}
		p.liveB -= e.AskedB
		return true
	}
	if e.AskedB > 0 || !p.model.NullAtZero {
		c := p.arena.alloc(e.AskedB)
		if c == nil {
			return false
		}
		p.held[e.Block] = c
	}
	p.liveB += e.AskedB
	return true
}

// Replay runs a trace in an arena of a size and returns the number of the
// first event that found no room; len(t) when all did.
func Replay(m *Model, t Trace, arenaB uint32) int {
	p := newPlayer(m, t, arenaB)
	if p == nil {
		return 0
	}
	for i, e := range t {
		if !p.step(e) {
			return i
		}
	}
	return len(t)
}

// Use is what an arena's bytes are at one instant. The five sums are the
// arena's size.
type Use struct {
	LiveB    uint32 `json:"live-B"`    // as asked for
	HeadersB uint32 `json:"headers-B"` // of all blocks and free chunks
	PaddingB uint32 `json:"padding-B"` // in blocks beyond what was asked for: alignment, least sizes, rests not cut off
	// in free chunks, and not yet claimed: the fragmentation, where the arena is the
	// smallest
	FreeB uint32 `json:"free-B"`
	OwnB  uint32 `json:"own-B"` // the allocator's own structures, end marks, bytes lost to the arena's alignment

	LargestFreeB uint32 `json:"largest-free-B"` // largest piece of FreeB
	FreeChunks   int    `json:"free-chunks"`    // how many pieces it is in
}

// use counts the arena.
func (p *player) use() Use {
	u := Use{LiveB: p.liveB}
	c, unclaimed := p.arena.chunks()
	claimed := unclaimed
	piece := func(size uint32) {
		if size > 0 {
			u.FreeB += size
			u.FreeChunks++
			u.LargestFreeB = max(u.LargestFreeB, size)
		}
	}
	for ; c != nil; c = c.after {
		claimed += c.size
		u.HeadersB += p.model.HeaderB
		if c.free {
			piece(c.size - p.model.HeaderB)
		} else {
			u.PaddingB += c.size - p.model.HeaderB - c.asked
		}
	}
	piece(unclaimed)
	u.OwnB = p.sizeB - claimed
	return u
}
