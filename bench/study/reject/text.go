package reject

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"tlslab/bench/results"
)

// WriteText prints a table a report, and under it who is to blame for what was
// accepted.
func (f *File) WriteText(w io.Writer) error {
	for i, r := range f.Reports {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s, %s, %s\n", r.Config, r.Scenario, r.Core)
		if r.Skipped != "" {
			fmt.Fprintf(w, "  %s\n", r.Skipped)
			continue
		}
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "  try\tverdict\thow\twhere")
		for _, v := range r.Verdicts {
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", v.Try, v.word(), v.ending(), v.Phase)
		}
		if err := t.Flush(); err != nil {
			return err
		}
		for _, v := range r.Verdicts {
			if text := v.blamed(); text != "" {
				fmt.Fprintf(w, "  %s: %s\n", v.Try, text)
			}
		}
	}
	return nil
}

// word is the verdict, marked where it had to be another.
func (v *Verdict) word() string {
	if v.Bad() {
		return v.Verdict + " !"
	}
	return v.Verdict
}

// ending names the error that a try ended with.
func (v *Verdict) ending() string {
	switch v.Verdict {
	case Accepted, NoEffect, NotApplicable:
		return "-"
	case Caught:
		return results.ShortError(v.Peer) + " at the server"
	}
	return results.ShortError(v.Outcome)
}

// blamed says what decides a try that was accepted.
func (v *Verdict) blamed() string {
	if v.Verdict != Accepted {
		return ""
	}
	var out []string
	for _, b := range v.Blame {
		with := b.Option + "=" + b.Value
		if b.Call != "" {
			with = b.Call
		}
		if len(b.Along) > 0 {
			with += " (and " + strings.Join(b.Along, ", ") + ")"
		}
		out = append(out, with+" refuses it: "+results.ShortError(b.Outcome))
	}
	switch {
	case len(out) > 0:
		return strings.Join(out, "; ")
	case v.Otherwise != "":
		return "no option decides it; " + v.Otherwise
	}
	return "no option that was tried decides it"
}
