package reject

import (
	"context"
	"errors"
	"maps"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/study/sweep"
	"tlslab/core/options"
	"tlslab/profiles"
)

// Question is what is asked of a configuration.
type Question struct {
	Tries   []profiles.Check // these alone; none: all that the scenario can be put to
	Options *options.Catalogue
	Search  bool // every option on which security hangs is turned, not only the likely ones
}

// Explain puts one configuration in one scenario to the tries, and finds for
// what was accepted the options, and the calls, with which it is refused.
func Explain(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, q Question) (*Report, error) {
	r := &Report{Config: j.Variant.Name, Scenario: j.Scenario.Name, Core: l.Source.Core}
	tries := slices.DeleteFunc(Tries(j.Scenario), func(t profiles.Check) bool { return len(q.Tries) > 0 && !slices.Contains(q.Tries, t) })
	if len(tries) == 0 {
		r.Skipped = "there is nothing to try: the device serves"
		return r, nil
	}
	var err error
	var bad *BadJobError
	if r.Verdicts, err = Reject(ctx, l, plan, j, tries); errors.As(err, &bad) {
		r.Skipped = "does not connect to a good server: " + bad.Why
		return r, nil
	} else if err != nil {
		return nil, err
	}
	for i := range r.Verdicts {
		if v := &r.Verdicts[i]; v.Verdict == Accepted {
			if v.Blame, err = blame(ctx, l, plan, j, v.Try, q); err != nil {
				return nil, err
			}
			call, err := AtRunTime(ctx, l, plan, j, v.Try)
			if err != nil {
				return nil, err
			}
			if call != nil {
				v.Blame = append(v.Blame, *call)
			}
			if len(v.Blame) == 0 {
				v.Otherwise = l.Source.Library.Refusals()[string(v.Try)].Otherwise
			}
		}
	}
	return r, nil
}

// blame turns the options that may decide a try, each alone, and returns those
// with which it is refused.
func blame(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, try profiles.Check, q Question) ([]Blame, error) {
	names := slices.Clone(l.Source.Library.Refusals()[string(try)].Options)
	macros, err := profiles.Effective(j.Variant, j.Scenario)
	if err != nil {
		return nil, err
	}
	cat := q.Options
	if q.Search {
		names = append(names, weaknesses(cat, macros)...)
	}
	var known []string // of this core
	for _, n := range names {
		if o, err := cat.Find(n); err == nil && !slices.Contains(known, o.Name) {
			known = append(known, o.Name)
		}
	}
	if len(known) == 0 {
		return nil, nil
	}
	only, err := cat.Only(known)
	if err != nil {
		return nil, err
	}
	flips, _ := sweep.Flips(j.Variant, macros, only)
	var found []Blame
	for _, v := range flips {
		header, added, err := profiles.Render(v, j.Scenario)
		if err != nil {
			continue // the scenario forbids it
		}
		turned := *j
		turned.Variant, turned.Header, turned.Added = v, header, added
		got, err := Reject(ctx, l, plan, &turned, []profiles.Check{try})
		var bad *BadJobError
		if errors.As(err, &bad) {
			continue // it serves the scenario no more
		}
		if err != nil {
			return nil, err
		}
		if got[0].Verdict == Refused {
			b := Blame{Option: v.Option, Value: v.Value, Outcome: got[0].Outcome}
			for _, name := range slices.Sorted(maps.Keys(v.Decided)) {
				if _, before := j.Variant.Decided[name]; !before && name != v.Option {
					b.Along = append(b.Along, name+"="+v.Decided[name])
				}
			}
			found = append(found, b)
		}
	}
	return found, nil
}

// weaknesses are the options on which security hangs and that are as they
// weaken it.
func weaknesses(cat *options.Catalogue, macros map[string]string) []string {
	var names []string
	for _, o := range cat.Options() {
		if _, on := macros[o.Name]; o.Kind == options.Flag && (on && o.WeakensOn != "" || !on && o.Weakens != "") {
			names = append(names, o.Name)
		}
	}
	return names
}
