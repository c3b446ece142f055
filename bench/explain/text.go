package explain

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tlslab/core"
	"tlslab/internal/iana"
	"tlslab/internal/wrap"
)

// Write prints entries for people. has says whether the core has an option:
// others are left out, another core needs them.
func (d *Dictionary) Write(w io.Writer, entries []Entry, has func(option string) bool) {
	for i, e := range entries {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, d.heading(e))
		line := func(what, text string) {
			if text != "" {
				for i, part := range wrap.Lines(text, width-indent-hanging) {
					if i > 0 {
						what, part = "", strings.Repeat(" ", hanging)+part
					}
					fmt.Fprintf(w, "  %-14s %s\n", what, part)
				}
			}
		}
		if e.Word.Kind == Outcome {
			line("means", e.Word.Says)
		} else {
			who := d.Library + " says"
			if e.Core != "" {
				who = "header says"
			}
			line(who, says(e.Word))
		}
		list := func(what string, texts []string) {
			for _, t := range texts {
				line(what, t)
				what = ""
			}
		}
		list("usual causes", e.Advice.Causes)
		if len(e.Advice.Causes) == 0 {
			line("usual causes", "none is written down here")
		}
		list("what helps", e.Advice.Do)
		var options []string
		for _, o := range slices.Sorted(maps.Keys(e.Advice.Options)) {
			if has(o) {
				options = append(options, fmt.Sprintf("%s: %s (tlslab%soptions%s%s)", o, e.Advice.Options[o], wrap.NoBreak, wrap.NoBreak, o))
			}
		}
		list("options", options)
		if e.Advice.Manual != "" {
			line("the manual", "section "+e.Advice.Manual)
		}
	}
}

// A line's width, and what stands before its text, characters.
const (
	width   = 80
	indent  = 17
	hanging = 2 // of a text's later lines, so that the next one is distinguished
)

// heading is a word's name with its value as logs show it, and the release that has
// it where it is another one.
func (d *Dictionary) heading(e Entry) string {
	if e.Core != "" {
		return d.named(e) + "  (" + d.Library + " " + e.Core + ")"
	}
	return d.named(e)
}

func (d *Dictionary) named(e Entry) string {
	switch e.Word.Kind {
	case core.ErrorCode:
		return fmt.Sprintf("%s  -0x%04X, %d", e.Word.Name, e.Word.Value, -int64(e.Word.Value))
	case core.PSAStatus:
		return fmt.Sprintf("%s  %d", e.Word.Name, -int64(e.Word.Value))
	case core.VerifyFlag:
		return fmt.Sprintf("%s  verify flag 0x%02x", d.names.Spelt(e.Word), e.Word.Value)
	case core.AlertCode:
		return fmt.Sprintf("%s  alert %d, %s", e.Word.Name, e.Word.Value, iana.Alert(byte(e.Word.Value)))
	}
	return fmt.Sprintf("%s  %s", e.Word.Name, e.Word.Kind)
}

// says is the core's own words and where they stand.
func says(w core.ErrorWord) string {
	if w.Says == "" {
		return "no more than its name (" + w.Header + ")"
	}
	return fmt.Sprintf("%s (%s)", strings.TrimSpace(w.Says), w.Header)
}
