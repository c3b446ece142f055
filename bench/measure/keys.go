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

// adviceInputs make what would help a case that did not connect. It depends on
// what a variant is about.
type adviceInputs struct {
	lab.Inputs
	Variant *profiles.Variant
}

// runInputs make what is counted of an image in a conversation.
type runInputs struct {
	lab.Conditions
	Image *core.Image
}

// spreadInputs make by how much a case's numbers differ between draws.
type spreadInputs struct {
	lab.Inputs
	Seeds int
}

var (
	cases   = cache.NewKind[lab.Inputs]("case")
	advices = cache.NewKind[adviceInputs]("advice")
	runs    = cache.NewKind[runInputs]("run")
	spreads = cache.NewKind[spreadInputs]("spread")
	trees   = cache.NewKind[lab.Inputs]("calls")
)

// Place is a process in which jobs can be measured.
type Place interface {
	lab.Place
	// Bench returns an open lab that measures a core. The caller does not close it.
	Bench(ctx context.Context, c lab.Core) (*Bench, error)
}

// prepareAt prepares a task's job at a place.
func prepareAt(ctx context.Context, place Place, t lab.Task) (*prepared, error) {
	b, err := place.Bench(ctx, t.Core)
	if err != nil {
		return nil, err
	}
	p, err := lab.PrepareTask(ctx, place, t)
	return &prepared{p, b}, err
}

// declare declares a kind of action that is executed on a prepared job.
func declare[Out any](name string, key func(*prepared) (string, error), do func(context.Context, *prepared) (Out, bool, error)) action.Kind[*prepared, lab.Task, Out] {
	return action.Declare(name, action.Steps[Place, *prepared, lab.Task, Out]{
		Prepare: prepareAt,
		Key:     func(p *prepared, _ lab.Task) (string, error) { return key(p) },
		Do:      func(ctx context.Context, p *prepared, _ lab.Task) (Out, bool, error) { return do(ctx, p) },
	})
}

// keyOf makes a key from a case's inputs.
func keyOf(of func(lab.Inputs, *prepared) string) func(*prepared) (string, error) {
	return func(p *prepared) (string, error) {
		in, err := p.Inputs()
		if err != nil {
			return "", err
		}
		return of(in, p), nil
	}
}

// keptCase returns a case as an output, kept if a repeated run gives the same.
func keptCase(c *results.Case, err error) (*results.Case, bool, error) {
	return c, err == nil && !c.Unrepeatable, err
}

// The kinds of actions.
var (
	caseKind = declare(cases.Name(), keyOf(func(in lab.Inputs, _ *prepared) string { return cases.Key(in) }),
		func(ctx context.Context, p *prepared) (*results.Case, bool, error) { return keptCase(p.caseOf(ctx)) })
	adviceKind = declare(advices.Name(), keyOf(func(in lab.Inputs, p *prepared) string { return advices.Key(adviceInputs{in, &p.Job.Variant}) }),
		func(ctx context.Context, p *prepared) ([]string, bool, error) { return p.advice(ctx) })
	spreadKind = declare(spreads.Name(), keyOf(func(in lab.Inputs, _ *prepared) string { return spreads.Key(spreadInputs{in, results.DrawSeeds}) }),
		func(ctx context.Context, p *prepared) (*results.Case, bool, error) { return keptCase(p.spread(ctx)) })
	callsKind = declare(trees.Name(), keyOf(func(in lab.Inputs, _ *prepared) string { return trees.Key(in) }),
		func(ctx context.Context, p *prepared) (*followed, bool, error) {
			f, err := p.follow(ctx)
			return f, true, err
		})
	runKind = action.Declare(runs.Name(), action.Steps[Place, *prepared, lab.Task, *results.Case]{
		Prepare: func(ctx context.Context, place Place, t lab.Task) (*prepared, error) {
			p, err := prepareAt(ctx, place, t)
			if err == nil {
				err = p.Build(ctx)
			}
			if err != nil {
				return nil, err
			}
			return p.alone(), nil
		},
		Key: func(p *prepared, _ lab.Task) (string, error) { return p.runKey(), nil },
		Do: func(ctx context.Context, p *prepared, _ lab.Task) (*results.Case, bool, error) {
			return keptCase(p.try(ctx))
		},
	})
)

// execute executes an action on a prepared job.
func execute[Out any](ctx context.Context, k action.Kind[*prepared, lab.Task, Out], p *prepared) (out Out, err error) {
	task, err := p.Task()
	if err != nil {
		return out, err
	}
	return k.Execute(ctx, p.bench.Actions, p, task)
}

// cached takes a job's case from the cache, or makes it and puts it there. Jobs with
// equal headers share a case, but not the advice if it fails.
func (p *prepared) cached(ctx context.Context) (*results.Case, error) {
	c, err := execute(ctx, caseKind, p)
	if err != nil || c.Outcome == results.OutcomeConnected || c.Outcome == lab.OutcomeRejected || p.Job.Bulk || p.Machine != p.bench.Machine {
		return c, err
	}
	c.Advice, err = execute(ctx, adviceKind, p)
	return c, err
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
