// Package action is work as values. A study says what is to be done and by which
// content key it is known; an executor does it once for all who ask, and keeps
// what came of it. Where it is done is the executor's business: this package has
// the one that does it in this process.
package action

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"tlslab/internal/cache"
)

// Action is a piece of work whose output follows from what its key is made of.
type Action struct {
	Kind string // of the cache's entries: "case", "loss"
	Key  string // by a cache.Kind, of all inputs
	// Do does it. keep is false where doing it again may give something else.
	Do func(ctx context.Context) (output any, keep bool, err error)
}

// Executor does actions.
type Executor interface {
	// Execute does an action, or takes what came of it before, and decodes the
	// output, which is JSON, into out. Actions with one key that are executed at the
	// same time are done once. It is safe for concurrent use.
	Execute(ctx context.Context, a Action, out any) error
}

// Local does actions in this process and keeps their outputs in a store.
type Local struct {
	Store *cache.Store
	once  Once
}

// Execute implements Executor.
func (l *Local) Execute(ctx context.Context, a Action, out any) error {
	data, err := l.once.Do(ctx, a.Kind+a.Key, func() (any, error) { return l.output(ctx, a) })
	if err != nil {
		return err
	}
	return decode(a, data.([]byte), out)
}

// output is what came of an action. An entry that does not decode is made again.
func (l *Local) output(ctx context.Context, a Action) ([]byte, error) {
	if data, ok := l.Store.Get(a.Kind, a.Key); ok && json.Valid(data) {
		return data, nil
	}
	output, keep, err := a.Do(ctx)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(output)
	if err != nil || !keep {
		return data, err
	}
	return data, l.Store.Put(a.Kind, a.Key, data)
}

func decode(a Action, data []byte, out any) error {
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the output of the %s %.12s: %w", a.Kind, a.Key, err)
	}
	return nil
}

// All executes actions, so many at a time, and hands each output to done as it
// comes, in any order but one after the other. The first error ends it.
func All[T any](ctx context.Context, e Executor, workers int, actions []Action, done func(i int, output T) error) error {
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
