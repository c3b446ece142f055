package compare

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// mostLines bounds the explanations of a comment: hosts refuse comments over
// 64 KiB. The text report has all.
const mostLines = 400

// WriteMarkdown writes the report as a pull request comment.
func (r *Report) WriteMarkdown(w io.Writer, top int) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "### Comparison: %s\n", r.Verdict())
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(b, "\n%s\n\n", title)
		}
		for _, l := range lines {
			fmt.Fprintf(b, "- %s\n", Markdown(l))
		}
	}
	causes := CausesTitle(r.Differs())
	list(strings.ToUpper(causes[:1])+causes[1:], r.Causes)
	list("Note:", slices.Concat(r.Notes, r.Lacks))
	list("In all:", r.overview())
	sections, left := r.sections(top), mostLines
	for i, s := range sections {
		lines := s.lines()
		if left -= len(lines); left < 0 && i > 0 {
			fmt.Fprintf(b, "\n%s more in the text report.\n", count(len(sections)-i, "case"))
			break
		}
		fmt.Fprintf(b, "\n**%s**\n\n", Markdown(s.of.Case().Key()))
		Fence(b, lines)
	}
	return b.Flush()
}

// Fence writes lines as a block that is shown as it stands.
func Fence(w io.Writer, lines []string) {
	fmt.Fprintln(w, "```text")
	for _, l := range lines {
		// No line ends the block: a library's message may hold anything.
		fmt.Fprintln(w, strings.NewReplacer("`", "'", "\n", " ", "\r", " ").Replace(l))
	}
	fmt.Fprintln(w, "```")
}

// Markdown keeps names and a library's messages from being read as Markdown
// or HTML.
func Markdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "\n", " ", "@", "&#64;").Replace(s)
}
