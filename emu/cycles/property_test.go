package cycles

import (
	"math/rand"
	"testing"

	"tlslab/boards/timing"
	"tlslab/internal/isa/thumb"
)

// straight returns n random instructions that follow one another, without
// branches: what a block may hold before its end.
func straight(r *rand.Rand, n int) []thumb.Inst {
	var out []thumb.Inst
	var it thumb.ITState
	for addr := uint32(0x1000); len(out) < n; {
		raw := []byte{byte(r.Int()), byte(r.Int()), byte(r.Int()), byte(r.Int())}
		before := it
		in, err := thumb.Decode(raw, addr, &it)
		if err != nil || in.WritesPC || in.Class == thumb.IT {
			it = before
			continue
		}
		out = append(out, in)
		addr = in.Next()
	}
	return out
}

// A longer block never costs less; cutting a block in two changes its cost by
// no more than what two instructions can hide from or wait for each other.
func TestMonotoneAndAdditive(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, name := range timing.Names() {
		tm, err := timing.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		var latency int64 // the longest wait for a result
		for _, c := range tm.Costs {
			latency = max(latency, c.Result, c.PartResult, c.ShiftedResult, c.Address, c.BeforeLoad)
		}
		m := model(t, name, nil)
		for range 200 {
			insts := straight(r, 1+r.Intn(20))
			whole, last := m.Block(insts), int64(0)
			for i := range insts {
				upTo := m.Block(insts[:i+1])
				if upTo < last {
					t.Fatalf("%s: %d instructions cost %d, one less %d", name, i+1, upTo, last)
				}
				last = upTo
			}
			cut := r.Intn(len(insts) + 1)
			parts := m.Block(insts[:cut]) + m.Block(insts[cut:])
			if whole > parts+latency+cycle || whole < parts-int64(len(insts))*cycle {
				t.Fatalf("%s: whole %d, parts %d at %d", name, whole, parts, cut)
			}
			if len(tm.Issue.Pairs) == 0 && whole < int64(len(insts))*cycle {
				t.Fatalf("%s: %d instructions in %d", name, len(insts), whole)
			}
			if whole < int64(len(insts))*cycle/2 {
				t.Fatalf("%s: more than two a cycle", name)
			}
		}
	}
}

// Slower flash never makes a block faster.
func TestFlashMonotone(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 200 {
		insts := straight(r, 1+r.Intn(20))
		last := model(t, "cortex-m3", nil).Block(insts)
		for wait := range int64(6) {
			b := f103(true, nil)
			b.Regions[0].WaitStates = wait
			with := model(t, "cortex-m3", b).Block(insts)
			b.Regions[0].Prefetch = false
			without := model(t, "cortex-m3", b).Block(insts)
			if with < last || without < with {
				t.Fatalf("%d wait states: %d with prefetch, %d without, %d at one less", wait, with, without, last)
			}
			last = with
		}
	}
}

// The instruction mix of pqm4's ml-kem-768 (three operations on an emulated
// Cortex-M4, in thousandths), in random order: silicon takes 1.128 to 1.144
// cycles an instruction for the real order at zero wait states, which is
// grouped to suit the core. Random order may be worse, not much better.
func TestMixOnM4(t *testing.T) {
	mix := []struct {
		text  string
		share int // of 1000
	}{
		{"ea81 0102", 482}, {"68c8", 225}, {"60c8", 125}, {"fb12 3003", 42}, {"0048", 33},
		{"fa92 f003", 25}, {"d0fe", 23}, {"b2c8", 20}, {"ee10 0a90", 16}, {"b510", 9},
	}
	r := rand.New(rand.NewSource(3))
	m := model(t, "cortex-m4", nil)
	var insns, spent int64
	for range 2000 {
		var text string
		length := 1 + r.Intn(15)
		for range length {
			pick := r.Intn(1000)
			for _, c := range mix {
				if pick -= c.share; pick < 0 {
					text += c.text + " "
					break
				}
			}
		}
		insts := code(t, 0x1000, text)
		insns += int64(len(insts))
		spent += m.Block(insts)
	}
	if cpi := float64(spent) / cycle / float64(insns); cpi < 1.10 || cpi > 1.45 {
		t.Errorf("%.3f cycles an instruction", cpi)
	}
}
