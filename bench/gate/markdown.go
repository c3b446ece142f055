package gate

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// commentRows bounds the table of a pull request comment: hosts refuse comments
// over 64 KiB, and nobody reads that many rows. The text report has them all.
const commentRows = 100

// WriteMarkdown writes the report as a pull request comment.
func (r *Report) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	word := "passed"
	if r.Failed() {
		word = "failed"
	}
	fmt.Fprintf(b, "### Footprint gate %s: %s\n\n", word, md(r.Profile))
	fmt.Fprintf(b, "%d exact numbers of %d cases compared", r.Compared, len(r.Cases))
	if t := r.tally(); t != "" {
		fmt.Fprintf(b, ": **%s**", t)
	}
	fmt.Fprint(b, ".\n")
	if len(r.Causes) > 0 {
		title := "Produced differently, with the same numbers:"
		if len(r.Findings) > 0 {
			title = "Produced differently, the likely cause:"
		}
		fmt.Fprintf(b, "\n%s\n\n", title)
		for _, c := range r.Causes {
			fmt.Fprintf(b, "- %s\n", md(c))
		}
	}
	var rows []Finding
	for _, g := range r.groups() {
		rows = append(rows, g...)
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
			now += " (" + delta(f.oldN, f.newN) + ")"
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
			verdict = "**" + md(verdict) + "**"
		} else {
			verdict = md(verdict)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", md(f.Config), md(f.Scenario), md(what), md(f.Old), md(now), verdict)
	}
	if more := len(rows) - commentRows; more > 0 {
		fmt.Fprintf(b, "\n%d more rows are in the text report.\n", more)
	}
	r.details(b, rows)
	for _, a := range r.Stale {
		fmt.Fprintf(b, "\nWarning: %s matches nothing any more: remove it.\n", md(stale(a)))
	}
	for _, a := range r.advice() {
		fmt.Fprintf(b, "\n%s\n", a)
	}
	return b.Flush()
}

func (r *Report) details(b *bufio.Writer, rows []Finding) {
	open := false
	for _, f := range rows[:min(len(rows), commentRows)] {
		if len(f.Explain) == 0 {
			continue
		}
		if !open {
			fmt.Fprint(b, "\n<details><summary>Where it comes from</summary>\n\n")
			open = true
		}
		fmt.Fprintf(b, "- %s, %s: %s\n", md(f.Config), md(f.Scenario), md(f.Text))
		for _, e := range f.Explain {
			fmt.Fprintf(b, "  - %s\n", md(e))
		}
	}
	if open {
		fmt.Fprint(b, "\n</details>\n")
	}
}

// md keeps names and a library's messages from being read as Markdown or HTML.
func md(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "\n", " ", "@", "&#64;").Replace(s)
}
