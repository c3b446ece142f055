package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// legendEntry is a name and what draws its sample into a rectangle.
type legendEntry struct {
	name   string
	sample func(c *draw.Canvas, r vg.Rectangle)
}

const (
	sampleWidth  = 24
	sampleHeight = 8
	entryGap     = 12
	legendRow    = 12
	legendFoot   = 6
)

// legendRows lays the entries out in rows that fit width.
func legendRows(entries []legendEntry, width vg.Length) [][]legendEntry {
	var rows [][]legendEntry
	x := vg.Length(0)
	for _, e := range entries {
		w := sampleWidth + 4 + style(small, black).Width(e.name)
		if len(rows) == 0 || x+w > width {
			rows, x = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		x += w + entryGap
	}
	return rows
}

func legendHeight(entries []legendEntry, width vg.Length) vg.Length {
	return vg.Length(len(legendRows(entries, width)))*legendRow + legendFoot
}

// drawLegend draws the entries at the top of c and returns where the rest begins.
func drawLegend(c *draw.Canvas, entries []legendEntry) vg.Length {
	y := c.Max.Y
	for _, row := range legendRows(entries, c.Max.X-c.Min.X) {
		x := c.Min.X
		for _, e := range row {
			e.sample(c, vg.Rectangle{
				Min: vg.Point{X: x, Y: y - legendRow/2 - sampleHeight/2},
				Max: vg.Point{X: x + sampleWidth, Y: y - legendRow/2 + sampleHeight/2},
			})
			x += sampleWidth + 4
			sty := style(small, black)
			fillCentred(c, sty, vg.Point{X: x, Y: y - legendRow/2}, e.name)
			x += sty.Width(e.name) + entryGap
		}
		y -= legendRow
	}
	return y - legendFoot
}
