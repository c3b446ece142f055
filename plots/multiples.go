package plots

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
)

const (
	multipleHeight = 120 // pt, one panel with its title
	multiplesWide  = 3   // panels side by side
)

// multiples is one panel an axis: for each of its values the range of a measure
// over all other axes, and its median; one figure a measure.
func multiples(g *group, scenario string) []*figure {
	var out []*figure
	cases := g.casesOf(scenario)
	options, values := axesOf(cases)
	options = varied(options, values)
	if len(options) == 0 {
		return nil
	}
	base := baseOf(cases)
	for _, m := range append([]measure{g.ticks()}, sweepMeasures()...) {
		ok, _ := connected(cases, m.metric)
		if len(ok) == 0 {
			continue
		}
		d := &multiplesDrawing{m: m}
		if base != nil {
			if n, has := base.Metrics[m.metric]; has {
				d.base, d.hasBase = m.unit(n), true
			}
		}
		for _, o := range options {
			p := panelOf(o, values[o], ok, m)
			if base != nil {
				p.own = setting(base, o)
			}
			d.panels = append(d.panels, p)
		}
		caption := fmt.Sprintf("%d points; %s. Bar: from the least to the most over all values of the other axes; line across: the median.", len(ok), m.worth())
		if d.hasBase {
			caption += " Dashed: the base, " + base.Config + "."
		}
		if slices.ContainsFunc(d.panels, func(p multiple) bool { return p.own != "" }) {
			caption += " A value in brackets is the base's own."
		}
		if slices.ContainsFunc(d.panels, func(p multiple) bool { return slices.Contains(p.have, false) }) {
			caption += " Cross: no point with this value serves the scenario."
		}
		out = append(out, &figure{
			name: "axes-" + m.noun + "_" + scenario, title: capital(m.noun) + " by each axis of a sweep: " + scenario,
			caption: sentences(caption, unserved(cases), unmeasured(cases, m.metric)),
			height:  vg.Length((len(options)+multiplesWide-1)/multiplesWide) * multipleHeight,
			draw:    d.draw,
		})
	}
	return out
}

type multiplesDrawing struct {
	m       measure
	panels  []multiple
	base    float64 // in the axis's unit
	hasBase bool
}

// multiple is one panel: of each value of an option the least, median and most.
type multiple struct {
	option              string
	values              []string
	own                 string    // the base's, "" if it does not tell
	least, median, most []float64 // in the axis's unit, 0 without a number
	have                []bool    // there is a number
}

func panelOf(option string, values []string, cases []*results.Case, m measure) multiple {
	p := multiple{option: option, values: values}
	numbers := map[string][]float64{}
	for _, c := range cases {
		v := setting(c, option)
		numbers[v] = append(numbers[v], m.unit(c.Metrics[m.metric]))
	}
	for _, v := range values {
		ns := numbers[v]
		slices.Sort(ns)
		p.have = append(p.have, len(ns) > 0)
		if len(ns) == 0 {
			ns = []float64{0}
		}
		p.least, p.median, p.most = append(p.least, ns[0]), append(p.median, (ns[(len(ns)-1)/2]+ns[len(ns)/2])/2), append(p.most, ns[len(ns)-1])
	}
	return p
}

// bounds are the least and the most of all panels: they are compared, so they
// share a scale.
func (d *multiplesDrawing) bounds() (lo, hi float64) {
	first := true
	hold := func(v float64) {
		if first {
			lo, hi, first = v, v, false
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	if d.hasBase {
		hold(d.base)
	}
	for _, p := range d.panels {
		for i := range p.values {
			if p.have[i] {
				hold(p.least[i])
				hold(p.most[i])
			}
		}
	}
	return lo, hi
}

func (d *multiplesDrawing) draw(c draw.Canvas) {
	width := (c.Max.X - c.Min.X) / multiplesWide
	lo, hi := d.bounds()
	for i, p := range d.panels {
		x := c.Min.X + vg.Length(i%multiplesWide)*width
		y := c.Max.Y - vg.Length(i/multiplesWide)*multipleHeight
		c.FillText(bold(style(small, black)), vg.Point{X: x + 4, Y: y}, p.option)
		pl := newPlot()
		scale(&pl.Y, lo, hi, 0.08)
		if i%multiplesWide == 0 {
			pl.Y.Label.Text = d.m.noun + " (" + d.m.axis.name + ")"
		}
		pl.X.Min, pl.X.Max = -0.5, float64(len(p.values))-0.5
		sub := c
		sub.Rectangle = vg.Rectangle{Min: vg.Point{X: x, Y: y - multipleHeight + 4}, Max: vg.Point{X: x + width - 8, Y: y - 12}}
		pl.X.Tick.Marker = categories(p.values, p.own, sub.Max.X-sub.Min.X-axisRoom)
		pl.Add(grid(atY), plotFunc(func(c draw.Canvas, pl *plot.Plot) {
			if d.hasBase {
				_, ty := pl.Transforms(&c)
				c.StrokeLine2(draw.LineStyle{Color: black, Width: 0.6, Dashes: []vg.Length{3, 2}}, c.Min.X, ty(d.base), c.Max.X, ty(d.base))
			}
			p.plot(c, pl)
		}))
		pl.Draw(sub)
	}
}

const (
	axisRoom = 46 // pt at the left of a panel for its scale, at most
	wordGap  = 5  // pt between two labels, at least
)

// categories labels 0, 1, 2… with words, the base's own in brackets; of many
// only every second, third… that there is room for in width, the base's own
// among them.
func categories(words []string, own string, width vg.Length) plot.ConstantTicks {
	words = slices.Clone(words)
	widest := vg.Length(0)
	first := 0
	for i, w := range words {
		if w == own {
			words[i], first = "["+w+"]", i
		}
		widest = max(widest, style(small, black).Width(words[i]))
	}
	every := 1
	for every < len(words) && vg.Length(every)*width/vg.Length(len(words)) < widest+wordGap {
		every++
	}
	var out plot.ConstantTicks
	for i, w := range words {
		if (i-first)%every != 0 {
			w = "" // a minor tick
		}
		out = append(out, plot.Tick{Value: float64(i), Label: w})
	}
	return out
}

func (p *multiple) plot(c draw.Canvas, pl *plot.Plot) {
	tx, ty := pl.Transforms(&c)
	half := min(5, (c.Max.X-c.Min.X)/vg.Length(len(p.values))*0.35)
	for i := range p.values {
		x := tx(float64(i))
		if !p.have[i] {
			c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: 2.4, Shape: draw.CrossGlyph{}}, vg.Point{X: x, Y: c.Min.Y + 4})
			continue
		}
		lo, hi := ty(p.least[i]), ty(p.most[i])
		if hi-lo < 1 {
			lo, hi = lo-0.5, hi+0.5 // one value is seen too
		}
		r := rectangle(vg.Rectangle{Min: vg.Point{X: x - half, Y: lo}, Max: vg.Point{X: x + half, Y: hi}})
		c.FillPolygon(light, r)
		c.StrokeLines(draw.LineStyle{Color: dark, Width: 0.5}, append(r, r[0]))
		y := ty(p.median[i])
		c.StrokeLine2(draw.LineStyle{Color: black, Width: 1.4}, x-half-1, y, x+half+1, y)
	}
}
