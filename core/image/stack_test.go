package image

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"tlslab/core"
)

func TestBound(t *testing.T) {
	calls := func(bytes uint32, names ...string) core.Frame { return core.Frame{Bytes: bytes, Calls: names} }
	for _, c := range []struct {
		name   string
		frames map[string]core.Frame
		bytes  uint32
		why    string
	}{
		{"leaf", map[string]core.Frame{"a": calls(8)}, 8, ""},
		{"chain", map[string]core.Frame{"a": calls(8, "b"), "b": calls(16, "c"), "c": calls(4)}, 28, ""},
		{"diamond", map[string]core.Frame{"a": calls(8, "b", "c"), "b": calls(100, "d"), "c": calls(16, "d"), "d": calls(40)}, 148, ""},
		{"deeper by fewer calls", map[string]core.Frame{"a": calls(8, "b", "big"), "b": calls(8, "c"), "c": calls(8), "big": calls(500)}, 508, ""},
		{"itself", map[string]core.Frame{"a": calls(8, "a")}, 0, "recursion: a -> a"},
		{"recursion", map[string]core.Frame{"a": calls(8, "b"), "b": calls(8, "a")}, 0, "recursion: a -> b -> a"},
		{"recursion below", map[string]core.Frame{"a": calls(8, "b"), "b": calls(8, "c"), "c": calls(8, "b")}, 0, "recursion: b -> c -> b"},
		{"pointer", map[string]core.Frame{"a": calls(8, "b"), "b": {Indirect: true}}, 0, "b calls through a pointer"},
		{"alloca", map[string]core.Frame{"a": calls(8, "b"), "b": {Dynamic: true}}, 0, "b takes stack by an amount known only when it runs"},
		{"unknown", map[string]core.Frame{"a": calls(8, "b")}, 0, "b is not known"},
		{"no root", nil, 0, "a is not known"},
		{"beside the way", map[string]core.Frame{"a": calls(8), "b": calls(8, "b")}, 8, ""},
	} {
		bytes, ok, why := Bound(c.frames, "a")
		if bytes != c.bytes || why != c.why || ok != (c.why == "") {
			t.Errorf("%s: %d B, %v, %q; want %d B, %q", c.name, bytes, ok, why, c.bytes, c.why)
		}
	}
}

// Bounds finds the same as Bound does for each.
func TestBounds(t *testing.T) {
	frames := map[string]core.Frame{
		"a": {Bytes: 1, Calls: []string{"b", "c"}}, "b": {Bytes: 2, Calls: []string{"d"}}, "c": {Bytes: 4, Calls: []string{"d", "e"}},
		"d": {Bytes: 8}, "e": {Bytes: 16, Calls: []string{"f"}}, "f": {Bytes: 32, Calls: []string{"e"}},
		"g": {Bytes: 64, Calls: []string{"b", "h"}}, "h": {Indirect: true}, "i": {Bytes: 128, Calls: []string{"b"}},
	}
	if got, want := Bounds(frames), map[string]uint32{"b": 10, "d": 8, "i": 138}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A graph with very many ways through it is no more work than its calls.
func TestBoundOfManyWays(t *testing.T) {
	frames := map[string]core.Frame{}
	const layers = 5000
	for i := range layers {
		for _, side := range []string{"l", "r"} {
			f := core.Frame{Bytes: 8}
			if i+1 < layers {
				f.Calls = []string{fmt.Sprint("l", i+1), fmt.Sprint("r", i+1)}
			}
			frames[fmt.Sprint(side, i)] = f
		}
	}
	if bytes, ok, why := Bound(frames, "l0"); !ok || bytes != 8*layers {
		t.Errorf("%d B, %s", bytes, why)
	}
}

func TestFrameAnd(t *testing.T) {
	f := core.Frame{Bytes: 8, Calls: []string{"b", "a"}}.And(core.Frame{Bytes: 4, Indirect: true, Calls: []string{"a", "c"}})
	if f.Bytes != 8 || !f.Indirect || f.Dynamic || !slices.Equal(f.Calls, []string{"a", "b", "c"}) {
		t.Errorf("%+v", f)
	}
}
