package gate

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"tlslab/bench/compare"
	"tlslab/bench/results"
	"tlslab/internal/quantity"
)

// verdict is the report's first line.
func (r *Report) verdict() string {
	word := "ok"
	if r.Failed() {
		word = "FAILED"
	}
	s := fmt.Sprintf("gate %s: %s: %s", r.Profile, word, r.summary())
	if t := r.tally(); t != "" {
		s += ": " + t
	}
	return s
}

// summary says what was compared with what.
func (r *Report) summary() string {
	if r.Budgets > 0 {
		return fmt.Sprintf("%s held against %s", counted(len(r.Cases), "case"), counted(r.Budgets, "budget"))
	}
	return fmt.Sprintf("%s exact numbers of %s compared", quantity.Count(int64(r.Compared)), counted(len(r.Cases), "case"))
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return quantity.Count(int64(n)) + " " + what
}

// tally counts the findings by kind and verdict.
func (r *Report) tally() string {
	var names []string
	count := map[string]int{}
	for _, f := range r.Findings {
		name := string(f.Kind)
		switch {
		case f.Kind == Note:
			continue
		case f.Accepted != nil:
			name = "accepted"
		case f.Kind == Changed:
			name = f.Verdict
		}
		if count[name] == 0 {
			names = append(names, name)
		}
		count[name]++
	}
	slices.Sort(names)
	for i, n := range names {
		names[i] = fmt.Sprintf("%d %s", count[n], n)
	}
	return strings.Join(names, ", ")
}

// advice says what to do about a failure.
func (r *Report) advice() []string {
	if !r.Failed() {
		return nil
	}
	out := slices.Clone(r.Lacks)
	if r.Budgets == 0 {
		out = append(out, fmt.Sprintf("If the changes are meant: `%s` rewrites the baseline (commit it with the reason), or name each in the accept file.", r.Update))
	}
	for _, f := range r.Findings {
		if f.Kind == OverBudget {
			out = append(out, "A budget is raised in the profile, not here.")
			break
		}
	}
	return out
}

// entry is what is said once of a case: one finding, or those of one family of
// metrics, which share their explanation.
type entry []Finding

// said is an entry, and the further cases of which the same is to be said.
type said struct {
	entry
	more []*results.Case
}

// entries are the findings in the order of the cases, by the case that is the
// first of which it is to be said.
func (r *Report) entries() [][]said {
	byCase := map[string][]entry{}
	for _, f := range r.Findings {
		es := byCase[f.Case]
		if n := len(es); n > 0 && f.item != nil && es[n-1][0].item == f.item {
			es[n-1] = append(es[n-1], f)
		} else {
			byCase[f.Case] = append(es, entry{f})
		}
	}
	var all []entry
	for i := range r.Cases {
		all = append(all, byCase[r.Cases[i].Key()]...)
	}
	shown := map[string][]said{}
	for _, g := range compare.Fold(all, entry.foldKey) {
		s := said{entry: g[0]}
		for _, e := range g[1:] {
			s.more = append(s.more, r.pairs[e[0].Case].Case())
		}
		shown[g[0][0].Case] = append(shown[g[0][0].Case], s)
	}
	var out [][]said
	for i := range r.Cases {
		if s := shown[r.Cases[i].Key()]; len(s) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// unchanged counts the cases without findings.
func (r *Report) unchanged() int {
	found := map[string]bool{}
	for _, f := range r.Findings {
		found[f.Case] = true
	}
	return len(r.Cases) - len(found)
}

// foldKey is an entry's key for compare.Fold: a change by the same amount, with
// the same verdict and the same explanation.
func (e entry) foldKey() (same string, parts []string) {
	for _, f := range e {
		text := f.Text
		switch {
		case f.Kind == Changed:
			text = quantity.Signed(f.newN - f.oldN)
		case f.Kind == Note:
			text = f.What
		}
		same += fmt.Sprintf("%s %s %s %s %s %p %q\n", f.Kind, f.mark(), f.What, f.Phase, text, f.Accepted, f.end())
	}
	if e[0].item != nil {
		s, parts := e[0].item.Same()
		return same + s, parts
	}
	return same, nil
}

// end is a failure's explanation: two cases end the same only where it is.
func (f *Finding) end() []string {
	if f.Kind != Outcome {
		return nil
	}
	return f.Explain
}

// lines say where an entry comes from, and where else.
func (s *said) lines(r *Report) []string {
	var out []string
	for _, f := range s.entry {
		if len(f.Explain) > 0 {
			out = f.Explain
		}
	}
	if same := compare.SameIn(r.pairs[s.entry[0].Case].Case(), s.more); same != "" {
		out = append(slices.Clone(out), same)
	}
	return out
}

func (f *Finding) mark() string {
	switch {
	case f.Accepted != nil:
		return "accepted"
	case f.Kind == Note:
		return "note"
	case f.Verdict == "":
		return string(f.Kind)
	}
	return f.Verdict
}

// WriteText writes the report for a terminal.
func (r *Report) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, r.verdict())
	if len(r.Causes) > 0 {
		fmt.Fprintln(b, "\n"+compare.CausesTitle(len(r.Findings) > 0))
	}
	for _, c := range r.Causes {
		fmt.Fprintf(b, "  %s\n", c)
	}
	for _, es := range r.entries() {
		fmt.Fprintf(b, "\n%s\n", es[0].entry[0].Case)
		for _, e := range es {
			for _, f := range e.entry {
				fmt.Fprintf(b, "  %-8s  %s\n", f.mark(), f.Text)
				if f.Accepted != nil {
					fmt.Fprintf(b, "            accepted by %s: %s\n", f.Accepted.By, f.Accepted.Reason)
				}
			}
			for _, line := range e.lines(r) {
				fmt.Fprintf(b, "            %s\n", line)
			}
		}
		for _, line := range r.pairs[es[0].entry[0].Case].Unchanged() {
			fmt.Fprintf(b, "  %s\n", line)
		}
	}
	if same := r.unchanged(); same > 0 && len(r.Findings) > 0 {
		fmt.Fprintf(b, "\n%d of %d cases unchanged\n", same, len(r.Cases))
	}
	if len(r.Stale) > 0 {
		fmt.Fprintln(b)
	}
	for _, a := range r.Stale {
		fmt.Fprintf(b, "warning: %s matches nothing any more: remove it\n", stale(a))
	}
	for i, a := range r.advice() {
		if i == 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintln(b, a)
	}
	return b.Flush()
}

func stale(a Accept) string {
	return fmt.Sprintf("%s (%s, %s, %s -> %s)", a.Source, a.Case, a.Metric, a.From, a.To)
}
