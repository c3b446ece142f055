package measure

import (
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
	machine, ok := p.Machine.(follower)
	if !ok {
		return nil
	}
	image, err := l.Builder.Key(p.Spec)
	if err != nil {
		return err
	}
	followed, err := l.kept(ctx, trees.Name(), trees.Key(caseInputs{p.Conditions(), image}), func() (*results.Case, error) {
		calls, err := p.follow(ctx, machine)
		if err != nil {
			return nil, err
		}
		if err := addUp(calls, c.Functions, p.Machine.Units()); err != nil {
			return nil, err
		}
		return &results.Case{Tree: treeOf(calls, func(string) bool { return true })}, nil
	})
	if err != nil {
		return p.Named(err)
	}
	c.Tree = followed.Tree
	return nil
}

// follow is the tree of calls of a run of its own.
func (p *prepared) follow(ctx context.Context, machine follower) (calls []emu.Call, err error) {
	if err := p.LoadBy(ctx, machine.LoadFollowed); err != nil {
		return nil, err
	}
	var followErr error
	_, err = p.Converse(ctx, lab.Conversation{Bare: true, Finished: func(g emu.Guest) {
		calls, followErr = g.(followedGuest).Calls()
	}})
	if err == nil {
		err = followErr
	}
	return calls, err
}

// addUp is an error where a tree of calls, run by itself, does not add up to what
// was measured.
func addUp(calls []emu.Call, functions []results.Function, u metric.Units) error {
	left := map[string]emu.Function{}
	for _, c := range calls[1:] {
		f := left[c.Function]
		left[c.Function] = emu.Function{Ops: f.Ops + c.Ops, Calls: f.Calls + c.Calls}
	}
	for _, f := range functions {
		want := emu.Function{Ops: uint64(f.Metrics[u.Ops]), Calls: uint64(f.Calls)}
		if got := left[f.Name]; got != want {
			return fmt.Errorf("the tree of calls has %d %s in %d calls of %s, the run that was measured has %d in %d",
				got.Ops, u.Ops, got.Calls, f.Name, want.Ops, want.Calls)
		}
		delete(left, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		return fmt.Errorf("the tree of calls has %s, which the run that was measured did not call", name)
	}
	return nil
}
