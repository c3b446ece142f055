package compare

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// remark is what is said of one case, or of several alike: a line, and lines
// that explain it.
type remark struct {
	pair    *Pair
	lines   []string // one a metric; the same but for the numbers compared
	explain []string
	same    string
	parts   []string
}

// section is what is shown under one case's name.
type section struct {
	of      *Pair
	remarks [][]remark // the first of each is this case's
	above   int        // remarks of it that were shown at another case
}

// sections are the cases with something to say that no case before has said.
func (r *Report) sections(top int) []section {
	var all []remark
	total := map[*Pair]int{}
	for _, p := range r.Pairs {
		rs := p.remarks(top)
		total[p] = len(rs)
		all = append(all, rs...)
	}
	var out []section
	at := map[*Pair]int{}
	for _, g := range Fold(all, func(m remark) (string, []string) { return m.same, m.parts }) {
		p := g[0].pair
		if _, ok := at[p]; !ok {
			at[p] = len(out)
			out = append(out, section{of: p, above: total[p]})
		}
		s := &out[at[p]]
		s.remarks, s.above = append(s.remarks, g), s.above-1
	}
	slices.SortStableFunc(out, func(a, b section) int { return byPlace(a.of.Case(), b.of.Case()) })
	return out
}

func (p *Pair) remarks(top int) []remark {
	plain := func(line string, explain ...string) remark {
		return remark{pair: p, lines: []string{line}, explain: explain, same: line + strings.Join(explain, "\n")}
	}
	switch {
	case p.Old == nil:
		return []remark{plain("case: new, " + string(p.New.Outcome))}
	case p.New == nil:
		return []remark{plain("case: gone, was " + string(p.Old.Outcome))}
	}
	var out []remark
	for _, in := range p.Inputs {
		out = append(out, remark{pair: p, lines: []string{in.Text}, same: in.What})
	}
	if p.Outcome {
		out = append(out, plain(fmt.Sprintf("outcome: %s -> %s", p.Old.Outcome, p.New.Outcome), Ended(p.New)...))
	}
	for _, k := range p.Checks {
		out = append(out, plain(k.String()))
	}
	for _, it := range p.Items {
		m := remark{pair: p, explain: it.Lines(top)}
		m.same, m.parts = it.Same()
		for _, c := range it.Metrics {
			m.lines = append(m.lines, c.Metric+": "+c.String())
		}
		if len(it.Metrics) == 0 {
			m.lines = []string{"the case's own number is the same, its parts are not"}
		}
		out = append(out, m)
	}
	return out
}

// Ended says how a case ended that did not connect, for lines below that.
func Ended(c *results.Case) []string {
	var out []string
	if c.Phase != "" {
		out = append(out, "failed in phase "+string(c.Phase))
	}
	if c.Detail != "" {
		out = append(out, c.Detail)
	}
	return append(out, "its numbers were not compared")
}

// lines are a section's, below its case's name.
func (s *section) lines() []string {
	var out []string
	for _, g := range s.remarks {
		out = append(out, g[0].lines...)
		for _, e := range g[0].explain {
			out = append(out, "  "+e)
		}
		var more []*results.Case
		for _, m := range g[1:] {
			more = append(more, m.pair.Case())
		}
		if same := SameIn(s.of.Case(), more); same != "" {
			out = append(out, "  "+same)
		}
	}
	if s.above > 0 {
		out = append(out, "and "+count(s.above, "change")+" as in a case above")
	}
	return append(out, s.of.Unchanged()...)
}

// Unchanged counts the parts of a case that are the same, and says which could
// not be compared.
func (p *Pair) Unchanged() []string {
	var parts []string
	if p.SamePhases > 0 {
		parts = append(parts, count(p.SamePhases, "phase"))
	}
	if p.SameFunctions > 0 {
		parts = append(parts, count(p.SameFunctions, "function"))
	}
	var out []string
	if p.LackFunctions != "" {
		out = append(out, "functions not compared: the "+p.LackFunctions+" file has none of this case")
	}
	if len(parts) > 0 {
		out = append(out, "unchanged: "+strings.Join(parts, ", "))
	}
	return out
}
