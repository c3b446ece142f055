package plots

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
)

const (
	panelHeight = 150
	panelTitle  = 22 // with the gap to the panel above
	namePitch   = 9.2
	manyPoints  = 100 // from here on the dots are small
	nameFoot    = 13  // between a panel and the phases' names above it
)

// heaps draws the heap over one scenario's handshake, one panel a base
// configuration.
func heaps(g *group, scenario string) []*figure {
	var panels []*heapPanel
	var notes []string
	for _, c := range g.casesOf(scenario) {
		switch {
		case c.Base != "":
		case c.Outcome != results.OutcomeConnected:
			notes = append(notes, fmt.Sprintf("%s does not serve this scenario (%s).", c.Config, c.Outcome))
		case len(c.HeapCurve) == 0 || c.HeapCurve[len(c.HeapCurve)-1].Ops == 0:
			notes = append(notes, fmt.Sprintf("%s has no heap curve.", c.Config))
		default:
			panels = append(panels, newHeapPanel(c))
		}
	}
	if len(panels) == 0 {
		return nil
	}
	for _, p := range panels {
		if len(p.unnamed) > 0 {
			notes = append(notes, fmt.Sprintf("%s: not named for want of room: %s.", p.c.Config, strings.Join(p.unnamed, ", ")))
		}
	}
	d := &heapDrawing{panels: panels}
	return []*figure{{
		name:  "heap_" + scenario,
		title: "Heap over the handshake: " + scenario,
		caption: sentences("Requested bytes, exact. Line: the most within each interval. Dots: live at the interval's end; "+
			"between two dots only the line above them is known. Dotted: where phases end.", sentences(notes...)),
		height: legendHeight(heapLegend(), pageWidth-2*margin) + vg.Length(len(panels))*d.pitch(),
		draw:   d.draw,
	}}
}

type heapDrawing struct{ panels []*heapPanel }

// nameRoom is what the phases' upright names need above each panel.
func (d *heapDrawing) nameRoom() vg.Length {
	longest := vg.Length(0)
	for _, p := range d.panels {
		for _, s := range p.phases {
			longest = max(longest, style(small, black).Width(s.name))
		}
	}
	return longest + nameFoot + 4
}

func (d *heapDrawing) pitch() vg.Length { return panelTitle + d.nameRoom() + panelHeight }

type heapPanel struct {
	c       *results.Case
	phases  []span
	unnamed []string
}

// span is a phase's part of the curve, in ticks.
type span struct {
	name     string
	from, to int64
}

func newHeapPanel(c *results.Case) *heapPanel {
	p := &heapPanel{c: c}
	last := int64(0)
	for _, pt := range c.HeapCurve {
		if n := len(p.phases); n > 0 && p.phases[n-1].name == string(pt.Phase) {
			p.phases[n-1].to = pt.Ops
		} else {
			p.phases = append(p.phases, span{string(pt.Phase), last, pt.Ops})
		}
		last = pt.Ops
	}
	// More names than fit: the shortest phases go unnamed, and the caption says so.
	for float64(len(p.named())) > (pageWidth-70)/namePitch {
		shortest := -1
		for i, s := range p.phases {
			if s.name != "" && (shortest < 0 || s.to-s.from < p.phases[shortest].to-p.phases[shortest].from) {
				shortest = i
			}
		}
		p.unnamed = append(p.unnamed, p.phases[shortest].name)
		p.phases[shortest].name = ""
	}
	return p
}

func (p *heapPanel) named() []span {
	var out []span
	for _, s := range p.phases {
		if s.name != "" {
			out = append(out, s)
		}
	}
	return out
}

var (
	peakLine = draw.LineStyle{Color: black, Width: 1.1}
	liveDot  = draw.GlyphStyle{Color: black, Radius: 1.6, Shape: draw.CircleGlyph{}}
	phaseEnd = draw.LineStyle{Color: mid, Width: 0.4, Dashes: []vg.Length{1, 1.5}}
)

func heapLegend() []legendEntry {
	return []legendEntry{
		{"most within the interval (heap-peak-B)", func(c *draw.Canvas, r vg.Rectangle) {
			y := (r.Min.Y + r.Max.Y) / 2
			c.FillPolygon(light, rectangle(vg.Rectangle{Min: r.Min, Max: vg.Point{X: r.Max.X, Y: y}}))
			c.StrokeLine2(peakLine, r.Min.X, y, r.Max.X, y)
		}},
		{"live at its end (heap-live-B)", func(c *draw.Canvas, r vg.Rectangle) {
			c.DrawGlyph(liveDot, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2})
		}},
	}
}

func (d *heapDrawing) draw(c draw.Canvas) {
	y := drawLegend(&c, heapLegend())
	most, end := int64(0), int64(0)
	for _, p := range d.panels {
		for _, pt := range p.c.HeapCurve {
			most = max(most, pt.PeakB, pt.LiveB)
			end = max(end, pt.Ops)
		}
	}
	for _, panel := range d.panels {
		t := c
		t.Max.Y = y
		t.Min.Y = y - d.pitch()
		c.FillText(bold(style(small, black)), vg.Point{X: t.Min.X, Y: t.Max.Y - panelTitle + small*leading}, panel.c.Config)
		p := newPlot()
		// One scale for all panels: they are to be compared.
		p.X.Min, p.X.Max = 0, float64(end)/1e6*1.01
		p.Y.Min, p.Y.Max = 0, float64(most)/1024*1.12
		p.X.Tick.Marker, p.Y.Tick.Marker = ticks(8), ticks(5)
		p.X.Label.Text = opsOf(panel.c.Machine).metric + " since the start (millions)"
		p.Y.Label.Text = "heap (KiB)"
		p.Add(grid(atY), plotFunc(panel.plot))
		inner := t
		inner.Max.Y = t.Min.Y + panelHeight
		p.Draw(inner)
		y = t.Min.Y
	}
}

func (p *heapPanel) plot(c draw.Canvas, pl *plot.Plot) {
	tx, ty := pl.Transforms(&c)
	x := func(ops int64) vg.Length { return tx(float64(ops) / 1e6) }
	y := func(b int64) vg.Length { return ty(float64(b) / 1024) }
	var peak []vg.Point
	last := int64(0)
	var top results.HeapPoint
	var topX vg.Length
	for _, pt := range p.c.HeapCurve {
		r := vg.Rectangle{Min: vg.Point{X: x(last), Y: y(0)}, Max: vg.Point{X: x(pt.Ops), Y: y(pt.PeakB)}}
		c.FillPolygon(light, rectangle(r))
		peak = append(peak, vg.Point{X: x(last), Y: y(pt.PeakB)}, vg.Point{X: x(pt.Ops), Y: y(pt.PeakB)})
		if pt.PeakB > top.PeakB {
			top, topX = pt, (x(last)+x(pt.Ops))/2
		}
		last = pt.Ops
	}
	for _, s := range p.phases {
		c.StrokeLine2(phaseEnd, x(s.to), c.Min.Y, x(s.to), c.Max.Y)
	}
	c.StrokeLines(peakLine, peak)
	dot := liveDot
	if len(p.c.HeapCurve) > manyPoints {
		dot.Radius /= 2
	}
	for _, pt := range p.c.HeapCurve {
		c.DrawGlyph(dot, vg.Point{X: x(pt.Ops), Y: y(pt.LiveB)})
	}
	p.names(c, x)

	word := "peak " + kib(top.PeakB) + " (" + bytesText(top.PeakB) + ")"
	sty := align(style(small, black), draw.XCenter, draw.YBottom)
	half := sty.Width(word)/2 + 2
	at := vg.Point{X: max(c.Min.X+half, min(c.Max.X-half, topX)), Y: y(top.PeakB) + 1}
	// On white, over the dotted lines.
	c.FillPolygon(white, rectangle(vg.Rectangle{
		Min: vg.Point{X: at.X - half, Y: at.Y},
		Max: vg.Point{X: at.X + half, Y: min(at.Y+small+1, c.Max.Y)},
	}))
	c.FillText(sty, at, word)
}

// names writes the phases' names upright above the panel, apart from each
// other, each tied to the middle of its phase.
func (p *heapPanel) names(c draw.Canvas, x func(int64) vg.Length) {
	named := p.named()
	var want []int
	for _, s := range named {
		want = append(want, centi((x(s.from)+x(s.to))/2))
	}
	at := spread(want, centi(namePitch), centi(c.Min.X), centi(c.Max.X))
	line := draw.LineStyle{Color: mid, Width: 0.4}
	for i, s := range named {
		if at == nil {
			return
		}
		from, to := vg.Length(want[i])/100, vg.Length(at[i])/100
		c.StrokeLines(line, []vg.Point{{X: from, Y: c.Max.Y}, {X: from, Y: c.Max.Y + 2}, {X: to, Y: c.Max.Y + 9}, {X: to, Y: c.Max.Y + 11}})
		sty := align(style(small, black), draw.XLeft, draw.YCenter)
		sty.Rotation = math.Pi / 2
		c.FillText(sty, vg.Point{X: to, Y: c.Max.Y + nameFoot}, s.name)
	}
}
