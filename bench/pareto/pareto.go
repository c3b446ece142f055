// Package pareto finds the Pareto front of points of any kind.
package pareto

import "slices"

// Front is the points that no other is at most as large as in every number and
// less in one: where less is better, those worth choosing from. Of points with
// the same numbers the first is there alone. The front is sorted by the first
// number, rising, then by the next. of gives a point's numbers, equally many for
// each.
func Front[T any](points []T, of func(T) []int64) []T {
	type point struct {
		T       T
		numbers []int64
	}
	all := make([]point, len(points))
	for i, p := range points {
		all[i] = point{p, of(p)}
	}
	// Whatever beats a point comes before it in this order.
	slices.SortStableFunc(all, func(a, b point) int { return slices.Compare(a.numbers, b.numbers) })
	var front []point
	var out []T
	for _, p := range all {
		if !slices.ContainsFunc(front, func(q point) bool { return notMore(q.numbers, p.numbers) }) {
			front, out = append(front, p), append(out, p.T)
		}
	}
	return out
}

// notMore says that a is at most b in everything.
func notMore(a, b []int64) bool {
	for i := range a {
		if a[i] > b[i] {
			return false
		}
	}
	return true
}
