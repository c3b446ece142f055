package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/pareto"
	"tlslab/internal/quantity"
)

// spot is one or more configurations with exactly the same two numbers.
type spot struct {
	ops, bytes int64
	cases      []*results.Case
	front      bool
	base       bool
	framed     bool // among hundreds of points a grey square would not be seen
	marked     bool // black though it is not on the front
	weaker     bool // every case accepts a bad certificate that the base refuses
}

// fronts draws memory against ticks for one scenario: the exact peak heap, and
// RAM at one instant where the file has that estimate.
func fronts(g *group, scenario string) []*figure {
	var out []*figure
	ticks := g.ticks()
	for _, m := range []struct {
		measure
		name, title, axis string
	}{
		{measureOf(metric.HeapPeak), "heap-ticks", "Heap", "peak heap"},
		{ramOf(g.machine), "ram-ticks", "RAM", "RAM at one instant"},
	} {
		cases := g.casesOf(scenario)
		if !anyHas(cases, m.metric) {
			continue
		}
		ok, note := connected(cases, ticks.metric, m.metric)
		if len(ok) == 0 {
			continue
		}
		spots := spotsOf(ok, ticks.metric, m.metric)
		fd := &frontDrawing{spots: spots, several: severalBases(ok), axis: m.label(m.axis), ticks: ticks}
		fd.layout(draw.NewCanvas(new(recorder.Canvas), pageWidth-2*margin, frontHeight))
		caption := fmt.Sprintf("%d configurations, one handshake each; %s, lower is better on both axes. "+
			"Black and stepped line: the Pareto front (no configuration is both faster and smaller). Square: a base configuration. "+
			"Grey: "+noWorse+".", len(ok), worth(ticks, m.measure))
		out = append(out, &figure{
			name:    m.name + "_" + scenario,
			title:   m.title + " against " + ticks.noun + ": " + scenario,
			caption: sentences(caption, fd.atTheirBase(), fd.without(), note, added(cases)),
			height:  frontHeight,
			draw:    fd.draw,
		})
	}
	return out
}

// worth says what the numbers of two axes are worth.
func worth(x, y measure) string {
	if x.of == exact && y.of == exact {
		return "exact counts"
	}
	return x.worth() + ", " + y.worth()
}

func anyHas(cases []*results.Case, metric string) bool {
	return slices.ContainsFunc(cases, func(c *results.Case) bool { _, ok := c.Metrics[metric]; return ok })
}

// spotsOf groups the cases and finds the front, in order of ticks.
func spotsOf(cases []*results.Case, ticks, metric string) []*spot {
	var spots []*spot
	for _, c := range cases {
		x, y := c.Metrics[ticks], c.Metrics[metric]
		i := slices.IndexFunc(spots, func(s *spot) bool { return s.ops == x && s.bytes == y })
		if i < 0 {
			i = len(spots)
			spots = append(spots, &spot{ops: x, bytes: y})
		}
		spots[i].cases = append(spots[i].cases, c)
		if c.Base == "" {
			spots[i].base = true
		}
	}
	slices.SortFunc(spots, func(a, b *spot) int {
		if a.ops != b.ops {
			return int(max(-1, min(1, a.ops-b.ops)))
		}
		return int(max(-1, min(1, a.bytes-b.bytes)))
	})
	markFront(spots)
	return spots
}

// markFront marks the spots of the Pareto front.
func markFront(spots []*spot) {
	for _, s := range pareto.Front(spots, []pareto.Kind{pareto.Ticks, pareto.Bytes}, func(s *spot) []int64 { return []int64{s.ops, s.bytes} }) {
		s.front = true
	}
}

// noWorse says what keeps a point off the front.
const noWorse = "another one is no worse on either axis, a thousandth of the ticks and 8 bytes aside"

const (
	frontHeight = 300
	mostNamed   = 12 // points a caption names

	leastSpan = 0.05 // of an estimate's axis, as a share of its middle: well under the model's own error
)

type frontDrawing struct {
	spots   []*spot
	several bool
	axis    string
	ticks   measure          // of the other axis
	names   map[*spot]string // labels of a sweep's spots: those of the front alone; nil for every spot its own
	under   plotFunc         // drawn below the points; nil for nothing

	p       *plot.Plot
	steps   []vg.Point
	written []*written
}

// words are a spot's label.
func (d *frontDrawing) words(s *spot) string {
	if d.names != nil {
		return d.names[s]
	}
	return together(s.cases, d.several)
}

// atTheirBase names the variations that are at exactly their base's place.
func (d *frontDrawing) atTheirBase() string {
	var cases []*results.Case
	for _, s := range d.spots {
		cases = append(cases, effectless(s.cases)...)
	}
	if len(cases) == 0 {
		return ""
	}
	return "Without any effect on either number: " + strings.Join(variations(cases, d.several), "; ") + "."
}

// layout finds the axes and every label's place. It is done once, before the
// caption is written, so that the caption can name what has no label.
func (d *frontDrawing) layout(body draw.Canvas) {
	p := newPlot()
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, s := range d.spots {
		x0, x1 = math.Min(x0, d.x(s)), math.Max(x1, d.x(s))
		y0, y1 = math.Min(y0, s.y()), math.Max(y1, s.y())
	}
	if d.ticks.of == modelled {
		// A thousandth of an estimate must not fill the page.
		if least := (x0 + x1) / 2 * leastSpan; x1-x0 < least {
			x0, x1 = (x0+x1-least)/2, (x0+x1+least)/2
		}
	}
	p.X.Label.Text = d.ticks.label(d.ticks.noun + " per handshake")
	if scale(&p.X, x0, x1, 0.08) {
		p.X.Label.Text += ", log scale"
	}
	p.Y.Label.Text = d.axis
	if scale(&p.Y, y0, y1, 0.08) {
		p.Y.Label.Text += ", log scale"
	}
	p.Add(grid(atX | atY))
	if d.under != nil {
		p.Add(d.under)
	}
	p.Add(plotFunc(d.plot))
	d.p = p

	c := p.DataCanvas(body)
	tx, ty := p.Transforms(&c)
	at := func(s *spot) vg.Point { return vg.Point{X: tx(d.x(s)) - c.Min.X, Y: ty(s.y()) - c.Min.Y} }
	for _, s := range d.spots {
		if s.front {
			q := at(s)
			if n := len(d.steps); n > 0 {
				d.steps = append(d.steps, vg.Point{X: q.X, Y: d.steps[n-1].Y})
			}
			d.steps = append(d.steps, q)
		}
	}
	var marks []box
	var labels []label
	var named []*written
	for _, s := range d.spots {
		q, r := at(s), centi(s.glyph().Radius)
		m := box{centi(q.X) - r, centi(q.Y) - r, centi(q.X) + r, centi(q.Y) + r}
		marks = append(marks, m)
		w := &written{spot: s, at: q, lines: wrap(style(small, black), d.words(s), 150)}
		width := vg.Length(0)
		for _, l := range w.lines {
			width = max(width, style(small, black).Width(l))
		}
		w.label = label{mark: m, w: centi(width), h: centi(small*leading*vg.Length(len(w.lines)-1)) + centi(small), far: 3000}
		if s.front || s.base || s.marked {
			w.label.must, w.label.far = true, 30000
		}
		d.written = append(d.written, w)
		if len(w.lines) > 0 && w.lines[0] != "" {
			named = append(named, w)
			labels = append(labels, w.label)
		}
	}
	var lines []segment
	for i := 1; i < len(d.steps); i++ {
		lines = append(lines, segment{point{centi(d.steps[i-1].X), centi(d.steps[i-1].Y)}, point{centi(d.steps[i].X), centi(d.steps[i].Y)}})
	}
	area := box{0, 0, centi(c.Max.X - c.Min.X), centi(c.Max.Y - c.Min.Y)}.grow(-100)
	for i, pl := range placeLabels(area, marks, lines, labels) {
		named[i].place = pl
	}
	// The front and the bases are drawn last, on top.
	rank := func(s *spot) int {
		switch {
		case s.base:
			return 2
		case s.front:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(d.written, func(a, b *written) int { return rank(a.spot) - rank(b.spot) })
}

// written is a spot with its label.
type written struct {
	*spot
	at    vg.Point // from the lower left corner of the axes
	lines []string
	label label
	place place
}

// without names the spots whose label found no room.
func (d *frontDrawing) without() string {
	var names []string
	for _, w := range d.written {
		if !w.place.ok && len(w.lines) > 0 && w.lines[0] != "" {
			names = append(names, fmt.Sprintf("%s (%s, %s)", strings.Join(w.lines, " "), d.ticks.text(w.ops), kib(w.bytes)))
		}
	}
	if len(names) == 0 {
		return ""
	}
	if more := len(names) - mostNamed; more > 1 {
		names = append(names[:mostNamed], fmt.Sprintf("%d more", more))
	}
	return "Without a label for want of room: " + strings.Join(names, "; ") + "."
}

func kib(b int64) string { return quantity.Print(quantity.KiB(b)) }

func (d *frontDrawing) draw(c draw.Canvas) { d.p.Draw(c) }

func (d *frontDrawing) x(s *spot) float64 { return d.ticks.unit(s.ops) }

func (s *spot) y() float64 { return float64(s.bytes) / 1024 }

func (s *spot) glyph() draw.GlyphStyle {
	g := draw.GlyphStyle{Color: black, Radius: 2.6, Shape: draw.CircleGlyph{}}
	if s.base {
		g.Shape = draw.BoxGlyph{}
		g.Radius = 3
	}
	if s.weaker {
		g.Shape = open{draw.CircleGlyph{}, draw.RingGlyph{}}
	}
	switch {
	case s.front, s.marked:
	case s.framed:
		g.Shape = open{draw.BoxGlyph{}, draw.SquareGlyph{}}
	default:
		g.Color = mid
		g.Radius -= 0.6
	}
	return g
}

func (d *frontDrawing) plot(c draw.Canvas, _ *plot.Plot) {
	c.Push()
	defer c.Pop()
	c.Translate(c.Min)
	c.StrokeLines(draw.LineStyle{Color: black, Width: 0.9}, d.steps)
	for _, w := range d.written {
		if w.place.leader {
			c.StrokeLines(draw.LineStyle{Color: mid, Width: 0.4}, []vg.Point{unit(w.place.line.a), unit(w.place.line.b)})
		}
	}
	for _, w := range d.written {
		c.DrawGlyphNoClip(w.glyph(), w.at)
		var ink color.Color = black
		if !w.front && !w.base && !w.marked {
			ink = dark
		}
		if w.place.ok {
			drawLines(&c, style(small, ink), w.place, w.label.mark, w.lines)
		}
	}
}

// drawLines writes a label's lines, flush to the side its mark is on.
func drawLines(c *draw.Canvas, sty draw.TextStyle, pl place, mark box, lines []string) {
	x, ax := pl.box.x0, draw.XLeft
	switch mid := (mark.x0 + mark.x1) / 2; {
	case pl.box.x1 <= mid:
		x, ax = pl.box.x1, draw.XRight
	case pl.box.x0 < mid:
		x, ax = (pl.box.x0+pl.box.x1)/2, draw.XCenter
	}
	sty = align(sty, ax, draw.YTop)
	for i, l := range lines {
		q := unit(point{x, pl.box.y1})
		q.Y += 1 // the font's ascent is more than the letters' height
		q.Y -= vg.Length(i) * small * leading
		c.FillText(sty, q, l)
	}
}

func centi(l vg.Length) int { return int(math.Round(float64(l) * 100)) }

func unit(p point) vg.Point { return vg.Point{X: vg.Length(p.x) / 100, Y: vg.Length(p.y) / 100} }
