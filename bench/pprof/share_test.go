package pprof

import (
	"slices"
	"strings"
	"testing"

	"tlslab/emu"
)

// TestParts: the library says which part a function belongs to. A function of no part
// counts for its caller's part, or for the guest if no caller has a part.
func TestParts(t *testing.T) {
	part := func(function string) string {
		name, _ := strings.CutPrefix(function, "tiny_")
		if name == function {
			return ""
		}
		return name
	}
	got := Parts([]Phase{{Calls: []emu.Call{
		{Parent: -1},
		{Function: "tiny_mix", Ops: 30},
		{Function: "memcpy", Parent: 1, Ops: 5},
		{Function: "memcpy", Ops: 7},
	}}}, part)
	if want := []Share{{Name: "mix", Ops: 35}, {Name: rest, Ops: 7}}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if flat := Parts([]Phase{{Functions: map[string]emu.Function{"tiny_mix": {Ops: 3}, "memcpy": {Ops: 4}}}}, part); !slices.Equal(flat, []Share{{Name: rest, Ops: 4}, {Name: "mix", Ops: 3}}) {
		t.Errorf("%+v", flat)
	}
}
