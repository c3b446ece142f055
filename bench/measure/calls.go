package measure

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/emu"
	"tlslab/internal/metric"
)

// follower is a machine that follows calls in runs of their own.
type follower interface {
	LoadFollowed(ctx context.Context, img emu.Image) (emu.Program, error)
}

// followedGuest is a guest of such a run.
type followedGuest interface {
	Calls() ([]emu.Call, error)
}

// calls puts the tree of calls into the case of a machine that does not follow
// them in the run that is measured.
func (l *Bench) calls(ctx context.Context, plan *lab.Plan, j *lab.Job, c *results.Case) error {
	if c.Outcome != results.OutcomeConnected || c.Tree != nil {
		return nil
	}
	p, err := l.prepare(ctx, plan, j)
	if err != nil {
		return err
	}
	defer p.Close(ctx)
	if _, ok := p.Machine.(follower); !ok {
		return nil
	}
	f, err := execute(ctx, callsKind, p)
	if err == nil {
		err = addUp(f.Functions, c.Functions, p.Machine.Units())
	}
	if err != nil {
		return p.Named(err)
	}
	c.Tree = f.Tree
	return nil
}

// followed is a tree of calls, and the sum over each function's nodes.
type followed struct {
	Tree      *results.Tree
	Functions map[string]emu.Function // Ops and Calls
}

// follow makes a run that follows calls, and returns its tree.
func (p *prepared) follow(ctx context.Context) (*followed, error) {
	machine, ok := p.Machine.(follower)
	if !ok {
		return nil, fmt.Errorf("machine %s does not follow calls in runs of their own", p.Machine.Name())
	}
	if err := p.LoadBy(ctx, machine.LoadFollowed); err != nil {
		return nil, err
	}
	var calls []emu.Call
	var followErr error
	_, err := p.Converse(ctx, lab.Conversation{Bare: true, Finished: func(g emu.Guest) {
		calls, followErr = g.(followedGuest).Calls()
	}})
	if err := cmp.Or(err, followErr); err != nil {
		return nil, err
	}
	return &followed{treeOf(calls, func(string) bool { return true }), functionsIn(calls)}, nil
}

// functionsIn adds up each function's nodes in a tree of calls.
func functionsIn(calls []emu.Call) map[string]emu.Function {
	all := map[string]emu.Function{}
	for _, c := range calls[1:] {
		f := all[c.Function]
		all[c.Function] = emu.Function{Ops: f.Ops + c.Ops, Calls: f.Calls + c.Calls}
	}
	return all
}

// addUp returns an error if a tree of calls from a run of its own does not add up to the
// measured counts.
func addUp(tree map[string]emu.Function, functions []results.Function, u metric.Units) error {
	left := maps.Clone(tree)
	for _, f := range functions {
		want := emu.Function{Ops: uint64(f.Metrics[u.Ops]), Calls: uint64(f.Calls)}
		if got := left[f.Name]; got != want {
			return fmt.Errorf("the tree of calls has %d %s in %d calls of %s, the measured run has %d in %d",
				got.Ops, u.Ops, got.Calls, f.Name, want.Ops, want.Calls)
		}
		delete(left, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		return fmt.Errorf("the tree of calls has %s, which the measured run did not call", name)
	}
	return nil
}
