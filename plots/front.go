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

	"tlslab/bench/results"
)

// spot is one or more configurations with exactly the same two numbers.
type spot struct {
	ops, bytes int64
	cases      []*results.Case
	front      bool
	base       bool
}

// fronts draws memory against ticks for one scenario: the exact peak heap, and
// RAM at one instant where the file has that estimate.
func fronts(g *group, scenario string) []*figure {
	var out []*figure
	for _, m := range []struct{ name, metric, title, axis string }{
		{"heap-ticks", results.HeapPeak, "Heap against ticks", "peak heap"},
		{"ram-ticks", results.EstRAMPeak, "RAM against ticks", "RAM at one instant"},
	} {
		cases := g.in(scenario)
		if !anyHas(cases, m.metric) {
			continue
		}
		ok, note := connected(cases, results.WasmOps, m.metric)
		if len(ok) == 0 {
			continue
		}
		spots := spotsOf(ok, m.metric)
		fd := &frontDrawing{spots: spots, several: severalBases(ok), axis: m.axis + ", " + m.metric + " (KiB)"}
		caption := fmt.Sprintf("%d configurations, one handshake each; exact counts, lower is better on both axes. "+
			"Black and stepped line: the Pareto front (no configuration is both faster and smaller). Square: a base configuration. "+
			"Grey: there is a better one.", len(ok))
		if results.EstRAMPeak == m.metric {
			caption = strings.Replace(caption, "exact counts", "ticks are exact, RAM is an estimate with the WASM shadow stack in place of the Cortex-M stack", 1)
		}
		out = append(out, &figure{
			name:    m.name + "_" + scenario,
			title:   m.title + ": " + scenario,
			caption: sentences(caption, fd.same(), note, added(cases)),
			height:  300,
			draw:    fd.draw,
		})
	}
	return out
}

func anyHas(cases []*results.Case, metric string) bool {
	return slices.ContainsFunc(cases, func(c *results.Case) bool { _, ok := c.Metrics[metric]; return ok })
}

// spotsOf groups the cases and finds the front, in order of ticks.
func spotsOf(cases []*results.Case, metric string) []*spot {
	var spots []*spot
	for _, c := range cases {
		x, y := c.Metrics[results.WasmOps], c.Metrics[metric]
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
	least := int64(math.MaxInt64)
	for _, s := range spots {
		if s.bytes < least {
			s.front, least = true, s.bytes
		}
	}
	return spots
}

type frontDrawing struct {
	spots   []*spot
	several bool
	axis    string
}

// words are a spot's label: bases, variations that differ from them, and how
// many variations have no effect (they are named in the caption).
func (d *frontDrawing) words(s *spot) string {
	var names []string
	var without, others []*results.Case
	for _, c := range s.cases {
		switch base := baseIn(s.cases, c); {
		case c.Base == "":
			names = append(names, c.Config)
		case base == nil:
			others = append(others, c)
		case !isBase(c, base):
			without = append(without, c)
		}
	}
	names = append(names, variations(others, d.several)...)
	label := strings.Join(names, ", ")
	switch vs := variations(without, d.several); {
	case len(vs) == 0:
	case len(vs) == 1:
		label += ", " + vs[0] + " (no effect)"
	default:
		label += fmt.Sprintf(" and %d variations without effect", len(without))
	}
	return label
}

// same names the variations that are at exactly their base's place.
func (d *frontDrawing) same() string {
	var out []string
	for _, s := range d.spots {
		var without []*results.Case
		for _, c := range s.cases {
			if b := baseIn(s.cases, c); b != nil && !isBase(c, b) {
				without = append(without, c)
			}
		}
		out = append(out, variations(without, d.several)...)
	}
	if len(out) == 0 {
		return ""
	}
	return "Without any effect on either number: " + strings.Join(out, "; ") + "."
}

func baseIn(cases []*results.Case, v *results.Case) *results.Case {
	for _, c := range cases {
		if v.Base != "" && c.Config == v.Base {
			return c
		}
	}
	return nil
}

func (d *frontDrawing) draw(c draw.Canvas) {
	p := newPlot()
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, s := range d.spots {
		x0, x1 = math.Min(x0, s.x()), math.Max(x1, s.x())
		y0, y1 = math.Min(y0, s.y()), math.Max(y1, s.y())
	}
	p.X.Label.Text = "ticks per handshake, " + results.WasmOps + " (millions)"
	if scale(&p.X, x0, x1, 0.08) {
		p.X.Label.Text += ", log scale"
	}
	p.Y.Label.Text = d.axis
	if scale(&p.Y, y0, y1, 0.08) {
		p.Y.Label.Text += ", log scale"
	}
	p.Add(grid(true, true), plotFunc(d.plot))
	p.Draw(c)
}

func (s *spot) x() float64 { return float64(s.ops) / 1e6 }
func (s *spot) y() float64 { return float64(s.bytes) / 1024 }

func (s *spot) glyph() draw.GlyphStyle {
	g := draw.GlyphStyle{Color: black, Radius: 2.6, Shape: draw.CircleGlyph{}}
	if s.base {
		g.Shape = draw.BoxGlyph{}
		g.Radius = 3
	}
	if !s.front {
		g.Color = mid
		g.Radius -= 0.6
	}
	return g
}

func (d *frontDrawing) plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	at := func(s *spot) vg.Point { return vg.Point{X: tx(s.x()), Y: ty(s.y())} }

	var steps []vg.Point
	for _, s := range d.spots {
		if s.front {
			q := at(s)
			if n := len(steps); n > 0 {
				steps = append(steps, vg.Point{X: q.X, Y: steps[n-1].Y})
			}
			steps = append(steps, q)
		}
	}
	c.StrokeLines(draw.LineStyle{Color: black, Width: 0.9}, steps)

	// The front and the bases are drawn, and get their labels, first.
	order := slices.Clone(d.spots)
	rank := func(s *spot) int {
		switch {
		case s.base:
			return 0
		case s.front:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(order, func(a, b *spot) int { return rank(a) - rank(b) })

	var marks []box
	var labels []label
	var texts [][]string
	for _, s := range order {
		q := at(s)
		r := centi(s.glyph().Radius)
		m := box{centi(q.X) - r, centi(q.Y) - r, centi(q.X) + r, centi(q.Y) + r}
		marks = append(marks, m)
		lines := wrap(style(small, black), d.words(s), 150)
		w := vg.Length(0)
		for _, l := range lines {
			w = max(w, style(small, black).Width(l))
		}
		far := 2500
		if rank(s) < 2 {
			far = 15000
		}
		labels = append(labels, label{mark: m, w: centi(w), h: centi(small*leading*vg.Length(len(lines)-1)) + centi(small), far: far})
		texts = append(texts, lines)
	}
	var lines []segment
	for i := 1; i < len(steps); i++ {
		lines = append(lines, segment{point{centi(steps[i-1].X), centi(steps[i-1].Y)}, point{centi(steps[i].X), centi(steps[i].Y)}})
	}
	area := box{centi(c.Min.X), centi(c.Min.Y), centi(c.Max.X), centi(c.Max.Y)}.grow(-100)
	places := placeLabels(area, marks, lines, labels)
	for i := len(order) - 1; i >= 0; i-- {
		s, pl := order[i], places[i]
		var ink color.Color = black
		if rank(s) == 2 {
			ink = dark
		}
		if pl.leader {
			c.StrokeLines(draw.LineStyle{Color: mid, Width: 0.4}, []vg.Point{unit(pl.line.a), unit(pl.line.b)})
		}
		c.DrawGlyph(s.glyph(), at(s))
		if !pl.ok {
			continue
		}
		drawLines(&c, style(small, ink), pl, labels[i].mark, texts[i])
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
