package measure

import (
	"context"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/profiles"
)

// floorOf returns the tries of the strict floor (profiles.CommonChecks) that apply to a
// job: none for a variation, and for a configuration those that its client's chain has
// certificates for.
func floorOf(j *lab.Job) []profiles.Check {
	if j.Variant.Option != "" || j.Bulk {
		return nil
	}
	possible := reject.Tries(j.Scenario)
	return slices.DeleteFunc(profiles.CommonChecks(), func(name profiles.Check) bool { return !slices.Contains(possible, name) })
}

// floor returns how a job of the wasm machine that connects ends in some tries, in their
// order. Those in made, which its scenario asked for, are not repeated.
func (l *Bench) floor(ctx context.Context, plan *lab.Plan, j *lab.Job, tries []profiles.Check, made []results.Check) ([]results.Check, error) {
	p, err := l.prepare(ctx, plan, j)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	done := map[profiles.Check]results.Check{}
	for _, k := range made {
		done[profiles.Check(k.Name)] = k
	}
	more, err := floorKind.Execute(ctx, p.Prepared, slices.DeleteFunc(slices.Clone(tries), func(name profiles.Check) bool {
		_, known := done[name]
		return known
	}))
	if err != nil {
		return nil, p.Named(err)
	}
	for _, k := range more {
		done[profiles.Check(k.Name)] = k
	}
	var floor []results.Check
	for _, name := range tries {
		floor = append(floor, done[name])
	}
	return floor, nil
}

// floorKind makes tries of a job.
var floorKind = lab.Declare("floor", func(ctx context.Context, p *lab.Prepared, tries []profiles.Check) ([]results.Check, bool, error) {
	made, err := reject.ChecksOf(ctx, p, tries)
	return made, true, err
})
