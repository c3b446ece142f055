package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
	"tlslab/bench/study/atlas"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

const (
	atlasRows   = 30 // options with bars, the largest changes
	atlasBroken = 20 // options that stop the connection, named with their error
	atlasPitch  = 11 // pt, of a row
	atlasHead   = 16 // above the rows
	atlasMark   = 12 // between the names and the first panel
	atlasNumber = 38 // at the right of a panel, for its numbers
	atlasGap    = 10 // between panels

	// A bar of more is cut: one option that multiplies must not press all
	// others flat. The numbers tell.
	atlasMost = 0.6 // of the base
)

// RenderAtlas draws, for each base and scenario of an atlas, what its options
// cost as bars, the largest first, into dir as SVG and PNG, with figures.md, and
// returns the files' paths in order. The same atlas gives the same bytes.
func RenderAtlas(dir string, a *atlas.File) ([]string, error) {
	figures := atlasFigures(a)
	if len(figures) == 0 {
		return nil, fmt.Errorf("plots: the atlas has no base: nothing to draw")
	}
	return writeListed(dir, a.Provenance.Profile, figures)
}

func atlasFigures(a *atlas.File) []*figure {
	var figures []*figure
	for i := range a.Bases {
		for _, scenario := range a.Scenarios {
			if a.Bases[i].Values[scenario] != nil {
				figures = append(figures, atlasBars(a, &a.Bases[i], scenario))
			}
		}
	}
	return figures
}

// atlasRow is one option turned.
type atlasRow struct {
	name  string
	cell  *atlas.Cell
	worth float64 // largest change of any panel, as a share of the base's
}

func (r *atlasRow) weaker() bool { return len(r.cell.Lost) > 0 }

func largestFirst(x, y atlasRow) int {
	return cmp.Or(cmp.Compare(y.worth, x.worth), strings.Compare(x.name, y.name))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

type atlasDrawing struct {
	rows    []atlasRow
	broken  []atlasRow
	metrics []string
	values  map[string]int64 // the base's
	names   vg.Length        // room for the options' names
}

// atlasMetrics are the panels: of each list the first that the base has.
var atlasMetrics = [][]string{{metric.Flash}, {metric.HeapPeak}, metric.WithRole(metric.HandshakeOps)}

func atlasBars(a *atlas.File, base *atlas.Base, scenario string) *figure {
	d := &atlasDrawing{values: base.Values[scenario]}
	for _, list := range atlasMetrics {
		for _, m := range list {
			if _, ok := d.values[m]; ok {
				d.metrics = append(d.metrics, m)
				break
			}
		}
	}
	same := 0
	var weaker []string
	for i := range a.Entries {
		e := &a.Entries[i]
		for j := range e.Cells {
			c := &e.Cells[j]
			if e.Base != base.Config || c.Scenario != scenario {
				continue
			}
			r := atlasRow{name: e.Option + "=" + e.Is, cell: c}
			if len(e.With) > 0 {
				r.name += " *"
			}
			if c.Outcome != results.OutcomeConnected {
				d.broken = append(d.broken, r)
				continue
			}
			if r.weaker() {
				weaker = append(weaker, r.name+" ("+strings.Join(c.Lost, ", ")+")")
			}
			for _, m := range d.metrics {
				r.worth = max(r.worth, math.Abs(d.share(&r, m)))
			}
			if r.worth == 0 && !r.weaker() {
				same++
				continue
			}
			d.rows = append(d.rows, r)
		}
	}
	slices.SortStableFunc(d.broken, func(x, y atlasRow) int { return strings.Compare(x.name, y.name) })
	// What gives up a check has a row, however little it changes.
	slices.SortStableFunc(d.rows, func(x, y atlasRow) int {
		return cmp.Or(compareBool(y.weaker(), x.weaker()), largestFirst(x, y))
	})
	var rest, more []atlasRow
	d.rows, rest = cut(d.rows, atlasRows)
	slices.SortStableFunc(d.rows, largestFirst)
	d.broken, more = cut(d.broken, atlasBroken)
	for _, r := range append(slices.Clone(d.rows), d.broken...) {
		d.names = max(d.names, style(small, black).Width(r.name))
	}
	return &figure{
		name:  fileName("atlas_" + base.Config + "_" + scenario),
		title: "What each option costs: " + base.Config + ", " + scenario,
		sub:   "board " + a.Board + ", core " + firstLine(a.Provenance.Versions["core"]) + ", machine " + string(a.Machine),
		caption: sentences(d.own(), "Each option turned alone (*: with others, as check_config.h demands); sorted by the largest change of any panel, in percent of the base. "+
			"Bars to the left save; a cut bar is longer. Empty: no difference. "+results.Drawn+": random draws change it as much.", accepts(weaker), d.sum(rest), changeNothing(same), broken(more)),
		height: d.height(), draw: d.draw,
	}
}

func cut(rows []atlasRow, n int) (head, tail []atlasRow) {
	n = min(n, len(rows))
	return rows[:n], rows[n:]
}

// own says what the base has.
func (d *atlasDrawing) own() string {
	var words []string
	for _, m := range d.metrics {
		words = append(words, m+" "+count(d.values[m]))
	}
	return "The base has " + strings.Join(words, ", ") + "."
}

func accepts(weaker []string) string {
	if len(weaker) == 0 {
		return ""
	}
	slices.Sort(weaker)
	if more := len(weaker) - mostNamed; more > 1 {
		weaker = append(weaker[:mostNamed:mostNamed], fmt.Sprintf("%d more", more))
	}
	return "Triangle: accepts bad certificates that the base refuses: " + strings.Join(weaker, "; ") + "."
}

// sum is what the options without a row change, added up.
func (d *atlasDrawing) sum(rest []atlasRow) string {
	if len(rest) == 0 {
		return ""
	}
	var words []string
	for _, m := range d.metrics {
		total := int64(0)
		for i := range rest {
			total += rest[i].cell.Change[m]
		}
		words = append(words, m+" "+plus(total))
	}
	most := slices.MaxFunc(rest, func(x, y atlasRow) int { return cmp.Compare(x.worth, y.worth) }).worth
	return fmt.Sprintf("%d more have no row, each changes at most %s; added up: %s.", len(rest), quantity.Print(quantity.Percent(100*most)), strings.Join(words, ", "))
}

func changeNothing(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 changes none of these numbers."
	}
	return fmt.Sprintf("%d change none of these numbers.", n)
}

// broken names the options that stop the connection and have no row.
func broken(more []atlasRow) string {
	if len(more) == 0 {
		return ""
	}
	var names []string
	for _, r := range more {
		names = append(names, r.name)
	}
	return "No connection either with " + strings.Join(names, ", ") + "."
}

// plus is a difference with its sign.
func plus(n int64) string {
	return quantity.Print(quantity.Signed(n))
}

// share is a change as a share of the base's number, 0 where there is none.
func (d *atlasDrawing) share(r *atlasRow, metric string) float64 {
	if d.values[metric] == 0 {
		return 0
	}
	return float64(r.cell.Change[metric]) / float64(d.values[metric])
}

// number is a change as it is written: bytes whole, ticks in percent.
func (d *atlasDrawing) number(r *atlasRow, name string) string {
	n, ok := r.cell.Change[name]
	switch {
	case slices.Contains(r.cell.Missing, name):
		return "?"
	case !ok:
		return ""
	case metric.Of(name).Unit == metric.Bytes || d.values[name] == 0:
		return r.cell.Mark(name) + plus(n)
	}
	return r.cell.Mark(name) + quantity.Print(quantity.Change(d.values[name], d.values[name]+n))
}

func (d *atlasDrawing) height() vg.Length {
	h := atlasHead + vg.Length(len(d.rows))*atlasPitch
	if len(d.broken) > 0 {
		h += atlasHead + vg.Length(len(d.broken))*atlasPitch
	}
	return h + 4
}

func (d *atlasDrawing) draw(c draw.Canvas) {
	name := align(style(small, black), draw.XRight, draw.YTop)
	left := c.Min.X + d.names
	top := c.Max.Y - atlasHead
	at := func(i int) vg.Length { return top - (vg.Length(i)+0.5)*atlasPitch }
	for i := range d.rows {
		fillCentred(&c, name, vg.Point{X: left, Y: at(i)}, d.rows[i].name)
		if d.rows[i].weaker() {
			c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: 3, Shape: draw.PyramidGlyph{}}, vg.Point{X: left + atlasMark/2, Y: at(i)})
		}
	}
	first := left + atlasMark
	width := (c.Max.X - first) / vg.Length(max(1, len(d.metrics)))
	for k, m := range d.metrics {
		x := first + vg.Length(k)*width
		d.panel(c, m, x, x+width-atlasGap, top)
	}
	if len(d.broken) == 0 {
		return
	}
	top -= vg.Length(len(d.rows))*atlasPitch + atlasHead
	c.FillText(bold(name), vg.Point{X: left, Y: top + atlasHead - 4}, "no connection")
	for i := range d.broken {
		r := &d.broken[i]
		fillCentred(&c, name, vg.Point{X: left, Y: at(i)}, r.name)
		c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: 2.4, Shape: draw.CrossGlyph{}}, vg.Point{X: left + atlasMark/2, Y: at(i)})
		words := string(r.cell.Outcome)
		if n := d.number(r, metric.Flash); n != "" && n != "?" {
			words += ", " + metric.Flash + " " + n
		}
		if r.cell.Detail != "" {
			words += ": " + firstLine(r.cell.Detail)
		}
		words = results.ShortErrors(words)
		fillCentred(&c, style(small, black), vg.Point{X: first, Y: at(i)}, ended(style(small, black), string(words), c.Max.X-first))
	}
}

// ended cuts words that are wider than width.
func ended(sty draw.TextStyle, words string, width vg.Length) string {
	if sty.Width(words) <= width {
		return words
	}
	runes := []rune(words)
	for len(runes) > 0 && sty.Width(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// panel is one metric's bars, and their numbers at its right end.
func (d *atlasDrawing) panel(c draw.Canvas, metric string, left, right, top vg.Length) {
	lo, hi := 0.0, 0.0
	for i := range d.rows {
		v := min(max(d.share(&d.rows[i], metric), -atlasMost), atlasMost)
		lo, hi = min(lo, v), max(hi, v)
	}
	if hi == lo {
		hi = atlasMost
	}
	room := right - atlasNumber - left
	at := func(v float64) vg.Length { return left + room*vg.Length((min(max(v, lo), hi)-lo)/(hi-lo)) }
	c.FillText(align(bold(style(small, black)), draw.XRight, draw.YTop), vg.Point{X: right, Y: top + atlasHead - 3}, metric)
	bottom := top - vg.Length(len(d.rows))*atlasPitch
	c.StrokeLine2(draw.LineStyle{Color: black, Width: 0.6}, at(0), top, at(0), bottom)
	number := align(style(small, black), draw.XRight, draw.YTop)
	for i := range d.rows {
		r := &d.rows[i]
		y := top - (vg.Length(i)+0.5)*atlasPitch
		if text := d.number(r, metric); text != "" {
			fillCentred(&c, number, vg.Point{X: right, Y: y}, text)
		}
		v := d.share(r, metric)
		if v == 0 {
			continue
		}
		a, b := min(at(0), at(v)), max(at(0), at(v))
		ink := mid
		if v < 0 {
			ink = dark
		}
		c.FillPolygon(ink, rectangle(vg.Rectangle{Min: vg.Point{X: a, Y: y - 3.5}, Max: vg.Point{X: b, Y: y + 3.5}}))
		if math.Abs(v) > atlasMost { // a gap near the end
			x := b - 8
			if v < 0 {
				x = a + 5
			}
			c.FillPolygon(white, []vg.Point{{X: x, Y: y - 4}, {X: x + 2, Y: y - 4}, {X: x + 4, Y: y + 4}, {X: x + 2, Y: y + 4}})
		}
	}
}
