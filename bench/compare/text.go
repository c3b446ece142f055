package compare

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Verdict is the report's first line, without what was compared.
func (r *Report) Verdict() string {
	n := map[string]int{}
	for _, p := range r.Pairs {
		switch {
		case p.Old == nil:
			n["new"]++
		case p.New == nil:
			n["gone"]++
		case p.Differs():
			n["changed"]++
		}
	}
	s := fmt.Sprintf("%d of %s unchanged", r.Unchanged, count(len(r.Pairs), "case"))
	for _, word := range []string{"changed", "new", "gone"} {
		if n[word] > 0 {
			s += fmt.Sprintf(", %d %s", n[word], word)
		}
	}
	return s
}

// overview is how many cases end or refuse otherwise, and a line for each metric
// that changed in several cases: the least and the most it did.
func (r *Report) overview() []string {
	var out []string
	ended, lost := 0, 0
	for _, p := range r.Pairs {
		if p.Outcome {
			ended++
		}
		if slices.ContainsFunc(p.Checks, CheckChange.Lost) {
			lost++
		}
	}
	if ended > 0 {
		out = append(out, "outcome: another in "+count(ended, "case"))
	}
	if lost > 0 {
		out = append(out, "must-reject: LOST in "+count(lost, "case"))
	}
	type span struct{ cases, least, most, new, gone int64 }
	spans := map[string]*span{}
	for _, p := range r.Pairs {
		for _, it := range p.Items {
			for _, c := range it.Metrics {
				s := spans[c.Metric]
				if s == nil {
					s = &span{least: math.MaxInt64, most: math.MinInt64}
					spans[c.Metric] = s
				}
				switch {
				case !c.Had:
					s.new++
				case !c.Has:
					s.gone++
				default:
					s.cases++
					s.least, s.most = min(s.least, c.By()), max(s.most, c.By())
				}
			}
		}
	}
	for _, m := range slices.SortedFunc(maps.Keys(spans), metric.Order) {
		s := spans[m]
		by := quantity.Signed(s.least)
		if s.least != s.most {
			by += " to " + quantity.Signed(s.most)
		}
		for _, part := range []struct {
			what string
			in   int64
		}{{by, s.cases}, {"new", s.new}, {"gone", s.gone}} {
			if part.in > 1 {
				out = append(out, fmt.Sprintf("%s: %s in %s", m, part.what, count(int(part.in), "case")))
			}
		}
	}
	return out
}

// CausesTitle heads the causes.
func CausesTitle(differs bool) string {
	if differs {
		return "produced differently, the likely cause:"
	}
	return "produced differently, with the same numbers:"
}

// WriteText writes the report for a terminal, naming at most top phases and
// functions of a change.
func (r *Report) WriteText(w io.Writer, top int) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "compare: "+r.Verdict())
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(b, "\n%s\n", title)
		}
		for _, l := range lines {
			fmt.Fprintf(b, "  %s\n", l)
		}
	}
	list(CausesTitle(r.Differs()), r.Causes)
	list("note:", slices.Concat(r.Notes, r.Lacks))
	list("in all:", r.overview())
	for _, s := range r.sections(top) {
		list(s.of.Case().Key(), s.lines())
	}
	return b.Flush()
}
