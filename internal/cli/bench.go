package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/report"
	"tlslab/bench/results"
	"tlslab/emu/serial"
	"tlslab/internal/metric"
	"tlslab/internal/status"
	"tlslab/internal/strict"
	"tlslab/profiles"
)

func newBench(s *settings) *cobra.Command {
	var sel selection
	var noPlots, allCalls bool
	cmd := &cobra.Command{
		Use:   "bench PROFILE",
		Short: "Measure every configuration of a profile in every scenario",
		Long: "Measures every configuration of a profile in every scenario and writes\n" +
			"OUT/PROFILE/results.txt (Go benchmark format, for benchstat), results.json and\n" +
			"the figures. PROFILE is a built-in profile or the path of a TOML file.\n\n" +
			"What another machine (--machine) measured before is kept as long as nothing that\n" +
			"it was made from has changed. If something has, it is dropped with a message.\n\n" +
			"Exit status 1 if a configuration itself does not do what its scenario expects (a\n" +
			"variation that does not is only reported), or if a number is over a budget of\n" +
			"the profile.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			start := time.Now()
			plan, err := s.plan(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			if err := sel.keep(plan); err != nil {
				return err
			}
			p := plan.Profile
			l, err := s.openLab(ctx, sel.coreOf(p))
			if err != nil {
				return err
			}
			defer l.close()
			l.AllCalls = allCalls
			dir := filepath.Join(s.outDir, p.Name)
			jobs := cmp.Or(sel.jobs, measure.Workers())
			file, err := s.gather(ctx, l, plan, dir, jobs, "measuring "+p.Name)
			if err != nil {
				return err
			}
			kept, err := keep(dir, file, l.Builder.Revision)
			if err != nil {
				return err
			}
			if err := results.Write(dir, file); err != nil {
				return err
			}
			if err := writeHost(dir, l.Builder.Revision, file, time.Since(start), jobs); err != nil {
				return err
			}
			if err := report.WriteTable(s.stdout, file, p, plan.Scenarios()...); err != nil {
				return err
			}
			for _, line := range append(kept, unheld(p, file)...) {
				fmt.Fprintln(s.stdout, line)
			}
			if support := file.Provenance.Support; support != "" {
				fmt.Fprintf(s.stdout, "%s: %s\n", file.Provenance.Versions["core"], support)
			}
			if err := s.draw(dir, file, noPlots); err != nil {
				return err
			}
			return errors.Join(unexpected(plan, file.Cases), disagreeing(file.Cases), unlike(file.Cases), overBudget(p, file))
		},
	}
	sel.flags(cmd, extent{config: all, scenario: all, jobs: true})
	cmd.Flags().BoolVar(&noPlots, "no-plots", false, "write no figures")
	cmd.Flags().BoolVar(&allCalls, "calls", false, "follow the calls of variations on the wasm machine too, so that compare names callers there")
	return cmd
}

// unexpected is an error when a configuration itself, not a variation of it,
// ended otherwise than its scenario expects.
func unexpected(plan *lab.Plan, cases []results.Case) error {
	expect := map[string]string{}
	for _, j := range plan.Jobs {
		expect[j.Scenario.Name] = j.Scenario.Expect
	}
	n := 0
	var first results.Case
	for _, c := range cases {
		if c.Option == "" && string(c.Outcome) != expect[c.Scenario] {
			if n++; n == 1 {
				first = c
			}
		}
	}
	if n == 0 {
		return nil
	}
	return status.Badf("%d configurations did not do what their scenario expects; the first: %s in %s: %s",
		n, first.Config, first.Scenario, first.Ended())
}

// chooseMachines puts the flag's machines in place of the profile's.
func chooseMachines(p *profiles.Profile, flag string) error {
	switch flag {
	case "":
	case "all":
		p.Machines = allMachines
	default:
		m := metric.Machine(flag)
		if m.Kind() == metric.Serial {
			if _, _, err := serial.ParsePort(m.Port()); err != nil {
				return fmt.Errorf("--machine %s: %w", flag, err)
			}
		} else if !slices.Contains(allMachines, m) {
			return strict.Unknown("machine", m, append([]metric.Machine{"all"}, allMachines...))
		}
		p.Machines = []metric.Machine{m}
	}
	return nil
}

// disagreeing is an error when two machines measured the same case and differ
// in what does not depend on the CPU.
func disagreeing(cases []results.Case) error {
	all := measure.Disagreements(cases)
	if len(all) == 0 {
		return nil
	}
	return status.Badf("the machines disagree %d times; the first: %s", len(all), all[0])
}

// unlike is an error when the emulated boards counted one function's same work
// differently.
func unlike(cases []results.Case) error {
	all := measure.UnlikeInsns(cases)
	if len(all) == 0 {
		return nil
	}
	return status.Badf("%d functions took other instructions for the same work; the first: %s", len(all), all[0])
}

// progress is a bar on a terminal and silence elsewhere.
func progress(w io.Writer, n int, what string) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		w = io.Discard
	}
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
}

func profileNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return profiles.Names(), cobra.ShellCompDirectiveDefault
}

// loadResults reads a results file, with a hint when it is not there.
func loadResults(path, hint string) (*results.File, error) {
	f, err := results.Read(path)
	if err != nil && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is none; %s", path, hint)
	}
	if err != nil && filepath.Ext(path) == filepath.Ext(results.TextName) {
		return nil, fmt.Errorf("%s: %s is for benchstat: %s beside it holds everything", path, results.TextName, results.JSONName)
	}
	return f, err
}
