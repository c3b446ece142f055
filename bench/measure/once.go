package measure

import (
	"context"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/profiles"
)

// MeasureOnce builds a job's image and has one conversation, against the reference
// server with one of certs.Variants. Nothing is searched and nothing is cached.
// What does not build or fit is a case without a run.
func (l *Bench) MeasureOnce(ctx context.Context, p *lab.Prepared, certificate profiles.Check) (*results.Case, *lab.Run, error) {
	err := p.Build(ctx)
	if build, ok := lab.DoesNotBuild(err); ok {
		return l.Label(p.Plan, p.Job, *NoBuild(build)), nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	c := &results.Case{Metrics: map[string]int64{}}
	sizes(c, p.Image.Sizes)
	if tooBig(c, p.Machine) {
		return l.Label(p.Plan, p.Job, *c), nil, nil
	}
	r, err := p.Converse(ctx, lab.Conversation{Certificate: certificate})
	if err != nil {
		return nil, nil, err
	}
	o := p.Judge(r)
	ran := &results.Case{Outcome: o.Name, Phase: o.Phase, Detail: o.Detail, Metrics: map[string]int64{}}
	counts(ran, r, p.Machine.Units(), p.Job.Board)
	if p.Machine == l.Machine {
		if err := l.predict(ran, r, p.Plan.Profile, p.Job.Board); err != nil {
			return nil, nil, err
		}
	}
	return l.Label(p.Plan, p.Job, *join(c, ran, p.Image, p.Machine.Units())), r, nil
}
