package gate

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"tlslab/bench/compare"
)

// commentRows bounds the table of a pull request comment: hosts refuse comments
// over 64 KiB, and that many rows are not read. The text report has them all.
const commentRows = 100

// WriteMarkdown writes the report as a pull request comment.
func (r *Report) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	word := "passed"
	if r.Failed() {
		word = "failed"
	}
	fmt.Fprintf(b, "### Footprint gate %s: %s\n\n", word, compare.Markdown(r.Profile))
	fmt.Fprint(b, r.summary())
	if t := r.tally(); t != "" {
		fmt.Fprintf(b, ": **%s**", t)
	}
	fmt.Fprint(b, ".\n")
	if len(r.Causes) > 0 {
		title := compare.CausesTitle(len(r.Findings) > 0)
		fmt.Fprintf(b, "\n%s\n\n", strings.ToUpper(title[:1])+title[1:])
		for _, c := range r.Causes {
			fmt.Fprintf(b, "- %s\n", compare.Markdown(c))
		}
	}
	type row struct {
		Finding
		more int // further cases with the same
	}
	var rows []row
	var all []said
	for _, es := range r.entries() {
		for _, e := range es {
			all = append(all, e)
			for _, f := range e.entry {
				rows = append(rows, row{f, len(e.more)})
			}
		}
	}
	if len(rows) > 0 {
		fmt.Fprint(b, "\n| config | scenario | what | baseline | now | verdict |\n| --- | --- | --- | ---: | ---: | --- |\n")
	}
	for _, f := range rows[:min(len(rows), commentRows)] {
		what, now := f.What, f.New
		if f.Phase != "" && f.What == "phase" {
			what = "phase " + f.Phase
		} else if f.Phase != "" {
			what += " in " + f.Phase
		}
		if f.Kind == Rejection {
			what = "must reject " + f.What
		}
		if f.Kind == Note {
			what = f.Text
		}
		if f.Kind == Changed {
			now += " (" + compare.Delta(f.oldN, f.newN) + ")"
		}
		verdict := f.mark()
		switch {
		case f.Accepted != nil:
			verdict += " by " + f.Accepted.By + ": " + f.Accepted.Reason
		case f.Kind == OverBudget:
			verdict = "over budget by " + over(f.newN, f.oldN)
		case f.Kind == Missing || f.Kind == New:
			verdict = string(f.Kind)
		}
		if f.Fails {
			verdict = "**" + compare.Markdown(verdict) + "**"
		} else {
			verdict = compare.Markdown(verdict)
		}
		config := f.Config
		if f.more > 0 {
			config += fmt.Sprintf(" and %d more", f.more)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", compare.Markdown(config), compare.Markdown(f.Scenario), compare.Markdown(what), compare.Markdown(f.Old), compare.Markdown(now), verdict)
	}
	if more := len(rows) - commentRows; more > 0 {
		fmt.Fprintf(b, "\n%d more rows are in the text report.\n", more)
	}
	r.details(b, all)
	for _, a := range r.Stale {
		fmt.Fprintf(b, "\nWarning: %s matches nothing any more: remove it.\n", compare.Markdown(stale(a)))
	}
	for _, a := range r.advice() {
		fmt.Fprintf(b, "\n%s\n", a)
	}
	return b.Flush()
}

// details explain the entries, folded away.
func (r *Report) details(b *bufio.Writer, all []said) {
	open := false
	for _, e := range all[:min(len(all), commentRows)] {
		lines := e.lines(r)
		if len(lines) == 0 {
			continue
		}
		if !open {
			fmt.Fprint(b, "\n<details><summary>Where it comes from</summary>\n")
			open = true
		}
		f := e.entry[0]
		texts := make([]string, len(e.entry))
		for i, f := range e.entry {
			texts[i] = f.Text
		}
		fmt.Fprintf(b, "\n%s, %s: %s\n\n", compare.Markdown(f.Config), compare.Markdown(f.Scenario), compare.Markdown(strings.Join(texts, "; ")))
		compare.Fence(b, lines)
	}
	if open {
		fmt.Fprint(b, "\n</details>\n")
	}
}
