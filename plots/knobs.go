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
	"tlslab/internal/metric"
)

// effects are the measures whose change an option is shown by.
func (g *group) effects() []measure {
	ticks := g.ticks()
	if ticks.metric == metric.HandshakeInsns {
		ticks.noun = "insns" // the whole word runs into the next panel's title
	}
	// RAM, or an option that moves a table from flash to RAM looks like a saving.
	return []measure{ticks, measureOf(metric.HeapPeak).called("peak heap"), ramOf(g.machine), measureOf(metric.Flash)}
}

type unitOf struct {
	name string
	per  int64 // of the metric in one of it
}

// unitFor is the largest unit of which the range holds two.
func unitFor(units []unitOf, lo, hi float64) unitOf {
	u := units[0]
	for _, next := range units {
		if hi-lo >= 2*float64(next.per) {
			u = next
		}
	}
	return u
}

// series is how the i-th scenario is drawn: shape, dash and luminance all differ.
func series(i int) (draw.GlyphStyle, draw.LineStyle) {
	// Open shapes hide the line behind them, so that they stay open.
	styles := []struct {
		shape draw.GlyphDrawer
		grey  uint8
		dash  []vg.Length
	}{
		{draw.CircleGlyph{}, 0, nil},
		{draw.BoxGlyph{}, 95, []vg.Length{5, 2}},
		{draw.PyramidGlyph{}, 45, []vg.Length{1, 1.5}},
		{open{draw.CircleGlyph{}, draw.RingGlyph{}}, 100, []vg.Length{6, 1.5, 1, 1.5}},
		{open{draw.BoxGlyph{}, draw.SquareGlyph{}}, 20, []vg.Length{3, 1}},
		{open{draw.PyramidGlyph{}, draw.TriangleGlyph{}}, 80, []vg.Length{8, 3}},
		{draw.CrossGlyph{}, 0, []vg.Length{2, 3}},
		{draw.PlusGlyph{}, 60, []vg.Length{1, 3}},
	}
	s := styles[i%len(styles)]
	return draw.GlyphStyle{Color: color.Gray{s.grey}, Radius: 2.4, Shape: s.shape},
		draw.LineStyle{Color: color.Gray{s.grey}, Width: 0.8, Dashes: s.dash}
}

// open is a shape's outline on white.
type open struct{ inside, outline draw.GlyphDrawer }

func (o open) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	c.SetColor(white)
	o.inside.DrawGlyph(c, sty, pt)
	c.SetColor(sty.Color)
	o.outline.DrawGlyph(c, sty, pt)
}

// knob is one option varied from one base.
type knob struct {
	base, option string
	values       []string
	g            *group
}

func knobsOf(g *group) []*knob {
	var out []*knob
	for _, c := range g.cases {
		if c.Option == "" {
			continue
		}
		i := slices.IndexFunc(out, func(k *knob) bool { return k.base == c.Base && k.option == c.Option })
		if i < 0 {
			i = len(out)
			out = append(out, &knob{base: c.Base, option: c.Option, g: g})
		}
		if !slices.Contains(out[i].values, c.Value) {
			out[i].values = append(out[i].values, c.Value)
		}
	}
	slices.SortStableFunc(out, func(a, b *knob) int {
		if a.base != b.base {
			return strings.Compare(a.base, b.base)
		}
		return strings.Compare(a.option, b.option)
	})
	for _, k := range out {
		if v := k.label(); v != "" && !slices.Contains(k.values, v) {
			k.values = append(k.values, v)
		}
		slices.SortFunc(k.values, compareValues)
	}
	return out
}

// label is the option's value in the base if that has a value of its own, as a
// sweep's does: there may be no variation that has it.
func (k *knob) label() string {
	for _, s := range k.g.scenarios {
		if b := k.g.find(k.base, s); b != nil && b.Settings[k.option] != "" {
			return b.Settings[k.option]
		}
	}
	return ""
}

// knobs draws, for each base with variations, one page of all options in
// percent, and for each option a page in percent and absolute.
func knobs(g *group) []*figure {
	all := knobsOf(g)
	var bases []string
	for _, k := range all {
		if !slices.Contains(bases, k.base) {
			bases = append(bases, k.base)
		}
	}
	var out []*figure
	for _, base := range bases {
		var own []*knob
		for _, k := range all {
			if k.base == base {
				own = append(own, k)
			}
		}
		suffix := ""
		if len(bases) > 1 {
			suffix = "_" + base
		}
		how := fmt.Sprintf("Change against %s, in percent of it (0); each panel has its own scale. "+
			"%s: %s; peak heap: "+metric.HeapPeak+"; RAM: "+ramOf(g.machine).named()+"; flash: "+metric.Flash+". "+
			"A tick label in brackets is the base's own value. Grey: as much as random draws change it. A cross at the bottom: the configuration does not serve that scenario.", base, capital(g.effects()[0].noun), g.ticks().named())
		page := &knobPage{}
		for _, k := range own {
			page.rows = append(page.rows, knobRow{k, false})
		}
		out = append(out, &figure{
			name: "knobs" + suffix, title: "What each option changes, from " + base,
			caption: sentences(how, failures(own)),
			height:  page.height(g), draw: page.draw,
		})
		for _, k := range own {
			page := &knobPage{rows: []knobRow{{k, false}, {k, true}}}
			out = append(out, &figure{
				name: "knob" + suffix + "_" + k.option, title: "What " + k.option + " changes, from " + base,
				caption: sentences(how, "Lower row: the same change in the metric's own unit.", failures([]*knob{k})),
				height:  page.height(g), draw: page.draw,
			})
		}
	}
	return out
}

// failures lists what is a cross or a gap.
func failures(knobs []*knob) string {
	var out []string
	for _, k := range knobs {
		for _, s := range k.g.scenarios {
			if b := k.g.find(k.base, s); b == nil || b.Outcome != results.OutcomeConnected {
				out = append(out, fmt.Sprintf("%s has no number for %s to compare with", s, k.base))
				continue
			}
			for _, v := range k.values {
				c := k.at(v, s)
				switch {
				case c == nil:
					out = append(out, fmt.Sprintf("%s=%s was not run in %s", k.option, v, s))
				case c.Outcome != results.OutcomeConnected:
					out = append(out, fmt.Sprintf("%s=%s in %s: %s", k.option, v, s, c.Outcome))
				}
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return ""
	}
	return "Without a number: " + strings.Join(out, "; ") + "."
}

// at is the case with a value: the base, where no variation has its own.
func (k *knob) at(value, scenario string) *results.Case {
	for _, c := range k.g.cases {
		if c.Base == k.base && c.Option == k.option && c.Value == value && c.Scenario == scenario {
			return c
		}
	}
	if value == k.label() {
		return k.g.find(k.base, scenario)
	}
	return nil
}

// own is the option's value in the base, "" if neither it nor a variation tells.
func (k *knob) own() string {
	if v := k.label(); v != "" {
		return v
	}
	for _, v := range k.values {
		for _, s := range k.g.scenarios {
			if c := k.at(v, s); c != nil && isBase(c, k.g.find(k.base, s)) {
				return v
			}
		}
	}
	return ""
}

type knobRow struct {
	*knob
	absolute bool
}

// knobPage is rows of panels, one column a metric, under one legend.
type knobPage struct{ rows []knobRow }

const (
	rowHeight = 82
	rowTitle  = 25 // the option's name, and below it each panel's
	columnGap = 12

	leastPercent = 1 // the least span of a panel in percent
)

func (pg *knobPage) height(g *group) vg.Length {
	return legendHeight(scenarioLegend(g), pageWidth-2*margin) + vg.Length(len(pg.rows))*(rowHeight+rowTitle)
}

func scenarioLegend(g *group) []legendEntry {
	var out []legendEntry
	for i, s := range g.scenarios {
		glyph, line := series(i)
		out = append(out, legendEntry{s, func(c *draw.Canvas, r vg.Rectangle) {
			y := (r.Min.Y + r.Max.Y) / 2
			c.StrokeLine2(line, r.Min.X, y, r.Max.X, y)
			c.DrawGlyph(glyph, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: y})
		}})
	}
	return out
}

func (pg *knobPage) draw(c draw.Canvas) {
	top := drawLegend(&c, scenarioLegend(pg.rows[0].g))
	effects := pg.rows[0].g.effects()
	width := (c.Max.X - c.Min.X - columnGap*vg.Length(len(effects)-1)) / vg.Length(len(effects))
	var plots [][]*plot.Plot
	var tiles [][]draw.Canvas
	y := top
	for _, row := range pg.rows {
		var ps []*plot.Plot
		var ts []draw.Canvas
		for j := range effects {
			t := c
			t.Min.X = c.Min.X + vg.Length(j)*(width+columnGap)
			t.Max.X = t.Min.X + width
			t.Max.Y = y - rowTitle
			t.Min.Y = t.Max.Y - rowHeight
			ps = append(ps, row.panel(effects[j], j == 0))
			ts = append(ts, t)
		}
		plots, tiles = append(plots, ps), append(tiles, ts)
		y -= rowHeight + rowTitle
	}
	// The panels of one column share their left edge, so that they can be
	// compared down the page.
	left := make([]vg.Length, len(effects))
	for i := range plots {
		for j, p := range plots[i] {
			left[j] = max(left[j], p.DataCanvas(tiles[i][j]).Min.X-tiles[i][j].Min.X)
		}
	}
	for i, row := range pg.rows {
		for j, p := range plots[i] {
			t := tiles[i][j]
			shift := left[j] - (p.DataCanvas(t).Min.X - t.Min.X)
			t.Min.X += shift
			x := p.DataCanvas(t).Min.X
			if j == 0 {
				c.FillText(bold(style(small, black)), vg.Point{X: x, Y: t.Max.Y + rowTitle - 3}, row.option)
			}
			c.FillText(style(small, black), vg.Point{X: x, Y: t.Max.Y + rowTitle - 3 - small*leading}, effects[j].noun)
			p.Draw(t)
		}
	}
}

// panel draws one option's effect on one metric.
func (k knobRow) panel(e measure, first bool) *plot.Plot {
	p := newPlot()
	p.X.Min, p.X.Max = -0.5, float64(len(k.values))-0.5
	own := k.own()
	var xt []plot.Tick
	for i, v := range k.values {
		if v == own {
			v = "[" + v + "]"
		}
		xt = append(xt, plot.Tick{Value: float64(i), Label: v})
	}
	p.X.Tick.Marker = plot.ConstantTicks(xt)

	type mark struct {
		x, y float64
		ok   bool
		cut  bool // not connected: a cross
	}
	lines := make([][]mark, len(k.g.scenarios))
	lo, hi, some := 0.0, 0.0, false
	effect, spread := false, 0.0
	for i, s := range k.g.scenarios {
		base := k.g.find(k.base, s)
		for v, value := range k.values {
			// Side by side, so that equal points of several scenarios are seen.
			m := mark{x: float64(v) + (float64(i)-float64(len(k.g.scenarios)-1)/2)*min(0.13, 0.6/float64(len(k.g.scenarios)))}
			c := k.at(value, s)
			m.cut = c != nil && c.Outcome != results.OutcomeConnected
			if y, ok := change(base, c, e.metric, k.absolute); ok {
				m.y, m.ok, some = y, true, true
				by := c.Metrics[e.metric] - base.Metrics[e.metric]
				effect = effect || by != 0 && !base.WithinDraws(e.metric, by)
				lo, hi = math.Min(lo, y), math.Max(hi, y)
			}
			lines[i] = append(lines[i], m)
		}
		spread = max(spread, drawSpread(base, e.metric, k.absolute))
	}
	flat := lo == 0 && hi == 0
	if k.absolute {
		u := unitFor(e.units, lo, hi)
		for _, l := range lines {
			for j := range l {
				l[j].y /= float64(u.per)
			}
		}
		lo, hi, spread = lo/float64(u.per), hi/float64(u.per), spread/float64(u.per)
		p.Y.Label.Text = "change, " + u.name
	} else {
		if first {
			p.Y.Label.Text = "change, %"
		}
		// A change of one byte must not fill the panel.
		if d := leastPercent - (hi - lo); d > 0 {
			lo, hi = lo-d/2, hi+d/2
		}
	}
	p.Y.Tick.Marker = ticks(3)
	if flat {
		lo, hi = -1, 1
		p.Y.Tick.Marker = plot.ConstantTicks([]plot.Tick{{Value: 0, Label: "0"}})
	}
	d := (hi - lo) * 0.13
	p.Y.Min, p.Y.Max = lo-d*1.6, hi+d
	p.Add(grid(atY), plotFunc(func(c draw.Canvas, p *plot.Plot) {
		tx, ty := p.Transforms(&c)
		if !flat && spread > 0 {
			c.FillPolygon(light, rectangle(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: max(c.Min.Y, ty(-spread))}, Max: vg.Point{X: c.Max.X, Y: min(c.Max.Y, ty(spread))}}))
		}
		c.StrokeLine2(draw.LineStyle{Color: black, Width: 0.5}, c.Min.X, ty(0), c.Max.X, ty(0))
		for i := len(lines) - 1; i >= 0; i-- {
			_, line := series(i)
			var run []vg.Point
			for _, m := range lines[i] {
				if !m.ok { // the line breaks: nothing is known here
					c.StrokeLines(line, run)
					run = nil
					if m.cut {
						cross := draw.GlyphStyle{Color: black, Radius: 2.4, Shape: draw.CrossGlyph{}}
						c.DrawGlyph(cross, vg.Point{X: tx(m.x), Y: c.Min.Y + 4})
					}
					continue
				}
				run = append(run, vg.Point{X: tx(m.x), Y: ty(m.y)})
			}
			c.StrokeLines(line, run)
		}
		for i := len(lines) - 1; i >= 0; i-- {
			glyph, _ := series(i)
			for _, m := range lines[i] {
				if m.ok {
					c.DrawGlyph(glyph, vg.Point{X: tx(m.x), Y: ty(m.y)})
				}
			}
		}
		middle := vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y - 3}
		switch {
		case !some:
			c.FillText(align(style(small, dark), draw.XCenter, draw.YTop), middle, "no number")
		case flat:
			c.FillText(align(style(small, dark), draw.XCenter, draw.YTop), middle, "no effect")
		case !effect:
			c.FillText(align(style(small, dark), draw.XCenter, draw.YTop), middle, results.Drawn+" as random draws")
		}
	}))
	return p
}

// drawSpread is by how much random draws change a base's metric, as change has it.
func drawSpread(base *results.Case, metric string, absolute bool) float64 {
	if base == nil {
		return 0
	}
	by, n := float64(base.DrawSpread[metric]), float64(base.Metrics[metric])
	if absolute || n == 0 {
		return by
	}
	return 100 * by / n
}

// change is the difference of c from base, if both are known.
func change(base, c *results.Case, metric string, absolute bool) (float64, bool) {
	if base == nil || c == nil || base.Outcome != results.OutcomeConnected || c.Outcome != results.OutcomeConnected {
		return 0, false
	}
	b, ok := base.Metrics[metric]
	n, has := c.Metrics[metric]
	if !ok || !has || !absolute && b == 0 {
		return 0, false
	}
	d := float64(n) - float64(b)
	if absolute {
		return d, true
	}
	return 100 * d / float64(b), true
}
