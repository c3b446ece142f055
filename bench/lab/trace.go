package lab

import (
	"context"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
)

// Traced is a run with what each function did, and what its machine may know.
type Traced struct {
	*Run
	Outcome results.Outcome
	Detail  string
	Image   *core.Image
	Heap    []emu.HeapStep // nil where the machine does not follow the heap
}

// Trace builds and runs one job, past the cache, with all that a profile or a
// fit needs.
func (l *Lab) Trace(ctx context.Context, plan *Plan, j *Job) (*Traced, error) {
	return l.TraceFrom(ctx, plan, j, nil)
}

// TraceFrom is Trace with a look at both ends before the first step (Conversation.Begins).
func (l *Lab) TraceFrom(ctx context.Context, plan *Plan, j *Job, begins func(w *wire.Wire, guest, other *peer.Endpoint)) (*Traced, error) {
	p, err := l.Prepare(ctx, plan, j)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	if err := p.Build(ctx); err != nil {
		return nil, p.Named(err)
	}
	t := &Traced{Image: p.Image}
	t.Run, err = p.Converse(ctx, Conversation{Begins: begins, Finished: func(g emu.Guest) {
		if traced, ok := g.(emu.TracedGuest); ok {
			t.Heap = traced.HeapTrace()
		}
	}})
	if err != nil {
		return nil, p.Named(err)
	}
	o := p.Judge(t.Run)
	t.Outcome, t.Detail = o.Name, o.Detail
	return t, nil
}
