package wasm

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"tlslab/emu"
)

// followed runs a guest whose calls are followed for one step.
func followed(t *testing.T, kind Kind, module []byte, lim emu.Limits) (*Guest, error) {
	t.Helper()
	m := &Machine{engine(t, kind)}
	p, err := m.LoadFollowed(context.Background(), emu.Image{WASM: module})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(context.Background()) })
	g := start(t, p.(machineProgram).Program, &fakeHost{}, lim)
	_, err = g.Step(context.Background())
	return g, err
}

// waysOf are the nodes of a tree by their paths, as the reference has them.
func waysOf(t *testing.T, g *Guest) map[string]spent {
	t.Helper()
	calls, err := g.Calls()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]spent{}
	paths := make([]string, len(calls))
	for i, c := range calls {
		if i == 0 {
			continue
		}
		paths[i] = paths[c.Parent] + " " + c.Function
		if _, twice := out[paths[i]]; twice {
			t.Errorf("%q is there twice", paths[i])
		}
		out[paths[i]] = spent{c.Ops, c.Calls}
	}
	return out
}

// checkTree holds the nodes of each function to its own counts.
func checkTree(t *testing.T, g *Guest) {
	t.Helper()
	calls, err := g.Calls()
	if err != nil {
		t.Fatal(err)
	}
	sum := map[string]emu.Function{}
	for _, c := range calls[1:] {
		f := sum[c.Function]
		sum[c.Function] = emu.Function{Ops: f.Ops + c.Ops, Calls: f.Calls + c.Calls}
	}
	if own := g.Functions(); !maps.Equal(sum, own) {
		t.Errorf("the tree adds up to %v, functions are %v", sum, own)
	}
}

// TestCallTree: random programs and the kernels of C have the reference
// interpreter's calls, way by way, in both engines; the metered counts are those
// of a run that is not followed.
func TestCallTree(t *testing.T) {
	modules := map[string][]byte{"recursion": buildWat(t, guestWat(`
			i32.const 5 call $down
			i32.const 3 i32.const 1 call_indirect (type $one)
			i32.const 2 i32.const 0 call_indirect (type $one) i32.add i32.add drop i32.const 2`, `
		(type $one (func (param i32) (result i32)))
		(table 2 2 funcref) (elem (i32.const 0) $down $small)
		(func $small (type $one) local.get 0 i32.const 1 i32.add)
		(func $down (type $one) local.get 0 call $small drop
			local.get 0 i32.eqz (if (result i32) (then i32.const 7) (else local.get 0 i32.const 1 i32.sub call $down)))`))}
	for seed := range uint64(30) {
		modules[fmt.Sprintf("seed %d", seed)] = encode(randomGuest(seed, 40))
	}
	for _, k := range kernels {
		modules[k.name] = buildC(t, k.name, k.flags...)
	}
	nodes := 0
	for name, module := range modules {
		ref := newReference(t, module)
		ref.call(exportBoot, uint64(testLimits.HeapBytes))
		ref.call(exportStep)
		want := map[string]spent{}
		for path, s := range ref.ways {
			want[path] = *s
		}
		for _, kind := range bothKinds {
			g, err := followed(t, kind, module, testLimits)
			if err != nil {
				t.Fatal(err)
			}
			got := waysOf(t, g)
			if !maps.Equal(got, want) {
				t.Errorf("%s, %s: the tree is\n%v\nthe reference's is\n%v", name, kind, got, want)
			}
			checkTree(t, g)
			nodes += len(got)
			plain := start(t, program(t, kind, module), &fakeHost{}, testLimits)
			step(t, plain)
			if a, b := g.Counters(), plain.Counters(); a != b || !maps.Equal(g.Functions(), plain.Functions()) {
				t.Errorf("%s, %s: %+v when followed, %+v otherwise", name, kind, a, b)
			}
		}
	}
	t.Logf("%d ways", nodes)
}

// TestCallTreeOfDead: a guest that was stopped halfway has the calls made until then.
func TestCallTreeOfDead(t *testing.T) {
	for seed := range uint64(10) {
		module := encode(randomGuest(seed, 40))
		ref := newReference(t, module)
		ref.call(exportStep)
		lim := testLimits
		lim.Ops = ref.total() / 2
		for _, kind := range bothKinds {
			g, err := followed(t, kind, module, lim)
			if err == nil {
				t.Fatalf("seed %d: not stopped", seed)
			}
			checkTree(t, g)
		}
	}
	g, err := followed(t, Compiler, buildWat(t, guestWat("unreachable")), testLimits)
	if err == nil {
		t.Fatal("a trap is no error")
	}
	checkTree(t, g)
}

// TestCallTreeRefuses: a guest that is not followed has no tree, a followed guest cannot
// be restored from a snapshot, and a tree has a bound.
func TestCallTreeRefuses(t *testing.T) {
	module := buildWat(t, guestWat("i32.const 2"))
	plain := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
	if _, err := plain.Calls(); err == nil {
		t.Error("a guest that is not followed has a tree")
	}
	g, err := followed(t, Compiler, module, testLimits)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Restore(g.Snapshot()); err == nil {
		t.Error("a guest that is followed was put back")
	}
	// Each of two functions calls both: the call paths double with each level.
	body := "local.get 0 i32.eqz br_if 0 local.get 0 i32.const 1 i32.sub call $a local.get 0 i32.const 1 i32.sub call $b"
	wide := buildWat(t, guestWat("i32.const 20 call $a i32.const 2",
		"(func $a (param i32) "+body+")", "(func $b (param i32) "+body+")"))
	if g, err = followed(t, Compiler, wide, testLimits); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Calls(); err == nil || !strings.Contains(err.Error(), "ways to call") {
		t.Errorf("too many ways: %v", err)
	}
}
