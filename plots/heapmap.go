package plots

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// HeapMap is one allocator's arena over time.
type HeapMap struct {
	Allocator  string
	ArenaB     int64
	EndOps     int64 // of the trace
	DecidesOps int64 // when the allocation came that decides the arena's size
	Blocks     []HeapBlock
	Phases     []HeapPhase // in order; one entered twice is there twice
}

// HeapBlock is a block's place and time, header and padding included.
type HeapBlock struct {
	AtB, SizeB     int64
	FromOps, ToOps int64
}

// HeapPhase is where a phase began to use the allocator.
type HeapPhase struct {
	Name    metric.Phase
	FromOps int64
}

const (
	mapHeight = 300
	// mapCell is the granularity of what is too short to be a band.
	mapCell = 8
)

var (
	bandGround  = color.Gray{120}
	briefGround = color.Gray{200}
	bandEdge    = draw.LineStyle{Color: color.Gray{60}, Width: 0.3}
	decideLine  = draw.LineStyle{Color: black, Width: 0.8, Dashes: []vg.Length{4, 2}}
)

// addresses draws where the blocks lie over time.
func addresses(c *HeapCase) *figure {
	m := &c.Map
	var curve []results.HeapPoint
	for i, ph := range m.Phases {
		end := m.EndOps
		if i+1 < len(m.Phases) {
			end = m.Phases[i+1].FromOps
		}
		curve = append(curve, results.HeapPoint{Phase: ph.Name, Ops: end})
	}
	phases := newHeapPanel(&results.Case{HeapCurve: curve})
	d := &addressDrawing{m, phases}
	names := (&heapDrawing{panels: []*heapPanel{phases}}).nameRoom()
	legend := mapLegend()
	return &figure{
		name:  "heap-map_" + c.Scenario + "_" + m.Allocator,
		title: fmt.Sprintf("Address space under %s: %s, %s", m.Allocator, c.Config, c.Scenario),
		caption: sentences(fmt.Sprintf("The smallest arena, %s, by a model of the allocator that replays one run. White between bands is free. "+
			"Dotted: where phases begin to use the heap.", bytesText(int64(m.ArenaB))), heapNotes(phases.unnamed)),
		height: legendHeight(legend, pageWidth-2*margin) + names + mapHeight,
		draw: func(canvas draw.Canvas) {
			canvas.Max.Y = drawLegend(&canvas, legend) - names
			d.draw(canvas)
		},
	}
}

func mapLegend() []legendEntry {
	return []legendEntry{
		{"block, header and padding included", func(c *draw.Canvas, r vg.Rectangle) {
			c.FillPolygon(bandGround, rectangle(r))
		}},
		{"blocks too brief to tell apart", func(c *draw.Canvas, r vg.Rectangle) {
			c.FillPolygon(briefGround, rectangle(r))
		}},
		{"allocator's own", fills[4].draw},
		{"the allocation that decides the size", func(c *draw.Canvas, r vg.Rectangle) {
			x := (r.Min.X + r.Max.X) / 2
			c.StrokeLine2(decideLine, x, r.Min.Y-2, x, r.Max.Y+2)
		}},
	}
}

type addressDrawing struct {
	m      *HeapMap
	phases *heapPanel
}

func (d *addressDrawing) draw(c draw.Canvas) {
	p := newPlot()
	p.X.Min, p.X.Max = 0, max(float64(d.m.EndOps)/1e6, 1e-6)
	p.Y.Min, p.Y.Max = 0, float64(d.m.ArenaB)
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks(8), ticks(8)
	p.X.Label.Text = "wasm-ops since the start (millions)"
	p.Y.Label.Text = "bytes from the arena's start"
	p.Add(plotFunc(d.plot))
	p.Draw(c)
}

func (d *addressDrawing) plot(c draw.Canvas, pl *plot.Plot) {
	m := d.m
	tx, ty := pl.Transforms(&c)
	x := func(ops int64) vg.Length { return tx(float64(ops) / 1e6) }
	y := func(b int64) vg.Length { return ty(float64(b)) }
	for _, r := range m.brief(int((c.Max.X-c.Min.X)/vg.Length(1)), func(ops int64) float64 { return float64(x(ops) - c.Min.X) }) {
		c.FillPolygon(briefGround, rectangle(vg.Rectangle{
			Min: vg.Point{X: c.Min.X + vg.Length(r.from), Y: y(r.atB)},
			Max: vg.Point{X: c.Min.X + vg.Length(r.to), Y: y(r.endB)},
		}))
	}
	own := m.ArenaB
	for _, b := range m.Blocks {
		own = min(own, b.AtB)
		if x(b.ToOps)-x(b.FromOps) < 1 {
			continue
		}
		r := vg.Rectangle{Min: vg.Point{X: x(b.FromOps), Y: y(b.AtB)}, Max: vg.Point{X: x(b.ToOps), Y: y(b.AtB + b.SizeB)}}
		c.FillPolygon(bandGround, rectangle(r))
		c.StrokeLines(bandEdge, append(rectangle(r), r.Min))
	}
	if own > 0 && own < m.ArenaB {
		fills[4].draw(&c, vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: y(0)}, Max: vg.Point{X: c.Max.X, Y: y(own)}})
	}
	for _, s := range d.phases.phases {
		c.StrokeLine2(phaseEnd, x(s.to), c.Min.Y, x(s.to), c.Max.Y)
	}
	c.StrokeLine2(decideLine, x(m.DecidesOps), c.Min.Y, x(m.DecidesOps), c.Max.Y)
	d.phases.names(c, x)
}

// patch is part of the picture: columns from…to, bytes at…end.
type patch struct {
	from, to  int
	atB, endB int64
}

// brief is where blocks too short-lived for a band of one column lay: for each
// column every cell one of them used in its time. column tells where an
// instant is, in columns.
func (m *HeapMap) brief(columns int, column func(ops int64) float64) []patch {
	if columns <= 0 {
		return nil
	}
	cells := int(m.ArenaB/mapCell) + 1
	used := make([][]bool, columns)
	for _, b := range m.Blocks {
		from, to := column(b.FromOps), column(b.ToOps)
		if to-from >= 1 {
			continue
		}
		for i := min(max(int(from), 0), columns-1); i <= min(int(to), columns-1); i++ {
			if used[i] == nil {
				used[i] = make([]bool, cells)
			}
			for k := b.AtB / mapCell; k < (b.AtB+b.SizeB+mapCell-1)/mapCell && int(k) < cells; k++ {
				used[i][k] = true
			}
		}
	}
	var done, open []patch // open: those that reach the last column
	for i := 0; i <= columns; i++ {
		var now []patch
		for k := 0; i < columns && used[i] != nil && k < cells; k++ {
			if !used[i][k] {
				continue
			}
			p := patch{from: i, to: i + 1, atB: int64(k) * mapCell}
			for k < cells && used[i][k] {
				k++
			}
			p.endB = min(int64(k)*mapCell, m.ArenaB)
			// The same run of bytes in the column before is the same patch.
			if j := slices.IndexFunc(open, func(o patch) bool { return o.atB == p.atB && o.endB == p.endB }); j >= 0 {
				p.from = open[j].from
				open = slices.Delete(open, j, j+1)
			}
			now = append(now, p)
		}
		done = append(done, open...)
		open = now
	}
	return done
}
