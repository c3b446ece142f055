package adapt

import (
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/study/sweep"
	"tlslab/core/options"
	"tlslab/profiles"
)

// turned says whether the lab is to keep the core's rules in a job's
// configuration: where an axis varies it, or where it is the core's own header
// with options of the profile's. What a user wrote as a whole stays as it is:
// if it does not build, the user's does not either.
func turned(p *profiles.Profile, v *profiles.Variant) bool {
	if v.Option != "" {
		return true
	}
	c := configOf(p, v.Base)
	return c != nil && c.Base == profiles.CoreBase && len(c.Set)+len(c.Unset) > 0
}

func AnyTurned(plan *lab.Plan) bool {
	return slices.ContainsFunc(plan.Jobs, func(j lab.Job) bool { return turned(plan.Profile, &j.Variant) })
}

func configOf(p *profiles.Profile, name string) *profiles.Config {
	for i := range p.Configs {
		if p.Configs[i].Name == name {
			return &p.Configs[i]
		}
	}
	return nil
}

// goesAlong gives a job's configuration what the core's rules demand with the
// options that were chosen: HAVE_ASM off takes PADLOCK_C with it. What the axis
// and the scenario say stays; where that contradicts a rule, the build says so.
// What goes along is listed as the core's.
func goesAlong(j *lab.Job, p *profiles.Profile, cat *options.Catalogue) error {
	macros, err := profiles.Effective(j.Variant, j.Scenario)
	if err != nil {
		return err
	}
	fixed := map[string]bool{}
	fix := func(name string) { fixed[cat.Full(name)] = true }
	for name := range j.Variant.Decided {
		fix(name)
	}
	for name := range j.Scenario.Needs {
		fix(name)
	}
	if c := configOf(p, j.Variant.Base); c != nil && j.Variant.Option == "" {
		for name := range c.Set {
			fix(name)
		}
		for _, name := range c.Unset {
			fix(name)
		}
	}
	mended, err := cat.Mend(macros, fixed)
	if err != nil {
		return nil // the build names the rule
	}
	along := sweep.Along(cat, mended)
	if len(along) == 0 {
		return nil
	}
	j.Header, j.Added, err = profiles.Render(j.Variant.With(along, profiles.ByCore), j.Scenario)
	return err
}
