package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"tlslab/bench/measure"
	"tlslab/bench/study/tune"
	"tlslab/internal/metric"
	"tlslab/internal/strict"
	"tlslab/profiles"
)

// ticksMost is how many times the start's ticks a tuned configuration may take
// where no budget says otherwise: small and unusably slow is no answer.
const ticksMost = 2

func newTune(s *settings) *cobra.Command {
	var sel selection
	var minimise, budget, floor string
	var server, ca, hostname, rtc string
	var connections int
	var names []string
	var noPlots bool
	cmd := &cobra.Command{
		Use:   "tune PROFILE",
		Short: "Find the smallest configuration that still connects and still refuses",
		Long: "Searches the options of a configuration for the least flash, heap, RAM or ticks\n" +
			"within budgets. Every candidate that is kept connects in every scenario of the\n" +
			"profile and refuses every bad certificate of the security floor. Options whose\n" +
			"loss weakens security stay as they are. What the floor's checks need is switched\n" +
			"on first, with everything that depends on it.\n\n" +
			"  strict  every must-reject check is refused\n" +
			"  manual  what the RT-Thread manual permits may go: dates and key usage are not\n" +
			"          checked; each loss is printed in red\n\n" +
			"Writes OUT/PROFILE/tune.json and OUT/PROFILE/tune/ (config.h, results, figures).\n" +
			"An interrupted search continues where it stopped.\n\n" +
			"A search never pays for a byte of one memory with more than a byte of another,\n" +
			"unless that one has a budget. What was passed over for this reason is named with\n" +
			"the budget that permits it. What no scenario asks for and your server may need\n" +
			"is named too. Exit status 1 if the budgets cannot be met; the closest point is\n" +
			"printed.\n\n" +
			"With --server every kept candidate must also connect to a real server over TCP,\n" +
			"with the suite and keys of one scenario (-S). It must refuse that server under a\n" +
			"wrong name, with other roots, and before and after its certificates' time.\n" +
			"Numbers still come from the reference server, because they must repeat; those of\n" +
			"the real conversations are printed beside them. The guest's random numbers are\n" +
			"seeded: anyone can compute the keys of such a connection. Exit status 1 if the\n" +
			"server stops answering; what was found until then is in\n" +
			"OUT/PROFILE/tune-unfinished.json.",
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
			if floor != tune.FloorStrict && floor != tune.FloorManual {
				return strict.Unknown("floor", floor, []string{tune.FloorStrict, tune.FloorManual})
			}
			p, err := s.profile(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			if err := chooseScenarios(p, sel.scenarios); err != nil {
				return err
			}
			for _, f := range []string{"ca", "hostname", "rtc", "connections"} {
				if cmd.Flags().Changed(f) && server == "" {
					return fmt.Errorf("--%s: is for a real server; name one with --server HOST:PORT", f)
				}
			}
			config, err := onlyOne("config", sel.configs)
			if err != nil {
				return err
			}
			base, err := p.Config(config)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, sel.coreOf(p))
			if err != nil {
				return err
			}
			defer l.close()
			t, err := tune.NewTrials(l.Bench, p, base)
			if err != nil {
				return err
			}
			t.Jobs = cmp.Or(sel.jobs, measure.Workers())
			if t.Chains() {
				t.Refuse = tune.FloorChecks(floor)
			}
			t.Asked = tune.Asked{Goal: goal, Floor: floor, Options: names, Again: asksAgain(cmd, args[0])}
			if server != "" {
				t.Held = tune.Goal{Budgets: slices.Clone(goal.Budgets)}
				at := tune.Server{Server: server, CA: ca, Hostname: hostname, Connections: connections}
				if at.RTC, err = timeOr(time.Now().UTC().Truncate(time.Second), "rtc", rtc); err != nil {
					return err
				}
				if t.Served, err = tune.NewServed(t, at); err != nil {
					return err
				}
			}
			if t.Catalogue, err = l.Source.Options(); err != nil {
				return err
			}
			if t.Catalogue, err = t.Catalogue.Only(names); err != nil {
				return err
			}
			bar := progress(s.stderr, -1, "tuning "+p.Name)
			t.Done = func(n int) { bar.Add(n) }
			start, err := t.Raised(tune.Point{ARM: p.Compiler.ARM, CA: t.Scenarios[0].CAFormat})
			if err != nil {
				return err
			}
			s.print(bar, t.RaisedFor)
			if !goal.Has("ticks") {
				first, err := t.Measure(ctx, []tune.Point{start}, false)
				if err != nil {
					return err
				}
				if m := first[0].Metrics; m != nil {
					goal.Limit("ticks", ticksMost*m[metric.HandshakeWasmOps])
					s.print(bar, []string{fmt.Sprintf("ticks may be at most %d times the start's; --budget ticks=any lifts that", ticksMost)})
				}
			}
			tuner := tune.Tuner{Goal: *goal, Space: t.Space(), Measure: t.Measure,
				Say: func(line string) { s.print(bar, []string{line}) }}
			out, err := tuner.Run(ctx, start)
			bar.Finish()
			if err != nil {
				if t.Served != nil && out != nil {
					err = errors.Join(err, s.unfinished(ctx, t, out, err))
				}
				return err
			}
			return s.finish(ctx, t, out, noPlots)
		},
	}
	sel.flags(cmd, extent{config: last, scenario: all, jobs: true, machine: metric.WASM, machines: []metric.Machine{metric.WASM}})
	cmd.Flags().StringVar(&minimise, "minimise", "flash", "what to minimise: flash, heap, ram or ticks")
	cmd.Flags().StringVar(&budget, "budget", "", "limits, met before anything is minimised: heap=12KiB,flash=64KiB,ticks=200M,ram=20000; NAME=any for no limit")
	cmd.Flags().StringVar(&floor, "floor", tune.FloorStrict, "security floor: strict or manual")
	cmd.Flags().StringArrayVar(&names, "option", nil, "try only these options; repeatable (default: all of the catalogue)")
	cmd.Flags().StringVar(&server, "server", "", "HOST:PORT of a real server that every kept candidate must connect to as well")
	cmd.Flags().StringVar(&ca, "ca", "", "PEM file of the roots to trust for it (default: the scenario's own)")
	cmd.Flags().StringVar(&hostname, "hostname", "", "name its certificate must have (default: HOST, or the test certificates' without --ca)")
	cmd.Flags().StringVar(&rtc, "rtc", "", "what the guest's calendar clock says to it, RFC 3339 (default: now)")
	cmd.Flags().IntVar(&connections, "connections", tune.MostConnections, "most connections to make to it")
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

// tuneDir is where a search's files go beside tune.json.
func (s *settings) tuneDir(p *profiles.Profile) string {
	return filepath.Join(s.outDir, p.Name, "tune")
}
