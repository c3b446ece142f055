package heapfit

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
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
	var names []string
	for _, m := range models {
		names = append(names, m.Name)
	}
	cases := make([]Case, len(jobs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, j := range jobs {
		g.Go(func() error {
			p, err := l.PrepareOn(ctx, plan, j, l.Machine)
			if err != nil {
				return err
			}
			defer p.Close(ctx)
			a, err := fitted.Execute(ctx, p, names)
			if err != nil {
				return p.Named(err)
			}
			cases[i] = a.Case
			cases[i].Config, cases[i].Scenario = j.Variant.Name, j.Scenario.Name
			cases[i].Trace, err = unpack(a.Trace)
			return err
		})
	}
	return cases, g.Wait()
}

// answer is a case without its names, because other jobs with the same header share it,
// and its trace, packed: each of a handshake's 60 000 events takes 80 B as JSON.
type answer struct {
	Case  Case
	Trace []byte // JSON, gzip
}

var fitted = lab.Declare("heap", fit)

// fit traces a job and finds the smallest heap under each model, given by name.
func fit(ctx context.Context, p *lab.Prepared, models []string) (answer, bool, error) {
	h, err := follow(ctx, p)
	if err != nil {
		return answer{}, false, err
	}
	c := Case{Outcome: h.Outcome}
	if h.Outcome != results.OutcomeConnected {
		c.Detail = h.Detail
		return answer{Case: c}, !h.Unrepeatable(), nil
	}
	c.PeakB, c.MinB, c.Allocs = h.Record.HeapPeakB, h.MinB, h.Record.Allocs
	for _, name := range models {
		m := heap.Find(name)
		if m == nil {
			return answer{}, false, fmt.Errorf("no allocator %q", name)
		}
		if err := ctx.Err(); err != nil {
			return answer{}, false, err
		}
		f, err := heap.Smallest(m, h.Trace)
		if err != nil {
			return answer{}, false, err
		}
		c.Fits = append(c.Fits, Fit{m.Name, m.Source, f.MinB, f.Use, f.Event, f.Phase, f.AskedB, f.FailsAboveB})
	}
	trace, err := pack(h.Trace)
	return answer{c, trace}, true, err
}

func pack(t heap.Trace) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := json.NewEncoder(w).Encode(t); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

// unpack is the trace of an answer; none of one that did not connect.
func unpack(data []byte) (t heap.Trace, err error) {
	if len(data) == 0 {
		return nil, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	err = json.NewDecoder(r).Decode(&t)
	return t, err
}
