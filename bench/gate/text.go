package gate

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// verdict is the report's first line.
func (r *Report) verdict() string {
	word := "ok"
	if r.Failed() {
		word = "FAILED"
	}
	s := fmt.Sprintf("gate %s: %s: %d exact numbers of %d cases compared", r.Profile, word, r.Compared, len(r.Cases))
	if t := r.tally(); t != "" {
		s += ": " + t
	}
	return s
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
	out := []string{fmt.Sprintf("If the changes are meant: `%s` rewrites the baseline (commit it with the reason), or name each in the accept file.", r.Update)}
	for _, f := range r.Findings {
		if f.Kind == OverBudget {
			out = append(out, "A budget is raised in the profile, not here.")
			break
		}
	}
	return out
}

// groups are the findings of each case, in order.
func (r *Report) groups() [][]Finding {
	byCase := map[string][]Finding{}
	for _, f := range r.Findings {
		byCase[f.Case] = append(byCase[f.Case], f)
	}
	var out [][]Finding
	for _, key := range keysOf(byCase) {
		out = append(out, byCase[key])
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
	if len(r.Causes) > 0 && len(r.Findings) > 0 {
		fmt.Fprintln(b, "\nproduced differently, the likely cause:")
	} else if len(r.Causes) > 0 {
		fmt.Fprintln(b, "\nproduced differently, with the same numbers:")
	}
	for _, c := range r.Causes {
		fmt.Fprintf(b, "  %s\n", c)
	}
	for _, g := range r.groups() {
		fmt.Fprintf(b, "\n%s\n", g[0].Case)
		for _, f := range g {
			fmt.Fprintf(b, "  %-8s  %s\n", f.mark(), f.Text)
			for _, e := range f.Explain {
				fmt.Fprintf(b, "            %s\n", e)
			}
			if f.Accepted != nil {
				fmt.Fprintf(b, "            accepted by %s: %s\n", f.Accepted.By, f.Accepted.Reason)
			}
		}
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
