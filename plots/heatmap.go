package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
)

const (
	cellHeight = 22 // pt
	heatHead   = 40 // pt for the columns' names
	heatLeft   = 60 // pt for the rows' names
)

// heatMap is a table of two options' values with a number in each cell, the
// darker the more.
type heatMap struct {
	m          measure
	rows, cols string
	rowValues  []string
	colValues  []string
	cells      [][]int64 // -1 where nothing connects
}

// heatMaps are those of the two options of a sweep that matter most to each
// measure. Where there are more axes a cell has the least over their values.
func heatMaps(g *group, scenario string) []*figure {
	var out []*figure
	cases := g.in(scenario)
	options, values := axesOf(cases)
	for _, m := range append([]measure{g.ticks()}, sweepMeasures(g)...) {
		ok, _ := connected(cases, m.metric)
		var axes []string
		for _, o := range options {
			if len(values[o]) > 1 && effectOf(o, values[o], ok, m) > 0 {
				axes = append(axes, o)
			}
		}
		if len(axes) < 2 {
			continue
		}
		slices.SortStableFunc(axes, func(a, b string) int {
			return cmp.Compare(effectOf(b, values[b], ok, m), effectOf(a, values[a], ok, m))
		})
		d := newHeatMap(m, axes[1], axes[0], values, ok)
		over := "."
		if len(options) > 2 {
			over = ": the least over all values of the other axes."
		}
		out = append(out, &figure{
			name: "map-" + m.noun + "_" + scenario, title: capital(m.noun) + " over two options: " + scenario,
			caption: fmt.Sprintf("Numbers: %s%s The darker, the more. Crossed: no such point connects.", m.label(m.noun), over),
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

func newHeatMap(m measure, rows, cols string, values map[string][]string, cases []*results.Case) *heatMap {
	d := &heatMap{m: m, rows: rows, cols: cols, rowValues: values[rows], colValues: values[cols]}
	for _, r := range d.rowValues {
		var line []int64
		for _, c := range d.colValues {
			least := int64(-1)
			for _, k := range cases {
				if setting(k, rows) == r && setting(k, cols) == c && (least < 0 || k.Metrics[m.metric] < least) {
					least = k.Metrics[m.metric]
				}
			}
			line = append(line, least)
		}
		d.cells = append(d.cells, line)
	}
	return d
}

func (d *heatMap) draw(c draw.Canvas) {
	lo, hi := int64(math.MaxInt64), int64(0)
	for _, line := range d.cells {
		for _, v := range line {
			if v >= 0 {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	width := min(80, (c.Max.X-c.Min.X-heatLeft)/vg.Length(len(d.colValues)))
	name := style(small, black)
	c.FillText(bold(name), vg.Point{X: c.Min.X + heatLeft, Y: c.Max.Y}, d.cols)
	c.FillText(bold(name), vg.Point{X: c.Min.X, Y: c.Max.Y - 12}, d.rows)
	for i, v := range d.colValues {
		fillCentred(&c, align(name, draw.XCenter, draw.YTop), vg.Point{X: c.Min.X + heatLeft + (vg.Length(i)+0.5)*width, Y: c.Max.Y - heatHead + 8}, v)
	}
	for i, line := range d.cells {
		top := c.Max.Y - heatHead - vg.Length(i)*cellHeight
		fillCentred(&c, align(name, draw.XRight, draw.YTop), vg.Point{X: c.Min.X + heatLeft - 6, Y: top - cellHeight/2}, d.rowValues[i])
		for j, v := range line {
			left := c.Min.X + heatLeft + vg.Length(j)*width
			r := vg.Rectangle{Min: vg.Point{X: left, Y: top - cellHeight}, Max: vg.Point{X: left + width, Y: top}}
			ink := color.Color(black)
			if v >= 0 {
				share := 0.0
				if hi > lo {
					share = float64(v-lo) / float64(hi-lo)
				}
				grey := uint8(245 - math.Round(share*175)) // light enough that grey 70 takes white letters
				if grey < 140 {
					ink = white
				}
				c.FillPolygon(color.Gray{grey}, rectangle(r))
			}
			c.StrokeLines(draw.LineStyle{Color: white, Width: 1}, rectangle(r))
			if v < 0 {
				c.StrokeLine2(draw.LineStyle{Color: mid, Width: 0.6}, r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
				c.StrokeLine2(draw.LineStyle{Color: mid, Width: 0.6}, r.Min.X, r.Max.Y, r.Max.X, r.Min.Y)
				continue
			}
			fillCentred(&c, align(style(small, ink), draw.XCenter, draw.YTop), vg.Point{X: left + width/2, Y: top - cellHeight/2}, d.m.number(v))
		}
	}
}
