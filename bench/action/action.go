// Package action represents work as data. A kind of action is declared once: the type
// of its input, what its content key is made of, and the function that executes it. A
// study submits inputs to an executor, which executes equal actions once and keeps the
// output. The executor decides where. An action contains all that another process
// needs: its kind, its key, and its input as JSON.
package action

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"tlslab/internal/cache"
)

// Action is a piece of work whose output depends only on what its key is made of. Its
// Kind makes it.
type Action struct {
	Kind string // of the cache's entries too: "case", "loss"
	Key  string // by a cache.Kind, of all that the output follows from

	input any
	here  func(context.Context) (output any, keep bool, err error) // with what is prepared already
}

func (a *Action) String() string { return fmt.Sprintf("the %s %.12s", a.Kind, a.Key) }

// Output is the result of an action.
type Output struct {
	JSON json.RawMessage `json:"output"`
	Keep bool            `json:"keep"` // doing it again gives the same
}

// Executor executes actions.
type Executor interface {
	// Execute executes an action, or takes its output from an earlier execution, and
	// decodes the output into out. Actions with the same key that are submitted at the
	// same time are executed once. It is safe for concurrent use.
	Execute(ctx context.Context, a *Action, out any) error
}

// Local executes actions in this process and keeps their outputs in a store.
type Local struct {
	Store *cache.Store
	// Elsewhere executes an action in another process; nil: it is executed here.
	Elsewhere func(context.Context, *Action) (Output, error)
	once      Once
}

// Execute implements Executor.
func (l *Local) Execute(ctx context.Context, a *Action, out any) error {
	v, err := l.once.Do(ctx, a.Kind+a.Key, func() (any, error) { return l.output(ctx, a) })
	if err != nil {
		return err
	}
	if err := json.Unmarshal(v.(Output).JSON, out); err != nil {
		return fmt.Errorf("the output of %s: %w", a, err)
	}
	return nil
}

// output is what came of an action. An entry that does not decode is made again.
func (l *Local) output(ctx context.Context, a *Action) (Output, error) {
	if data, ok := l.Store.Get(a.Kind, a.Key); ok && json.Valid(data) {
		return Output{data, true}, nil
	}
	do := a.Here
	if l.Elsewhere != nil {
		do = func(ctx context.Context) (Output, error) { return l.Elsewhere(ctx, a) }
	}
	o, err := do(ctx)
	if err != nil || !o.Keep {
		return o, err
	}
	return o, l.Store.Put(a.Kind, a.Key, o.JSON)
}

// Here executes the action in this process, on the value that its submitter prepared.
func (a *Action) Here(ctx context.Context) (Output, error) {
	output, keep, err := a.here(ctx)
	if err != nil {
		return Output{}, err
	}
	data, err := json.Marshal(output)
	return Output{data, keep}, err
}

// All executes actions, so many at a time, and hands each output to done as it
// comes, in any order but one after the other. The first error ends it.
func All[T any](ctx context.Context, e Executor, workers int, actions []*Action, done func(i int, output T) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	var mu sync.Mutex
	for i, a := range actions {
		g.Go(func() error {
			if err := gctx.Err(); err != nil {
				return err
			}
			var output T
			if err := e.Execute(gctx, a, &output); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			return done(i, output)
		})
	}
	return g.Wait()
}
