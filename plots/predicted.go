package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// prediction is one handshake's cycles told twice: from what the wasm machine
// counted, and by the timing model of the emulated CPU that ran it.
type prediction struct {
	c        *results.Case // the emulated board's
	cycles   int64         // by the model
	off      float64       // how far the predicted cycles are from them, in percent of them
	scenario int
}

// predictions draws, for each board with both machines, how far the cycles
// predicted from WASM are from the emulated board's. Over a thousandfold range
// of cycles all points would be on the diagonal: the error is the figure.
func predictions(groups []*group) []*figure {
	var out []*figure
	for _, q := range groups {
		i := slices.IndexFunc(groups, func(w *group) bool {
			return w.core == q.core && w.board == q.board && w.machine == metric.WASM && q.machine == metric.QEMU
		})
		if i < 0 {
			continue
		}
		d, note := predicted(groups[i], q)
		if len(d.points) == 0 {
			continue
		}
		d.layout(draw.NewCanvas(new(recorder.Canvas), pageWidth-2*margin, predictedHeight))
		out = append(out, &figure{
			name:  "predicted" + suffix(groups, q.core, q.board, ""),
			title: "Cycles predicted from WASM against the emulated board's",
			sub:   q.provenance("board "+q.board, "machines wasm and qemu"),
			caption: sentences(d.summary(), fmt.Sprintf("Above 0: predicted too slow. Band: half of the handshakes are within \u00b1%s. "+
				"Labelled: the worst of each scenario.", quantity.Print(quantity.Percent(d.median))),
				"Both are estimates ("+metric.EstHandshakeCycles+"): this is how well WASM stands in for the emulated board, not how near either is to silicon. "+
					"Handshakes the factors were fitted with flatter the error; make factors leaves each option out of its own fit.",
				d.without(), note),
			height: legendHeight(d.legend(), pageWidth-2*margin) + predictedHeight,
			draw:   d.draw,
		})
	}
	return out
}

const (
	predictedHeight = 210
	predictedPad    = 0.1 // share of the axis left free at both ends
)

type predictedDrawing struct {
	scenarios []string
	points    []prediction
	several   bool // bases
	median    float64

	p       *plot.Plot
	x       func(prediction) float64 // on its axis
	written []*worstOf
}

// worstOf is the label of a scenario's worst prediction.
type worstOf struct {
	prediction
	lines []string
	label label
	place place
}

// predicted pairs a board's cases.
func predicted(w, q *group) (d *predictedDrawing, note string) {
	d = &predictedDrawing{several: severalBases(q.cases)}
	var missing []string
	for _, c := range q.cases {
		if isBase(c, q.find(c.Base, c.Scenario)) {
			continue // the same handshake once more
		}
		other := w.find(c.Config, c.Scenario)
		if c.Outcome != results.OutcomeConnected || other == nil || other.Outcome != results.OutcomeConnected {
			missing = append(missing, short(c)+" in "+c.Scenario)
			continue
		}
		cycles, guess := c.Metrics[metric.EstHandshakeCycles], other.Metrics[metric.EstHandshakeCycles]
		if cycles == 0 || guess == 0 {
			missing = append(missing, short(c)+" in "+c.Scenario)
			continue
		}
		i := slices.Index(d.scenarios, c.Scenario)
		if i < 0 {
			i = len(d.scenarios)
			d.scenarios = append(d.scenarios, c.Scenario)
		}
		d.points = append(d.points, prediction{c, cycles, 100 * float64(guess-cycles) / float64(cycles), i})
	}
	for _, c := range w.cases {
		if q.find(c.Config, c.Scenario) == nil && !isBase(c, w.find(c.Base, c.Scenario)) {
			missing = append(missing, short(c)+" in "+c.Scenario)
		}
	}
	slices.Sort(d.scenarios)
	for i := range d.points {
		d.points[i].scenario = slices.Index(d.scenarios, d.points[i].c.Scenario)
	}
	var errs []float64
	for _, p := range d.points {
		errs = append(errs, math.Abs(p.off))
	}
	slices.Sort(errs)
	if n := len(errs); n > 0 {
		d.median = (errs[(n-1)/2] + errs[n/2]) / 2
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		if more := len(missing) - mostNamed; more > 1 {
			missing = append(missing[:mostNamed], fmt.Sprintf("%d more", more))
		}
		note = "Without both numbers: " + strings.Join(missing, "; ") + "."
	}
	return d, note
}

// worst is the prediction furthest off, of one scenario or (-1) of all.
func (d *predictedDrawing) worst(scenario int) prediction {
	var of []prediction
	for _, p := range d.points {
		if scenario < 0 || p.scenario == scenario {
			of = append(of, p)
		}
	}
	return slices.MaxFunc(of, func(a, b prediction) int {
		return cmp.Or(cmp.Compare(math.Abs(a.off), math.Abs(b.off)), -strings.Compare(a.c.Key(), b.c.Key()))
	})
}

func (d *predictedDrawing) summary() string {
	w := d.worst(-1)
	n := fmt.Sprintf("%d handshakes", len(d.points))
	if len(d.points) == 1 {
		n = "1 handshake"
	}
	return fmt.Sprintf("%s: median error %s, worst %s (%s in %s).",
		n, quantity.Print(quantity.Percent(d.median)), signedPercent(w.off), d.name(w), w.c.Scenario)
}

// name is a prediction's configuration; of several with the same numbers a base
// or else the first, and how many others.
func (d *predictedDrawing) name(p prediction) string {
	first, others := p.c, -1
	for _, o := range d.points {
		if o.scenario == p.scenario && o.cycles == p.cycles && o.off == p.off {
			others++
			if o.c.Base == "" && (first.Base != "" || o.c.Config < first.Config) {
				first = o.c
			}
		}
	}
	name := short(first)
	if d.several && first.Base != "" {
		name = first.Base + " " + name
	}
	switch others {
	case 0:
		return name
	case 1:
		return name + " and 1 other"
	}
	return name + " and " + strconv.Itoa(others) + " others"
}

func (d *predictedDrawing) layout(body draw.Canvas) {
	p := newPlot()
	m := measureOf(metric.EstHandshakeCycles)
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), -d.median, d.median
	for _, pt := range d.points {
		x0, x1 = math.Min(x0, m.unit(pt.cycles)), math.Max(x1, m.unit(pt.cycles))
		y0, y1 = math.Min(y0, pt.off), math.Max(y1, pt.off)
	}
	p.X.Label.Text = m.label("cycles per handshake on the emulated board")
	d.x = func(q prediction) float64 { return m.unit(q.cycles) }
	if x1/x0 >= logAbove {
		// Logarithms on a linear axis: the library centres the label of a
		// logarithmic one by its numbers, and makes room for that.
		p.X.Label.Text += ", log scale"
		d.x = func(q prediction) float64 { return math.Log10(m.unit(q.cycles)) }
		x0, x1 = math.Log10(x0), math.Log10(x1)
		pad := (x1 - x0) * predictedPad
		var marks []plot.Tick
		for _, t := range logTicks(math.Pow(10, x0-pad), math.Pow(10, x1+pad)) {
			marks = append(marks, plot.Tick{Value: math.Log10(t.Value), Label: t.Label})
		}
		p.X.Min, p.X.Max, p.X.Tick.Marker = x0-pad, x1+pad, plot.ConstantTicks(marks)
	} else {
		scale(&p.X, x0, x1, predictedPad)
	}
	// A hundredth of a percent must not fill the panel.
	if d := leastPercent - (y1 - y0); d > 0 {
		y0, y1 = y0-d/2, y1+d/2
	}
	pad := (y1 - y0) * 0.15
	p.Y.Min, p.Y.Max = y0-pad, y1+pad
	p.Y.Tick.Marker = signedTicks(6)
	p.Y.Label.Text = "error of the prediction (%)"
	p.Add(plotFunc(d.band), grid(atX|atY), plotFunc(d.plot))
	d.p = p

	c := p.DataCanvas(body)
	tx, ty := p.Transforms(&c)
	at := func(q prediction) vg.Point {
		return vg.Point{X: tx(d.x(q)) - c.Min.X, Y: ty(q.off) - c.Min.Y}
	}
	mark := func(q prediction) box {
		pt, r := at(q), 270
		return box{centi(pt.X) - r, centi(pt.Y) - r, centi(pt.X) + r, centi(pt.Y) + r}
	}
	var marks []box
	for _, q := range d.points {
		marks = append(marks, mark(q))
	}
	var labels []label
	for i := range d.scenarios {
		w := &worstOf{prediction: d.worst(i)}
		w.lines = wrap(style(small, black), signedPercent(w.off)+": "+d.name(w.prediction), 150)
		width := vg.Length(0)
		for _, l := range w.lines {
			width = max(width, style(small, black).Width(l))
		}
		w.label = label{mark: mark(w.prediction), w: centi(width), far: 30000, must: true,
			h: centi(small*leading*vg.Length(len(w.lines)-1)) + centi(small)}
		d.written, labels = append(d.written, w), append(labels, w.label)
	}
	zero := centi(ty(0) - c.Min.Y)
	area := box{0, 0, centi(c.Max.X - c.Min.X), centi(c.Max.Y - c.Min.Y)}
	lines := []segment{{point{0, zero}, point{area.x1, zero}}}
	for i, pl := range placeLabels(area.grow(-100), marks, lines, labels) {
		d.written[i].place = pl
	}
}

// signedTicks labels errors with their sign.
func signedTicks(n int) plot.TickerFunc {
	return func(lo, hi float64) []plot.Tick {
		out := ticks(n)(lo, hi)
		for i := range out {
			if out[i].Value > 1e-9 {
				out[i].Label = "+" + out[i].Label
			}
		}
		return out
	}
}

// without names the scenarios whose label found no room.
func (d *predictedDrawing) without() string {
	var names []string
	for _, w := range d.written {
		if !w.place.ok {
			names = append(names, strings.Join(w.lines, " ")+" ("+w.c.Scenario+")")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Without a label for want of room: " + strings.Join(names, "; ") + "."
}

func (d *predictedDrawing) legend() []legendEntry {
	var out []legendEntry
	for i, s := range d.scenarios {
		glyph, _ := series(i)
		out = append(out, legendEntry{s, func(c *draw.Canvas, r vg.Rectangle) {
			c.DrawGlyph(glyph, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2})
		}})
	}
	return out
}

func (d *predictedDrawing) draw(c draw.Canvas) {
	c.Max.Y = drawLegend(&c, d.legend())
	d.p.Draw(c)
}

// band is where half of all points are.
func (d *predictedDrawing) band(c draw.Canvas, p *plot.Plot) {
	_, ty := p.Transforms(&c)
	c.FillPolygon(pale, rectangle(vg.Rectangle{
		Min: vg.Point{X: c.Min.X, Y: ty(-d.median)}, Max: vg.Point{X: c.Max.X, Y: ty(d.median)},
	}))
}

func (d *predictedDrawing) plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	c.StrokeLine2(draw.LineStyle{Color: black, Width: 0.6}, c.Min.X, ty(0), c.Max.X, ty(0))
	for i := len(d.points) - 1; i >= 0; i-- {
		q := d.points[i]
		glyph, _ := series(q.scenario)
		c.DrawGlyphNoClip(glyph, vg.Point{X: tx(d.x(q)), Y: ty(q.off)})
	}
	c.Push()
	defer c.Pop()
	c.Translate(c.Min)
	for _, w := range d.written {
		if !w.place.ok {
			continue
		}
		if w.place.leader {
			c.StrokeLines(draw.LineStyle{Color: mid, Width: 0.4}, []vg.Point{unit(w.place.line.a), unit(w.place.line.b)})
		}
		drawLines(&c, style(small, black), w.place, w.label.mark, w.lines)
	}
}
