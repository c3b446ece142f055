package heap

import (
	"slices"
	"strings"
	"testing"
)

// script makes a trace: a number allocates so many bytes, "-N" releases the
// Nth block, counted from 0.
func script(t *testing.T, steps ...int) Trace {
	t.Helper()
	var trace Trace
	var asked []uint32
	for _, s := range steps {
		if s >= 0 {
			trace = append(trace, Event{Alloc: true, Block: uint32(len(asked)), AskedB: uint32(s)})
			asked = append(asked, uint32(s))
			continue
		}
		n := uint32(-s - 1)
		trace = append(trace, Event{Block: n, AskedB: asked[n]})
	}
	return trace
}

// TestLayouts: layouts worked out by hand from the sources. Blocks of 20, 30
// and 10 bytes; the second goes; 8 bytes come, then 12.
func TestLayouts(t *testing.T) {
	trace := script(t, 20, 30, 10, -2, 8, 12)
	for _, c := range []struct {
		model string
		want  []int64
	}{
		// Chunks of 32, 40, 24; the hole of 40 gives 16, then 24 whole.
		{"lab", []int64{8, 40, 80, 40, 40, 56}},
		{"freertos", []int64{8, 40, 80, 40, 40, 56}},
		// Chunks of 32, 44, 24; the hole of 44 holds 24 (12 at least behind a
		// header), whose rest of 20 is too small to be cut off: the block has
		// all 44, the next goes to the end.
		{"rtthread3", []int64{12, 44, 88, 44, 44, 112}},
		// After the structure of 56 bytes: chunks of 40, 48, 32. The hole of 48
		// gives 32, and the rest of 16 is no chunk.
		{"rtthread5", []int64{72, 112, 160, 112, 112, 192}},
		// Chunks of 28, 40, 20. The hole of 40 at 28 gives its last 16 bytes,
		// then all the 24 left: 4 are no chunk.
		{"newlib-nano3", []int64{8, 32, 72, 32, 56, 32}},
		// The hole at 28 gives its first 16, then all the 24 left.
		{"newlib-nano4", []int64{8, 32, 72, 32, 32, 48}},
		// Chunks of 24, 40, 16 from 4 on; the hole at 28 gives 16, then 16.
		{"picolibc", []int64{8, 32, 72, 32, 32, 48}},
		// Words of size before 20, 32 and 12 bytes; the hole of 32 gives 12 and
		// a rest of 16, which the next, of 12, does not cut.
		{"tlsf", []int64{3192, 3216, 3252, 3216, 3216, 3232}},
		// 32 bytes before each; the hole of 32 bytes cannot be cut (36 more are
		// needed), so the block of 8 has it all.
		{"mbedtls", []int64{32, 84, 148, 84, 84, 192}},
		// The heap's own chunk is 64 bytes (16 and 12 buckets); chunks of 32,
		// 40, 24. 8 bytes are a chunk of 16, whose ring is bucket 1: empty. The
		// next ring with chunks has the hole of 5 units; its rest of 3 is in
		// bucket 1, where 12 bytes, 3 units, find it.
		{"zephyr", []int64{72, 104, 144, 104, 104, 120}},
	} {
		if got := addresses(Find(c.model), trace, 16_384); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.model, got, c.want)
		}
	}
}

// TestUse: each byte of an arena has one use, none missing and none twice, at
// every smallest size of every model.
func TestUse(t *testing.T) {
	for _, trace := range traces(t) {
		sum, err := trace.Totals()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range Models {
			f := smallest(t, m, trace)
			u := f.Use
			if total := u.LiveB + u.HeadersB + u.PaddingB + u.FreeB + u.OwnB; total != f.MinB {
				t.Errorf("%s: %+v is %d B, the arena %d", m.Name, u, total, f.MinB)
			}
			if u.LiveB > sum.PeakB || u.LargestFreeB > u.FreeB || !trace[f.Event].Alloc {
				t.Errorf("%s: event %d, %+v, peak %d", m.Name, f.Event, u, sum.PeakB)
			}
			if n := Replay(m, trace, f.MinB-m.StepB); n != f.Event {
				t.Errorf("%s: one step below %d event %d fails, not %d", m.Name, f.MinB, n, f.Event)
			}
			for size := m.StepB; size < f.MinB; size += 64 * m.StepB {
				if Replay(m, trace, size) == len(trace) {
					t.Errorf("%s: %d B are enough, and the smallest is %d", m.Name, size, f.MinB)
				}
			}
			spans := Layout(m, trace, f.MinB)
			if len(spans) == 0 {
				t.Fatalf("%s: no layout", m.Name)
			}
			for _, s := range spans {
				if s.SizeB < s.AskedB+m.HeaderB || s.AtB+s.SizeB > f.MinB || s.From >= s.To {
					t.Fatalf("%s: span %+v in %d B", m.Name, s, f.MinB)
				}
			}
		}
	}
}

// TestOneBlock: the smallest arena for one block of 100 bytes, by hand.
func TestOneBlock(t *testing.T) {
	trace := script(t, 100)
	for name, want := range map[string]uint32{
		"lab": 8 + 104, "freertos": 8 + 104 + 8,
		"rtthread3":    12 + 100 + 12 + 4, // a block that ends at the end marker is refused
		"rtthread5":    56 + 16 + 104 + 16,
		"newlib-nano3": 8 + 100, "newlib-nano4": 8 + 100, "picolibc": 4 + 104,
		"tlsf": 3188 + 4 + 100 + 4, "mbedtls": 32 + 100,
		"zephyr": 40 + 112 + 4, // 16 and 5 buckets, in units of 8
	} {
		f, err := Smallest(Find(name), trace)
		if err != nil {
			t.Fatal(err)
		}
		if f.MinB != want {
			t.Errorf("%s: %d B, want %d: %+v", name, f.MinB, want, f.Use)
		}
	}
}

// TestFailsAbove: a larger arena may fail where a smaller one does. The
// search tells.
func TestFailsAbove(t *testing.T) {
	m := &Model{Name: "odd", HeaderB: 0, StepB: 8, chunkB: func(asked uint32) uint32 { return roundUp(asked, 8) }, open: func(arenaB uint32) arena {
		if arenaB%24 == 0 {
			return nil // an allocator that does not like multiples of three
		}
		return &firstFit{alignB: 8, leastB: 8, splitB: 8, first: &chunk{size: arenaB, free: true}}
	}}
	f, err := Smallest(m, script(t, 60))
	if err != nil {
		t.Fatal(err)
	}
	if f.MinB != 64 || len(f.FailsAboveB) == 0 || f.FailsAboveB[0] != 72 {
		t.Errorf("smallest %d, fails above in %v", f.MinB, f.FailsAboveB)
	}
}

// TestBadTraces: what no run can have done is an error that names the event.
func TestBadTraces(t *testing.T) {
	for _, c := range []struct {
		trace Trace
		want  string
	}{
		{Trace{{Alloc: true, Block: 1}}, "event 0: block 1 is allocated, want block 0"},
		{Trace{{Block: 0}}, "event 0: block 0 is released and is not live"},
		{Trace{{Alloc: true}, {}, {}}, "event 2: block 0 is released and is not live"},
		{Trace{{Alloc: true, AskedB: 4}, {AskedB: 5}}, "event 1: block 0 has 5 bytes, and 4 when allocated"},
		{nil, "nothing is allocated"},
	} {
		if _, err := Smallest(labArena, c.trace); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.trace, err, c.want)
		}
	}
}
