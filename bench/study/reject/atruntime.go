package reject

import (
	"context"
	"errors"
	"maps"

	"tlslab/bench/lab"
	"tlslab/profiles"
)

// atRunTime has the scenarios in which this lab's client makes the call that a try is
// refused by (core.Refusal.Call).
var atRunTime = map[profiles.Check]func(*profiles.Features){
	"revoked":                     func(f *profiles.Features) { f.CRL = "current" },
	"server-legacy-renegotiation": func(f *profiles.Features) { f.RefuseLegacy = true },
}

// AtRunTime makes a try once more with a client that does what it can about it
// at run time; nil where there is nothing to do, or it does not help.
func AtRunTime(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, try profiles.Check) (*Blame, error) {
	call, set := l.Source.Library.Refusals()[string(try)].Call, atRunTime[try]
	if call == "" || set == nil {
		return nil, nil
	}
	s := *j.Scenario
	s.Needs = maps.Clone(s.Needs)
	if s.Needs == nil {
		s.Needs = map[string]any{}
	}
	set(&s.Features)
	for _, option := range s.FeatureOptions() {
		s.Needs[option] = true
	}
	doing := *j
	doing.Scenario = &s
	var err error
	if doing.Header, doing.Added, err = profiles.Render(j.Variant, &s); err != nil {
		return nil, nil // the user's header does not let it
	}
	got, err := Reject(ctx, l, plan, &doing, []profiles.Check{try})
	var bad *BadJobError
	if errors.As(err, &bad) {
		return nil, nil
	}
	if err != nil || got[0].Verdict != Refused {
		return nil, err
	}
	return &Blame{Call: call, Outcome: got[0].Outcome}, nil
}
