package wasm

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"tlslab/emu"
)

// generator writes random functions of (i32) -> i32 with every kind of control
// flow. Local 0 is the parameter, 1 a running value, 2 bounds loops.
type generator struct {
	*rand.Rand
	b      body
	labels []opcode
	callee int // function to call, or -1; once
}

func (g *generator) put(op opcode, arg uint64) { g.b.code = append(g.b.code, instr{op: op, arg: arg}) }

// mix changes the running value.
func (g *generator) mix() {
	g.put(opLocalGet, 1)
	g.put(opI32Const, uint64(int64(int32(g.Uint32()|1))))
	g.put(0x6c, 0) // i32.mul
	g.put(opLocalGet, 0)
	g.put(opI32Add, 0)
	g.put(opLocalSet, 1)
}

// bit pushes a bit of the running value.
func (g *generator) bit() {
	g.put(opLocalGet, 1)
	g.put(opI32Const, uint64(8+g.IntN(20)))
	g.put(0x76, 0) // i32.shr_u
	g.put(opI32Const, 1)
	g.put(0x71, 0) // i32.and
}

// forward is a random label that is not a loop.
func (g *generator) forward() uint64 {
	for {
		d := g.IntN(len(g.labels))
		if g.labels[len(g.labels)-1-d] != opLoop {
			return uint64(d)
		}
	}
}

// carry pushes the result where a branch goes to the function's own label.
func (g *generator) carry(label uint64) bool {
	if int(label) == len(g.labels)-1 {
		g.put(opLocalGet, 1)
		return true
	}
	return false
}

func (g *generator) nest(op opcode, depth int) {
	g.put(op, blockEmpty)
	g.labels = append(g.labels, op)
	g.statements(depth + 1)
	if op == opIf && g.IntN(2) == 0 {
		g.put(opElse, 0)
		g.statements(depth + 1)
	}
	if op == opLoop {
		g.put(opLocalGet, 2)
		g.put(opI32Const, 1)
		g.put(opI32Sub, 0)
		g.put(opLocalTee, 2)
		g.put(opI32Const, 0)
		g.put(0x4a, 0) // i32.gt_s
		if g.IntN(4) > 0 {
			g.put(opBrIf, 0)
		} else {
			g.put(opDrop, 0)
		}
	}
	g.labels = g.labels[:len(g.labels)-1]
	g.put(opEnd, 0)
}

func (g *generator) statements(depth int) {
	for n := g.IntN(5); n > 0; n-- {
		kind := g.IntN(12)
		if depth > 4 && kind < 6 {
			kind = 11
		}
		switch kind {
		case 0, 1:
			g.nest(opBlock, depth)
		case 2, 3:
			g.bit()
			g.nest(opIf, depth)
		case 4, 5:
			g.nest(opLoop, depth)
		case 6:
			l := g.forward()
			carried := g.carry(l)
			g.bit()
			g.put(opBrIf, l)
			if carried {
				g.put(opDrop, 0)
			}
		case 7:
			if g.IntN(3) == 0 {
				l := g.forward()
				g.carry(l)
				g.put(opBr, l)
			}
		case 8:
			// All targets must take the same values: none, or all the result.
			targets := []uint32{}
			own := uint32(len(g.labels) - 1)
			for range 1 + g.IntN(4) {
				if l := uint32(g.forward()); l != own {
					targets = append(targets, l)
				}
			}
			if len(targets) == 0 {
				targets = []uint32{own, own}
				g.put(opLocalGet, 1)
			}
			g.bit()
			g.put(opBrTable, uint64(len(g.b.tables)))
			g.b.tables = append(g.b.tables, targets)
		case 9:
			if g.IntN(4) == 0 {
				g.put(opLocalGet, 1)
				g.put(opReturn, 0)
			}
		case 10:
			if g.callee >= 0 {
				g.put(opLocalGet, 1)
				g.put(opCall, uint64(g.callee))
				g.put(opLocalSet, 1)
				g.callee = -1
			}
		default:
			g.mix()
		}
	}
}

// randomGuest is a guest whose step calls n random functions.
func randomGuest(seed uint64, n int) *module {
	r := rand.New(rand.NewPCG(seed, 0))
	m := &module{
		types:   []funcType{sig(typeI32, typeI32), sig(0, typeI32), sig(typeI32)},
		memory:  &limits{1, 1, true},
		globals: []global{{typeI32, false, 64}},
	}
	for i := range n {
		g := &generator{Rand: r, labels: []opcode{opBlock}, callee: i - 1}
		if i%6 == 0 {
			g.callee = -1 // keeps call chains, and so the run, short
		}
		g.b.locals = []localRun{{2, typeI32}}
		g.put(opI32Const, 4)
		g.put(opLocalSet, 2)
		g.mix()
		for range 3 {
			g.statements(0)
		}
		g.put(opLocalGet, 1)
		g.put(opEnd, 0)
		m.funcs = append(m.funcs, 0)
		m.code = append(m.code, g.b)
	}
	s := &generator{}
	for i := range n {
		s.put(opI32Const, uint64(4*i%2048))
		s.put(opI32Const, uint64(i*7919))
		s.put(opCall, uint64(i))
		s.b.code = append(s.b.code, instr{op: 0x36, arg: 2}) // i32.store
	}
	s.put(opI32Const, 1)
	s.put(opEnd, 0)
	m.funcs = append(m.funcs, 1, 2)
	m.code = append(m.code, body{code: []instr{{op: opEnd}}}, s.b)
	m.exports = []export{
		{"memory", kindMemory, 0}, {exportHeapBase, kindGlobal, 0},
		{exportBoot, kindFunc, uint32(n)}, {exportStep, kindFunc, uint32(n + 1)},
	}
	return m
}

// TestRandomBudget stops random programs halfway, twice the same.
func TestRandomBudget(t *testing.T) {
	for seed := range uint64(20) {
		module := encode(randomGuest(seed, 40))
		ref := newReference(t, module)
		ref.call("tlslab_step")
		type stop struct {
			ops    uint64
			digest [32]byte
		}
		var stops [2]stop
		for _, kind := range bothKinds {
			lim := testLimits
			lim.Ops = ref.total() / 2
			g := start(t, program(t, kind, module), &fakeHost{}, lim)
			_, err := g.Step(t.Context())
			var budget *emu.BudgetError
			if !errors.As(err, &budget) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			checkSum(t, g)
			stops[kind] = stop{g.Counters().Ops, g.MemoryDigest()}
			if over := stops[kind].ops - lim.Ops; over == 0 || over > 10*smallOps {
				t.Errorf("seed %d: stopped %d ops after the budget", seed, over)
			}
		}
		if stops[0] != stops[1] {
			t.Errorf("seed %d: the engines stopped apart", seed)
		}
	}
}

// TestRandom holds metered random programs against the reference interpreter:
// the sum, each function's share and memory, in both engines.
func TestRandom(t *testing.T) {
	var ops uint64
	for seed := range uint64(60) {
		module := encode(randomGuest(seed, 40))
		ref := newReference(t, module)
		ref.call("tlslab_step")
		ops += ref.total()
		for _, kind := range bothKinds {
			g := start(t, program(t, kind, module), &fakeHost{}, testLimits)
			booted := g.Counters().Ops
			step(t, g)
			if got, want := g.Counters().Ops-booted, ref.total(); got != want {
				t.Errorf("seed %d: %s counts %d, the reference %d", seed, kind, got, want)
			}
			checkSum(t, g)
			own := functionOps(g)
			for i, n := range ref.self {
				if name := fmt.Sprintf("func[%d]", i); own[name] != n {
					t.Errorf("seed %d: %s: %s has %d ops, the reference %d", seed, kind, name, own[name], n)
				}
			}
			size := int(g.memory.Size())
			b, _ := g.memory.Read(0, uint32(size))
			if !bytes.Equal(b, ref.memory[:size]) {
				t.Errorf("seed %d: %s: memory differs", seed, kind)
			}
		}
	}
	t.Logf("%d ops", ops)
}
