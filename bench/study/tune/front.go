package tune

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"tlslab/internal/pareto"
)

// trades measures what the changes that cost one thing and save another make
// together: the points between fastest and smallest.
func (t *Tuner) trades(ctx context.Context, cur Result, singles []tried) error {
	type slot struct {
		name  string
		moves []Move
		worth float64
	}
	var slots []slot
	for _, s := range singles {
		if !s.OK {
			continue
		}
		less, more, worth := false, false, 0.0
		for _, q := range Quantities {
			d := float64(s.Metrics[q.Metric]-cur.Metrics[q.Metric]) / float64(max(1, cur.Metrics[q.Metric]))
			less, more = less || d < 0, more || d > 0
			worth = max(worth, -d)
		}
		if !less || !more {
			continue
		}
		i := slices.IndexFunc(slots, func(o slot) bool { return o.name == s.slot() })
		if i < 0 {
			i = len(slots)
			slots = append(slots, slot{name: s.slot()})
		}
		slots[i].moves = append(slots[i].moves, s.Move)
		slots[i].worth = max(slots[i].worth, worth)
	}
	slices.SortStableFunc(slots, func(a, b slot) int {
		return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.name, b.name))
	})
	points := []Point{cur.Point}
	for _, s := range slots {
		if len(points)*(len(s.moves)+1) > tradesMost {
			continue
		}
		for _, p := range slices.Clone(points) {
			for _, m := range s.moves {
				if again, ok := t.Space.mended(p, m); ok {
					points = append(points, again.on(p))
				}
			}
		}
	}
	var fresh []Point
	for _, p := range points {
		if _, ok := t.known[p.Key()]; !ok {
			fresh = append(fresh, p)
		}
	}
	t.Say(fmt.Sprintf("measuring %d points between the fastest and the smallest", len(fresh)))
	_, err := t.measureAll(ctx, fresh, false)
	return err
}

// settle goes to the nearest to the goal of all that was measured and can be
// come to from cur. It is checked before it is passed; what a check throws out
// makes room for another.
func (t *Tuner) settle(ctx context.Context, cur Result) (Result, error) {
	for {
		best := t.nearest(cur)
		if best.Key() == cur.Key() {
			return cur, nil
		}
		rs, err := t.measureAll(ctx, []Point{best.Point}, true)
		if err != nil {
			return cur, err
		}
		if rs[0].OK {
			t.pass(rs[0], differs(cur.Point, rs[0].Point))
			return rs[0], nil
		}
	}
}

// nearest is the end of the way from cur over what was measured and is better,
// step by step, the least step first: so no step hides in a greater one that it
// would not be worth by itself. Nothing measured is better than it.
func (t *Tuner) nearest(cur Result) Result {
	all := slices.DeleteFunc(slices.Clone(t.pool), func(r Result) bool { return !r.OK })
	order := func(r Result) []int64 {
		return append([]int64{t.Goal.over(r.Metrics), r.Metrics[t.Goal.Minimise.Metric]}, numbers(Quantities, r)...)
	}
	slices.SortStableFunc(all, func(a, b Result) int { return slices.Compare(order(b), order(a)) })
	for _, r := range all {
		if t.Goal.better(r.Metrics, cur.Metrics) {
			cur = r
		}
	}
	return cur
}

// late tries the compiler options that were left for the end, on the point
// found and on those of the front of what is minimised and ticks.
func (t *Tuner) late(ctx context.Context, cur Result) (Result, error) {
	if len(t.Space.Late) == 0 {
		return cur, nil
	}
	front, err := t.front(ctx, t.Goal.axes(), cur)
	if err != nil {
		return cur, err
	}
	front = slices.DeleteFunc(front, func(r Result) bool { return r.Key() == cur.Key() })
	points := []Point{}
	for _, r := range append([]Result{cur}, front...) {
		for _, arm := range t.Space.Late {
			points = append(points, Move{ARM: arm}.on(r.Point))
		}
	}
	t.Say(fmt.Sprintf("trying gcc %s on %d points", strings.Join(t.Space.Late, " and "), len(front)+1))
	rs, err := t.measureAll(ctx, points, true)
	if err != nil {
		return cur, err
	}
	best := cur
	for i, arm := range t.Space.Late {
		r, m := rs[i], Move{ARM: arm}
		kept := r.OK && t.Goal.better(r.Metrics, best.Metrics)
		why := ""
		switch {
		case !r.OK:
			why = r.Why
		case !kept:
			why = t.worse(r, best)
		default:
			best = r
		}
		t.note(m, r, cur, kept, why)
	}
	if best.Key() != cur.Key() {
		t.pass(best, "gcc "+best.ARM)
	}
	return best, nil
}

// front is the Pareto front of everything measured, each of it checked: what a
// check throws out makes room for others, until all stand.
func (t *Tuner) front(ctx context.Context, axes []Quantity, chosen Result) ([]Result, error) {
	checked := map[string]bool{}
	for {
		front := frontOf(t.pool, axes, t.Goal.Minimise, chosen.Key())
		var ask []Point
		for _, r := range front {
			if !checked[r.Key()] {
				checked[r.Key()] = true
				ask = append(ask, r.Point)
			}
		}
		if len(ask) == 0 {
			return front, nil
		}
		if _, err := t.measureAll(ctx, ask, true); err != nil {
			return nil, err
		}
	}
}

// axes are what is minimised, and what that costs in time.
func (g *Goal) axes() []Quantity {
	ticks := Quantities[len(Quantities)-1]
	if g.Minimise == ticks {
		return []Quantity{Quantities[0], ticks}
	}
	return []Quantity{g.Minimise, ticks}
}

func numbers(of []Quantity, r Result) []int64 {
	out := make([]int64, len(of))
	for i, q := range of {
		out[i] = r.Metrics[q.Metric]
	}
	return out
}

// frontOf is the Pareto front of the results that do their job, least of what is
// minimised first; of equal ones the one with less of the rest. chosen is on it
// unless another one is no worse in anything and better in something.
func frontOf(pool []Result, axes []Quantity, minimise Quantity, chosen string) []Result {
	all := slices.DeleteFunc(slices.Clone(pool), func(r Result) bool { return !r.OK })
	slices.SortStableFunc(all, func(a, b Result) int { return slices.Compare(numbers(Quantities, a), numbers(Quantities, b)) })
	axes = slices.Clone(axes)
	slices.SortStableFunc(axes, func(a, b Quantity) int {
		switch minimise {
		case a:
			return -1
		case b:
			return 1
		}
		return 0
	})
	kinds := make([]pareto.Kind, len(axes))
	for i, q := range axes {
		kinds[i] = pareto.KindOf(q.Metric)
	}
	return pareto.FrontWith(all, kinds, func(r Result) []int64 { return numbers(axes, r) }, func(r Result) bool { return r.Key() == chosen })
}
