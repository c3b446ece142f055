package plots

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The label placer. It works in whole hundredths of a point, so that the same
// labels go to the same places on every machine.

type point struct{ x, y int }

type box struct{ x0, y0, x1, y1 int }

type segment struct{ a, b point }

// label asks for a place for a w by h text near its mark.
type label struct {
	mark box // of the mark it names
	w, h int
	far  int // how far from its mark it may go, with a leader line
	must bool
}

// place is where a label went. Without ok there was no room.
type place struct {
	ok     bool
	box    box
	leader bool
	line   segment // the leader, if there is one
}

const (
	labelGap = 150 // between a mark and a label without leader
	clear    = 120 // least distance between a label and what is not its own
)

// placeLabels finds a place for every label there is room for. No label leaves
// the area or comes nearer than clear to another label or a mark; no leader
// crosses a label or another leader, nor a mark if there is any other way.
// Lines are avoided, not forbidden.
//
// Labels are placed one after the other, each where it costs least. What went
// first decides who finds room, so a fixed number of orders is tried and the
// cheapest result kept; a label that must have a place costs most without.
func placeLabels(area box, marks []box, lines []segment, labels []label) []place {
	order := make([]int, len(labels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rankOf(labels[a]) - rankOf(labels[b]) })
	options := make([][]candidate, len(labels))
	for i, l := range labels {
		options[i] = free(area, marks, lines, l)
	}
	var best []place
	bestCost := math.MaxInt
	shuffled := rand.New(rand.NewPCG(1, 2)) // always the same sequence of orders
	for try := 0; try < 60 && bestCost > 0; try++ {
		places, cost := inOrder(order, marks, labels, options)
		if cost < bestCost {
			best, bestCost = places, cost
		}
		// Who found no room goes first next time; after that, chance.
		if lost := slices.IndexFunc(order, func(i int) bool { return !places[i].ok && labels[i].must }); lost > 0 && try%3 != 2 {
			i := order[lost]
			order = slices.Insert(slices.Delete(order, lost, lost+1), 0, i)
			continue
		}
		shuffled.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if try%2 == 0 {
			slices.SortStableFunc(order, func(a, b int) int { return rankOf(labels[a]) - rankOf(labels[b]) })
		}
	}
	return best
}

func rankOf(l label) int {
	if l.must {
		return 0
	}
	return 1
}

// free is the candidates of l that are clear of everything but other labels,
// cheapest first.
func free(area box, marks []box, lines []segment, l label) []candidate {
	var out []candidate
	// A mark on top of l's own can't be led around.
	apart := func(m box) bool { return !m.grow(30).overlaps(l.mark) }
	for _, c := range candidates(l) {
		wide := c.box.grow(clear)
		if !area.holds(c.box) || c.box.overlaps(l.mark) ||
			slices.ContainsFunc(marks, func(m box) bool { return m != l.mark && wide.overlaps(m) }) {
			continue
		}
		if c.leader && slices.ContainsFunc(marks, func(m box) bool { return apart(m) && m.grow(30).cut(c.line) }) {
			if !l.must {
				continue
			}
			c.cost += overMark
		}
		for _, s := range lines {
			if c.box.grow(60).cut(s) {
				c.cost += crossing
			}
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return a.cost - b.cost })
	return out
}

const (
	crossing     = 5000    // a label on a line
	overMark     = 30_000  // a leader under another mark, for a label that must have a place
	withoutPlace = 20_000  // a label without a place
	mustHave     = 500_000 // one that must have a place
)

func inOrder(order []int, marks []box, labels []label, options [][]candidate) ([]place, int) {
	out := make([]place, len(labels))
	var leaders []segment
	var taken []box
	total := 0
	for _, i := range order {
		found := slices.IndexFunc(options[i], func(c candidate) bool {
			return !slices.ContainsFunc(taken, c.box.grow(clear).overlaps) &&
				!slices.ContainsFunc(leaders, c.box.grow(60).cut) &&
				(!c.leader || clearLeader(c.line, taken, leaders))
		})
		if found < 0 {
			total += withoutPlace
			if labels[i].must {
				total += mustHave
			}
			continue
		}
		c := options[i][found]
		out[i] = c.place
		total += c.cost
		taken = append(taken, c.box)
		if c.leader {
			leaders = append(leaders, c.line)
		}
	}
	return out, total
}

func clearLeader(s segment, taken []box, leaders []segment) bool {
	return !slices.ContainsFunc(taken, func(t box) bool { return t.grow(60).cut(s) }) &&
		!slices.ContainsFunc(leaders, s.meets)
}

type candidate struct {
	place
	cost int
}

// candidates are the eight places around the mark, then rings of places further
// out that need a leader line, nearer first.
func candidates(l label) []candidate {
	m, g := l.mark, labelGap
	cx, cy := (m.x0+m.x1)/2, (m.y0+m.y1)/2
	right, left, up, down := m.x1+g, m.x0-g-l.w, m.y1+g, m.y0-g-l.h
	d := g / 3 // on a diagonal the corners are further apart already
	var out []candidate
	for i, p := range []point{
		{right, cy - l.h/2}, {m.x1 + d, m.y1 + d}, {m.x1 + d, m.y0 - d - l.h}, {left, cy - l.h/2},
		{cx - l.w/2, up}, {cx - l.w/2, down}, {m.x0 - d - l.w, m.y1 + d}, {m.x0 - d - l.w, m.y0 - d - l.h},
	} {
		out = append(out, candidate{place{ok: true, box: box{p.x, p.y, p.x + l.w, p.y + l.h}}, i * 60})
	}
	const directions = 24
	for r := 900; r <= l.far; r += max(300, r/5) {
		for i := range directions {
			a := 2 * math.Pi * float64(i) / directions
			p := point{cx + int(math.Round(float64(r)*math.Cos(a))), cy + int(math.Round(float64(r)*math.Sin(a)))}
			// The label's nearest edge or corner is at p, the leader's far end.
			b := box{p.x, p.y - l.h/2, p.x + l.w, p.y - l.h/2 + l.h}
			if p.x < cx {
				b.x0, b.x1 = p.x-l.w, p.x
			}
			if i == directions/4 || i == 3*directions/4 {
				b = box{p.x - l.w/2, p.y, p.x - l.w/2 + l.w, p.y + l.h}
				if p.y < cy {
					b.y0, b.y1 = p.y-l.h, p.y
				}
			}
			out = append(out, candidate{place{ok: true, box: b, leader: true, line: segment{point{cx, cy}, p}}, 1000 + r})
		}
	}
	return out
}

func (b box) grow(d int) box { return box{b.x0 - d, b.y0 - d, b.x1 + d, b.y1 + d} }

func (b box) overlaps(o box) bool {
	return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1
}

func (b box) holds(o box) bool {
	return b.x0 <= o.x0 && o.x1 <= b.x1 && b.y0 <= o.y0 && o.y1 <= b.y1
}

func (b box) has(p point) bool {
	return b.x0 < p.x && p.x < b.x1 && b.y0 < p.y && p.y < b.y1
}

// cut reports whether s passes through b.
func (b box) cut(s segment) bool {
	if b.has(s.a) || b.has(s.b) {
		return true
	}
	c := [4]point{{b.x0, b.y0}, {b.x1, b.y0}, {b.x1, b.y1}, {b.x0, b.y1}}
	for i := range c {
		if s.meets(segment{c[i], c[(i+1)%4]}) {
			return true
		}
	}
	return false
}

// meets reports whether two segments cross, touching ends included.
func (s segment) meets(o segment) bool {
	d := func(a, b, c point) int { return sign((b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)) }
	d1, d2 := d(s.a, s.b, o.a), d(s.a, s.b, o.b)
	d3, d4 := d(o.a, o.b, s.a), d(o.a, o.b, s.b)
	if d1 != d2 && d3 != d4 {
		return true
	}
	on := func(a, b, c point) bool {
		return min(a.x, b.x) <= c.x && c.x <= max(a.x, b.x) && min(a.y, b.y) <= c.y && c.y <= max(a.y, b.y)
	}
	return d1 == 0 && on(s.a, s.b, o.a) || d2 == 0 && on(s.a, s.b, o.b) ||
		d3 == 0 && on(o.a, o.b, s.a) || d4 == 0 && on(o.a, o.b, s.b)
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

// spread moves the centres of labels in a row apart to at least gap, in order,
// inside lo…hi, each as near as it can be to where it wants to be. It returns
// nil if they don't fit.
func spread(want []int, gap, lo, hi int) []int {
	n := len(want)
	if n == 0 || (n-1)*gap > hi-lo {
		return nil
	}
	// Pool adjacent violators on want[i]-i*gap, then clip: both keep the order.
	type pool struct{ sum, count int }
	var pools []pool
	mean := func(p pool) float64 { return float64(p.sum) / float64(p.count) }
	for i, w := range want {
		pools = append(pools, pool{w - i*gap, 1})
		for len(pools) > 1 && mean(pools[len(pools)-2]) > mean(pools[len(pools)-1]) {
			last := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			pools[len(pools)-1].sum += last.sum
			pools[len(pools)-1].count += last.count
		}
	}
	var out []int
	for _, p := range pools {
		at := int(math.Round(mean(p)))
		at = min(max(at, lo), hi-(n-1)*gap)
		for range p.count {
			out = append(out, at+len(out)*gap)
		}
	}
	return out
}
