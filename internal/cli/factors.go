package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/factor"
	"tlslab/emu"
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
			p.Machines, p.Boards = []string{"wasm", "qemu"}, nil
			plan, err := lab.NewPlan(p)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, p.Core)
			if err != nil {
				return err
			}
			defer l.close()
			pairs, err := s.pairs(ctx, l, plan)
			if err != nil {
				return err
			}
			model, err := fitted(l, plan, pairs)
			if err != nil {
				return err
			}
			each := eachOption(pairs)
			model.Errors = each.all.stored()
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

// pair is a case on both machines.
type pair struct {
	job     *lab.Job
	samples []factor.Sample
}

// pairs runs every job of a plan that connects.
func (s *settings) pairs(ctx context.Context, l *openedLab, plan *lab.Plan) ([]pair, error) {
	var out []pair
	bar := progress(s.stderr, len(plan.Jobs)/2, "running "+plan.Profile.Name)
	defer bar.Finish()
	for i := 0; i+1 < len(plan.Jobs); i += 2 {
		bar.Add(1)
		j := &plan.Jobs[i]
		var runs [2]*lab.Traced
		for k := range runs {
			var err error
			if runs[k], err = l.Trace(ctx, plan, &plan.Jobs[i+k]); err != nil {
				return nil, err
			}
		}
		if runs[0].Outcome != results.OutcomeConnected || runs[1].Outcome != results.OutcomeConnected {
			s.say(fmt.Sprintf("left out: %s, %s: %s, %s", j.Variant.Name, j.Scenario.Name, runs[0].Outcome, runs[1].Outcome))
			continue
		}
		samples, err := measure.Samples(runs[0], runs[1])
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", j.Variant.Name, j.Scenario.Name, err)
		}
		out = append(out, pair{j, samples})
	}
	return out, nil
}

// fitted is the model of a plan's configurations.
func fitted(l *openedLab, plan *lab.Plan, pairs []pair) (*factor.Model, error) {
	board := plan.Boards[0]
	stamp, err := l.Stamp(plan.Profile, board)
	if err != nil {
		return nil, err
	}
	m := fit(pairs, func(pair) bool { return true })
	m.Board, m.Stamp = board.Name, stamp
	return m, nil
}

func fit(pairs []pair, use func(pair) bool) *factor.Model {
	m := new(factor.Model)
	var samples []factor.Sample
	for _, p := range pairs {
		if use(p) {
			samples = append(samples, p.samples...)
			m.Fitted = append(m.Fitted, p.job.Variant.Name+", "+p.job.Scenario.Name)
		}
	}
	m.Functions, m.Mean = factor.Fit(samples)
	return m
}

// errors are those of a model over some pairs, percent.
type errorsOf struct {
	phases, handshakes []float64
	worstPhase         string
	worstHandshake     string
}

func (e *errorsOf) add(m *factor.Model, p pair) {
	type cycles struct{ predicted, measured float64 }
	byPhase := map[string]cycles{}
	for _, s := range p.samples {
		milli, _ := m.MilliCycles(s.Wasm)
		c := byPhase[s.Phase]
		c.predicted += float64(milli)
		for _, name := range slices.Sorted(maps.Keys(s.MilliCycles)) {
			c.measured += float64(s.MilliCycles[name])
		}
		byPhase[s.Phase] = c
	}
	var sum cycles
	where := p.job.Variant.Name + ", " + p.job.Scenario.Name
	for _, name := range slices.Sorted(maps.Keys(byPhase)) {
		c := byPhase[name]
		if c.measured == 0 {
			continue
		}
		if emu.InHandshake(name) {
			sum.predicted, sum.measured = sum.predicted+c.predicted, sum.measured+c.measured
		}
		keepWorst(&e.phases, &e.worstPhase, 100*(c.predicted/c.measured-1), where+", "+name)
	}
	if sum.measured > 0 {
		keepWorst(&e.handshakes, &e.worstHandshake, 100*(sum.predicted/sum.measured-1), where)
	}
}

func keepWorst(all *[]float64, worst *string, percent float64, where string) {
	for _, old := range *all {
		if old >= math.Abs(percent) {
			*all = append(*all, math.Abs(percent))
			return
		}
	}
	*all = append(*all, math.Abs(percent))
	*worst = quantity.SignedPercent(percent) + " " + where
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// stored are the errors as a model keeps them; nil where none were found.
func (e *errorsOf) stored() *factor.Errors {
	if len(e.handshakes) == 0 {
		return nil
	}
	hundredth := func(percent float64) float64 { return math.Round(percent*100) / 100 }
	return &factor.Errors{
		MedianPhase: hundredth(median(e.phases)), WorstPhase: hundredth(slices.Max(e.phases)),
		MedianHandshake: hundredth(median(e.handshakes)), WorstHandshake: hundredth(slices.Max(e.handshakes)),
	}
}

// leaveOut adds the errors of a fit without some pairs, over these.
func leaveOut(pairs []pair, out func(pair) bool, to ...*errorsOf) {
	without := fit(pairs, func(p pair) bool { return !out(p) })
	for _, p := range pairs {
		if out(p) {
			for _, e := range to {
				e.add(without, p)
			}
		}
	}
}

// optionErrors are the errors with each option left out in turn.
type optionErrors struct {
	options []string
	of      []*errorsOf // by option
	all     *errorsOf
}

func eachOption(pairs []pair) *optionErrors {
	each := &optionErrors{all: new(errorsOf)}
	for _, p := range pairs {
		o := p.job.Variant.Option
		if o == "" || slices.Contains(each.options, o) {
			continue
		}
		e := new(errorsOf)
		each.options, each.of = append(each.options, o), append(each.of, e)
		leaveOut(pairs, func(p pair) bool { return p.job.Variant.Option == o }, e, each.all)
	}
	return each
}

// writePredictions prints the errors over what each fit has not seen.
func writePredictions(w io.Writer, pairs []pair, each *optionErrors) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "not in the fit\tcases\tmedian phase\tworst phase\tmedian handshake\tworst handshake\n")
	row := func(name string, e *errorsOf) {
		fmt.Fprintf(tw, "%s\t%d\t%s\t%s\t%s\t%s\n", name, len(e.handshakes), quantity.Percent(median(e.phases)), e.worstPhase, quantity.Percent(median(e.handshakes)), e.worstHandshake)
	}
	for i, o := range each.options {
		row("option "+o, each.of[i])
	}
	row("each option in turn", each.all)
	var scenarios []string
	for _, p := range pairs {
		if !slices.Contains(scenarios, p.job.Scenario.Name) {
			scenarios = append(scenarios, p.job.Scenario.Name)
		}
	}
	for _, name := range scenarios {
		e := new(errorsOf)
		leaveOut(pairs, func(p pair) bool { return p.job.Scenario.Name == name }, e)
		row("scenario "+name, e)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "goals: medians of each option in turn at most %s and %s\n", quantity.Percent(goalPhase), quantity.Percent(goalHandshake))
	if !(median(each.all.phases) <= goalPhase && median(each.all.handshakes) <= goalHandshake) {
		return status.Badf("factors: a median is above its goal")
	}
	return nil
}
