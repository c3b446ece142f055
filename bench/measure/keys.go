package measure

import (
	"context"

	"tlslab/bench/action"
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/internal/cache"
	"tlslab/profiles"
)

// caseInputs make a case.
type caseInputs struct {
	lab.Conditions
	Image string // key of its image
}

// failureInputs make a case that did not connect, with what would help.
type failureInputs struct {
	caseInputs
	Variant *profiles.Variant
}

// runInputs make what is counted of an image in a conversation.
type runInputs struct {
	lab.Conditions
	Image *core.Image
}

// spreadInputs make by how much a case's numbers differ between draws.
type spreadInputs struct {
	caseInputs
	Seeds int
}

// floorInputs make how a configuration ends in the floor's tries.
type floorInputs struct {
	caseInputs
	Tries []profiles.Check
}

var (
	cases    = cache.NewKind[caseInputs]("case")
	failures = cache.NewKind[failureInputs]("failure")
	runs     = cache.NewKind[runInputs]("run")
	spreads  = cache.NewKind[spreadInputs]("spread")
	floors   = cache.NewKind[floorInputs]("floor")
	trees    = cache.NewKind[caseInputs]("calls")
)

// cached is a job's case from the cache, or made and put there. Jobs whose
// headers are equal share a case, unless it failed: what would help depends on
// what a variant is about.
func (p *prepared) cached(ctx context.Context, measure func() (*results.Case, error)) (*results.Case, error) {
	l, j := p.bench, p.Job
	image, err := l.Builder.Key(p.Spec)
	if err != nil {
		return nil, err
	}
	in := caseInputs{p.Conditions(), image}
	var made *results.Case // here and now: it knows whether it may be kept
	c, err := l.kept(ctx, cases.Name(), cases.Key(in), func() (c *results.Case, err error) {
		made, err = measure()
		return made, err
	})
	if err != nil || c.Outcome == results.OutcomeConnected || j.Bulk || p.Machine != l.Machine {
		return c, err
	}
	return l.kept(ctx, failures.Name(), failures.Key(failureInputs{in, &j.Variant}), func() (*results.Case, error) {
		if made != nil {
			return made, nil
		}
		return measure()
	})
}

// runKey is the key of what an image, which the job's header may not be the only
// one to build to, counts.
func (p *prepared) runKey() string {
	c := p.Conditions()
	job := *p.Job
	job.Header = nil // the image is what it made
	c.Job = &job
	return runs.Key(runInputs{c, p.Image})
}

// kept is a case from the cache, or made and put there.
func (l *Bench) kept(ctx context.Context, kind, key string, measure func() (*results.Case, error)) (*results.Case, error) {
	c := new(results.Case)
	return c, l.Actions.Execute(ctx, action.Action{Kind: kind, Key: key, Do: func(context.Context) (any, bool, error) {
		c, err := measure()
		return c, err == nil && !c.Unrepeatable, err
	}}, c)
}
