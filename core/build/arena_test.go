package build

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// model is arena.c's scheme in Go: free blocks by address, first fit, a
// header of 8 bytes, sizes in multiples of 8.
type model struct {
	free                    []span // by address, payloads
	used                    map[uint32]used
	start                   uint32
	live, peak, count, high uint32
}

type span struct{ at, size uint32 }

type used struct{ asked, size uint32 }

const header = 8

func newModel(start, size uint32) *model {
	first, end := (start+7)&^7, (start+size)&^7
	m := &model{start: first, used: map[uint32]used{}}
	if end >= first+16 {
		m.free = []span{{first + header, end - first - header}}
	}
	return m
}

// alloc returns 0 when there is no room.
func (m *model) alloc(asked uint32) uint32 {
	need := (max(asked, 1) + 7) &^ 7
	for i, f := range m.free {
		if f.size < need {
			continue
		}
		size := f.size
		if f.size >= need+16 {
			m.free[i] = span{f.at + need + header, f.size - need - header}
			size = need
		} else {
			m.free = slices.Delete(m.free, i, i+1)
		}
		m.used[f.at] = used{asked, size}
		m.live += asked
		m.count++
		m.peak = max(m.peak, m.live)
		m.high = max(m.high, f.at+need-m.start)
		return f.at
	}
	return 0
}

func (m *model) release(at uint32) {
	u := m.used[at]
	delete(m.used, at)
	m.live -= u.asked
	m.free = append(m.free, span{at, u.size})
	slices.SortFunc(m.free, func(a, b span) int { return int(a.at) - int(b.at) })
	for i := len(m.free) - 1; i > 0; i-- {
		if a, b := m.free[i-1], m.free[i]; a.at+a.size+header == b.at {
			m.free[i-1].size += header + b.size
			m.free = slices.Delete(m.free, i, i+1)
		}
	}
}

// step is one call of a run: an allocation of n bytes, or the release of the
// nth block still live.
type step struct {
	alloc bool
	n     uint32
}

func randomSteps(seed uint64, n int) []step {
	r := rand.New(rand.NewPCG(seed, 1))
	steps := make([]step, n)
	for i := range steps {
		size := r.Uint32N(64)
		switch r.IntN(8) {
		case 0:
			size = r.Uint32N(2000)
		case 1:
			size = 8 * r.Uint32N(8)
		}
		steps[i] = step{r.IntN(5) < 3, size}
	}
	return steps
}

// play runs steps in a fresh guest with an arena of size bytes at start, next
// to the model, and returns how many allocations failed.
func play(t *testing.T, steps []step, start, size uint32) (failed int, m *model) {
	t.Helper()
	g := newGuest(t, portModule(t))
	g.call("arena_init", uint64(start), uint64(size))
	m = newModel(start, size)
	var live []uint32
	fill := func(at uint32) byte { return byte(at>>3) | 1 }
	for i, s := range steps {
		if s.alloc {
			want := m.alloc(s.n)
			got := uint32(g.call("malloc", uint64(s.n)))
			if got != want {
				t.Fatalf("step %d: malloc(%d) is %d, want %d (lowest block that fits)", i, s.n, got, want)
			}
			if got == 0 {
				failed++
				ev := g.events[len(g.events)-1]
				if len(g.events) != failed || ev[0] != 7 || binary.LittleEndian.Uint32(ev[1:]) != s.n || binary.LittleEndian.Uint32(ev[5:]) != m.live {
					t.Fatalf("step %d: events %v", i, g.events)
				}
				continue
			}
			if got%8 != 0 || got < start || got+s.n > start+size {
				t.Fatalf("step %d: block of %d at %d in an arena at %d of %d", i, s.n, got, start, size)
			}
			for j := range g.mem(got, s.n) {
				g.mem(got, s.n)[j] = fill(got)
			}
			live = append(live, got)
		} else if len(live) > 0 {
			k := int(s.n) % len(live)
			at := live[k]
			live = slices.Delete(live, k, k+1)
			if n := m.used[at].asked; !bytes.Equal(g.mem(at, n), bytes.Repeat([]byte{fill(at)}, int(n))) {
				t.Fatalf("step %d: someone wrote into the block at %d", i, at)
			}
			g.call("free", uint64(at))
			m.release(at)
		}
		if got, want := g.words("arena", 5), []uint32{m.live, m.peak, m.peak, m.count, m.high}; !slices.Equal(got, want) {
			t.Fatalf("step %d: counts %d, want %d (live, peak, phase peak, allocations, high water)", i, got, want)
		}
		if got := g.words("tlslab_heap_live", 1)[0]; got != m.live {
			t.Fatalf("step %d: the meter is told %d, want %d", i, got, m.live)
		}
	}
	for _, at := range live {
		g.call("free", uint64(at))
		m.release(at)
	}
	if len(m.free) != 1 {
		t.Fatalf("the model has %d free blocks", len(m.free))
	}
	// All is one block again.
	if p := uint32(g.call("malloc", uint64(m.free[0].size))); p != m.free[0].at {
		t.Errorf("after all is free: a block of %d bytes is at %d, want %d", m.free[0].size, p, m.free[0].at)
	}
	return failed, m
}

func TestArena(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			steps := randomSteps(seed, 400)
			start := uint32(100_000 + seed) // any alignment
			failed, _ := play(t, steps, start, 4096)
			if seed < 4 && failed == 0 {
				t.Error("nothing failed in 4 KiB: the test shows too little")
			}
			failed, m := play(t, steps, start, 1<<20)
			if failed != 0 {
				t.Errorf("%d allocations failed in 1 MiB", failed)
			}
			// high_water is the smallest arena that serves the run.
			exact := m.start + m.high - start
			if failed, _ := play(t, steps, start, exact); failed != 0 {
				t.Errorf("%d allocations failed in the high-water mark of %d bytes", failed, exact)
			}
			if failed, _ := play(t, steps, start, exact-8); failed == 0 {
				t.Errorf("8 bytes less than the high-water mark of %d bytes serve too", exact)
			}
		})
	}
}

func TestArenaEdges(t *testing.T) {
	const start, size = 1 << 17, 1024
	fresh := func(size uint64) *guest {
		g := newGuest(t, portModule(t))
		g.call("arena_init", start, size)
		return g
	}
	t.Run("zero bytes", func(t *testing.T) {
		g := fresh(size)
		a, b := g.call("malloc", 0), g.call("calloc", 0, 5)
		if a == 0 || b == 0 || a == b || g.words("arena", 5)[0] != 0 || g.words("arena", 5)[3] != 2 {
			t.Errorf("blocks at %d and %d, counts %d", a, b, g.words("arena", 5))
		}
		g.call("free", 0)
		g.call("free", a)
		g.call("free", b)
	})
	t.Run("calloc clears", func(t *testing.T) {
		g := fresh(size)
		p := g.call("malloc", 40)
		copy(g.mem(uint32(p), 40), bytes.Repeat([]byte{0xee}, 40))
		g.call("free", p)
		if q := g.call("calloc", 8, 5); q != p || !bytes.Equal(g.mem(uint32(q), 40), make([]byte, 40)) {
			t.Errorf("block at %d: %x", q, g.mem(uint32(q), 40))
		}
	})
	t.Run("too much", func(t *testing.T) {
		g := fresh(size)
		for _, n := range []uint64{size, size - 7, 0x7fffffff, 0x80000000, 0xfffffff9, 0xffffffff} {
			if p := g.call("malloc", n); p != 0 {
				t.Errorf("malloc(%d) is %d", n, p)
			}
		}
		if p := g.call("calloc", 0x10000, 0x10001); p != 0 { // the product wraps to 0x10000
			t.Errorf("calloc is %d", p)
		}
		if len(g.events) != 7 {
			t.Errorf("%d events, want one a failure", len(g.events))
		}
		if c := g.words("arena", 5); !slices.Equal(c, []uint32{0, 0, 0, 0, 0}) {
			t.Errorf("counts %d", c)
		}
		if p := g.call("malloc", size-8); p != start+8 {
			t.Errorf("the whole arena is at %d", p)
		}
	})
	t.Run("no arena", func(t *testing.T) {
		for _, n := range []uint64{0, 1, 15} {
			if p := fresh(n).call("malloc", 0); p != 0 {
				t.Errorf("malloc in an arena of %d is %d", n, p)
			}
		}
		if p := fresh(16).call("malloc", 8); p != start+8 {
			t.Errorf("the smallest arena gives %d", p)
		}
	})
	t.Run("realloc", func(t *testing.T) {
		g := fresh(size)
		p := g.call("realloc", 0, 10)
		copy(g.mem(uint32(p), 10), "0123456789")
		q := g.call("realloc", p, 20)
		if string(g.mem(uint32(q), 10)) != "0123456789" {
			t.Errorf("grown: %q", g.mem(uint32(q), 10))
		}
		r := g.call("realloc", q, 4)
		if string(g.mem(uint32(r), 4)) != "0123" || g.words("arena", 5)[0] != 4 {
			t.Errorf("shrunk: %q, counts %d", g.mem(uint32(r), 4), g.words("arena", 5))
		}
		if g.call("realloc", r, 5000) != 0 || string(g.mem(uint32(r), 4)) != "0123" || g.words("arena", 5)[0] != 4 {
			t.Error("a realloc that fails must leave the block")
		}
	})
	t.Run("phases", func(t *testing.T) {
		g := fresh(size)
		p := g.call("malloc", 100)
		q := g.call("malloc", 50)
		g.call("free", q)
		g.call("arena_new_phase")
		if c := g.words("arena", 5); c[0] != 100 || c[1] != 150 || c[2] != 100 {
			t.Errorf("a new phase: %d", c)
		}
		g.call("malloc", 20)
		g.call("free", p)
		if c := g.words("arena", 5); c[0] != 20 || c[1] != 150 || c[2] != 120 {
			t.Errorf("later: %d", c)
		}
	})
}
