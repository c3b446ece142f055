// Package heapfit finds the smallest heap for a job's device under each
// allocator that emu/heap models, from the recorded allocations of one run.
package heapfit

import (
	"context"
	"errors"
	"fmt"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/emu"
	"tlslab/emu/heap"
	"tlslab/internal/quantity"
)

// heapMachine is a machine that can follow what a guest asks of its allocator.
type heapMachine interface {
	LoadTraced(ctx context.Context, img emu.Image) (emu.Program, error)
}

// heapGuest is a guest of such a program.
type heapGuest interface {
	HeapTrace() (heap.Trace, error)
}

// Run is one run with all it asked of its allocator.
type Run struct {
	*lab.Run
	Outcome results.Outcome
	Detail  string
	Trace   heap.Trace // complete where the outcome is connected
	MinB    uint32     // smallest arena by running in it, as heap-min-B; 0 where it did not connect
}

// follow builds and runs a job and records each allocation and release. It is an error if
// the trace does not agree with the guest's own counts. The trace of a run that did not
// connect ends where the run did.
func follow(ctx context.Context, p *lab.Prepared) (*Run, error) {
	machine, ok := p.Machine.(heapMachine)
	if !ok {
		return nil, fmt.Errorf("machine %s does not follow the heap", p.Machine.Name())
	}
	if err := p.LoadBy(ctx, machine.LoadTraced); err != nil {
		return nil, err
	}
	h := &Run{}
	var traceErr, err error
	h.Run, err = p.Converse(ctx, lab.Conversation{Finished: func(g emu.Guest) { h.Trace, traceErr = g.(heapGuest).HeapTrace() }})
	if err != nil {
		return nil, err
	}
	o := p.Judge(h.Run)
	h.Outcome, h.Detail = results.Outcome(string(o.Name)), o.Detail
	if h.Outcome != results.OutcomeConnected {
		return h, nil
	}
	if err := errors.Join(traceErr, agrees(h.Trace, h.Record)); err != nil {
		return nil, err
	}
	if h.MinB, err = p.HeapMin(ctx, h.Run, p.HeapBytes()); err != nil {
		return nil, err
	}
	return h, nil
}

// agrees says where a trace and the guest's own counts differ.
func agrees(t heap.Trace, r *emu.Record) error {
	if r.FirstFailedAllocB > 0 {
		return fmt.Errorf("heap trace: an allocation of %s failed in %s: give the profile a larger heap", quantity.Bytes(r.FirstFailedAllocB), r.AllocPhase)
	}
	got, err := t.Totals()
	if err != nil {
		return err
	}
	if want := (heap.Totals{Allocs: r.Allocs, PeakB: r.HeapPeakB, LeakB: r.LeakB}); got != want {
		return fmt.Errorf("heap trace: %d allocations, %s at the peak, %s at the end; the guest counted %d, %d, %d",
			got.Allocs, quantity.Bytes(got.PeakB), quantity.Bytes(got.LeakB), want.Allocs, want.PeakB, want.LeakB)
	}
	return nil
}
