package measure

import (
	"context"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/profiles"
)

// floorOf are the tries of the strict floor (profiles.CommonChecks) that say
// something of a job: none of a variation, and of a configuration those that its
// client's chain comes in.
func floorOf(j *lab.Job) []profiles.Check {
	if j.Variant.Option != "" || j.Bulk {
		return nil
	}
	possible := reject.Tries(j.Scenario)
	return slices.DeleteFunc(profiles.CommonChecks(), func(name profiles.Check) bool { return !slices.Contains(possible, name) })
}

// floor is how a job of the wasm machine that connects ends in some tries, in
// their order. Those among made, its scenario's own, are not made again.
func (l *Bench) floor(ctx context.Context, plan *lab.Plan, j *lab.Job, tries []profiles.Check, made []results.Check) ([]results.Check, error) {
	p, err := l.prepare(ctx, plan, j)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	image, err := l.Builder.Key(p.Spec)
	if err != nil {
		return nil, err
	}
	tried, err := l.kept(ctx, floors.Name(), floors.Key(floorInputs{caseInputs{p.Conditions(), image}, tries}), func() (*results.Case, error) {
		at := map[profiles.Check]results.Check{}
		for _, k := range made {
			at[profiles.Check(k.Name)] = k
		}
		more, err := reject.ChecksOf(ctx, p.Prepared, slices.DeleteFunc(slices.Clone(tries), func(name profiles.Check) bool {
			_, known := at[name]
			return known
		}))
		if err != nil {
			return nil, err
		}
		for _, k := range more {
			at[profiles.Check(k.Name)] = k
		}
		c := &results.Case{}
		for _, name := range tries {
			c.Floor = append(c.Floor, at[name])
		}
		return c, nil
	})
	if err != nil {
		return nil, p.Named(err)
	}
	return tried.Floor, nil
}
