package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

const (
	cellHeight = 20 // pt
	cellPad    = 10 // beside a number
	cellMost   = 90 // widest cell
	heatHead   = 40 // for the columns' names
	mostRows   = 30 // values of an axis that goes down the page
)

// heatMap is a table of two options' values with a number in each cell, the
// darker the more. All other options stay as they are: cells differ in the two.
type heatMap struct {
	m          measure
	rows, cols string
	rowValues  []string
	colValues  []string
	cells      [][]*results.Case // nil where no point was run
	own        *results.Case     // the base's cell, nil if it is in none
	places     int               // decimal places
	rowRoom    vg.Length         // for the rows' names
}

// heatMaps are, for each measure, that of the two options of a sweep that
// matter most to it: at most three a scenario.
func heatMaps(g *group, scenario string) []*figure {
	var out []*figure
	cases := g.casesOf(scenario)
	options, values := axesOf(cases)
	for _, m := range append([]measure{g.ticks()}, sweepMeasures()...) {
		ok, _ := connected(cases, m.metric)
		effect := map[string]float64{}
		var axes []string
		for _, o := range varied(options, values) {
			if effect[o] = effectOf(o, values[o], ok, m); effect[o] > 0 && len(values[o]) <= mostRows {
				axes = append(axes, o)
			}
		}
		if len(axes) < 2 {
			continue
		}
		slices.SortStableFunc(axes, func(a, b string) int { return cmp.Compare(effect[b], effect[a]) })
		fixed, how := fixedAt(cases, ok, m)
		d := newHeatMap(m, axes[0], axes[1], values, cases, fixed)
		if d == nil {
			continue
		}
		var rest []string
		for _, o := range options {
			if o != axes[0] && o != axes[1] {
				rest = append(rest, o+"="+setting(fixed, o))
			}
		}
		over := ""
		if len(rest) > 0 {
			over = "All else as in " + how + ": " + strings.Join(rest, ", ") + "."
		}
		caption := fmt.Sprintf("In each cell %s; %s. The darker, the more.", d.unitWords(), m.worth())
		if d.own != nil {
			caption += " Framed: the base, " + d.own.Config + "."
		}
		if note := d.gaps(); note != "" {
			caption += " " + note
		}
		out = append(out, &figure{
			name: "map-" + m.noun + "_" + scenario, title: capital(m.noun) + " over two options of a sweep: " + scenario,
			caption: sentences(caption, over),
			height:  heatHead + vg.Length(len(d.rowValues))*cellHeight, draw: d.draw,
		})
	}
	return out
}

// effectOf is by how much the medians of an option's values differ, as a share.
func effectOf(option string, values []string, cases []*results.Case, m measure) float64 {
	p := panelOf(option, values, cases, m)
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range values {
		if p.have[i] {
			lo, hi = min(lo, p.median[i]), max(hi, p.median[i])
		}
	}
	if !(hi > lo) {
		return 0
	}
	return (hi - lo) / hi
}

// fixedAt is the point whose other options a map keeps: the base where others
// share its values, else the one with the least of the measure.
func fixedAt(cases, ok []*results.Case, m measure) (point *results.Case, how string) {
	options, _ := axesOf(cases)
	if b := baseOf(cases); b != nil && !slices.ContainsFunc(options, func(o string) bool { return !shared(b, o, cases) }) {
		return b, "the base"
	}
	for _, c := range ok {
		if !slices.ContainsFunc(options, func(o string) bool { return setting(c, o) == "" }) &&
			(point == nil || c.Metrics[m.metric] < point.Metrics[m.metric]) {
			point = c
		}
	}
	return point, "the point with least " + m.noun
}

// shared says whether a case has an option at a value that another one has.
func shared(c *results.Case, option string, cases []*results.Case) bool {
	v := setting(c, option)
	return v != "" && slices.ContainsFunc(cases, func(o *results.Case) bool { return o != c && setting(o, option) == v })
}

// newHeatMap is nil where neither option's values fit across the page, or no
// point tells all its options.
func newHeatMap(m measure, a, b string, values map[string][]string, cases []*results.Case, fixed *results.Case) *heatMap {
	if fixed == nil {
		return nil
	}
	if len(values[a]) > len(values[b]) {
		a, b = b, a
	}
	d := &heatMap{m: m, rows: b, cols: a, rowValues: values[b], colValues: values[a]}
	options, _ := axesOf(cases)
	at := map[[2]string]*results.Case{}
	for _, c := range cases {
		if !slices.ContainsFunc(options, func(o string) bool { return o != a && o != b && setting(c, o) != setting(fixed, o) }) {
			at[[2]string{setting(c, b), setting(c, a)}] = c
			if c.Base == "" && setting(c, a) != "" && setting(c, b) != "" {
				d.own = c
			}
		}
	}
	// Of the base's own values, there may be no other point.
	d.rowValues = slices.DeleteFunc(slices.Clone(d.rowValues), func(r string) bool {
		return !slices.ContainsFunc(d.colValues, func(c string) bool { return at[[2]string{r, c}] != nil })
	})
	d.colValues = slices.DeleteFunc(slices.Clone(d.colValues), func(c string) bool {
		return !slices.ContainsFunc(d.rowValues, func(r string) bool { return at[[2]string{r, c}] != nil })
	})
	for _, r := range d.rowValues {
		var line []*results.Case
		for _, col := range d.colValues {
			line = append(line, at[[2]string{r, col}])
		}
		d.cells = append(d.cells, line)
	}
	d.places = d.enough()
	d.rowRoom = style(small, black).Width("000000")
	for _, v := range d.rowValues {
		d.rowRoom = max(d.rowRoom, style(small, black).Width(v)+8)
	}
	if d.cellWidth(pageWidth-2*margin) < d.widest()+cellPad {
		return nil
	}
	return d
}

// number is a cell's, if it connected and has one.
func (d *heatMap) number(c *results.Case) (int64, bool) {
	if c == nil || c.Outcome != results.OutcomeConnected {
		return 0, false
	}
	n, ok := c.Metrics[d.m.metric]
	return n, ok
}

// enough is the decimal places that tell as many numbers apart as three do;
// none for bytes, which are written whole.
func (d *heatMap) enough() int {
	if d.inBytes() {
		return 0
	}
	different := func(places int) int {
		texts := map[string]bool{}
		for _, line := range d.cells {
			for _, c := range line {
				if n, ok := d.number(c); ok {
					texts[quotient(n, d.m.axis.per, places)] = true
				}
			}
		}
		return len(texts)
	}
	for places := 1; places < 3; places++ {
		if different(places) == different(3) {
			return places
		}
	}
	return 3
}

func (d *heatMap) inBytes() bool { return metric.Of(d.m.metric).Unit == metric.Bytes }

func (d *heatMap) text(n int64) string {
	if d.inBytes() {
		return count(n)
	}
	return quotient(n, d.m.axis.per, d.places)
}

func (d *heatMap) unitWords() string {
	if d.inBytes() {
		return d.m.metric
	}
	return d.m.metric + " (" + d.m.axis.name + ")"
}

func (d *heatMap) widest() vg.Length {
	w := vg.Length(0)
	for _, v := range d.colValues {
		w = max(w, style(small, black).Width(v))
	}
	for _, line := range d.cells {
		for _, c := range line {
			if n, ok := d.number(c); ok {
				w = max(w, style(small, black).Width(d.text(n)))
			}
		}
	}
	return w
}

func (d *heatMap) cellWidth(width vg.Length) vg.Length {
	return min(cellMost, (width-d.rowRoom)/vg.Length(len(d.colValues)))
}

// gaps says what the cells without a number are.
func (d *heatMap) gaps() string {
	failed, absent := 0, 0
	for _, line := range d.cells {
		for _, c := range line {
			if _, ok := d.number(c); ok {
				continue
			}
			if c != nil && c.Outcome != results.OutcomeConnected {
				failed++
			} else {
				absent++
			}
		}
	}
	var out []string
	if failed > 0 {
		out = append(out, "Crossed: does not serve the scenario.")
	}
	if absent > 0 {
		out = append(out, "Hatched: not measured.")
	}
	return strings.Join(out, " ")
}

func (d *heatMap) draw(c draw.Canvas) {
	lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
	for _, line := range d.cells {
		for _, k := range line {
			if n, ok := d.number(k); ok {
				lo, hi = min(lo, n), max(hi, n)
			}
		}
	}
	width := d.cellWidth(c.Max.X - c.Min.X)
	name := style(small, black)
	left := c.Min.X + d.rowRoom
	c.FillText(bold(name), vg.Point{X: left, Y: c.Max.Y}, d.cols+" →")
	c.FillText(bold(name), vg.Point{X: c.Min.X, Y: c.Max.Y - 12}, d.rows+" ↓")
	for i, v := range d.colValues {
		fillCentred(&c, align(name, draw.XCenter, draw.YTop), vg.Point{X: left + (vg.Length(i)+0.5)*width, Y: c.Max.Y - heatHead + 8}, v)
	}
	for i, line := range d.cells {
		top := c.Max.Y - heatHead - vg.Length(i)*cellHeight
		fillCentred(&c, align(name, draw.XRight, draw.YTop), vg.Point{X: left - 6, Y: top - cellHeight/2}, d.rowValues[i])
		for j, k := range line {
			x := left + vg.Length(j)*width
			d.cell(&c, k, vg.Rectangle{Min: vg.Point{X: x, Y: top - cellHeight}, Max: vg.Point{X: x + width, Y: top}}, lo, hi)
		}
	}
}

// cell draws one; lo and hi are the map's least and most.
func (d *heatMap) cell(c *draw.Canvas, k *results.Case, r vg.Rectangle, lo, hi int64) {
	inside := vg.Rectangle{Min: vg.Point{X: r.Min.X + 0.5, Y: r.Min.Y + 0.5}, Max: vg.Point{X: r.Max.X - 0.5, Y: r.Max.Y - 0.5}}
	n, ok := d.number(k)
	switch {
	case ok:
		share := 0.0
		if hi > lo {
			share = float64(n-lo) / float64(hi-lo)
		}
		grey := uint8(245 - math.Round(share*185))
		ink := black
		if grey < 118 { // from here on white has more contrast than black
			ink = white
		}
		c.FillPolygon(color.Gray{grey}, rectangle(inside))
		fillCentred(c, align(style(small, ink), draw.XCenter, draw.YTop), vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}, d.text(n))
	case k != nil && k.Outcome != results.OutcomeConnected:
		fill{ground: white}.draw(c, inside)
		thin := draw.LineStyle{Color: mid, Width: 0.6}
		c.StrokeLine2(thin, inside.Min.X, inside.Min.Y, inside.Max.X, inside.Max.Y)
		c.StrokeLine2(thin, inside.Min.X, inside.Max.Y, inside.Max.X, inside.Min.Y)
	default:
		fill{ground: white, ink: mid, up: 3.6}.draw(c, inside)
	}
	if k != nil && k == d.own {
		o := rectangle(inside)
		c.StrokeLines(draw.LineStyle{Color: black, Width: 1.6}, append(o, o[0]))
	}
}
