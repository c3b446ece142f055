package fault

import (
	"fmt"
	"io"
	"text/tabwriter"

	"tlslab/internal/quantity"
)

// Most findings, and most errors of a kind, that are printed; the file has all.
const (
	mostListed = 40
	mostErrors = 12
)

// Print prints a campaign for people.
func Print(w io.Writer, f *File) error {
	drawn := ""
	if f.Runs < f.Possible {
		drawn = fmt.Sprintf(" (drawn from %s)", quantity.Count(int64(f.Possible)))
	}
	fmt.Fprintf(w, "%s, %s, %s: %s runs%s, %d findings\n", f.Scenario, f.Config, f.Core, quantity.Count(int64(f.Runs)), drawn, len(f.Findings))
	g := f.Golden
	fmt.Fprintf(w, "without a fault: %s wasm-ops, %d allocations, %d calls for entropy, %d of the calendar clock, %d of the monotonic; %s from the client, %s from the server\n\n",
		quantity.Count(int64(g.Ops)), g.Allocs, g.EntropyCalls, g.RTCCalls, g.ClockCalls, quantity.Bytes(g.ClientB), quantity.Bytes(g.ServerB))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "fault\truns\t")
	var shown []string
	for i, v := range Verdicts {
		seen := i < 2
		for _, k := range f.Kinds {
			seen = seen || k.Verdicts[v] > 0
		}
		if seen {
			shown = append(shown, v)
			fmt.Fprintf(t, "%s\t", v)
		}
	}
	fmt.Fprintln(t)
	for _, k := range f.Kinds {
		fmt.Fprintf(t, "%s\t%d\t", k.Kind, k.Runs)
		for _, v := range shown {
			fmt.Fprintf(t, "%d\t", k.Verdicts[v])
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := printCounts(w, "clean errors", f.Errors, ""); err != nil {
		return err
	}
	if f.Misnamed > 0 {
		fmt.Fprintf(w, "%s of them were failed allocations, and the error does not say so\n", quantity.Count(int64(f.Misnamed)))
	}
	if err := printCounts(w, "connected, and why that is right", f.Connected, ": "); err != nil {
		return err
	}
	if len(f.Findings) > 0 {
		fmt.Fprintln(w, "\nfindings, and what runs one again")
	}
	for i, x := range f.Findings {
		if i == mostListed {
			fmt.Fprintf(w, "  and %d more in the file\n", len(f.Findings)-mostListed)
			break
		}
		fmt.Fprintf(w, "  %s: %s in %s: %s\n    %s\n", x.ID, x.Verdict, x.Phase, x.Detail, x.Command)
	}
	return nil
}

func printCounts(w io.Writer, title string, list []Count, why string) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s\n", title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	kind, listed, more, moreRuns := "", 0, 0, 0
	rest := func() {
		if more > 0 {
			fmt.Fprintf(t, "  %s\t%d\t%d other errors\n", kind, moreRuns, more)
		}
	}
	for _, c := range list {
		if c.Kind != kind {
			rest()
			kind, listed, more, moreRuns = c.Kind, 0, 0, 0
		}
		if listed++; listed > mostErrors {
			more, moreRuns = more+1, moreRuns+c.Runs
			continue
		}
		text := c.What
		if c.Phase != "" {
			text += " in " + string(c.Phase)
		}
		if c.Why != "" {
			text += why + c.Why
		}
		fmt.Fprintf(t, "  %s\t%d\t%s\n", c.Kind, c.Runs, text)
	}
	rest()
	return t.Flush()
}

// PrintRun prints one run.
func PrintRun(w io.Writer, r Result) {
	fmt.Fprintf(w, "%s: %s\n", r.Fault, r.Verdict.Name)
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-10s %s\n", name, text)
		}
	}
	strikes := string(r.Site.Phase)
	if r.Fault.From != "" && r.Fault.At != All {
		strikes = describe(r.Site)
	}
	line("strikes", strikes)
	if r.Outcome.Error != "" {
		line("error", r.Outcome.Error+" in "+string(r.Outcome.Phase))
	}
	line("its peer", r.Outcome.PeerError)
	if r.Verdict.Rule != "" {
		line("rule", r.Verdict.Rule+": "+Why(r.Verdict.Rule))
	}
	line("detail", r.Verdict.Detail)
	if r.Outcome.Joined {
		line("from here", "the same as without a fault")
	}
}
