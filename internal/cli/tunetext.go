package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"text/tabwriter"

	"tlslab/bench/results"
	"tlslab/bench/results/tuned"
	"tlslab/bench/study/tune"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/wrap"
)

// writeTuned prints the result of a search.
func writeTuned(w io.Writer, f *tuned.File, red func(string) string) error {
	fmt.Fprintf(w, "%s of %s, %s; %d candidates measured\n", f.Config, f.Profile, strings.Join(f.Scenarios, ", "), f.Tried)
	fmt.Fprintln(w, "\nsteps (each measured alone at its round's start):")
	marked := false
	for _, st := range f.Steps {
		if st.Kept {
			text := f.Text(st)
			marked = marked || strings.Contains(text, results.Drawn)
			wrap.Hang(w, fmt.Sprintf("  %d  ", st.Round), st.Move+": "+text)
		}
	}
	fmt.Fprintf(w, "and %d changes that were not kept, with the reason of each in tune.json\n", len(f.Steps)-kept(f.Steps))
	writeTunedFront(w, f)
	fmt.Fprintln(w, "\nfrom start to chosen:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, q := range tune.Quantities {
		a, b := f.Start.Metrics[q.Name], f.Chosen.Metrics[q.Name]
		by := f.Change(q, b)
		marked = marked || strings.Contains(by, results.Drawn)
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t\n", q.Metric, quantity.Count(a), quantity.Count(b), by)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if marked {
		fmt.Fprintf(w, "  %s: no more than random draws make\n", results.Drawn)
	}
	fmt.Fprintln(w, "\nproof: the chosen configuration in every scenario")
	for _, c := range f.Proof {
		wrap.Hang(w, "  ", fmt.Sprintf("%s, %s: %s%s", c.Scenario, c.Machine, c.Outcome, refuses(&c)))
		for _, name := range metric.In(metric.InProof) {
			if v, ok := c.Metrics[name]; ok {
				fmt.Fprintf(w, "    %-20s %s\n", name, quantity.Count(v))
			}
		}
	}
	if v := f.Served; v != nil {
		wrap.Hang(w, "  ", fmt.Sprintf("%s as %s (%d connections): %s%s; in this conversation, not the same in the next:", v.Server, v.Hostname, v.Connections, v.Chosen.Outcome, refuses(&v.Chosen)))
		for _, name := range metric.In(metric.InServed) {
			if n, ok := v.Chosen.Metrics[name]; ok {
				fmt.Fprintf(w, "    %-20s %s (the start %s)\n", name, quantity.Count(n), quantity.Count(v.Start.Metrics[name]))
			}
		}
		for _, line := range v.Untried {
			wrap.Hang(w, "    not tried: ", line)
		}
	}
	for _, loss := range f.Losses {
		fmt.Fprintln(w, red("  gives up: "+loss))
	}
	if len(f.Without) > 0 {
		fmt.Fprintln(w)
		wrap.Hang(w, "", fmt.Sprintf("protections of the library's default that %s does not have, and neither has the result:", f.Config))
		for _, line := range f.Without {
			wrap.Hang(w, "  ", line)
		}
	}
	return writeUnshown(w, f.Unshown)
}

// differsMost is how many changes against the chosen point a line has.
const differsMost = 3

// writeTunedFront prints the front, and what on it is smaller than the choice,
// with the reason that it was passed over.
func writeTunedFront(w io.Writer, f *tuned.File) {
	fmt.Fprintf(w, "\nPareto front: %d points, with what each changes against the chosen one:\n", len(f.Front))
	row := func(of func(tuned.Quantity) string, words string) {
		var numbers strings.Builder
		for _, q := range tune.Quantities {
			fmt.Fprintf(&numbers, "%*s", map[bool]int{true: 15, false: 10}[q.Computes()], of(q))
		}
		wrap.Hang(w, numbers.String()+"  ", words)
	}
	row(func(q tuned.Quantity) string { return q.Name }, "")
	left := 0
	for i, p := range f.Front {
		if i >= frontMost && !maps.Equal(p.Metrics, f.Chosen.Metrics) {
			left++
			continue
		}
		row(func(q tuned.Quantity) string { return quantity.Count(p.Metrics[q.Name]) }, some(p.Differs, ", ", differsMost))
	}
	if left > 0 {
		fmt.Fprintf(w, "and %d more in tune.json\n", left)
	}
	for i, p := range f.PassedOver {
		if i == passedMost {
			fmt.Fprintf(w, "and %d more were passed over, with the reason of each in tune.json\n", len(f.PassedOver)-i)
			break
		}
		wrap.Hang(w, "passed over: ", fmt.Sprintf("%s of %s: it %s; --budget %s permits it",
			quantity.Bytes(p.Metrics[f.Minimise]), f.Minimise, p.Why, p.Budget))
	}
}

// passedMost is how many of the points passed over are listed.
const passedMost = 3

// some are the first of a list in words, and how many more there are.
func some(text, between string, most int) string {
	words := strings.Split(text, between)
	if more := len(words) - most; more > 1 {
		words = append(words[:most], fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, between)
}

// refuses says which bad certificates a case refuses.
func refuses(c *results.Case) string {
	var names []string
	for _, k := range c.Checks {
		if k.Refused {
			names = append(names, k.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; refuses " + strings.Join(names, ", ")
}

func kept(steps []tuned.Step) int {
	n := 0
	for _, s := range steps {
		if s.Kept {
			n++
		}
	}
	return n
}

// red marks what must not be overlooked, on a terminal.
func red(w io.Writer) func(string) string {
	if p, ok := w.(*printed); ok {
		w = p.Writer
	}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" {
			return func(s string) string { return "\x1b[31m" + s + "\x1b[0m" }
		}
	}
	return func(s string) string { return s }
}

// writeUnshown prints what no scenario showed to be unneeded, and how to show it.
func writeUnshown(w io.Writer, list []tuned.Unshown) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nmade smaller, though no scenario shows that your server does without it:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, u := range list {
		fmt.Fprintf(t, "  %s %s\t%s\n", u.Option, u.Change, u.Asks)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	wrap.Hang(w, "", "The right column is what a scenario has to say to ask for it. "+
		"Write one that is like your server (profiles/README.md), name it in your profile, and search again.")
	return nil
}
