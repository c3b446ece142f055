package plots

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/internal/quantity"
)

// Heaps is what the models of allocators made of some runs: what RenderHeaps
// draws. It is data alone; the command line fills it in.
type Heaps struct {
	Core, Board string
	Cases       []HeapCase
}

// HeapCase is one run.
type HeapCase struct {
	Config, Scenario string
	PeakB            int64 // most bytes live at one instant, as asked for
	Bars             []HeapBar
	Map              HeapMap
}

// HeapBar is the smallest arena under one allocator, bytes; its size is the sum.
type HeapBar struct {
	Allocator                              string
	LiveB, HeadersB, PaddingB, OwnB, FreeB int64
}

func (b HeapBar) total() int64 { return b.LiveB + b.HeadersB + b.PaddingB + b.OwnB + b.FreeB }

// RenderHeaps draws the allocators side by side, and for each run the address
// space over time, into dir as SVG and PNG, and returns the files' paths in
// order. Nothing to draw is no error.
func RenderHeaps(dir string, h *Heaps) ([]string, error) {
	if len(h.Cases) == 0 {
		return nil, nil
	}
	var figures []*figure
	for _, c := range h.Cases {
		figures = append(figures, allocators(&c), addresses(&c))
	}
	for _, f := range figures {
		f.name = fileName(f.name)
		f.sub = fmt.Sprintf("board %s, core %s, machine wasm", h.Board, h.Core)
	}
	return write(dir, figures)
}

// overheads are the parts of a bar with their fills.
var overheads = []struct {
	name string
	of   func(HeapBar) int64
	fill fill
}{
	{"headers", func(b HeapBar) int64 { return b.HeadersB }, fills[0]},
	{"padding", func(b HeapBar) int64 { return b.PaddingB }, fills[1]},
	{"allocator's own", func(b HeapBar) int64 { return b.OwnB }, fills[2]},
	{"free, in pieces (fragmentation)", func(b HeapBar) int64 { return b.FreeB }, fills[3]},
}

const heapBarPitch = 17

// allocators draws what each allocator adds to the live data.
func allocators(c *HeapCase) *figure {
	var legend []legendEntry
	for _, o := range overheads {
		legend = append(legend, legendEntry{o.name, o.fill.draw})
	}
	return &figure{
		name:  "heap-allocators_" + c.Scenario,
		title: "Smallest heap by allocator: " + c.Config + ", " + c.Scenario,
		caption: fmt.Sprintf("What the smallest arena holds besides live data, at the allocation that decides its size. "+
			"The number is heap-min-B, with its excess over heap-peak-B (%s). Allocators are models, replaying one run.", bytesText(c.PeakB)),
		height: legendHeight(legend, pageWidth-2*margin) + vg.Length(len(c.Bars))*heapBarPitch + 40,
		draw: func(canvas draw.Canvas) {
			canvas.Max.Y = drawLegend(&canvas, legend)
			drawHeapBars(canvas, c)
		},
	}
}

func drawHeapBars(c draw.Canvas, hc *HeapCase) {
	var most int64
	names, labels := vg.Length(0), vg.Length(0)
	sty := style(small, black)
	label := func(b HeapBar) string {
		return fmt.Sprintf("%s (%s)", bytesText(b.total()), quantity.Print(quantity.Change(hc.PeakB, b.total())))
	}
	for _, b := range hc.Bars {
		most = max(most, b.total()-b.LiveB)
		names, labels = max(names, sty.Width(b.Allocator)), max(labels, sty.Width(label(b)))
	}
	p := newPlot()
	p.HideY()
	n := float64(len(hc.Bars))
	p.Y.Min, p.Y.Max = -0.5, n-0.5
	p.X.Min, p.X.Max = 0, float64(most)
	p.X.Tick.Marker = ticks(6)
	p.X.Label.Text = "bytes besides live data"
	p.Add(grid(atX), plotFunc(func(c draw.Canvas, pl *plot.Plot) {
		tx, ty := pl.Transforms(&c)
		for i, b := range hc.Bars {
			y := ty(n - 1 - float64(i))
			fillCentred(&c, align(sty, draw.XRight, draw.YCenter), vg.Point{X: c.Min.X - 5, Y: y}, b.Allocator)
			at := int64(0)
			for _, o := range overheads {
				part := o.of(b)
				if part > 0 {
					o.fill.draw(&c, vg.Rectangle{Min: vg.Point{X: tx(float64(at)), Y: y - 5}, Max: vg.Point{X: tx(float64(at + part)), Y: y + 5}})
				}
				at += part
			}
			x, word := tx(float64(at))+4, label(b)
			// On white, over the grid.
			c.FillPolygon(white, rectangle(vg.Rectangle{Min: vg.Point{X: x - 2, Y: y - 5}, Max: vg.Point{X: x + sty.Width(word) + 2, Y: y + 5}}))
			fillCentred(&c, sty, vg.Point{X: x, Y: y}, word)
		}
	}))
	c.Min.X += names + 8
	c.Max.X -= labels + 8
	p.Draw(c)
}

// heapNotes says which phases go unnamed.
func heapNotes(unnamed []string) string {
	if len(unnamed) == 0 {
		return ""
	}
	slices.Sort(unnamed)
	return "Not named for want of room: " + strings.Join(slices.Compact(unnamed), ", ") + "."
}
