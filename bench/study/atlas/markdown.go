package atlas

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// shown are the Markdown table's columns of bytes: of each, the first metric
// that the atlas has. The real stack and the RAM with it go before the shadow's.
var shown = [][]string{
	{metric.Flash}, {metric.RO}, {metric.Static}, {metric.HeapPeak},
	metric.WithRole(metric.StackDepth), metric.WithRole(metric.RAMAtOnce),
}

// ticks are what a handshake takes, by machine.
var ticks = metric.WithRole(metric.HandshakeOps)

// unknown is a cell without a number to compare.
const unknown = "?"

// Markdown is a table for each base: what changes something, by option; the
// rest in one line.
func (a *File) Markdown() []byte {
	var b bytes.Buffer
	core, _, _ := strings.Cut(a.Provenance.Versions["core"], "\n")
	fmt.Fprintf(&b, "# What each option costs: %s on %s, machine %s\n\n", md(core), md(a.Board), md(string(a.Machine)))
	fmt.Fprintf(&b, "Each option turned alone, all else as the base has it; what check_config.h\n"+
		"makes go along is named. Bytes are the difference from the base, least…most\n"+
		"where the scenarios differ; ticks are in percent. Empty: no difference.\n"+
		"%s: no number to compare; %s: random draws change it as much. Every metric of\n"+
		"every scenario is in the CSV.\n", unknown, results.Drawn)
	for _, r := range a.Refused {
		fmt.Fprintf(&b, "\nLeft out: %s: %s.\n", md(r.Config), md(r.Why))
	}
	for _, base := range a.Bases {
		a.table(&b, base)
	}
	return b.Bytes()
}

func (a *File) table(b *bytes.Buffer, base Base) {
	var scenarios []string
	for _, s := range a.Scenarios {
		if base.Values[s] != nil {
			scenarios = append(scenarios, s)
		}
	}
	var bytesOf []string
	for _, metrics := range shown {
		if m := a.firstMeasured(metrics); m != "" {
			bytesOf = append(bytesOf, m)
		}
	}
	tick := a.firstMeasured(ticks)
	fmt.Fprintf(b, "\n## %s\n\n| option | was → is | goes along |", md(base.Config))
	for _, m := range bytesOf {
		fmt.Fprintf(b, " %s |", m)
	}
	rule := strings.Repeat("---:|", len(bytesOf))
	if tick != "" {
		for _, s := range scenarios {
			fmt.Fprintf(b, " %s, %s |", tick, md(s))
			rule += "---:|"
		}
	}
	fmt.Fprintf(b, " still connects | remarks |\n|---|---|---|%s---|---|\n| *base* | | |", rule)
	for _, m := range bytesOf {
		var numbers []int64
		for _, s := range scenarios {
			if v, ok := base.Values[s][m]; ok {
				numbers = append(numbers, v)
			}
		}
		fmt.Fprintf(b, " %s |", span(numbers, quantity.Count))
	}
	if tick != "" {
		for _, s := range scenarios {
			fmt.Fprintf(b, " %s |", quantity.Count(base.Values[s][tick]))
		}
	}
	b.WriteString(" yes | |\n")
	var same []string
	for i := range a.Entries {
		e := &a.Entries[i]
		switch {
		case e.Base != base.Config:
		case e.unchanged():
			same = append(same, e.Option+"="+e.Is)
		default:
			e.row(b, base, scenarios, bytesOf, tick)
		}
	}
	if len(same) > 0 {
		fmt.Fprintf(b, "\nChange nothing: %s.\n", strings.Join(same, ", "))
	}
	a.notFlipped(b, base, scenarios)
}

// notFlipped lists what was not turned: a line for each reason.
func (a *File) notFlipped(b *bytes.Buffer, base Base, scenarios []string) {
	var all remarks
	for _, n := range a.NotFlipped {
		if n.Base != base.Config {
			continue
		}
		name := n.Option
		if n.Is != "" {
			name += "=" + n.Is
		}
		if len(n.Scenarios) < len(scenarios) {
			name += " (" + strings.Join(n.Scenarios, ", ") + ")"
		}
		all.add(n.Why, name)
	}
	for i, r := range all {
		if i == 0 {
			fmt.Fprint(b, "\nNot flipped, and why:\n\n")
		}
		fmt.Fprintf(b, "- %s: %s\n", md(strings.Join(r.scenarios, ", ")), md(r.words))
	}
}

// unchanged reports whether an entry has no change to show.
func (e *Entry) unchanged() bool {
	return e.Weakens == "" && !slices.ContainsFunc(e.Cells, func(c Cell) bool { return !c.Same })
}

func (a *File) firstMeasured(metrics []string) string {
	for _, m := range metrics {
		if slices.Contains(a.Metrics, m) {
			return m
		}
	}
	return ""
}

func (e *Entry) row(b *bytes.Buffer, base Base, scenarios, bytesOf []string, tick string) {
	was := e.Was
	if was == "" {
		was = unknown
	}
	fmt.Fprintf(b, "| %s | %s → %s | %s |", md(e.Option), md(was), md(e.Is), md(strings.Join(e.With, ", ")))
	for _, m := range bytesOf {
		var numbers []int64
		effect := false
		for i := range e.Cells {
			if d, ok := e.Cells[i].change(base, m); ok {
				numbers = append(numbers, d)
				effect = effect || d != 0 && !e.Cells[i].ByDraws(m)
			}
		}
		text := span(numbers, signed)
		if !effect && text != "" && text != unknown {
			text = results.Drawn + text
		}
		fmt.Fprintf(b, " %s |", text)
	}
	if tick != "" {
		for _, s := range scenarios {
			fmt.Fprintf(b, " %s |", e.percent(base, s, tick))
		}
	}
	fmt.Fprintf(b, " %s | %s |\n", e.connects(), e.says())
}

// change is by how much a metric differs from the base's, if that is known.
func (c *Cell) change(base Base, metric string) (int64, bool) {
	_, ok := base.Values[c.Scenario][metric]
	return c.Change[metric], ok && !slices.Contains(c.Missing, metric)
}

// ByDraws says that a metric's change is no more than random draws make.
func (c *Cell) ByDraws(metric string) bool { return slices.Contains(c.Drawn, metric) }

// Mark is results.Drawn for such a change, else "".
func (c *Cell) Mark(metric string) string {
	if c.ByDraws(metric) {
		return results.Drawn
	}
	return ""
}

// span is the numbers as one, or as the least and the most of them.
func span(numbers []int64, text func(int64) string) string {
	if len(numbers) == 0 {
		return unknown
	}
	lo, hi := slices.Min(numbers), slices.Max(numbers)
	if lo == hi {
		return text(lo)
	}
	// Where one end is no difference at all, an empty one would not be seen.
	return strings.Join([]string{orZero(text(lo)), orZero(text(hi))}, "…")
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// signed is a difference, empty for none.
func signed(n int64) string {
	if n == 0 {
		return ""
	}
	return quantity.Signed(n)
}

func (e *Entry) percent(base Base, scenario, metric string) string {
	for i := range e.Cells {
		c := &e.Cells[i]
		if c.Scenario != scenario {
			continue
		}
		d, ok := c.change(base, metric)
		switch v := base.Values[scenario][metric]; {
		case !ok || v == 0:
			return unknown
		case d == 0:
			return ""
		default:
			return c.Mark(metric) + quantity.Change(v, v+d)
		}
	}
	return unknown
}

// connects says in which scenarios a flip does not, and why.
func (e *Entry) connects() string {
	var all remarks
	for i := range e.Cells {
		if c := &e.Cells[i]; c.Outcome != results.OutcomeConnected {
			all.add("**no**: "+md(string(c.Outcome)), c.Scenario)
		}
	}
	if text := all.text(len(e.Cells)); text != "" {
		return text
	}
	return "yes"
}

// says tells which bad certificates a flip takes or refuses unlike its base, and
// what else it is known
// to cost.
func (e *Entry) says() string {
	var all remarks
	for i := range e.Cells {
		c := &e.Cells[i]
		for _, kind := range []struct {
			format string
			checks []string
		}{{"**accepts %s**", c.Lost}, {"refuses %s", c.Gained}, {"%s: not shown", c.Unshown}} {
			if len(kind.checks) > 0 {
				all.add(fmt.Sprintf(kind.format, md(strings.Join(kind.checks, ", "))), c.Scenario)
			}
		}
	}
	text := all.text(len(e.Cells))
	if text != "" && e.Weakens != "" {
		text += "; "
	}
	return text + md(e.Weakens)
}

// remarks are words and the scenarios (or options) they hold in, in order.
type remarks []remark

type remark struct {
	words     string
	scenarios []string
}

func (r *remarks) add(words, scenario string) {
	i := slices.IndexFunc(*r, func(m remark) bool { return m.words == words })
	if i < 0 {
		i = len(*r)
		*r = append(*r, remark{words: words})
	}
	(*r)[i].scenarios = append((*r)[i].scenarios, scenario)
}

// text names the scenarios of what does not hold in all n.
func (r remarks) text(n int) string {
	var out []string
	for _, m := range r {
		if len(m.scenarios) < n {
			m.words += " (" + md(strings.Join(m.scenarios, ", ")) + ")"
		}
		out = append(out, m.words)
	}
	return strings.Join(out, "; ")
}

// md keeps names and a library's messages from being read as Markdown or HTML.
// Underscores within words are safe on GitHub and easier to search for.
func md(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", `\*`, "`", "\\`", "[", `\[`).Replace(s)
}
