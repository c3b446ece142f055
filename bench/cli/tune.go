package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"tlslab/bench"
	"tlslab/bench/results"
	"tlslab/bench/tune"
	"tlslab/bench/tuned"
	"tlslab/core/options"
	"tlslab/internal/quantity"
	"tlslab/profiles"
	"tlslab/profiles/strict"
)

// ticksMost is how many times the start's ticks a tuned configuration may take
// where no budget says otherwise: small and unusably slow is no answer.
const ticksMost = 2

func newTune(s *settings) *cobra.Command {
	var minimise, budget, floor, config, coreName string
	var server, ca, hostname, rtc string
	var connections int
	var scenarios, names []string
	var jobs int
	var noPlots bool
	cmd := &cobra.Command{
		Use:   "tune PROFILE",
		Short: "Find the smallest configuration that still connects and still refuses",
		Long: "Searches the options of a configuration for the least flash, heap, RAM or ticks\n" +
			"within budgets. Every candidate that is kept connects in every scenario of the\n" +
			"profile and refuses every bad certificate of the security floor; options whose\n" +
			"loss weakens security stay as they are.\n" +
			"  strict  every must-reject try is refused\n" +
			"  manual  what the RT-Thread manual permits may go: dates and key usage are not\n" +
			"          checked; each loss is printed in red\n" +
			"Writes OUT/PROFILE/tune.json and OUT/PROFILE/tune/ (config.h, results, figures).\n" +
			"What was measured is kept: an interrupted search goes on where it stopped.\n" +
			"Exit status 1 when the budgets can't be met; the closest point is printed.\n\n" +
			"With --server what is kept must also connect to a real server over TCP, with the\n" +
			"suite and keys of one scenario (-S), and refuse it under a wrong name, with other\n" +
			"roots, and before and after its certificates' time. Numbers come from the\n" +
			"reference server all the same, as they must repeat; what the real conversations\n" +
			"took is told beside them. The guest's random numbers are seeded: anyone can compute\n" +
			"the keys of such a connection. Exit status 1 when the server is no longer there;\n" +
			"what was found until then is in OUT/PROFILE/tune-unfinished.json.",
		Example: "  tlslab tune imxrt1052 -S rsa-aes256-cbc-sha256 --minimise flash\n" +
			"  tlslab tune imxrt1052 -S psk-aes128-ccm8 --minimise ticks --budget heap=6KiB,flash=30KiB",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			goal, err := goalOf(minimise, budget)
			if err != nil {
				return err
			}
			if floor != floorStrict && floor != floorManual {
				return strict.Unknown("floor", floor, []string{floorStrict, floorManual})
			}
			p, err := s.load(ctx, args[0], coreName)
			if err != nil {
				return err
			}
			if err := chooseScenarios(p, scenarios); err != nil {
				return err
			}
			for _, f := range []string{"ca", "hostname", "rtc", "connections"} {
				if cmd.Flags().Changed(f) && server == "" {
					return fmt.Errorf("--%s: is for a real server; name one with --server HOST:PORT", f)
				}
			}
			base, err := p.Config(config)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, cmp.Or(coreName, p.Core))
			if err != nil {
				return err
			}
			defer l.close()
			t, err := newTuneLab(l, p, base)
			if err != nil {
				return err
			}
			t.refuse, t.jobs = floorChecks(floor), jobs
			if t.jobs <= 0 {
				t.jobs = bench.Workers()
			}
			if server != "" {
				t.held = tune.Goal{Budgets: slices.Clone(goal.Budgets)}
				if t.served, err = newServed(t, server, ca, hostname, rtc, connections); err != nil {
					return err
				}
			}
			cat, err := options.Load(l.Source)
			if err != nil {
				return err
			}
			if cat, err = cat.Only(names); err != nil {
				return err
			}
			bar := progress(s.stderr, -1, "tuning "+p.Name)
			t.done = func(n int) { bar.Add(n) }
			start, said := t.raised(tune.Point{ARM: p.Compiler.ARM, CA: t.scenarios[0].CAFormat})
			s.print(bar, said)
			if !goal.Has("ticks") {
				first, err := t.measure(ctx, []tune.Point{start}, false)
				if err != nil {
					return err
				}
				if m := first[0].Metrics; m != nil {
					goal.Limit("ticks", ticksMost*m[results.HandshakeOps])
					s.print(bar, []string{fmt.Sprintf("ticks may be at most %d times the start's; --budget ticks=any lifts that", ticksMost)})
				}
			}
			tuner := tune.Tuner{Goal: *goal, Space: t.space(cat, floor, p.Compiler), Measure: t.measure,
				Say: func(line string) { s.print(bar, []string{line}) }}
			out, err := tuner.Run(ctx, start)
			bar.Finish()
			if err != nil {
				if t.served != nil && out != nil {
					err = errors.Join(err, t.unfinished(ctx, s, out, goal, floor, said, err))
				}
				return err
			}
			return t.finish(ctx, s, out, goal, floor, said, cat, noPlots)
		},
	}
	cmd.Flags().StringVar(&minimise, "minimise", "flash", "what to make small: flash, heap, ram or ticks")
	cmd.Flags().StringVar(&budget, "budget", "", "most allowed, kept before anything is minimised: heap=12KiB,flash=64KiB,ticks=200M,ram=20000; NAME=any for no limit")
	cmd.Flags().StringVar(&floor, "floor", floorStrict, "security floor: strict or manual")
	cmd.Flags().StringVar(&config, "config", "", "configuration to start from (default: the profile's last)")
	cmd.Flags().StringArrayVarP(&scenarios, "scenario", "S", nil, "scenario that must connect; repeatable (default: all of the profile)")
	cmd.Flags().StringArrayVar(&names, "option", nil, "try these options alone; repeatable (default: all of the catalogue)")
	cmd.Flags().StringVar(&coreName, "core", "", "TLS library: "+peerCore+", dir:PATH or tar:PATH (default: the profile's)")
	cmd.Flags().IntVar(&jobs, "jobs", 0, "cases measured at one time (default: by cores and memory)")
	cmd.Flags().StringVar(&server, "server", "", "HOST:PORT of a real server that what is kept must connect to as well")
	cmd.Flags().StringVar(&ca, "ca", "", "PEM file of the roots to trust of it (default: the scenario's own)")
	cmd.Flags().StringVar(&hostname, "hostname", "", "name its certificate must have (default: HOST, or the test certificates' without --ca)")
	cmd.Flags().StringVar(&rtc, "rtc", "", "what the guest's calendar clock says to it, RFC 3339 (default: now)")
	cmd.Flags().IntVar(&connections, "connections", servedConnections, "connections made to it at most")
	cmd.Flags().BoolVar(&noPlots, "no-plots", false, "write no figures")
	return cmd
}

func goalOf(minimise, budget string) (*tune.Goal, error) {
	q, err := tune.ParseQuantity(minimise)
	if err != nil {
		return nil, err
	}
	budgets, err := tune.ParseBudgets(budget)
	return &tune.Goal{Minimise: q, Budgets: budgets}, err
}

// print tells of progress above the bar.
func (s *settings) print(bar *progressbar.ProgressBar, lines []string) {
	for _, line := range lines {
		bar.Clear()
		s.say(line)
	}
}

// writeTuned prints what a search came to.
func writeTuned(w io.Writer, f *tuned.File, red func(string) string) error {
	fmt.Fprintf(w, "%s of %s, %s; %d candidates measured\n", f.Config, f.Profile, strings.Join(f.Scenarios, ", "), f.Tried)
	fmt.Fprintln(w, "\nsteps (each measured alone at its round's start):")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, st := range f.Steps {
		if st.Kept {
			fmt.Fprintf(t, "  %d\t%s\t%s\n", st.Round, st.Move, st.Text(f.Start.Metrics))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "and %d changes that were not kept, with the reason of each in tune.json\n", len(f.Steps)-kept(f.Steps))
	fmt.Fprintf(w, "\nPareto front: %d points\n", len(f.Front))
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, q := range tune.Quantities {
		fmt.Fprint(t, "\t"+q.Name)
	}
	fmt.Fprintln(t, "\t")
	for i, p := range f.Front {
		if i == frontMost {
			break
		}
		for _, q := range tune.Quantities {
			fmt.Fprint(t, "\t"+quantity.Count(p.Metrics[q.Name]))
		}
		fmt.Fprintln(t, "\t  "+p.Differs)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if n := len(f.Front) - frontMost; n > 0 {
		fmt.Fprintf(w, "and %d more in tune.json\n", n)
	}
	fmt.Fprintln(w, "\nfrom start to chosen:")
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, q := range tune.Quantities {
		a, b := f.Start.Metrics[q.Name], f.Chosen.Metrics[q.Name]
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t\n", q.Metric, quantity.Count(a), quantity.Count(b), quantity.Change(a, b))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nproof: the chosen configuration in every scenario")
	for _, c := range f.Proof {
		fmt.Fprintf(w, "  %s, %s: %s%s\n", c.Scenario, c.Machine, c.Outcome, refuses(&c))
		for _, name := range []string{results.ROM, results.Static, results.HeapPeak, results.HeapMin, results.StackPeak, results.RAMPeak, results.HandshakeOps, results.HandshakeInsns, results.EstHandshakeUS} {
			if v, ok := c.Metrics[name]; ok {
				fmt.Fprintf(w, "    %-20s %s\n", name, quantity.Count(v))
			}
		}
	}
	if v := f.Served; v != nil {
		fmt.Fprintf(w, "  %s as %s (%d connections): %s%s; in this conversation, not the same in the next:\n", v.Server, v.Hostname, v.Connections, v.Chosen.Outcome, refuses(&v.Chosen))
		for _, name := range []string{results.ROM, results.HeapPeak, results.HandshakeOps, results.Wire} {
			if n, ok := v.Chosen.Metrics[name]; ok {
				fmt.Fprintf(w, "    %-20s %s (the start %s)\n", name, quantity.Count(n), quantity.Count(v.Start.Metrics[name]))
			}
		}
		for _, line := range v.Untried {
			fmt.Fprintln(w, "    not tried: "+line)
		}
	}
	for _, loss := range f.Losses {
		fmt.Fprintln(w, red("  gives up: "+loss))
	}
	if len(f.Without) > 0 {
		fmt.Fprintf(w, "\nprotections of the library's default that %s does not have, and neither has the result:\n", f.Config)
		for _, line := range f.Without {
			fmt.Fprintln(w, "  "+line)
		}
	}
	fmt.Fprintln(w, "\nproven for these scenarios alone: record sizes, chains and suites of another server may need more.")
	return nil
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

// red marks what nobody may overlook, on a terminal.
func red(w io.Writer) func(string) string {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" {
			return func(s string) string { return "\x1b[31m" + s + "\x1b[0m" }
		}
	}
	return func(s string) string { return s }
}

// tuneDir is where a search's files go beside tune.json.
func (s *settings) tuneDir(p *profiles.Profile) string {
	return filepath.Join(s.outDir, p.Name, "tune")
}

// weakening are the options on by the core's default whose absence weakens,
// and that a configuration does not have.
func weakening(cat *options.Catalogue, macros map[string]string) []string {
	var out []string
	for _, o := range cat.Options() {
		name := profiles.Short(o.Name)
		_, has := macros[name]
		_, matters := macros[o.With]
		_, instead := macros[o.Or]
		if o.Kind == options.Flag && o.On && o.Weakens != "" && !has && !instead && (o.With == "" || matters) {
			out = append(out, name+": "+o.Weakens)
		}
	}
	slices.Sort(out)
	return out
}
