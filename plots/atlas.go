package plots

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/atlas"
	"tlslab/bench/results"
)

const (
	atlasRows  = 32 // options in one figure, the largest changes
	atlasPitch = 13 // pt, of a row
	atlasNames = 176
)

// RenderAtlas draws, for each base and scenario of an atlas, what its options
// cost as bars, the largest first, into dir, and returns the files' paths.
func RenderAtlas(dir string, a *atlas.File) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	var paths []string
	for _, base := range a.Bases {
		for _, scenario := range a.Scenarios {
			if base.Values[scenario] == nil {
				continue
			}
			fig := atlasBars(a, &base, scenario)
			for ext, data := range map[string]func() ([]byte, error){".svg": fig.svg, ".png": fig.png} {
				text, err := data()
				if err != nil {
					return nil, fmt.Errorf("plots: %s: %w", fig.name, err)
				}
				path := filepath.Join(dir, fileName(fig.name)+ext)
				if err := os.WriteFile(path, text, 0o644); err != nil {
					return nil, fmt.Errorf("plots: %w", err)
				}
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// atlasRow is one option turned.
type atlasRow struct {
	name   string
	change map[string]int64
	lost   bool
	worth  float64 // largest change of any panel, as a share of the base
}

type atlasDrawing struct {
	rows    []atlasRow
	metrics []string
	values  map[string]int64
}

func atlasBars(a *atlas.File, base *atlas.Base, scenario string) *figure {
	d := &atlasDrawing{values: base.Values[scenario]}
	for _, m := range []string{results.Flash, results.HeapPeak, results.HandshakeOps} {
		if _, ok := d.values[m]; ok {
			d.metrics = append(d.metrics, m)
		}
	}
	var breaks []string
	same, less := 0, 0
	for _, e := range a.Entries {
		for _, c := range e.Cells {
			if e.Base != base.Config || c.Scenario != scenario {
				continue
			}
			if c.Outcome != results.OutcomeConnected {
				breaks = append(breaks, e.Option+"="+e.Is)
				continue
			}
			r := atlasRow{name: e.Option + "=" + e.Is, change: c.Change, lost: len(c.Lost) > 0}
			for _, m := range d.metrics {
				v := float64(c.Change[m]) / float64(max(1, d.values[m]))
				r.worth = max(r.worth, v, -v)
			}
			if r.worth == 0 && !r.lost {
				same++
				continue
			}
			d.rows = append(d.rows, r)
		}
	}
	slices.SortStableFunc(d.rows, func(x, y atlasRow) int {
		return cmp.Or(cmp.Compare(y.worth, x.worth), strings.Compare(x.name, y.name))
	})
	if n := len(d.rows); n > atlasRows {
		less, d.rows = n-atlasRows, d.rows[:atlasRows]
	}
	caption := "Each option turned alone; bars to the left save. "
	for i, m := range d.metrics {
		if i > 0 {
			caption += "; "
		}
		caption += fmt.Sprintf("%s is %s", m, group3(fmt.Sprint(d.values[m])))
	}
	caption += " in the base. ! : bad certificates are accepted that the base refuses."
	if less > 0 {
		caption += fmt.Sprintf(" %d more change less than these.", less)
	}
	caption += fmt.Sprintf(" %d change nothing.", same)
	if len(breaks) > 0 {
		caption += " Without a connection: " + strings.Join(breaks, ", ") + "."
	}
	return &figure{
		name: "atlas_" + base.Config + "_" + scenario, title: "What each option costs: " + base.Config + ", " + scenario,
		sub: "board " + a.Board + ", " + a.Provenance.Versions["core"] + ", machine " + a.Machine, caption: caption,
		height: vg.Length(len(d.rows))*atlasPitch + 28, draw: d.draw,
	}
}

func (d *atlasDrawing) draw(c draw.Canvas) {
	width := (c.Max.X - c.Min.X - atlasNames) / vg.Length(max(1, len(d.metrics)))
	top := c.Max.Y - 24
	for i, r := range d.rows {
		y := top - (vg.Length(i)+0.5)*atlasPitch
		name := r.name
		if r.lost {
			name += " !"
		}
		fillCentred(&c, align(style(small, black), draw.XRight, draw.YTop), vg.Point{X: c.Min.X + atlasNames - 6, Y: y}, name)
	}
	for k, m := range d.metrics {
		left := c.Min.X + atlasNames + vg.Length(k)*width
		d.panel(c, m, left, left+width-10, top)
	}
}

// panel is the bars of one metric, as a share of the base's.
func (d *atlasDrawing) panel(c draw.Canvas, metric string, left, right, top vg.Length) {
	lo, hi := 0.0, 0.0
	share := func(r *atlasRow) float64 { return float64(r.change[metric]) / float64(max(1, d.values[metric])) }
	for i := range d.rows {
		v := share(&d.rows[i])
		lo, hi = min(lo, v), max(hi, v)
	}
	// One that multiplies must not press the others flat: bars are cut, numbers are not.
	const most = 0.6
	lo, hi = max(lo, -most), min(hi, most)
	if hi-lo == 0 {
		hi = most
	}
	const text = 42 // pt for the numbers beside the bars
	room := right - left - 2*text
	at := func(v float64) vg.Length {
		return left + text + room*vg.Length((min(max(v, lo), hi)-lo)/(hi-lo))
	}
	c.FillText(style(small, black), vg.Point{X: left + text/2, Y: top + 22}, metric)
	zero := at(0)
	bottom := top - vg.Length(len(d.rows))*atlasPitch
	c.StrokeLine2(draw.LineStyle{Color: black, Width: 0.6}, zero, top, zero, bottom)
	for i := range d.rows {
		v := share(&d.rows[i])
		if v == 0 {
			continue
		}
		y := top - (vg.Length(i)+0.5)*atlasPitch
		x := at(v)
		ink := mid
		if v < 0 {
			ink = dark
		}
		c.FillPolygon(ink, rectangle(vg.Rectangle{Min: vg.Point{X: min(zero, x), Y: y - 4}, Max: vg.Point{X: max(zero, x), Y: y + 4}}))
		label := fmt.Sprintf("%+.1f %%", 100*v)
		if v > 9 {
			label = fmt.Sprintf("×%.0f", v+1)
		}
		label = strings.ReplaceAll(label, "-", "\u2212")
		sty, lx := align(style(small, black), draw.XLeft, draw.YTop), max(x, zero)+3
		if v < 0 {
			sty, lx = align(style(small, black), draw.XRight, draw.YTop), min(x, zero)-3
		}
		fillCentred(&c, sty, vg.Point{X: lx, Y: y}, label)
	}
}
