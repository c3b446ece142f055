package measure

import (
	"context"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/profiles"
)

// floor puts into a configuration's case how it ends in the tries of the strict
// floor (profiles.CommonChecks), where its scenario asks for tries at all. Those
// that the scenario has are not made again.
func (l *Bench) floor(ctx context.Context, plan *lab.Plan, j *lab.Job, c *results.Case) error {
	if c.Outcome != results.OutcomeConnected || len(c.Checks) == 0 || j.Machine != l.Machine.Name() {
		return nil
	}
	p, err := l.prepare(ctx, plan, j)
	if err != nil {
		return err
	}
	defer p.Close(ctx)
	image, err := l.Builder.Key(p.Spec)
	if err != nil {
		return err
	}
	tried, err := l.kept(ctx, floors.Name(), floors.Key(floorInputs{caseInputs{p.Conditions(), image}, profiles.CommonChecks()}), func() (*results.Case, error) {
		made := &results.Case{Floor: slices.Clone(c.Checks)}
		known := func(name profiles.Check) bool {
			return slices.ContainsFunc(c.Checks, func(k results.Check) bool { return k.Name == string(name) })
		}
		more, err := reject.ChecksOf(ctx, p.Prepared, slices.DeleteFunc(profiles.CommonChecks(), known))
		if err != nil {
			return nil, err
		}
		made.Floor = append(made.Floor, more...)
		made.Floor = slices.DeleteFunc(made.Floor, func(k results.Check) bool { return !slices.Contains(profiles.CommonChecks(), profiles.Check(k.Name)) })
		slices.SortFunc(made.Floor, func(a, b results.Check) int {
			return slices.Index(profiles.CommonChecks(), profiles.Check(a.Name)) - slices.Index(profiles.CommonChecks(), profiles.Check(b.Name))
		})
		return made, nil
	})
	if err != nil {
		return p.Named(err)
	}
	c.Floor = tried.Floor
	return nil
}
