package lab

import (
	"context"

	"tlslab/bench/action"
	"tlslab/internal/cache"
)

// Asked is a question about a job, as data.
type Asked[Q any] struct {
	Task     Task
	Question Q
}

// Inputs are everything that a job's conversations depend on.
type Inputs struct {
	Conditions
	Image string // key of its image
}

// Inputs are those of the job.
func (p *Prepared) Inputs() (Inputs, error) {
	image, err := p.Key()
	return Inputs{p.Conditions(), image}, err
}

// answered is everything that the answer to a question about a job depends on.
type answered[Q any] struct {
	Inputs
	Question Q
}

// Kind is a kind of action that answers questions about a job: a Q by an A.
type Kind[Q, A any] struct {
	kind action.Kind[*Prepared, Asked[Q], A]
}

// Declare declares a kind of action that is executed on a prepared job. Its key is made
// of the job's Inputs and the question. keep is false if another execution may give
// another answer.
func Declare[Q, A any](name string, do func(ctx context.Context, p *Prepared, q Q) (answer A, keep bool, err error)) Kind[Q, A] {
	kept := cache.NewKind[answered[Q]](name)
	return Kind[Q, A]{action.Declare(name, action.Steps[Place, *Prepared, Asked[Q], A]{
		Prepare: func(ctx context.Context, place Place, in Asked[Q]) (*Prepared, error) {
			return PrepareTask(ctx, place, in.Task)
		},
		Key: func(p *Prepared, in Asked[Q]) (string, error) {
			inputs, err := p.Inputs()
			return kept.Key(answered[Q]{inputs, in.Question}), err
		},
		Do: func(ctx context.Context, p *Prepared, in Asked[Q]) (A, bool, error) { return do(ctx, p, in.Question) },
	})}
}

// Action returns the action that answers a question about a job.
func (k Kind[Q, A]) Action(p *Prepared, q Q) (*action.Action, error) {
	task, err := p.Task()
	if err != nil {
		return nil, err
	}
	return k.kind.Action(p, Asked[Q]{task, q})
}

// Execute executes the action that answers a question about a job, and returns the answer.
func (k Kind[Q, A]) Execute(ctx context.Context, p *Prepared, q Q) (answer A, err error) {
	task, err := p.Task()
	if err != nil {
		return answer, err
	}
	return k.kind.Execute(ctx, p.Lab.Actions, p, Asked[Q]{task, q})
}
