package plots

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"tlslab/bench/results"
)

// sweep says that cases of a group differ from their base in several options
// at a time: hundreds of points, which take figures of their own.
func (g *group) sweep() bool {
	return slices.ContainsFunc(g.cases, func(c *results.Case) bool { return c.Settings != nil })
}

// setting is what a case of a sweep has an option at, "" for as its base.
func setting(c *results.Case, option string) string {
	if c.Settings == nil && c.Option == option {
		return c.Value
	}
	return c.Settings[option]
}

// axesOf are the options a sweep's cases differ in, by name, and the values of
// each in order.
func axesOf(cases []*results.Case) (options []string, values map[string][]string) {
	values = map[string][]string{}
	for _, c := range cases {
		s := c.Settings
		if s == nil && c.Option != "" {
			s = map[string]string{c.Option: c.Value}
		}
		for option, v := range s {
			if !slices.Contains(values[option], v) {
				values[option] = append(values[option], v)
			}
		}
	}
	for _, v := range values {
		slices.SortFunc(v, func(a, b string) int {
			x, err1 := strconv.ParseInt(a, 0, 64)
			y, err2 := strconv.ParseInt(b, 0, 64)
			if err1 != nil || err2 != nil {
				return strings.Compare(a, b)
			}
			return cmp.Compare(x, y)
		})
	}
	return slices.Sorted(maps.Keys(values)), values
}

// sweepMeasures are the bytes a sweep's figures set against ticks.
func sweepMeasures(g *group) []measure {
	return []measure{inBytes(results.HeapPeak, "heap", exact), inBytes(results.Flash, "flash", exact)}
}

// sweepFigures are those of one scenario.
func sweepFigures(g *group, scenario string) []*figure {
	var out []*figure
	for _, m := range sweepMeasures(g) {
		if fig := sweepFront(g, scenario, m); fig != nil {
			out = append(out, fig)
		}
	}
	return append(append(out, multiples(g, scenario)...), heatMaps(g, scenario)...)
}

// frontNamed is how many points of a front are labelled on the figure; of a
// longer one the points have numbers, and the caption says which is which.
const frontNamed = 14

// sweepFront is memory against ticks, the front's points named by what sets
// each apart from the one before.
func sweepFront(g *group, scenario string, m measure) *figure {
	t := g.ticks()
	cases := g.in(scenario)
	ok, note := connected(cases, t.metric, m.metric)
	if len(ok) == 0 {
		return nil
	}
	if len(note) > 400 {
		note = fmt.Sprintf("%d of %d points do not serve this scenario; results.json says why each.", len(cases)-len(ok), len(cases))
	}
	spots := spotsOf(ok, t.metric, m.metric)
	d := &frontDrawing{spots: spots, axis: m.label(capital(m.noun)), ticks: t, names: map[*spot]string{}}
	var front []*spot
	for _, s := range spots {
		if s.front {
			front = append(front, s)
		} else if s.base {
			d.names[s] = baseName(s)
		}
	}
	var steps []string
	var before *results.Case
	for i, s := range front {
		c := nearest(s.cases, before)
		words := stepWords(before, c)
		if s.base {
			words = baseName(s)
		}
		if len(front) > frontNamed {
			d.names[s] = strconv.Itoa(i + 1)
			steps = append(steps, fmt.Sprintf("%d: %s (%s, %s)", i+1, words, t.text(s.ops), kib(s.bytes)))
		} else {
			d.names[s] = words
		}
		before = c
	}
	d.layout(draw.NewCanvas(new(recorder.Canvas), pageWidth-2*margin, frontHeight))
	caption := fmt.Sprintf("%d points of a sweep, at %d places; lower is better on both axes. Black and stepped line: the Pareto front. "+
		"From left to right each of its points is named by what it changes against the point before. Square: the base.", len(ok), len(spots))
	if len(steps) > 0 {
		caption += " " + strings.Join(steps, "; ") + "."
	}
	return &figure{
		name: "sweep-" + m.noun + "_" + scenario, title: capital(m.noun) + " against " + t.noun + ", a sweep: " + scenario,
		caption: sentences(caption, d.without(), note), height: frontHeight, draw: d.draw,
	}
}

func baseName(s *spot) string {
	for _, c := range s.cases {
		if c.Base == "" {
			return c.Config
		}
	}
	return ""
}

// nearest is the case that differs least from another, the first for none.
func nearest(cases []*results.Case, from *results.Case) *results.Case {
	best := cases[0]
	if from == nil {
		return best
	}
	for _, c := range cases[1:] {
		if len(differing(from, c)) < len(differing(from, best)) {
			best = c
		}
	}
	return best
}

func differing(a, b *results.Case) []string {
	options, _ := axesOf([]*results.Case{a, b})
	return slices.DeleteFunc(options, func(o string) bool { return setting(a, o) == setting(b, o) })
}

// stepWords is what a step of the front changes: "ECP_WINDOW_SIZE 4→3".
func stepWords(a, b *results.Case) string {
	var words []string
	if a == nil {
		options, _ := axesOf([]*results.Case{b})
		for _, o := range options {
			words = append(words, o+"="+setting(b, o))
		}
		return strings.Join(words, ", ")
	}
	for _, o := range differing(a, b) {
		was, is := setting(a, o), setting(b, o)
		words = append(words, o+" "+cmp.Or(was, "base")+"→"+cmp.Or(is, "base"))
	}
	return strings.Join(words, ", ")
}

const (
	multipleHeight = 120 // pt, one panel with its title
	multiplesWide  = 3   // panels side by side
)

// multiples is one panel an axis: for each of its values the range of a measure
// over all other axes, and its median.
func multiples(g *group, scenario string) []*figure {
	var out []*figure
	cases := g.in(scenario)
	options, values := axesOf(cases)
	options = slices.DeleteFunc(options, func(o string) bool { return len(values[o]) < 2 })
	if len(options) == 0 {
		return nil
	}
	for _, m := range append([]measure{g.ticks()}, sweepMeasures(g)...) {
		ok, _ := connected(cases, m.metric)
		if len(ok) == 0 {
			continue
		}
		d := &multiplesDrawing{m: m}
		for _, o := range options {
			d.panels = append(d.panels, panelOf(o, values[o], ok, m))
		}
		out = append(out, &figure{
			name: "axes-" + m.noun + "_" + scenario, title: capital(m.noun) + " by each axis of the sweep: " + scenario,
			caption: fmt.Sprintf("Up: %s. Bar: least to most over all values of the other axes; line across: the median. %d points. A flat row of equal bars: the option does not matter here.",
				m.label(m.noun), len(ok)),
			height: vg.Length((len(options)+multiplesWide-1)/multiplesWide) * multipleHeight,
			draw:   d.draw,
		})
	}
	return out
}

type multiplesDrawing struct {
	m      measure
	panels []multiple
}

// multiple is one panel: of each value of an option the least, median and most.
type multiple struct {
	option              string
	values              []string
	least, median, most []float64 // in the axis's unit; NaN is not among them: have says
	have                []bool
}

func panelOf(option string, values []string, cases []*results.Case, m measure) multiple {
	p := multiple{option: option, values: values}
	for _, v := range values {
		var ns []float64
		for _, c := range cases {
			if setting(c, option) == v {
				ns = append(ns, m.unit(c.Metrics[m.metric]))
			}
		}
		slices.Sort(ns)
		p.have = append(p.have, len(ns) > 0)
		if len(ns) == 0 {
			ns = []float64{0}
		}
		p.least, p.median, p.most = append(p.least, ns[0]), append(p.median, ns[len(ns)/2]), append(p.most, ns[len(ns)-1])
	}
	return p
}

func (d *multiplesDrawing) draw(c draw.Canvas) {
	width := (c.Max.X - c.Min.X) / multiplesWide
	lo, hi := 0.0, 0.0
	first := true
	for _, p := range d.panels {
		for i := range p.values {
			if p.have[i] {
				if first {
					lo, hi, first = p.least[i], p.most[i], false
				}
				lo, hi = min(lo, p.least[i]), max(hi, p.most[i])
			}
		}
	}
	for i, p := range d.panels {
		x := c.Min.X + vg.Length(i%multiplesWide)*width
		y := c.Max.Y - vg.Length(i/multiplesWide)*multipleHeight
		c.FillText(style(small, black), vg.Point{X: x + 4, Y: y}, p.option)
		pl := newPlot()
		scale(&pl.Y, lo, hi, 0.05) // the same in all panels: they are compared
		pl.X.Min, pl.X.Max = -0.5, float64(len(p.values))-0.5
		pl.X.Tick.Marker = categories(p.values)
		pl.Add(grid(false, true), plotFunc(p.plot))
		sub := c
		sub.Rectangle = vg.Rectangle{Min: vg.Point{X: x, Y: y - multipleHeight + 4}, Max: vg.Point{X: x + width - 8, Y: y - 12}}
		pl.Draw(sub)
	}
}

// categories labels 0, 1, 2… with words.
func categories(words []string) plot.ConstantTicks {
	var out plot.ConstantTicks
	for i, w := range words {
		out = append(out, plot.Tick{Value: float64(i), Label: w})
	}
	return out
}

func (p *multiple) plot(c draw.Canvas, pl *plot.Plot) {
	tx, ty := pl.Transforms(&c)
	for i := range p.values {
		if !p.have[i] {
			continue
		}
		x, half := tx(float64(i)), vg.Length(5)
		lo, hi := ty(p.least[i]), ty(p.most[i])
		if hi-lo < 1 {
			lo, hi = lo-0.5, hi+0.5 // one value is seen too
		}
		r := vg.Rectangle{Min: vg.Point{X: x - half, Y: lo}, Max: vg.Point{X: x + half, Y: hi}}
		c.FillPolygon(light, rectangle(r))
		c.StrokeLines(draw.LineStyle{Color: dark, Width: 0.5}, rectangle(r))
		y := ty(p.median[i])
		c.StrokeLine2(draw.LineStyle{Color: black, Width: 1.2}, x-half-1, y, x+half+1, y)
	}
}
