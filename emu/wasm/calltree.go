package wasm

import (
	"context"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"tlslab/emu"
)

// mostWays bounds a tree of calls: a handshake's has some thousand nodes.
const mostWays = 1 << 20

// LoadFollowed is Load for a program whose guests know who called whom
// (Guest.Calls). The engine reports each call; the metered module, and so every
// count, is the same. A run takes two to four times as long.
func (m *Machine) LoadFollowed(ctx context.Context, img emu.Image) (emu.Program, error) {
	ctx = context.WithValue(ctx, unkeptKey{}, true) // a tree is made once
	p, err := m.loadListened(ctx, img, func(f int, _ string, _ api.FunctionDefinition) experimental.FunctionListener {
		return callListener(f)
	})
	if err != nil {
		return nil, err
	}
	p.followed = true
	return machineProgram{p}, nil
}

// callListener sees the calls of one defined function, by its number.
type callListener int32

// callTree is the tree of calls of a followed guest so far.
//
// A function's counter moves only while a call of it is the innermost one. What it has
// gained by the next entry or return of any function therefore belongs to that call,
// wherever the meter adds its count.
type callTree struct {
	counters []api.Global // of the defined functions
	given    []uint64     // of each counter: what nodes already have
	nodes    []callNode   // the first is the root, which is no function
	child    map[[2]int32]int32
	open     []int32 // nodes of the calls under way, the root's below them
	tooLarge bool
}

type callNode struct {
	parent, function int32
	calls, ops       uint64
}

func newCallTree() *callTree {
	return &callTree{nodes: []callNode{{parent: -1, function: -1}}, child: map[[2]int32]int32{}, open: []int32{0}}
}

// settle adds to the innermost call what its function's counter has gained.
func (t *callTree) settle() *callNode {
	n := &t.nodes[t.open[len(t.open)-1]]
	if n.function >= 0 {
		now := t.counters[n.function].Get() & (oneCall - 1)
		n.ops += now - t.given[n.function]
		t.given[n.function] = now
	}
	return n
}

// Before implements experimental.FunctionListener.
func (f callListener) Before(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, _ experimental.StackIterator) {
	g := ctx.Value(guestKey{}).(*Guest)
	t := g.tree
	if t.counters == nil {
		t.counters = g.functionCounters()
		t.given = make([]uint64, len(t.counters))
	}
	t.settle()
	way := [2]int32{t.open[len(t.open)-1], int32(f)}
	at, known := t.child[way]
	if !known {
		if at = way[0]; len(t.nodes) < mostWays {
			at = int32(len(t.nodes))
			t.nodes = append(t.nodes, callNode{parent: way[0], function: int32(f)})
			t.child[way] = at
		} else {
			t.tooLarge = true
		}
	}
	t.open = append(t.open, at)
}

// After implements experimental.FunctionListener.
func (f callListener) After(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64) {
	t := ctx.Value(guestKey{}).(*Guest).tree
	t.settle().calls++
	t.open = t.open[:len(t.open)-1]
}

// Abort implements experimental.FunctionListener: the call did not return.
func (f callListener) Abort(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ error) {
	t := ctx.Value(guestKey{}).(*Guest).tree
	t.settle()
	t.open = t.open[:len(t.open)-1]
}

// Calls returns the tree of calls of a guest of LoadFollowed so far: a node for each call
// path of a function, parents before children, with what it executed itself and how often
// it returned. Between steps the nodes of a function add up to Functions. It is an error if
// the program was loaded with Load, or if there are too many call paths.
func (g *Guest) Calls() ([]emu.Call, error) {
	switch {
	case g.tree == nil:
		return nil, hostErrorf("tree of calls: the guest's calls are not followed")
	case g.tree.tooLarge:
		return nil, hostErrorf("tree of calls: more than %d ways to call a function", mostWays)
	}
	calls := make([]emu.Call, len(g.tree.nodes))
	for i, n := range g.tree.nodes {
		calls[i] = emu.Call{Parent: int(n.parent), Ops: n.ops, Calls: n.calls}
		if i > 0 {
			calls[i].Function = g.program.functions[n.function]
		}
	}
	return calls, nil
}
