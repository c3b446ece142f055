package plots

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// boardRow is one board, or one scenario: what it needs, by configuration.
type boardRow struct {
	key   string          // the board's name, or the scenario's
	name  string          // as it is shown
	cases []*results.Case // in the order of the configurations; nil: not run
}

// boardsDrawing sets boards, or scenarios, side by side: a panel a measure, a
// row each, a bar a configuration.
type boardsDrawing struct {
	what    string // what a row is
	configs []string
	rows    []*boardRow
	panels  []boardPanel
}

type boardPanel struct {
	measure
	title string
}

// acrossBoards draws, for each scenario that several boards ran on the same
// machine, what its base configurations take there.
func acrossBoards(f *results.File, groups []*group) []*figure {
	type kind struct {
		core     string
		machine  metric.Machine
		scenario string
	}
	var kinds []kind
	of := map[kind][]*results.Case{}
	for _, g := range groups {
		for _, c := range g.cases {
			k := kind{c.Core, c.Machine, c.Scenario}
			if c.Base != "" {
				continue
			}
			if of[k] == nil {
				kinds = append(kinds, k)
			}
			of[k] = append(of[k], c)
		}
	}
	slices.SortFunc(kinds, func(a, b kind) int {
		return cmp.Or(strings.Compare(a.core, b.core), cmp.Compare(a.machine, b.machine), strings.Compare(a.scenario, b.scenario))
	})
	var out []*figure
	for _, k := range kinds {
		d, note := newBoards(f, k.machine, of[k])
		if len(d.rows) < 2 || len(d.panels) == 0 {
			continue
		}
		g := &group{core: k.core, machine: k.machine, version: f.Provenance.Versions["core"]}
		title := "Boards compared: " + k.scenario
		if len(d.configs) == 1 {
			title += ", " + d.configs[0]
		}
		out = append(out, &figure{
			name:    "boards_" + k.scenario + suffix(groups, k.core, "", k.machine),
			title:   title,
			sub:     g.provenance("", "machine "+k.machine),
			caption: sentences(d.caption(), note, added(of[k])),
			height:  d.height(),
			draw:    d.draw,
		})
	}
	return out
}

// newBoards has a row a board; the note is arrange's.
func newBoards(f *results.File, machine metric.Machine, cases []*results.Case) (d *boardsDrawing, note string) {
	d = &boardsDrawing{what: "board"}
	return d, d.arrange(cases, []boardPanel{
		{boardTime(machine, thatRan(cases)), "time per handshake"},
		{ramOf(machine), "RAM"},
		{measureOf(metric.ROM), "ROM"},
	}, func(c *results.Case) (key, name string) { return c.Board, withCPU(f, c.Board) })
}

// thatRan are the cases that did their handshake.
func thatRan(cases []*results.Case) []*results.Case {
	var out []*results.Case
	for _, c := range cases {
		if c.Outcome == results.OutcomeConnected {
			out = append(out, c)
		}
	}
	return out
}

// arrange puts the cases into rows, and keeps the panels that have numbers; the
// note says which row lacks which.
func (d *boardsDrawing) arrange(cases []*results.Case, panels []boardPanel, row func(*results.Case) (key, name string)) (note string) {
	for _, c := range cases {
		if !slices.Contains(d.configs, c.Config) {
			d.configs = append(d.configs, c.Config)
		}
	}
	slices.Sort(d.configs)
	for _, c := range cases {
		key, name := row(c)
		i := slices.IndexFunc(d.rows, func(r *boardRow) bool { return r.key == key })
		if i < 0 {
			i = len(d.rows)
			d.rows = append(d.rows, &boardRow{key: key, name: name, cases: make([]*results.Case, len(d.configs))})
		}
		d.rows[i].cases[slices.Index(d.configs, c.Config)] = c
	}
	for _, p := range panels {
		if slices.ContainsFunc(cases, func(c *results.Case) bool { return p.has(c) }) {
			if p.axis.name == "millions" { // not time
				p.title = p.noun + " per handshake"
			}
			if metric.Of(p.metric).Worth == metric.Estimated {
				p.title += " (estimate)"
			}
			d.panels = append(d.panels, p)
		}
	}
	if len(d.panels) == 0 {
		return ""
	}
	// The quickest first; those without a time last.
	first := d.panels[0]
	least := func(r *boardRow) int64 {
		for _, c := range r.cases {
			if c != nil && first.has(c) {
				return c.Metrics[first.metric]
			}
		}
		return math.MaxInt64
	}
	slices.SortStableFunc(d.rows, func(a, b *boardRow) int {
		return cmp.Or(cmp.Compare(least(a), least(b)), strings.Compare(a.name, b.name))
	})
	return d.missing()
}

// boardTime is what boards are compared by: time, wherever it is from. Without
// it, what each executes; operations of WASM are no board's.
func boardTime(machine metric.Machine, cases []*results.Case) measure {
	if machine != metric.WASM {
		return ticksOf(machine, cases)
	}
	m := measureOf(metric.EstHandshakeUS)
	m.of.long = "an estimate, predicted from WASM for the board's timing model"
	return m
}

// has reports whether a panel has a bar for a case: sizes are known of an image
// that did not run, anything else only of a handshake that was completed.
func (p boardPanel) has(c *results.Case) bool {
	_, ok := c.Metrics[p.metric]
	return ok && (c.Outcome == results.OutcomeConnected || metric.Of(p.metric).Source == metric.Image)
}

// withCPU names a board with its CPU core, which the compiler was given.
func withCPU(f *results.File, board string) string {
	flags, ok := f.Provenance.Flags["arm:"+board]
	if !ok {
		flags = f.Provenance.Flags["arm"] // of the profile's first board
	}
	for _, w := range strings.Fields(flags) {
		if cpu, ok := strings.CutPrefix(w, "-mcpu="); ok {
			return board + " (" + cpu + ")"
		}
	}
	return board
}

func (d *boardsDrawing) caption() string {
	what := "One handshake"
	if len(d.configs) > 1 {
		what = "One handshake of each base configuration"
	}
	s := what + ", lower is better"
	for _, p := range d.panels {
		s += ". "
		switch p.metric {
		case metric.ROM:
			s += "ROM, exact: code, constants and initialised data, less those of the same image without TLS"
		case metric.RAMPeak, metric.EstRAMPeak:
			s += "RAM, " + p.of.long + ": static data, heap and stack at one instant"
		case metric.EstHandshakeUS:
			s += "Time is " + p.of.long + " at its clock, without the network's; the quickest " + d.what + " first"
		default:
			s += capital(p.worth())
		}
	}
	return s + "."
}

// missing says why a bar is not there.
func (d *boardsDrawing) missing() string {
	var reasons []string
	who := map[string][]string{}
	say := func(reason, name string) {
		if who[reason] == nil {
			reasons = append(reasons, reason)
		}
		who[reason] = append(who[reason], name)
	}
	for _, r := range d.rows {
		for i, c := range r.cases {
			name := r.key
			if len(d.configs) > 1 {
				name += " with " + d.configs[i]
			}
			switch {
			case c == nil:
				say("not run", name)
				continue
			case c.Outcome != results.OutcomeConnected:
				say(string(c.Outcome), name)
				continue
			}
			for _, p := range d.panels {
				if !p.has(c) {
					say("no "+p.metric, name)
				}
			}
		}
	}
	if len(reasons) == 0 {
		return ""
	}
	for i, r := range reasons {
		reasons[i] = strings.Join(who[r], ", ") + " (" + r + ")"
	}
	return "Without a number: " + strings.Join(reasons, "; ") + "."
}

const (
	boardBar  = 9 // height of one bar
	boardGap  = 6 // between boards
	boardHead = 16
	boardFoot = 30
	panelGap  = 14
)

func (d *boardsDrawing) pitch() vg.Length {
	return vg.Length(len(d.configs))*boardBar + boardGap
}

func (d *boardsDrawing) height() vg.Length {
	h := boardHead + vg.Length(len(d.rows))*d.pitch() + boardFoot
	if e := d.legend(); len(e) > 0 {
		h += legendHeight(e, pageWidth-2*margin)
	}
	return h
}

// legend names the configurations, where there are several.
func (d *boardsDrawing) legend() []legendEntry {
	var out []legendEntry
	for i, name := range d.configs {
		out = append(out, legendEntry{name, func(c *draw.Canvas, r vg.Rectangle) { d.fill(i).draw(c, r) }})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

func (d *boardsDrawing) fill(i int) fill {
	if len(d.configs) == 1 {
		return fill{ground: mid}
	}
	return fills[i%len(fills)]
}

func (d *boardsDrawing) draw(c draw.Canvas) {
	if e := d.legend(); len(e) > 0 {
		c.Max.Y = drawLegend(&c, e)
	}
	names := vg.Length(0)
	for _, r := range d.rows {
		names = max(names, style(small, black).Width(r.name))
	}
	names += 6
	// The first panel is twice as wide: sizes differ little between boards.
	n := vg.Length(len(d.panels))
	unit := (c.Max.X - c.Min.X - names - (n-1)*panelGap) / (n + 1)
	x := c.Min.X + names
	for i, panel := range d.panels {
		width := unit
		if i == 0 {
			width = 2 * unit
		}
		t := c
		t.Min.X, t.Max.X = x, x+width
		x += width + panelGap
		c.FillText(bold(style(small, black)), vg.Point{X: t.Min.X, Y: t.Max.Y}, panel.title)
		t.Max.Y -= boardHead
		p := d.plotOf(panel, width)
		p.Draw(t)
		if i > 0 {
			continue
		}
		data := p.DataCanvas(t)
		_, ty := p.Transforms(&data)
		for j, r := range d.rows {
			sty := align(style(small, black), draw.XRight, draw.YCenter)
			fillCentred(&c, sty, vg.Point{X: t.Min.X - 4, Y: ty(float64(len(d.rows) - 1 - j))}, r.name)
		}
	}
}

func (d *boardsDrawing) plotOf(panel boardPanel, width vg.Length) *plot.Plot {
	p := newPlot()
	most, widest := 0.0, vg.Length(0)
	for _, r := range d.rows {
		for _, c := range r.cases {
			if c != nil && panel.has(c) {
				most = max(most, panel.unit(c.Metrics[panel.metric]))
				widest = max(widest, style(small, black).Width(panel.number(c.Metrics[panel.metric])))
			}
		}
	}
	if most == 0 {
		most = 1
	}
	// Room to the right of the longest bar for its number.
	p.X.Min, p.X.Max = 0, most/(1-float64((widest+6)/width))
	labels := 4
	if panel.metric == d.panels[0].metric {
		labels = 6
	}
	p.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick { return ticks(labels)(lo, most) })
	p.X.Label.Text = panel.metric + " (" + panel.axis.name + ")"
	p.Y.Min, p.Y.Max = -0.5, float64(len(d.rows))-0.5
	p.Y.Tick.Marker = plot.ConstantTicks(nil)
	p.Y.Tick.Length = 0
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) { d.bars(c, p, panel) }))
	return p
}

func (d *boardsDrawing) bars(c draw.Canvas, p *plot.Plot, panel boardPanel) {
	tx, ty := p.Transforms(&c)
	for j, r := range d.rows {
		top := ty(float64(len(d.rows)-1-j)) + vg.Length(len(r.cases))*boardBar/2
		for i, k := range r.cases {
			y := top - vg.Length(i)*boardBar - boardBar/2
			word, ink, from := "no number", dark, tx(0)
			switch {
			case k != nil && panel.has(k):
				n := k.Metrics[panel.metric]
				word, ink, from = panel.number(n), black, tx(panel.unit(n))
				d.fill(i).draw(&c, vg.Rectangle{Min: vg.Point{X: tx(0), Y: y - boardBar/2 + 0.5}, Max: vg.Point{X: from, Y: y + boardBar/2 - 0.5}})
			case k == nil:
				word = "not run"
			case k.Outcome != results.OutcomeConnected:
				word = "failed"
			}
			fillCentred(&c, style(small, ink), vg.Point{X: from + 3, Y: y}, word)
		}
	}
}
