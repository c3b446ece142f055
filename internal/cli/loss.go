package cli

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results/losscurve"
	"tlslab/bench/study/loss"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/plots"
)

// mostSeeds bounds --seeds; ten thousand handshakes with certificates take an
// hour.
const mostSeeds = 10_000

func newLoss(s *settings) *cobra.Command {
	var sel selection
	var rates string
	var seeds int
	cmd := &cobra.Command{
		Use:   "loss PROFILE",
		Short: "Measure how DTLS handshakes cope with loss, over many seeds of the wire",
		Long: "Runs a configuration in the profile's DTLS scenarios, at each rate of loss and\n" +
			"with each seed of the wire. Prints how many runs completed (handshake, request\n" +
			"and answer) and the handshake's virtual time, which is that of the wire and its\n" +
			"timers; computing takes none. Runs that did not complete are explained by their\n" +
			"flights. The scenario sets the timers and what else goes wrong (reorder_pct,\n" +
			"duplicate_pct).\n\n" +
			"Writes OUT/PROFILE/loss.json and the figure.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			pcts, err := parseRates(rates)
			if err != nil {
				return err
			}
			if seeds < 1 || seeds > mostSeeds {
				return fmt.Errorf("--seeds %d: not in 1..%d", seeds, mostSeeds)
			}
			plan, err := s.plan(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			p := plan.Profile
			jobs, err := lossJobs(plan, &sel)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, sel.coreOf(p))
			if err != nil {
				return err
			}
			defer l.close()
			f := &losscurve.File{Schema: losscurve.Schema, Profile: p.Name}
			bar := progress(s.stderr, len(jobs)*len(pcts)*seeds, "handshakes")
			for _, j := range jobs {
				c, err := loss.Loss(ctx, l.Lab, plan, j, pcts, seeds, cmp.Or(sel.jobs, measure.Workers()), func(n int) { bar.Add(n) })
				if err != nil {
					return err
				}
				f.Curves = append(f.Curves, *c)
			}
			bar.Finish()
			dir := filepath.Join(s.outDir, p.Name)
			if err := losscurve.Write(dir, f); err != nil {
				return err
			}
			if err := printLoss(s.stdout, f); err != nil {
				return err
			}
			drawn, err := plots.RenderLoss(dir, f)
			for _, name := range append([]string{filepath.Join(dir, losscurve.Name)}, drawn...) {
				s.say("wrote " + name)
			}
			return err
		},
	}
	sel.flags(cmd, extent{config: last, scenario: "all with datagrams that the library speaks", jobs: true, machine: metric.WASM, machines: []metric.Machine{metric.WASM}})
	cmd.Flags().StringVar(&rates, "loss", "0,5,10,15,20,25,30", "rates of loss, percent each way, separated by commas")
	cmd.Flags().IntVar(&seeds, "seeds", 200, "seeds of the wire, from 1 on")
	return cmd
}

// parseRates reads --loss.
func parseRates(list string) ([]int, error) {
	var pcts []int
	for text := range strings.SplitSeq(list, ",") {
		pct, err := strconv.Atoi(text)
		switch {
		case err != nil || pct < 0 || pct > 100:
			return nil, fmt.Errorf("--loss: %q: not a whole number of percent in 0..100", text)
		case slices.Contains(pcts, pct):
			return nil, fmt.Errorf("--loss: %d is there twice", pct)
		}
		pcts = append(pcts, pct)
	}
	return pcts, nil
}

// lossJobs are the jobs of one configuration: in one scenario, or in all that
// have datagrams.
func lossJobs(plan *lab.Plan, sel *selection) ([]*lab.Job, error) {
	jobs, err := sel.jobsOf(plan)
	if err != nil || len(sel.scenarios) > 0 {
		return jobs, err
	}
	jobs = slices.DeleteFunc(jobs, func(j *lab.Job) bool { return !j.Scenario.Datagram() || j.Lacks != "" })
	if len(jobs) == 0 {
		return nil, fmt.Errorf("profile %s: none of its scenarios has datagrams (protocol dtls1.0 or dtls1.2); profile dtls has", plan.Profile.Name)
	}
	return jobs, nil
}

// printLoss prints a table a curve, and what did not complete.
func printLoss(w io.Writer, f *losscurve.File) error {
	for i, c := range f.Curves {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s, %s, %s; timers %s to %s, reordered %d %%, duplicated %d %%\n", c.Config, c.Scenario, c.Core,
			quantity.Count(int64(c.TimeoutMinMS)), quantity.Millis(c.TimeoutMaxMS), c.ReorderPct, c.DuplicatePct)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(t, "loss\tcompleted\tmedian-ms\tp10-ms\tp90-ms\tmost-ms\tretransmits\tlost datagrams\t")
		for _, p := range c.Points {
			fmt.Fprintf(t, "%d %%\t%d of %d\t", p.LossPct, len(p.HandshakeUS), c.Seeds)
			for _, pct := range []int{50, 10, 90, 100} {
				if us, ok := p.Quantile(pct); ok {
					fmt.Fprint(t, quantity.Quotient(us, 1000, 1)+"\t")
				} else {
					fmt.Fprint(t, "-\t")
				}
			}
			fmt.Fprintf(t, "%s\t%s of %s\t\n", quantity.Quotient(int64(p.Retransmits), int64(c.Seeds), 2), quantity.Count(int64(p.LostDatagrams)), quantity.Count(int64(p.Datagrams)))
		}
		if err := t.Flush(); err != nil {
			return err
		}
		for _, p := range c.Points {
			for _, x := range p.Failed {
				fmt.Fprintf(w, "loss %d %%, seed %d: %s in %s: %s\n", p.LossPct, x.Seed, x.Outcome, x.Phase, x.Detail)
			}
		}
	}
	return nil
}
