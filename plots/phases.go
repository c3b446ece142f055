package plots

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

const (
	otherPhases = "other"
	// foldBelow is the share of a bar's total under which a phase is folded into
	// "other".
	foldBelow = 0.01
	barPitch  = 15  // at least; more where a name takes several lines
	nameWidth = 190 // of a bar, before it is broken
)

// bar is one case's ticks by phase.
type bar struct {
	name  string
	total int64
	parts map[string]int64
	table int64 // of the handshake alone, as the tables have it; 0: not measured
}

// phases draws ticks per phase: the base configurations in all scenarios as
// shares, and for each scenario all configurations in ticks.
func phases(g *group) []*figure {
	run := g.run()
	title := capital(run.noun) + " per phase of a run"
	var out []*figure
	var shares []bar
	var order []string
	var notes []string
	for _, s := range g.scenarios {
		cases := g.casesOf(s)
		ok, note := connected(cases, run.metric)
		ok, unphased := withPhases(ok, run.metric)
		var names []string
		for _, c := range ok {
			names = mergeOrder(names, c)
			if c.Base == "" {
				order = mergeOrder(order, c)
				b := barOf(c, run.metric)
				b.name = s + ", " + c.Config
				shares = append(shares, b)
			}
		}
		bars, same := barsOf(ok, run.metric)
		for _, c := range cases {
			if c.Base == "" && c.Outcome != results.OutcomeConnected {
				notes = append(notes, fmt.Sprintf("%s does not serve %s (%s).", c.Config, s, c.Outcome))
			}
		}
		if len(bars) > 0 {
			out = append(out, phaseFigure("phases_"+s, title+": "+s, run, bars, names, false, sentences(same, note, unphased, added(cases))))
		}
	}
	if len(shares) == 0 {
		return out
	}
	all := phaseFigure("phases", title+", base configurations", run, shares, order, true, sentences(notes...))
	return append([]*figure{all}, out...)
}

// withPhases splits off the cases that have no ticks by phase.
func withPhases(cases []*results.Case, metric string) (ok []*results.Case, note string) {
	var without []string
	for _, c := range cases {
		if len(barOf(c, metric).parts) > 0 {
			ok = append(ok, c)
		} else {
			without = append(without, short(c))
		}
	}
	if len(without) > 0 {
		note = "No phases were measured for " + strings.Join(without, ", ") + "."
	}
	return ok, note
}

// barsOf is one bar for all cases with the same ticks in every phase: bases
// first, then by option and value. same names the variations without effect.
func barsOf(cases []*results.Case, metric string) (bars []bar, same string) {
	cases = slices.Clone(cases)
	slices.SortStableFunc(cases, func(a, b *results.Case) int {
		return cmp.Or(strings.Compare(a.Base, b.Base), strings.Compare(a.Option, b.Option), compareValues(a.Value, b.Value), strings.Compare(a.Config, b.Config))
	})
	var members [][]*results.Case
	for _, c := range cases {
		b := barOf(c, metric)
		i := slices.IndexFunc(bars, func(o bar) bool { return o.total == b.total && maps.Equal(o.parts, b.parts) })
		if i < 0 {
			i = len(bars)
			bars, members = append(bars, b), append(members, nil)
		}
		members[i] = append(members[i], c)
	}
	several := severalBases(cases)
	var without []*results.Case
	for i := range bars {
		bars[i].name = together(members[i], several)
		without = append(without, effectless(members[i])...)
	}
	if len(without) > 0 {
		same = "Without any effect: " + strings.Join(variations(without, several), "; ") + "."
	}
	return bars, same
}

// barOf takes a case apart; ticks outside every phase are a part of their own.
func barOf(c *results.Case, name string) bar {
	b := bar{total: c.Metrics[name], parts: map[string]int64{}, table: c.Metrics[metric.HandshakeOf(name)]}
	sum := int64(0)
	for _, p := range c.Phases {
		if n, ok := p.Metrics[name]; ok {
			b.parts[string(p.Name)] = n
			sum += n
		}
	}
	switch {
	case len(b.parts) == 0:
	case b.total > sum:
		b.parts[outsidePhases] = b.total - sum
	default:
		b.total = sum
	}
	return b
}

const outsidePhases = "outside the phases"

// mergeOrder adds a case's phases to an order of execution.
func mergeOrder(order []string, c *results.Case) []string {
	at := 0
	for _, p := range c.Phases {
		if i := slices.Index(order, string(p.Name)); i >= 0 {
			at = i + 1
			continue
		}
		order = slices.Insert(order, at, string(p.Name))
		at++
	}
	return order
}

func phaseFigure(name, title string, run measure, bars []bar, order []string, share bool, note string) *figure {
	order = append(slices.Clone(order), outsidePhases)
	bars = slices.Clone(bars)
	for i := range bars {
		bars[i].parts = maps.Clone(bars[i].parts)
	}
	var shown []string
	folded := 0
	for _, ph := range order {
		large := false
		for _, b := range bars {
			n, ok := b.parts[ph]
			switch {
			case !ok:
			case float64(n) >= foldBelow*float64(b.total):
				large = true
			default:
				b.parts[otherPhases] += n
				delete(b.parts, ph)
				folded++
			}
		}
		if large {
			shown = append(shown, ph)
		}
	}
	d := &phaseDrawing{run: run, bars: bars, shown: shown, share: share}
	if folded > 0 {
		d.shown = append(d.shown, otherPhases)
	}
	caption := capital(run.noun) + " (" + run.named() + ") in the order of execution"
	if share {
		caption += ", in percent of the whole run; its " + run.noun + " are to the right of each bar"
	} else {
		caption += "; the run's total is to the right of each bar"
	}
	caption += ", in brackets those of the handshake alone (" + metric.HandshakeOf(run.metric) + "). " +
		"A run is more than its handshake: it starts, reads the roots, asks, reads the answer and closes."
	if folded > 0 {
		caption += fmt.Sprintf(" \"other\": phases under %g\u00a0%% of their bar, wherever they ran.", foldBelow*100)
	}
	lines := 1
	for i, b := range bars {
		name := wrap(style(small, black), b.name, nameWidth)
		bars[i].name = strings.Join(name, "\n")
		lines = max(lines, len(name))
	}
	pitch := max(barPitch, vg.Length(lines)*small*leading+4)
	legend := legendHeight(d.legend(), pageWidth-2*margin)
	return &figure{
		name: name, title: title, caption: sentences(caption, note),
		height: legend + vg.Length(len(bars))*pitch + 32,
		draw:   d.draw,
	}
}

type phaseDrawing struct {
	run   measure
	bars  []bar
	shown []string
	share bool
}

func (d *phaseDrawing) legend() []legendEntry {
	var out []legendEntry
	for i, name := range d.shown {
		f := d.fill(i)
		out = append(out, legendEntry{name, func(c *draw.Canvas, r vg.Rectangle) { f.draw(c, r) }})
	}
	return out
}

func (d *phaseDrawing) fill(i int) fill {
	if d.shown[i] == otherPhases {
		return fill{ground: white}
	}
	return fills[i%len(fills)]
}

func (d *phaseDrawing) draw(c draw.Canvas) {
	c.Max.Y = drawLegend(&c, d.legend())
	p := newPlot()
	most, widest := 0.0, vg.Length(0)
	for _, b := range d.bars {
		most = max(most, d.length(b))
		widest = max(widest, style(small, black).Width(d.total(b)))
	}
	p.X.Min = 0
	// Room to the right of the longest bar for its total.
	p.X.Max = most * 1.02 / (1 - float64(widest+8)/(pageWidth-190))
	p.X.Tick.Marker = upTo(most)
	p.X.Label.Text = d.run.named() + " (" + d.run.axis.name + ")"
	if d.share {
		p.X.Label.Text = "share of the run's " + d.run.named() + " (%)"
	}
	p.Y.Min, p.Y.Max = -0.5, float64(len(d.bars))-0.5
	var yt []plot.Tick
	for i, b := range d.bars {
		yt = append(yt, plot.Tick{Value: float64(len(d.bars) - 1 - i), Label: b.name})
	}
	p.Y.Tick.Marker = plot.ConstantTicks(yt)
	p.Y.Tick.Length = 0
	p.Add(plotFunc(d.plot))
	p.Draw(c)
}

// upTo ends the ticks where the bars end: beyond is room for words.
func upTo(most float64) plot.TickerFunc {
	return func(lo, hi float64) []plot.Tick { return ticks(6)(lo, most) }
}

func (d *phaseDrawing) length(b bar) float64 {
	if d.share {
		return 100
	}
	return d.run.unit(b.total)
}

func (d *phaseDrawing) total(b bar) string {
	s := d.run.text(b.total)
	if b.table > 0 {
		s += " (" + d.run.text(b.table) + ")"
	}
	return s
}

func (d *phaseDrawing) plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i, b := range d.bars {
		y := ty(float64(len(d.bars) - 1 - i))
		from := int64(0)
		x := func(n int64) vg.Length { return tx(float64(n) / float64(b.total) * d.length(b)) }
		for j, ph := range d.shown {
			n, ok := b.parts[ph]
			if !ok || n == 0 {
				continue
			}
			r := vg.Rectangle{Min: vg.Point{X: x(from), Y: y - 4.5}, Max: vg.Point{X: x(from + n), Y: y + 4.5}}
			d.fill(j).draw(&c, r)
			from += n
		}
		fillCentred(&c, style(small, black), vg.Point{X: x(b.total) + 4, Y: y}, d.total(b))
	}
}
