package pprof

import (
	"maps"
	"slices"

	"tlslab/emu"
)

// Held is heap that one call site holds.
type Held struct {
	Call  int // index in the tree of calls
	Bytes uint32
}

// Peak replays a heap trace and returns who held what when most was live, at
// the first such moment, ordered by call.
func Peak(steps []emu.HeapStep) []Held {
	peak, at := uint32(0), -1
	for i, s := range steps {
		if s.LiveB > peak {
			peak, at = s.LiveB, i
		}
	}
	type block struct {
		call  int
		bytes uint32
	}
	live := map[uint32]block{}
	before := uint32(0)
	for _, s := range steps[:at+1] {
		if _, ok := live[s.Block]; ok {
			delete(live, s.Block)
		} else {
			live[s.Block] = block{s.Call, s.LiveB - before}
		}
		before = s.LiveB
	}
	byCall := map[int]uint32{}
	for _, b := range live {
		byCall[b.call] += b.bytes
	}
	var out []Held
	for _, call := range slices.Sorted(maps.Keys(byCall)) {
		out = append(out, Held{call, byCall[call]})
	}
	return out
}

func sortedNames(m map[string]emu.Function) []string { return slices.Sorted(maps.Keys(m)) }
