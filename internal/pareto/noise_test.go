package pareto

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFolds: what is on a front for a thousandth of the ticks or for 8 bytes is
// not; what gains anything else is.
func TestFolds(t *testing.T) {
	four := []Kind{Bytes, Bytes, Bytes, Ticks} // flash, heap, RAM, ticks
	for _, c := range []struct {
		name string
		all  [][]int64
		want []int64 // the first numbers of those that stay
	}{
		{"noise", [][]int64{{39192, 5869, 11365, 191461468}, {39212, 5869, 11365, 191461450}}, []int64{39192}},
		{"noise that costs heap too", [][]int64{{37672, 5257, 11213, 1255917358}, {37732, 5557, 11513, 1254856233}}, []int64{37672}},
		{"less RAM", [][]int64{{39716, 5397, 12581, 189260461}, {41864, 5397, 8781, 189232959}}, []int64{39716, 41864}},
		{"more than noise", [][]int64{{100, 5, 5, 1000000}, {101, 5, 5, 998999}}, []int64{101}},
		{"more than both noises", [][]int64{{100, 5, 5, 1000000}, {109, 5, 5, 998999}}, []int64{100, 109}},
		{"just noise", [][]int64{{100, 5, 5, 1000000}, {109, 5, 5, 999000}}, []int64{100}},
		{"four bytes for half the heap", [][]int64{{100, 9000, 9000, 1000000}, {104, 5000, 5000, 1000000}}, []int64{104}},
		{"8 bytes are noise", [][]int64{{100, 9000, 9000, 1000000}, {108, 5000, 5000, 1000000}}, []int64{108}},
		{"9 bytes are none", [][]int64{{100, 9000, 9000, 1000000}, {109, 5000, 5000, 1000000}}, []int64{100, 109}},
		{"small steps add up", [][]int64{{100, 5, 5, 1000000}, {110, 5, 5, 999400}, {120, 5, 5, 998800}}, []int64{100, 120}},
	} {
		slices.Reverse(c.all)
		var got []int64
		for _, p := range Front(c.all, four, func(p []int64) []int64 { return p }) {
			got = append(got, p[0])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestFrontWith: a point that must stay does, and takes the place of what differs
// from it by noise; a point that is beaten does not.
func TestFrontWith(t *testing.T) {
	all := [][]int64{{100, 50}, {104, 46}, {200, 20}, {300, 60}}
	self := func(p []int64) []int64 { return p }
	front := func(stays int64) (out []int64) {
		for _, p := range FrontWith(all, []Kind{Bytes, Bytes}, self, func(p []int64) bool { return p[0] == stays }) {
			out = append(out, p[0])
		}
		return out
	}
	for stays, want := range map[int64][]int64{0: {100, 200}, 100: {100, 200}, 104: {104, 200}, 200: {100, 200}, 300: {100, 200}} {
		if got := front(stays); !slices.Equal(got, want) {
			t.Errorf("%d must stay: %v, want %v", stays, got, want)
		}
	}
}

// TestFoldedByDefinition: over seeded clouds no two points of a front are there
// of which one gains nothing, the order the points come in does not matter, and
// what is left out is within three noises of a point that is there.
func TestFoldedByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	kinds := []Kind{Bytes, Bytes, Ticks}
	self := func(p []int64) []int64 { return p }
	for range 400 {
		points := make([][]int64, 1+r.IntN(40))
		for i := range points {
			points[i] = []int64{r.Int64N(60), r.Int64N(60), 100_000 + r.Int64N(800)}
		}
		front := Front(points, kinds, self)
		for i, a := range front {
			for j, b := range front {
				if i != j && !gains(kinds, a, b) {
					t.Fatalf("%v is on the front beside %v and gains nothing", a, b)
				}
			}
		}
		for _, p := range strict(points, self, never) {
			near := slices.ContainsFunc(front, func(q []int64) bool {
				return q[0] <= p.numbers[0]+3*noiseBytes && q[1] <= p.numbers[1]+3*noiseBytes && q[2] <= p.numbers[2]+3*101
			})
			if !near {
				t.Fatalf("%v was left out, and nothing like it is there: %v", p.numbers, front)
			}
		}
		shuffled := slices.Clone(points)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := Front(shuffled, kinds, self); !slices.EqualFunc(got, front, slices.Equal) {
			t.Fatalf("the order of the points matters: %v, %v", got, front)
		}
	}
}
