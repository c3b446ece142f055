package plots

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// frontNamed is how many points of a front are named on the figure. Those of a
// longer one have numbers there, and a table below says which is which.
const frontNamed = 7

// sweepFront is memory against ticks, the front's points named by what sets
// each apart from the one before.
func sweepFront(g *group, scenario string, m measure) *figure {
	t := g.ticks()
	cases := g.casesOf(scenario)
	ok, _ := connected(cases, t.metric, m.metric)
	if len(ok) == 0 {
		return nil
	}
	base := baseOf(cases)
	spots := spotsOf(ok, t.metric, m.metric)
	for _, s := range spots {
		s.framed = s.base
		s.weaker = !slices.ContainsFunc(s.cases, func(c *results.Case) bool { return !weaker(base, c) })
	}
	none := idle(ok, t.metric, m.metric)
	steps, constant := stepsOf(spots, base, none)
	what := m.noun
	if m.metric == metric.HeapPeak {
		what = "peak heap"
	}
	d := newSweepFront(t, m, m.label(what), spots, steps, len(steps) <= frontNamed)
	if !d.allNamed() {
		d = newSweepFront(t, m, m.label(what), spots, steps, false)
	}
	caption := fmt.Sprintf("%d points of a sweep, one handshake each; %s, lower is better on both axes. "+
		"Black and stepped line: the Pareto front, numbered from the fastest to the smallest and named by what each point changes against the one before. "+
		"Grey: "+noWorse+".", len(ok), worth(t, m))
	if base != nil {
		caption += " Square: the base, " + base.Config + "."
	}
	if constant != "" {
		caption += " All of the front: " + constant + "."
	}
	if slices.ContainsFunc(spots, func(s *spot) bool { return s.weaker }) {
		caption += " Ring: accepts bad certificates that the base refuses."
	}
	return &figure{
		name: "sweep-" + m.noun + "_" + scenario, title: capital(m.noun) + " against " + t.noun + ", a sweep: " + scenario,
		caption: sentences(caption, d.without(), noEffect(none), unserved(cases), unmeasured(cases, t.metric, m.metric)),
		below:   markdown(t, m, steps),
		height:  d.height(), draw: d.draw,
	}
}

// markdown is the front as a table, for figures.md.
func markdown(t, m measure, steps []step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s | %s | |\n|---:|---:|---:|---|\n", t.metric, m.metric)
	for _, s := range steps {
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", s.number, quantity.Count(s.ops), quantity.Count(s.spot.bytes), s.words)
	}
	return b.String()
}

// sweepFrontDrawing is the points and, below, the front's table if it has one.
type sweepFrontDrawing struct {
	*frontDrawing
	bytes measure
	table []tableRow
}

// newSweepFront lays the figure out: with the front's words at its points, or
// with numbers there and the words in a table.
func newSweepFront(t, m measure, axis string, spots []*spot, steps []step, atPoints bool) *sweepFrontDrawing {
	names := map[*spot]string{}
	for _, s := range spots {
		if i := slices.IndexFunc(s.cases, func(c *results.Case) bool { return c.Base == "" }); i >= 0 {
			names[s] = s.cases[i].Config
		}
	}
	d := &sweepFrontDrawing{bytes: m}
	for _, s := range steps {
		number := strconv.Itoa(s.number)
		if atPoints {
			// Lines are broken between options only.
			words := strings.ReplaceAll(strings.ReplaceAll(s.words, " ", noBreak), ","+noBreak, ", ")
			names[s.spot] = number + ":" + noBreak + words
			continue
		}
		names[s.spot] = number
		d.table = append(d.table, tableRow{number, exactText(t, s.ops), bytesText(s.spot.bytes),
			wrap(style(small, black), s.words, pageWidth-2*margin-tableWords)})
	}
	d.frontDrawing = &frontDrawing{spots: spots, axis: axis, ticks: t, names: names}
	d.layout(draw.NewCanvas(new(recorder.Canvas), pageWidth-2*margin, frontHeight))
	return d
}

// exactText writes a count whole: neighbours on a front may differ in its last
// digits. An estimate has no such digits.
func exactText(m measure, n int64) string {
	if m.of == exact {
		return count(n)
	}
	return m.text(n)
}

const noBreak = "\u00a0"

// allNamed says that every point of the front has its words beside it.
func (d *sweepFrontDrawing) allNamed() bool {
	return !slices.ContainsFunc(d.written, func(w *written) bool { return w.front && !w.place.ok })
}

// tableRow is a line of the front's table.
type tableRow struct {
	number, ticks, bytes string
	words                []string
}

const (
	tableNumber = 14  // pt from the left to the end of the numbers
	tableTicks  = 84  // to the end of the ticks
	tableBytes  = 140 // to the end of the bytes
	tableWords  = 154 // to the words
	tableLine   = small * leading
	tableGap    = 8
)

func (d *sweepFrontDrawing) height() vg.Length {
	h := vg.Length(frontHeight)
	if d.table != nil {
		h += tableGap + tableLine
	}
	for _, r := range d.table {
		h += vg.Length(len(r.words)) * tableLine
	}
	return h
}

func (d *sweepFrontDrawing) draw(c draw.Canvas) {
	d.drawWith(c, 0, "what changes against the point before")
}

// drawWith draws the table with its columns shifted to the right, for longer
// names, and what its words are.
func (d *sweepFrontDrawing) drawWith(c draw.Canvas, shift vg.Length, words string) {
	top := c
	top.Min.Y = c.Max.Y - frontHeight
	d.frontDrawing.draw(top)
	if d.table == nil {
		return
	}
	y := top.Min.Y - tableGap
	row := func(sty draw.TextStyle, r tableRow) {
		right := align(sty, draw.XRight, draw.YTop)
		c.FillText(right, vg.Point{X: c.Min.X + shift + tableNumber, Y: y}, r.number)
		c.FillText(right, vg.Point{X: c.Min.X + shift + tableTicks, Y: y}, r.ticks)
		c.FillText(right, vg.Point{X: c.Min.X + shift + tableBytes, Y: y}, r.bytes)
		for _, line := range r.words {
			c.FillText(sty, vg.Point{X: c.Min.X + shift + tableWords, Y: y}, line)
			y -= tableLine
		}
	}
	row(bold(style(small, black)), tableRow{"", d.ticks.noun, d.bytes.noun, []string{words}})
	for _, r := range d.table {
		row(style(small, black), r)
	}
}
