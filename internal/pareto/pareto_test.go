package pareto

import (
	"math/rand/v2"
	"slices"
	"testing"
)

type named struct {
	name    string
	numbers []int64
}

func numbers(p named) []int64 { return p.numbers }

// wide are points far apart: nothing of them is noise.
func wide(of func(named) []int64) func(named) []int64 {
	return func(p named) []int64 {
		var out []int64
		for _, n := range of(p) {
			out = append(out, 1000*n)
		}
		return out
	}
}

func kindsOf(points []named) []Kind {
	if len(points) == 0 {
		return nil
	}
	return make([]Kind, len(points[0].numbers))
}

func never[T any](T) bool { return false }

func TestFront(t *testing.T) {
	for _, c := range []struct {
		name   string
		points []named
		want   []string
	}{
		{"none", nil, nil},
		{"one", []named{{"a", []int64{1, 1}}}, []string{"a"}},
		{"sorted", []named{{"slow", []int64{1, 9}}, {"fast", []int64{9, 1}}, {"mid", []int64{5, 5}}, {"beaten", []int64{6, 5}}}, []string{"slow", "mid", "fast"}},
		{"of equal ones the first", []named{{"a", []int64{2, 2}}, {"b", []int64{2, 2}}}, []string{"a"}},
		{"one number is less", []named{{"a", []int64{2, 2}}, {"b", []int64{2, 1}}}, []string{"b"}},
		{"three", []named{{"a", []int64{1, 2, 3}}, {"b", []int64{1, 3, 2}}, {"c", []int64{1, 3, 3}}}, []string{"a", "b"}},
	} {
		var got []string
		for _, p := range Front(c.points, kindsOf(c.points), wide(numbers)) {
			got = append(got, p.name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestFrontByDefinition compares with the definition, each point with each.
func TestFrontByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		points := make([][]int64, r.IntN(30))
		for i := range points {
			points[i] = []int64{r.Int64N(8), r.Int64N(8), r.Int64N(3)}
		}
		self := func(p []int64) []int64 { return p }
		var front [][]int64
		for _, p := range strict(points, self, never) {
			front = append(front, p.T)
		}
		for i, p := range points {
			beaten := slices.ContainsFunc(points, func(q []int64) bool { return notMore(q, p) && !slices.Equal(p, q) })
			first := slices.IndexFunc(points, func(q []int64) bool { return slices.Equal(p, q) }) == i
			times := 0
			for _, q := range front {
				if slices.Equal(p, q) {
					times++
				}
			}
			if want := map[bool]int{true: 0, false: 1}[beaten]; first && times != want {
				t.Fatalf("%v of %v is %d times on the front, want %d", p, points, times, want)
			}
		}
		if !slices.IsSortedFunc(front, func(a, b []int64) int { return slices.Compare(a, b) }) {
			t.Fatalf("%v is not sorted", front)
		}
	}
}
