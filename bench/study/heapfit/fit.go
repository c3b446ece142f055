package heapfit

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/emu/heap"
	"tlslab/internal/metric"
)

// Case is one configuration in one scenario with the smallest heap under
// each allocator.
type Case struct {
	Config   string          `json:"config"`
	Scenario string          `json:"scenario"`
	Outcome  results.Outcome `json:"outcome"`
	Detail   string          `json:"detail,omitempty"` // where the outcome is not "connected"
	PeakB    uint32          `json:"heap-peak-B,omitempty"`
	MinB     uint32          `json:"heap-min-B,omitempty"` // by running in the lab's arena
	Allocs   uint32          `json:"allocs,omitempty"`
	Fits     []Fit           `json:"allocators,omitempty"`
	Trace    heap.Trace      `json:"-"`
}

// Fit is the smallest heap under one allocator. Event, counted from 0, is
// the allocation that fails in an arena one step smaller; Use is right after it.
type Fit struct {
	Allocator   string       `json:"allocator"`
	Source      string       `json:"source"`
	MinB        uint32       `json:"heap-min-B"`
	Use         heap.Use     `json:"use"`
	Event       int          `json:"event"`
	Phase       metric.Phase `json:"phase"`
	AskedB      uint32       `json:"asked-B"`
	FailsAboveB []uint32     `json:"fails-above-B,omitempty"`
}

// Cases traces each job and fits the models to it, workers jobs at a time.
func Cases(ctx context.Context, l *lab.Lab, plan *lab.Plan, jobs []*lab.Job, models []*heap.Model, workers int) ([]Case, error) {
	cases := make([]Case, len(jobs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, j := range jobs {
		g.Go(func() error {
			h, err := Trace(ctx, l, plan, j)
			if err != nil {
				return err
			}
			c := &cases[i]
			*c = Case{Config: j.Variant.Name, Scenario: j.Scenario.Name, Outcome: h.Outcome}
			if h.Outcome != results.OutcomeConnected {
				c.Detail = h.Detail
				return nil
			}
			c.PeakB, c.MinB, c.Allocs, c.Trace = h.Record.HeapPeakB, h.MinB, h.Record.Allocs, h.Trace
			for _, m := range models {
				if err := ctx.Err(); err != nil {
					return err
				}
				f, err := heap.Smallest(m, h.Trace)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", c.Config, c.Scenario, err)
				}
				c.Fits = append(c.Fits, Fit{m.Name, m.Source, f.MinB, f.Use, f.Event, f.Phase, f.AskedB, f.FailsAboveB})
			}
			return nil
		})
	}
	return cases, g.Wait()
}
