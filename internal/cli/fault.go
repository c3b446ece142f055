package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tlslab/bench/measure"
	"tlslab/bench/study/fault"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
	"tlslab/internal/strict"
)

// faultFlags are the fault verb's.
type faultFlags struct {
	selection
	run    string
	choice fault.Choice
}

func newFault(s *settings) *cobra.Command {
	var o faultFlags
	cmd := &cobra.Command{
		Use:   "fault PROFILE",
		Short: "Run a conversation with each fault it can meet: thousands of runs, one fault each",
		Long: "Runs a configuration in a scenario once, then again with one fault each time:\n\n" +
			"  alloc    each allocation of the device returns NULL\n" +
			"  entropy  each call of its entropy source fails\n" +
			"  cut      the line ends after each byte that client or server sends\n" +
			"  flip     each bit of each byte that client or server sends arrives flipped\n" +
			"  split    the stream is split before each byte, and once before every byte\n" +
			"  rtc      the calendar clock steps when it is read: to 1970, a day back and\n" +
			"           forward, 40 years forward\n" +
			"  clock    the monotonic clock steps when it is read: a second and a day forward\n\n" +
			"A run passes if it ends in the library's error with nothing left on the heap, or if\n" +
			"it connects under a rule that says why it may. Everything else is a finding: a\n" +
			"hang, a trap, a leak, a connection on bytes that neither end sent or without\n" +
			"entropy, an error although all bytes arrived in order, an error that the library\n" +
			"calls impossible, an end without an error and without the answer. Each run has a\n" +
			"name, and --run NAME repeats it. A run starts at the last step before its fault.\n\n" +
			"Writes OUT/PROFILE/fault-SCENARIO.json. Exit status 1 if there is a finding.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.fault(cmd.Context(), args[0], &o)
		},
	}
	o.flags(cmd, extent{config: last, scenario: first, jobs: true, machine: metric.WASM, machines: []metric.Machine{metric.WASM}})
	cmd.Flags().StringSliceVar(&o.choice.Kinds, "kind", nil, "kinds of fault: "+strings.Join(fault.Kinds, ", ")+" (default: all)")
	cmd.Flags().IntVar(&o.choice.Bits, "bits", 8, "bits flipped in each byte, one a run, chosen by --seed")
	cmd.Flags().Uint64Var(&o.choice.Seed, "seed", 1, "decides which bits, with --bits, and which runs, with --runs")
	cmd.Flags().IntVar(&o.choice.Runs, "runs", 0, "most runs to make, drawn by --seed (default: all)")
	cmd.Flags().StringVar(&o.run, "run", "", "run only this one, by its name, and print how it went")
	return cmd
}

// check refuses what the flags cannot mean.
func (o *faultFlags) check() error {
	for _, k := range o.choice.Kinds {
		if !slices.Contains(fault.Kinds, k) {
			return fmt.Errorf("--kind: %w", strict.Unknown("kind", k, fault.Kinds))
		}
	}
	if o.choice.Bits < 1 || o.choice.Bits > 8 {
		return fmt.Errorf("--bits %d: not in 1..8", o.choice.Bits)
	}
	if o.choice.Runs < 0 {
		return fmt.Errorf("--runs %d: below 0", o.choice.Runs)
	}
	return nil
}

func (s *settings) fault(ctx context.Context, profile string, o *faultFlags) error {
	if err := o.check(); err != nil {
		return err
	}
	var one fault.Fault
	if o.run != "" {
		var err error
		if one, err = fault.Parse(o.run); err != nil {
			return fmt.Errorf("--run: %w", err)
		}
	}
	l, plan, job, err := s.openJob(ctx, profile, &o.selection)
	if err != nil {
		return err
	}
	defer l.close()
	c, err := fault.NewCampaign(ctx, l.Lab, plan, job)
	if err != nil {
		return err
	}
	defer c.Close(context.Background())
	if o.run != "" {
		return s.faultOnce(ctx, c, one)
	}
	all := o.choice
	all.Runs = 0
	faults, possible := c.Plan(o.choice), len(c.Plan(all))
	bar := progress(s.stderr, len(faults), "runs")
	start := time.Now()
	runs, err := c.Run(ctx, faults, cmp.Or(o.jobs, measure.Workers()), func(n int) { bar.Add(n) })
	bar.Finish()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("interrupted, and nothing written: %w", ctx.Err())
	}
	if err != nil {
		return err
	}
	s.say(fmt.Sprintf("%d runs, %.0f a second", len(runs), float64(len(runs))/time.Since(start).Seconds()))
	f := &fault.File{
		Profile: plan.Profile.Name, Config: job.Variant.Name, Scenario: job.Scenario.Name, Core: l.Source.Core + " " + l.Source.Version,
		Image: c.ImageDigest(), EntropySeed: plan.Profile.Run.Seed, Seed: o.choice.Seed, Bits: o.choice.Bits, Possible: possible, Golden: *c.Golden(),
	}
	f.Fill(runs, func(id string) string {
		return fmt.Sprintf("tlslab fault %s --scenario %s --config %s%s --run %s", profile, job.Scenario.Name, job.Variant.Name, o.again(), id)
	})
	name, err := fault.Write(filepath.Join(s.outDir, plan.Profile.Name), f)
	if err != nil {
		return err
	}
	if err := fault.Print(s.stdout, f); err != nil {
		return err
	}
	s.say("wrote " + name)
	if n := len(f.Findings); n > 0 {
		return status.Badf("%d findings; the first: %s", n, f.Findings[0].ID)
	}
	return nil
}

// faultOnce runs one fault and tells how it went.
func (s *settings) faultOnce(ctx context.Context, c *fault.Campaign, f fault.Fault) error {
	if !c.Strikes(f) {
		g := c.Golden()
		return fmt.Errorf("--run: fault %s: never strikes: the run has %d allocations, %d calls for entropy, %d of the calendar clock, %d of the monotonic, %s from the client, %s from the server",
			f, g.Allocs, g.EntropyCalls, g.RTCCalls, g.ClockCalls, quantity.Bytes(g.ClientB), quantity.Bytes(g.ServerB))
	}
	runs, err := c.Run(ctx, []fault.Fault{f}, 1, func(int) {})
	if err != nil {
		return err
	}
	fault.PrintRun(s.stdout, runs[0])
	if runs[0].Verdict.Finding() {
		return status.Badf("%s: %s", f, runs[0].Verdict.Name)
	}
	return nil
}
