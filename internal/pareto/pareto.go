// Package pareto finds the Pareto front of points of any kind: for searches,
// sweeps and figures alike.
package pareto

import "slices"

// Front is the points worth choosing from, where less is better in every number:
// those that no other is at most as large as in all of them and less in one, but
// for what is there for noise alone (a thousandth of the ticks, 8 bytes). Of
// points with the same numbers the first is there alone. The front is sorted by
// the first number, rising, then by the next. kinds says what the numbers count;
// of gives a point's, one for each kind.
func Front[T any](points []T, kinds []Kind, of func(T) []int64) []T {
	return FrontWith(points, kinds, of, func(T) bool { return false })
}

// FrontWith is Front with the points that must stay, noise or not, where no other
// is at most as large as they in everything and less in something.
func FrontWith[T any](points []T, kinds []Kind, of func(T) []int64, stays func(T) bool) []T {
	var out []T
	for _, p := range fold(strict(points, of, stays), kinds) {
		out = append(out, p.T)
	}
	return out
}

// point is one of the points with its numbers.
type point[T any] struct {
	T       T
	numbers []int64
	stays   bool
	at      int // its place in the front before it was folded
}

// strict is the front by the definition, noise or not.
func strict[T any](points []T, of func(T) []int64, stays func(T) bool) []point[T] {
	all := make([]point[T], len(points))
	for i, p := range points {
		all[i] = point[T]{T: p, numbers: of(p), stays: stays(p)}
	}
	// Whatever beats a point comes before it in this order; of equal ones, one
	// that must stay.
	slices.SortStableFunc(all, func(a, b point[T]) int {
		if c := slices.Compare(a.numbers, b.numbers); c != 0 || a.stays == b.stays {
			return c
		}
		if a.stays {
			return -1
		}
		return 1
	})
	var front []point[T]
	for _, p := range all {
		if !slices.ContainsFunc(front, func(q point[T]) bool { return notMore(q.numbers, p.numbers) }) {
			front = append(front, p)
		}
	}
	return front
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
