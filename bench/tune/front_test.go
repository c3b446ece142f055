package tune

import (
	"fmt"
	"slices"
	"testing"

	"tlslab/bench/results"
)

// TestFoldsNoise: a point of the front that costs more and gives only noise in
// ticks is not there; one that gives anything else is.
func TestFoldsNoise(t *testing.T) {
	axes := []Quantity{Quantities[0], Quantities[3]}
	for _, c := range []struct {
		name string
		all  [][4]int64 // flash, heap, ram, ticks
		want []int64    // flash of those that stay
	}{
		{"noise", [][4]int64{{39192, 5869, 11365, 191461468}, {39212, 5869, 11365, 191461450}}, []int64{39192}},
		{"noise that costs heap too", [][4]int64{{37672, 5257, 11213, 1255917358}, {37732, 5557, 11513, 1254856233}}, []int64{37672}},
		{"less RAM", [][4]int64{{39716, 5397, 12581, 189260461}, {41864, 5397, 8781, 189232959}}, []int64{39716, 41864}},
		{"more than noise", [][4]int64{{100, 5, 5, 1000000}, {101, 5, 5, 998999}}, []int64{100, 101}},
		{"just noise", [][4]int64{{100, 5, 5, 1000000}, {101, 5, 5, 999000}}, []int64{100}},
		{"small steps add up", [][4]int64{{100, 5, 5, 1000000}, {101, 5, 5, 999400}, {102, 5, 5, 998800}}, []int64{100, 102}},
	} {
		var pool []Result
		for i, n := range c.all {
			pool = append(pool, Result{Point: Point{ARM: fmt.Sprint(i)}, OK: true, Metrics: map[string]int64{
				results.Flash: n[0], results.HeapPeak: n[1], results.EstRAMPeak: n[2], results.HandshakeOps: n[3]}})
		}
		slices.Reverse(pool)
		var got []int64
		for _, r := range frontOf(pool, axes) {
			got = append(got, r.Metrics[results.Flash])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
