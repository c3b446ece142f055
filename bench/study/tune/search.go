package tune

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results/tuned"
	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// Bounds on a search; each round measures every flip once.
const (
	roundsMost = 6
	tradesMost = 192 // points of the product that looks for the front
)

// Tuner searches. Its answers depend on nothing but what Measure answers.
type Tuner struct {
	Goal    Goal
	Space   *Space
	Measure Measure
	Say     func(string) // called for each round and each step kept, one line each

	steps []Step
	path  []tuned.Passed
	best  Result   // the last of path, checked
	pool  []Result // every candidate that connects, each once, in the order measured
	known map[string]int
	round int
}

// Step is one thing tried.
type Step = tuned.Step

// Outcome is the result of a search.
type Outcome struct {
	Start, Chosen Result
	Path          []tuned.Passed // from Start to Chosen
	Steps         []Step
	Front         []Result // of all quantities, checked, least of what is minimised first; Chosen is among them
	Tried         int      // candidates measured
	Binds         []string // budgets that Chosen exceeds: there is nothing better
}

// Run searches from a start that connects and refuses what it must. With an
// error comes what the search had found so far, nil if the start was not measured;
// its Chosen is the best that was checked and kept, and it has no Front.
func (t *Tuner) Run(ctx context.Context, start Point) (*Outcome, error) {
	t.known = map[string]int{}
	first, err := t.measureAll(ctx, []Point{start}, true)
	if err != nil {
		return nil, err
	}
	cur := first[0]
	if !cur.OK {
		return nil, fmt.Errorf("the start does not do its job: %s", cur.Why)
	}
	out := &Outcome{Start: cur}
	t.best = cur
	out.Front, err = t.search(ctx)
	out.Chosen = t.best
	out.Path, out.Steps, out.Tried, out.Binds = t.path, t.steps, len(t.known), t.Goal.Binds(out.Chosen.Metrics)
	return out, err
}

// search passes what comes nearer to the goal, and returns the front of all that
// was measured.
func (t *Tuner) search(ctx context.Context) ([]Result, error) {
	cur := t.best
	var last []tried
	for t.round = 1; t.round <= roundsMost; t.round++ {
		next, singles, err := t.flipped(ctx, cur)
		if err != nil {
			return nil, err
		}
		if next, err = t.lowered(ctx, next); err != nil {
			return nil, err
		}
		if last = singles; next.Key() == cur.Key() {
			break
		}
		cur = next
		t.Say(fmt.Sprintf("round %d: %s", t.round, t.summary(cur)))
	}
	if err := t.trades(ctx, cur, last); err != nil {
		return nil, err
	}
	cur, err := t.settle(ctx, cur)
	if err != nil {
		return nil, err
	}
	if cur, err = t.late(ctx, cur); err != nil {
		return nil, err
	}
	if cur, err = t.settle(ctx, cur); err != nil {
		return nil, err
	}
	return t.front(ctx, Quantities, cur)
}

func (t *Tuner) summary(r Result) string {
	var words []string
	for _, q := range Quantities {
		words = append(words, fmt.Sprintf("%s %d", q.Name, r.Metrics[q.Metric]))
	}
	return strings.Join(words, ", ")
}

// measureAll asks for results and keeps those that connect for the front.
func (t *Tuner) measureAll(ctx context.Context, points []Point, checked bool) ([]Result, error) {
	rs, err := t.Measure(ctx, points, checked)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		at, there := t.known[r.Key()]
		switch {
		case !there && r.OK:
			t.known[r.Key()] = len(t.pool)
			t.pool = append(t.pool, r)
		case !there:
			t.known[r.Key()] = -1
		case checked && at >= 0:
			t.pool[at] = r // with its checks, and without its place when one failed
		}
	}
	return rs, nil
}

// tried is a move and what came of it alone.
type tried struct {
	Move
	Result
}

// slot is what two moves can't both decide.
func (m Move) slot() string {
	if len(m.Changes) > 0 {
		return m.Changes[0].Option
	}
	if m.ARM != "" {
		return " arm"
	}
	return " ca"
}

func (t *Tuner) change(r, from Result) map[string]int64 {
	if r.Metrics == nil {
		return nil
	}
	d := map[string]int64{}
	for _, q := range Quantities {
		d[q.Name] = r.Metrics[q.Metric] - from.Metrics[q.Metric]
	}
	return d
}

func (t *Tuner) note(m Move, r, from Result, kept bool, why string) {
	t.steps = append(t.steps, Step{Round: t.round, Move: m.String(), Change: t.change(r, from), Kept: kept, Why: why})
}

// pass notes that the search went on to r.
func (t *Tuner) pass(r Result, moves ...string) {
	t.best = r
	t.path = append(t.path, tuned.Passed{Moves: moves, Metrics: named(r)})
}

// flipped measures every flip alone, then keeps as many together as hold.
func (t *Tuner) flipped(ctx context.Context, cur Result) (Result, []tried, error) {
	moves := t.Space.flips(cur.Point)
	points := make([]Point, len(moves))
	for i, m := range moves {
		points[i] = m.on(cur.Point)
	}
	t.Say(fmt.Sprintf("round %d: trying %d changes, each alone", t.round, len(moves)))
	rs, err := t.measureAll(ctx, points, false)
	if err != nil {
		return cur, nil, err
	}
	var all, good []tried
	for i, r := range rs {
		all = append(all, tried{moves[i], r})
		switch {
		case !r.OK:
			t.note(moves[i], r, cur, false, r.Why)
		case !t.Goal.better(r.Metrics, cur.Metrics):
			t.note(moves[i], r, cur, false, t.worse(r, cur))
		case moves[i].adds() && !t.worthAdding(r, cur):
			t.pool[t.known[r.Key()]].OK = false // on no front either
			t.note(moves[i], r, cur, false, fmt.Sprintf("turning something on for less than %s: a matter of alignment", quantity.Bytes(addedLeastB)))
		default:
			good = append(good, tried{moves[i], r})
		}
	}
	slices.SortFunc(good, func(a, b tried) int {
		switch {
		case t.Goal.better(a.Metrics, b.Metrics):
			return -1
		case t.Goal.better(b.Metrics, a.Metrics):
			return 1
		}
		return cmp.Compare(a.Move.String(), b.Move.String())
	})
	taken := map[string]bool{}
	var best []tried
	for _, g := range good {
		if taken[g.slot()] {
			t.note(g.Move, g.Result, cur, false, "another value of it is better")
			continue
		}
		taken[g.slot()] = true
		best = append(best, g)
	}
	next, err := t.combine(ctx, cur, cur, best)
	return next, all, err
}

// addedLeastB is the least that turning an option on must save: a few bytes
// come and go with alignment.
const addedLeastB = 32

// adds says that a move turns options on and none off.
func (m Move) adds() bool {
	return len(m.Changes) > 0 && !slices.ContainsFunc(m.Changes, func(c profiles.Change) bool { return !c.On || c.Value != "" })
}

func (t *Tuner) worthAdding(r, cur Result) bool {
	for _, q := range Quantities {
		d := cur.Metrics[q.Metric] - r.Metrics[q.Metric]
		if d >= addedLeastB && !q.Computes() || q.Computes() && d > cur.Metrics[q.Metric]/1000 {
			return true
		}
	}
	return false
}

// worse says why a candidate that connects is not kept.
func (t *Tuner) worse(r, cur Result) string {
	if b := t.Goal.Binds(r.Metrics); len(b) > 0 && t.Goal.over(r.Metrics) > t.Goal.over(cur.Metrics) {
		return strings.Join(b, "; ")
	}
	if r.Metrics[t.Goal.Minimise.Metric] < cur.Metrics[t.Goal.Minimise.Metric] {
		if why := t.Goal.unfair(r.Metrics, cur.Metrics); why != "" {
			return why
		}
	}
	for _, q := range Quantities {
		if r.Metrics[q.Metric] != cur.Metrics[q.Metric] {
			return "no gain"
		}
	}
	return "changes nothing"
}

// combine keeps as many of moves as hold together: all at once where that
// comes nearer, else the halves one after the other. start is what each was
// measured alone on.
func (t *Tuner) combine(ctx context.Context, start, cur Result, moves []tried) (Result, error) {
	if len(moves) == 0 {
		return cur, nil
	}
	p := cur.Point
	for i, m := range moves {
		again, ok := t.Space.mended(p, m.Move)
		if !ok && len(moves) == 1 {
			t.note(m.Move, m.Result, start, false, "the core's rules forbid it after the steps before")
			return cur, nil
		}
		if ok {
			moves[i].Move = again
			p = again.on(p)
		}
	}
	rs, err := t.measureAll(ctx, []Point{p}, true)
	if err != nil {
		return cur, err
	}
	if r := rs[0]; r.OK && t.Goal.better(r.Metrics, cur.Metrics) {
		var made []string
		for _, m := range moves {
			t.note(m.Move, m.Result, start, true, "")
			made = append(made, m.Move.String())
		}
		t.pass(r, made...)
		return r, nil
	} else if len(moves) == 1 {
		t.note(moves[0].Move, moves[0].Result, start, false, cmp.Or(r.Why, "no gain after the steps before"))
		return cur, nil
	}
	half := len(moves) / 2
	if cur, err = t.combine(ctx, start, cur, moves[:half]); err != nil {
		return cur, err
	}
	return t.combine(ctx, start, cur, moves[half:])
}

// lowered brings each number that has a step down to the least that works.
func (t *Tuner) lowered(ctx context.Context, cur Result) (Result, error) {
	for _, n := range t.Space.Numbers {
		if n.Step <= 0 {
			continue
		}
		now, ok := t.Space.Number(cur.Point, n.Option)
		if !ok || now <= n.Least {
			continue
		}
		var err error
		if cur, err = t.lower(ctx, cur, n, now); err != nil {
			return cur, err
		}
	}
	return cur, nil
}

// lower searches one number between its least and now, two probes at a time.
func (t *Tuner) lower(ctx context.Context, cur Result, n Number, now int64) (Result, error) {
	low, high := int64(-1), (now-n.Least+n.Step-1)/n.Step // in steps: low fails, high works
	best, failed := cur, Result{}
	for high-low > 1 {
		probes := []int64{low + max(1, (high-low)/3)}
		if p := low + 2*(high-low)/3; p > probes[0] && p < high {
			probes = append(probes, p)
		}
		var points []Point
		for _, k := range probes {
			points = append(points, cur.with([]profiles.Change{numbered(n.Option, n.Least+k*n.Step)}, "", ""))
		}
		rs, err := t.measureAll(ctx, points, true)
		if err != nil {
			return cur, err
		}
		for i, r := range rs { // what works above a failure is what counts
			if r.OK && probes[i] < high && probes[i] > low {
				high, best = probes[i], r
				break
			}
			if !r.OK {
				low, failed = probes[i], r
			}
		}
	}
	text := fmt.Sprintf("%s %d -> %d", n.Option, now, n.Least+high*n.Step)
	if best.Key() == cur.Key() || !t.Goal.better(best.Metrics, cur.Metrics) {
		if best.Key() != cur.Key() {
			t.steps = append(t.steps, Step{Round: t.round, Move: text, Change: t.change(best, cur), Why: t.worse(best, cur)})
		}
		return cur, nil
	}
	if failed.Why != "" {
		text += fmt.Sprintf(" (at %d %s)", n.Least+low*n.Step, failed.Why)
	}
	t.steps = append(t.steps, Step{Round: t.round, Move: text, Change: t.change(best, cur), Kept: true})
	t.pass(best, fmt.Sprintf("%s %d -> %d", n.Option, now, n.Least+high*n.Step))
	return best, nil
}
