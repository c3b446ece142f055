package measure

import (
	"context"
	"fmt"
	"runtime"
	"sort"
	"sync"

	"github.com/shirou/gopsutil/v3/mem"
	"golang.org/x/sync/errgroup"

	"tlslab/bench/lab"
	"tlslab/bench/results"
)

// workerBytes is what one worker may need: two compiled programs (3 MB of
// machine code each), a guest, a server, and the compiler's working memory.
const workerBytes = 100 << 20

// Workers is how many cases to measure at one time: a core each, less where
// memory is short.
func Workers() int {
	n := runtime.GOMAXPROCS(0)
	if v, err := mem.VirtualMemory(); err == nil {
		n = min(n, int(v.Available/workerBytes))
	}
	return max(n, 1)
}

// Matrix measures every job of a plan on workers goroutines and returns the
// cases in results order. done is called after each case, from one goroutine
// at a time. When ctx ends, finished cases stay in the cache and the error is
// ctx's.
func (l *Bench) Matrix(ctx context.Context, plan *lab.Plan, workers int, done func(*results.Case)) ([]results.Case, error) {
	cases := make([]results.Case, len(plan.Jobs))
	bases := varied(plan.Jobs)
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i := range plan.Jobs {
		g.Go(func() error {
			if err := gctx.Err(); err != nil {
				return err
			}
			c, err := l.Measure(gctx, plan, &plan.Jobs[i])
			if err != nil {
				return err
			}
			if err := l.refusals(gctx, plan, &plan.Jobs[i], c); err != nil {
				return err
			}
			if v := &plan.Jobs[i].Variant; v.Option == "" && bases[v.Name] {
				if err := l.spread(gctx, plan, &plan.Jobs[i], c); err != nil {
					return err
				}
			}
			if !plan.Jobs[i].Bulk && (l.AllCalls || plan.Jobs[i].Variant.Option == "") {
				if err := l.calls(gctx, plan, &plan.Jobs[i], c); err != nil {
					return err
				}
			}
			cases[i] = *c
			mu.Lock()
			defer mu.Unlock()
			done(c)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("interrupted; finished cases are kept: %w", ctx.Err())
		}
		return nil, err
	}
	sort.Slice(cases, func(i, j int) bool { return cases[i].Key() < cases[j].Key() })
	return cases, nil
}
