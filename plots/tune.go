package plots

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"tlslab/bench/results/tuned"
	"tlslab/internal/metric"
	"tlslab/internal/pareto"
	"tlslab/internal/quantity"
)

// tuneWords is how many moves a line of the figure names; tune.json has all.
const tuneWords = 8

// RenderTune draws a search into dir as SVG and PNG, with figures.md: the way
// from its start to what it chose and the Pareto front of all it measured, in
// what it made small against ticks (flash where it made ticks small). It returns
// the files' paths in order. The same search gives the same bytes.
func RenderTune(dir string, f *tuned.File) ([]string, error) {
	for _, q := range tuned.Quantities {
		for _, m := range []map[string]int64{f.Start.Metrics, f.Chosen.Metrics} {
			if _, ok := m[q.Name]; !ok {
				return nil, fmt.Errorf("plots: the search's start or choice has no %s: nothing to draw", q.Name)
			}
		}
	}
	return writeListed(dir, f.Profile, []*figure{tuneFigure(f)})
}

// tuneMeasures are the bytes that a search's figure sets against ticks.
var tuneMeasures = map[string]measure{
	"flash": measureOf(metric.Flash),
	"heap":  measureOf(metric.HeapPeak),
	"ram":   measureOf(metric.EstRAMPeak),
}

// tunePoint is a point of the way or the front, with its line in the table.
type tunePoint struct {
	*spot
	name  string
	words string
}

// tuneDrawing is a sweep's front with the way to it.
type tuneDrawing struct {
	*sweepFrontDrawing
	way []*spot
}

func tuneFigure(f *tuned.File) *figure {
	by := f.Minimise
	m, ok := tuneMeasures[by]
	if !ok {
		by, m = "flash", tuneMeasures["flash"]
	}
	t := measureOf(metric.HandshakeWasmOps)
	var spots []*spot
	var way, front []tunePoint
	at := func(metrics map[string]int64) *spot {
		x, y := metrics["ticks"], metrics[by]
		i := slices.IndexFunc(spots, func(s *spot) bool { return s.ops == x && s.bytes == y })
		if i < 0 {
			i = len(spots)
			spots = append(spots, &spot{ops: x, bytes: y})
		}
		return spots[i]
	}
	start := at(f.Start.Metrics)
	start.base, start.marked = true, true
	way = append(way, tunePoint{start, "start", f.Config})
	for _, p := range f.Path {
		s := at(p.Metrics)
		if s == way[len(way)-1].spot { // another memory alone
			way[len(way)-1].words += ", " + moves(p.Moves)
			continue
		}
		i := len(way) - 1
		name := string(rune('a' + i%26))
		if i >= 26 {
			name += strconv.Itoa(i/26 + 1)
		}
		way = append(way, tunePoint{s, name, moves(p.Moves)})
	}
	chosen := at(f.Chosen.Metrics)
	chosen.marked = true
	for i, p := range tuneFront(f, by) {
		s := at(p.Metrics)
		s.front = true
		front = append(front, tunePoint{s, strconv.Itoa(i + 1), moves(strings.Split(p.Differs, ", "))})
	}
	names := map[*spot]string{}
	for _, p := range append(slices.Clone(way), front...) {
		if names[p.spot] != "" {
			names[p.spot] += "," + noBreak
		}
		names[p.spot] += p.name
	}
	names[chosen] += noBreak + "chosen"
	// The front's line runs from the fastest on.
	slices.SortFunc(spots, func(a, b *spot) int {
		return slices.Compare([]int64{a.ops, a.bytes}, []int64{b.ops, b.bytes})
	})
	what := m.noun
	if by == "heap" {
		what = "peak heap"
	}
	d := &tuneDrawing{sweepFrontDrawing: &sweepFrontDrawing{bytes: m}}
	for _, p := range slices.Concat(way, front) {
		d.table = append(d.table, tableRow{p.name, exactText(t, p.ops), bytesText(p.spot.bytes),
			wrap(style(small, black), p.words, pageWidth-2*margin-tableWords-tableShift)})
	}
	for _, p := range way {
		d.way = append(d.way, p.spot)
	}
	d.frontDrawing = &frontDrawing{spots: spots, axis: m.label(what), ticks: t, names: names, under: d.drawWay}
	d.layout(draw.NewCanvas(new(recorder.Canvas), pageWidth-2*margin, frontHeight))
	caption := fmt.Sprintf("A search for the least %s in %s: %d candidates measured; %s, lower is better on both axes. "+
		"Square and dashed line: the start and, by letters, the way from it to the chosen point, each with the moves kept together there. "+
		"Black and stepped line: the Pareto front of all that was measured, on these two axes, by numbers, named by what each point changes against the chosen one. "+
		"Grey: on the way, but "+noWorse+".", f.Minimise, strings.Join(f.Scenarios, ", "), f.Tried, worth(t, m))
	if len(f.Scenarios) > 1 {
		caption += " Numbers are the most that any of the scenarios takes."
	}
	if len(f.Binds) > 0 {
		caption += " No point is within the budgets: " + strings.Join(f.Binds, "; ") + "."
	}
	return &figure{
		name: "tune-" + by, title: capital(m.noun) + " against " + t.noun + ", a search: " + f.Profile + ", " + f.Config,
		sub:     "core " + firstLine(f.Provenance.Versions["core"]) + ", machine wasm",
		caption: sentences(caption, d.without()),
		below:   tuneTable(t, m, way, front),
		height:  d.height(), draw: func(c draw.Canvas) { d.drawWith(c, tableShift, "moves, or what changes against the chosen point") },
	}
}

// tuneFront is what of a search's front, which is of all quantities, is on the
// front of the two that are drawn.
func tuneFront(f *tuned.File, by string) []tuned.Spot {
	return pareto.Front(f.Front, []pareto.Kind{pareto.Bytes, pareto.Ticks}, func(s tuned.Spot) []int64 {
		return []int64{s.Metrics[by], s.Metrics["ticks"]}
	})
}

// tableShift is what the names of a search's points take more than numbers do.
const tableShift = 12

// moves are some of a list, in words.
func moves(list []string) string {
	if more := len(list) - tuneWords; more > 1 {
		list = append(slices.Clone(list[:tuneWords]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(list, ", ")
}

// tuneTable is the figure's table in Markdown, for figures.md.
func tuneTable(t, m measure, way, front []tunePoint) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s | %s | |\n|---:|---:|---:|---|\n", t.metric, m.metric)
	for _, p := range slices.Concat(way, front) {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.name, quantity.Count(p.ops), quantity.Count(p.spot.bytes), p.words)
	}
	return b.String()
}

// drawWay draws the line from the start to the chosen point.
func (d *tuneDrawing) drawWay(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var line []vg.Point
	for _, s := range d.way {
		line = append(line, vg.Point{X: tx(d.x(s)), Y: ty(s.y())})
	}
	c.StrokeLines(draw.LineStyle{Color: mid, Width: 0.8, Dashes: []vg.Length{3, 2}}, line)
}
