package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results/losscurve"
	"tlslab/internal/quantity"
)

// RenderLoss draws handshake time against loss, a figure a curve, into dir as
// SVG and PNG, and returns the files' paths in order. Nothing to draw is no
// error.
func RenderLoss(dir string, f *losscurve.File) ([]string, error) {
	var figures []*figure
	for i := range f.Curves {
		if c := &f.Curves[i]; completed(c) {
			figures = append(figures, lossFigure(c))
		}
	}
	if len(figures) == 0 {
		return nil, nil
	}
	return write(dir, figures)
}

// completed says that there is a time to draw.
func completed(c *losscurve.Curve) bool {
	return slices.ContainsFunc(c.Points, func(p losscurve.Point) bool { return len(p.HandshakeUS) > 0 })
}

const lossHeight = 230

func lossFigure(c *losscurve.Curve) *figure {
	legend := []legendEntry{
		{"median", func(c *draw.Canvas, r vg.Rectangle) { lossLine(c, r, medianLine); lossMark(c, centre(r)) }},
		{"p10 to p90", func(c *draw.Canvas, r vg.Rectangle) { c.FillPolygon(light, rectangle(r)) }},
		{"slowest", func(c *draw.Canvas, r vg.Rectangle) { lossLine(c, r, mostLine) }},
	}
	trouble := ""
	if c.ReorderPct > 0 || c.DuplicatePct > 0 {
		trouble = fmt.Sprintf(" %d %% of datagrams are reordered, %d %% duplicated.", c.ReorderPct, c.DuplicatePct)
	}
	return &figure{
		name:  fileName("loss_" + c.Scenario + "_" + c.Config),
		title: "DTLS handshake time against loss: " + c.Config + ", " + c.Scenario,
		sub:   fmt.Sprintf("core %s, machine %s, %d seeds at each rate", c.Core, c.Machine, c.Seeds),
		caption: fmt.Sprintf("Virtual time from the start until the client is connected: the wire's and the retransmission timers' "+
			"(%s, doubled up to %s); computing takes none. Loss is that of each direction. The numbers above are how many "+
			"of the seeds completed handshake, request and answer.%s", quantity.Millis(c.TimeoutMinMS), quantity.Millis(c.TimeoutMaxMS), trouble),
		height: legendHeight(legend, pageWidth-2*margin) + lossHeight,
		draw: func(canvas draw.Canvas) {
			canvas.Max.Y = drawLegend(&canvas, legend)
			drawLoss(canvas, c)
		},
	}
}

var (
	medianLine = draw.LineStyle{Color: black, Width: 1.2}
	mostLine   = draw.LineStyle{Color: mid, Width: 0.8, Dashes: []vg.Length{3, 2}}
)

func lossLine(c *draw.Canvas, r vg.Rectangle, sty draw.LineStyle) {
	y := (r.Min.Y + r.Max.Y) / 2
	c.StrokeLine2(sty, r.Min.X, y, r.Max.X, y)
}

func lossMark(c *draw.Canvas, at vg.Point) {
	c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: 2.2, Shape: draw.CircleGlyph{}}, at)
}

func centre(r vg.Rectangle) vg.Point {
	return vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
}

// drawLoss draws times on a logarithmic axis: each lost flight doubles a wait.
func drawLoss(c draw.Canvas, curve *losscurve.Curve) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "datagrams lost, percent each way", "handshake, ms (virtual time)"
	var xs []plot.Tick
	low, high := math.Inf(1), math.Inf(-1)
	for _, point := range curve.Points {
		xs = append(xs, plot.Tick{Value: float64(point.LossPct), Label: fmt.Sprint(point.LossPct)})
		if us, ok := point.Quantile(0); ok {
			low = min(low, decades(us))
		}
		if us, ok := point.Quantile(100); ok {
			high = max(high, decades(us))
		}
	}
	p.X.Tick.Marker = plot.ConstantTicks(xs)
	p.X.Min, p.X.Max = xs[0].Value-1, xs[len(xs)-1].Value+1
	p.Y.Min, p.Y.Max = low-0.1, high+0.1
	var ys []plot.Tick
	for decade := math.Floor(p.Y.Min); decade <= p.Y.Max; decade++ {
		for _, k := range []float64{1, 2, 5} {
			if at := decade + math.Log10(k); at >= p.Y.Min && at <= p.Y.Max {
				ys = append(ys, plot.Tick{Value: at, Label: shortest(math.Round(1000*math.Pow(10, at)) / 1000)})
			}
		}
	}
	p.Y.Tick.Marker = plot.ConstantTicks(ys)
	p.Add(grid(atY), plotFunc(func(c draw.Canvas, pl *plot.Plot) {
		tx, ty := pl.Transforms(&c)
		line := func(pct int) []vg.Point {
			var out []vg.Point
			for _, point := range curve.Points {
				if us, ok := point.Quantile(pct); ok {
					out = append(out, vg.Point{X: tx(float64(point.LossPct)), Y: ty(decades(us))})
				}
			}
			return out
		}
		band := line(10)
		for i, upper := 0, line(90); i < len(upper); i++ {
			band = append(band, upper[len(upper)-1-i])
		}
		c.FillPolygon(light, band)
		c.StrokeLines(mostLine, line(100))
		c.StrokeLines(medianLine, line(50))
		for _, at := range line(50) {
			lossMark(&c, at)
		}
		for _, point := range curve.Points {
			text := fmt.Sprintf("%d/%d", len(point.HandshakeUS), curve.Seeds)
			c.FillText(align(style(small, black), draw.XCenter, draw.YBottom), vg.Point{X: tx(float64(point.LossPct)), Y: c.Max.Y + 2}, text)
		}
	}))
	c.Max.X -= 12 // half of the last number
	c.Max.Y -= small*leading + 4
	p.Draw(c)
}

// decades is the logarithm of a time in milliseconds; the least is a
// microsecond. (The library's own scale leaves room where none is needed.)
func decades(us int64) float64 { return math.Log10(float64(max(us, 1)) / 1000) }
