package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/predict"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
)

// The goals are for data that was not used in the fit.
const (
	goalPhase     = 3.0 // percent, median over phases
	goalHandshake = 3.0 // percent, median over handshakes
)

func newFactors(s *settings) *cobra.Command {
	var update bool
	var dataDir string
	cmd := &cobra.Command{
		Use:   "factors PROFILE",
		Short: "Compare cycles predicted from WASM with cycles on the emulated board",
		Long: "Runs a profile on both machines and compares, phase by phase, the cycles that\n" +
			"factors predict from WASM instructions with those of the emulated board. Each\n" +
			"comparison uses factors that were fitted without the option, or without the\n" +
			"scenario, that it compares. With --update the fit to everything becomes the\n" +
			"board's data file.\n\n" +
			"Exit status 1 if a median is above its goal.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			p, err := s.profile(ctx, args[0], &selection{})
			if err != nil {
				return err
			}
			p.Machines, p.Boards = []metric.Machine{metric.WASM, metric.QEMU}, nil
			plan, err := lab.NewPlan(p)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, p.Core)
			if err != nil {
				return err
			}
			defer l.close()
			bar := progress(s.stderr, len(plan.Jobs)/2, "running "+plan.Profile.Name)
			pairs, err := predict.Pairs(ctx, l.Bench, plan, func(why string) {
				if bar.Add(1); why != "" {
					s.say("left out: " + why)
				}
			})
			bar.Finish()
			if err != nil {
				return err
			}
			model, err := predict.Fitted(l.Bench, plan, pairs)
			if err != nil {
				return err
			}
			each := predict.EachOption(pairs)
			model.Errors = each.All.Stored()
			if update {
				data, err := model.Encode()
				if err != nil {
					return err
				}
				path := filepath.Join(dataDir, model.Board+".json")
				if err := results.WriteWhole(path, data); err != nil {
					return err
				}
				s.say("wrote " + path)
			}
			return writePredictions(s.stdout, pairs, each)
		},
	}
	cmd.Flags().BoolVar(&update, "update", false, "write the board's data file")
	cmd.Flags().StringVar(&dataDir, "data", filepath.Join("bench", "study", "factor", "data"), "directory of the data files")
	return cmd
}

// writePredictions prints the errors over what each fit has not seen.
func writePredictions(w io.Writer, pairs []predict.Pair, each *predict.OptionErrors) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "not in the fit\tcases\tmedian phase\tworst phase\tmedian handshake\tworst handshake\n")
	row := func(name string, e *predict.Errors) {
		fmt.Fprintf(tw, "%s\t%d\t%s\t%s\t%s\t%s\n", name, len(e.Handshakes), quantity.Percent(predict.Median(e.Phases)), e.WorstPhase, quantity.Percent(predict.Median(e.Handshakes)), e.WorstHandshake)
	}
	for i, o := range each.Options {
		row("option "+o, each.Of[i])
	}
	row("each option in turn", each.All)
	var scenarios []string
	for _, p := range pairs {
		if !slices.Contains(scenarios, p.Job.Scenario.Name) {
			scenarios = append(scenarios, p.Job.Scenario.Name)
		}
	}
	for _, name := range scenarios {
		e := new(predict.Errors)
		predict.LeaveOut(pairs, func(p predict.Pair) bool { return p.Job.Scenario.Name == name }, e)
		row("scenario "+name, e)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "goals: medians of each option in turn at most %s and %s\n", quantity.Percent(goalPhase), quantity.Percent(goalHandshake))
	if !(predict.Median(each.All.Phases) <= goalPhase && predict.Median(each.All.Handshakes) <= goalHandshake) {
		return status.Badf("factors: a median is above its goal")
	}
	return nil
}
