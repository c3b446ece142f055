package tune

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/pareto"
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
	_, err := t.measure(ctx, fresh, false)
	return err
}

// late tries the compiler options that were left for the end, on the point
// found and on those of the front.
func (t *Tuner) late(ctx context.Context, cur Result, front []Result) (Result, error) {
	if len(t.Space.Late) == 0 {
		return cur, nil
	}
	points := []Point{}
	for _, r := range append([]Result{cur}, front...) {
		for _, arm := range t.Space.Late {
			points = append(points, Move{ARM: arm}.on(r.Point))
		}
	}
	t.Say(fmt.Sprintf("trying gcc %s on %d points", strings.Join(t.Space.Late, " and "), len(front)+1))
	rs, err := t.measure(ctx, points, true)
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
func (t *Tuner) front(ctx context.Context) ([]Result, error) {
	checked := map[string]bool{}
	for {
		front := frontOf(t.pool, t.Goal.axes())
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
		if _, err := t.measure(ctx, ask, true); err != nil {
			return nil, err
		}
	}
}

// axes are what the front is between: what is minimised, and what that costs.
func (g *Goal) axes() []Quantity {
	ticks := Quantities[len(Quantities)-1]
	if g.Minimise == ticks {
		return []Quantity{Quantities[0], ticks}
	}
	return []Quantity{g.Minimise, ticks}
}

// frontOf is the Pareto front of the results that do their job, least of the first axis
// first; of equal ones the one with less of the rest.
func frontOf(pool []Result, axes []Quantity) []Result {
	all := slices.DeleteFunc(slices.Clone(pool), func(r Result) bool { return !r.OK })
	numbers := func(of []Quantity) func(Result) []int64 {
		return func(r Result) []int64 {
			out := make([]int64, len(of))
			for i, q := range of {
				out[i] = r.Metrics[q.Metric]
			}
			return out
		}
	}
	rest := numbers(Quantities)
	slices.SortStableFunc(all, func(a, b Result) int { return slices.Compare(rest(a), rest(b)) })
	return folded(pareto.Front(all, numbers(axes)))
}

// noise is the share of ticks that is none: a thousandth comes and goes with
// where a table ends or how a loop is unrolled, and no board's clock shows it.
const noise = 0.001

// folded leaves out what costs more than the point before it and gives nothing
// for it but noise in ticks: of flash, heap and RAM it takes at least as much. A
// front of two dozen points had eight of these, which differed in 18 ticks of
// 190 million.
func folded(front []Result) []Result {
	var out []Result
	for _, r := range front {
		if n := len(out); n == 0 || gives(r.Metrics, out[n-1].Metrics) {
			out = append(out, r)
		}
	}
	return out
}

// gives says that a has less of something than b, of ticks more than noise.
func gives(a, b map[string]int64) bool {
	for _, q := range Quantities {
		least := int64(0)
		if q.Name == "ticks" {
			least = int64(noise * float64(b[q.Metric]))
		}
		if b[q.Metric]-a[q.Metric] > least {
			return true
		}
	}
	return false
}
