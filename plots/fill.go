package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// fill is a ground with a hatch on it, in an outline.
type fill struct {
	ground  color.Gray
	ink     color.Gray
	up      vg.Length // distance of lines rising to the right, 0 for none
	down    vg.Length // of lines falling to the right
	upright vg.Length // of vertical lines
}

// fills are distinguished in grey print, and neighbours in the list differ both in
// luminance and in pattern.
var fills = []fill{
	{ground: color.Gray{60}},
	{ground: white, ink: black, up: 3.2},
	{ground: color.Gray{165}},
	{ground: white, ink: black, upright: 2.4},
	{ground: color.Gray{110}, ink: white, down: 3.6},
	{ground: color.Gray{225}},
	{ground: color.Gray{0}},
	{ground: white, ink: black, up: 3.6, down: 3.6},
	{ground: color.Gray{135}},
	{ground: color.Gray{215}, ink: black, down: 3.2},
	{ground: color.Gray{90}, ink: white, upright: 3},
	{ground: color.Gray{195}, ink: color.Gray{60}, upright: 4},
	{ground: color.Gray{40}, ink: white, up: 3.6, down: 3.6},
	{ground: white, ink: black, down: 2},
	{ground: color.Gray{150}, ink: black, up: 2.6},
	{ground: white, ink: black, upright: 5},
}

func (f fill) draw(c *draw.Canvas, r vg.Rectangle) {
	c.FillPolygon(f.ground, rectangle(r))
	hatch := draw.LineStyle{Color: f.ink, Width: 0.6}
	if f.upright > 0 {
		for x := r.Min.X + f.upright; x < r.Max.X; x += f.upright {
			c.StrokeLine2(hatch, x, r.Min.Y, x, r.Max.Y)
		}
	}
	for _, l := range []struct {
		step vg.Length
		rise bool
	}{{f.up, true}, {f.down, false}} {
		if l.step <= 0 {
			continue
		}
		h := r.Max.Y - r.Min.Y
		for x := r.Min.X - h; x < r.Max.X; x += l.step {
			// From (x, bottom) to (x+h, top), cut to the rectangle.
			a, b := max(x, r.Min.X), min(x+h, r.Max.X)
			if a >= b {
				continue
			}
			ya, yb := r.Min.Y+(a-x), r.Min.Y+(b-x)
			if !l.rise {
				ya, yb = r.Max.Y-(a-x), r.Max.Y-(b-x)
			}
			c.StrokeLine2(hatch, a, ya, b, yb)
		}
	}
	o := append(rectangle(r), r.Min)
	c.StrokeLines(draw.LineStyle{Color: black, Width: 0.4}, o)
}
