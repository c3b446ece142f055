// Package predict says how well a board's factors predict its cycles from WASM
// instructions: it runs cases on both machines, fits factors without some of
// them, and compares.
package predict

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/factor"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Pair is a case on both machines.
type Pair struct {
	Job     *lab.Job
	samples []factor.Sample
}

// Pairs runs every job of a plan, whose jobs are pairs of one case on both
// machines. ran is called with each; why says why one is left out, "" where it is
// not.
func Pairs(ctx context.Context, l *measure.Bench, plan *lab.Plan, ran func(why string)) ([]Pair, error) {
	var out []Pair
	for i := 0; i+1 < len(plan.Jobs); i += 2 {
		j := &plan.Jobs[i]
		var runs [2]*lab.Traced
		for k := range runs {
			var err error
			if runs[k], err = l.Trace(ctx, plan, &plan.Jobs[i+k]); err != nil {
				return nil, err
			}
		}
		if runs[0].Outcome != results.OutcomeConnected || runs[1].Outcome != results.OutcomeConnected {
			ran(fmt.Sprintf("%s, %s: %s, %s", j.Variant.Name, j.Scenario.Name, runs[0].Outcome, runs[1].Outcome))
			continue
		}
		samples, err := measure.Samples(runs[0], runs[1])
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", j.Variant.Name, j.Scenario.Name, err)
		}
		out = append(out, Pair{j, samples})
		ran("")
	}
	return out, nil
}

// Fitted is the model of a plan's configurations.
func Fitted(l *measure.Bench, plan *lab.Plan, pairs []Pair) (*factor.Model, error) {
	board := plan.Boards[0]
	stamp, err := l.Stamp(plan.Profile, board)
	if err != nil {
		return nil, err
	}
	m := fit(pairs, func(Pair) bool { return true })
	m.Board, m.Stamp = board.Name, stamp
	return m, nil
}

func fit(pairs []Pair, use func(Pair) bool) *factor.Model {
	m := new(factor.Model)
	var samples []factor.Sample
	for _, p := range pairs {
		if use(p) {
			samples = append(samples, p.samples...)
			m.Fitted = append(m.Fitted, p.Job.Variant.Name+", "+p.Job.Scenario.Name)
		}
	}
	m.Functions, m.Mean = factor.Fit(samples)
	return m
}

// Errors are those of a model over some pairs, percent.
type Errors struct {
	Phases, Handshakes []float64 // their magnitudes
	WorstPhase         string    // the largest, signed, and where
	WorstHandshake     string
}

func (e *Errors) add(m *factor.Model, p Pair) {
	type cycles struct{ predicted, measured float64 }
	byPhase := map[metric.Phase]cycles{}
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
	where := p.Job.Variant.Name + ", " + p.Job.Scenario.Name
	for _, name := range slices.Sorted(maps.Keys(byPhase)) {
		c := byPhase[name]
		if c.measured == 0 {
			continue
		}
		if emu.InHandshake(name) {
			sum.predicted, sum.measured = sum.predicted+c.predicted, sum.measured+c.measured
		}
		keepWorst(&e.Phases, &e.WorstPhase, 100*(c.predicted/c.measured-1), where+", "+string(name))
	}
	if sum.measured > 0 {
		keepWorst(&e.Handshakes, &e.WorstHandshake, 100*(sum.predicted/sum.measured-1), where)
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

func Median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// Stored are the errors as a model keeps them; nil where none were found.
func (e *Errors) Stored() *factor.Errors {
	if len(e.Handshakes) == 0 {
		return nil
	}
	hundredth := func(percent float64) float64 { return math.Round(percent*100) / 100 }
	return &factor.Errors{
		MedianPhase: hundredth(Median(e.Phases)), WorstPhase: hundredth(slices.Max(e.Phases)),
		MedianHandshake: hundredth(Median(e.Handshakes)), WorstHandshake: hundredth(slices.Max(e.Handshakes)),
	}
}

// LeaveOut adds the errors of a fit without some pairs, over these.
func LeaveOut(pairs []Pair, out func(Pair) bool, to ...*Errors) {
	without := fit(pairs, func(p Pair) bool { return !out(p) })
	for _, p := range pairs {
		if out(p) {
			for _, e := range to {
				e.add(without, p)
			}
		}
	}
}

// OptionErrors are the errors with each option left out in turn.
type OptionErrors struct {
	Options []string
	Of      []*Errors // by option
	All     *Errors
}

func EachOption(pairs []Pair) *OptionErrors {
	each := &OptionErrors{All: new(Errors)}
	for _, p := range pairs {
		o := p.Job.Variant.Option
		if o == "" || slices.Contains(each.Options, o) {
			continue
		}
		e := new(Errors)
		each.Options, each.Of = append(each.Options, o), append(each.Of, e)
		LeaveOut(pairs, func(p Pair) bool { return p.Job.Variant.Option == o }, e, each.All)
	}
	return each
}
