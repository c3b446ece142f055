package qemu

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"tlslab/emu"
)

// Two runs of the same image: the same counts, to the last one.
func TestSameCountsTwice(t *testing.T) {
	m, image := machine(t), firmware(t, guestMany)
	type all struct {
		counters  emu.Counters
		functions map[string]emu.Function
		calls     []emu.Call
		heap      []emu.HeapStep
		record    *emu.Record
	}
	var runs [2]all
	for i := range runs {
		h, g, err := run(t, m, image)
		if err != nil {
			t.Fatal(err)
		}
		runs[i] = all{g.Counters(), g.Functions(), g.Calls(), g.HeapTrace(), h.record}
		for k := range runs[i].calls { // the lab's own functions go on while it reads
			if c := &runs[i].calls[k]; emu.Harness(c.Function) {
				c.Ops, c.MilliCycles = 0, 0
			}
		}
	}
	if !reflect.DeepEqual(runs[0], runs[1]) {
		t.Errorf("two runs differ:\n%+v\n%+v", runs[0], runs[1])
	}
	if runs[0].counters.Ops == 0 || runs[0].counters.MilliCycles <= 1000*runs[0].counters.Ops/2 {
		t.Errorf("counters %+v", runs[0].counters)
	}
}

// Phases, heap and stack of a guest whose work is known.
func TestWork(t *testing.T) {
	h, g, err := run(t, machine(t), firmware(t, guestWork))
	if err != nil {
		t.Fatal(err)
	}
	r := h.record
	if !r.Done || len(r.Phases) != 2 || r.HeapPeakB != 128 || r.LeakB != 0 || r.Allocs != 2 {
		t.Fatalf("record %+v", r)
	}
	// deep(5) is six frames of more than 64 bytes; paint can't be gone where
	// SP has not been.
	if r.StackPeakB < 6*64 || r.PaintedB > r.StackPeakB || r.PaintedB < r.StackPeakB-64 {
		t.Errorf("stack %d by SP, %d by painting", r.StackPeakB, r.PaintedB)
	}
	deep := r.Phases[1]
	if r.Phases[0].StackPeakB >= deep.StackPeakB || deep.StackPeakB != r.StackPeakB {
		t.Errorf("phases %+v", r.Phases)
	}
	if f := function(t, g, "deep"); f.Calls != 6 || f.StackPeakB < 6*64 {
		t.Errorf("deep: %+v", f)
	}
	// RAM at one instant: the deepest stack while 100 bytes were live.
	if want := r.StackPeakB + 100; r.RAMPeakB != want {
		t.Errorf("RAM peak %d, want %d", r.RAMPeakB, want)
	}
	want := []uint32{100, 128, 100, 0}
	for i, s := range g.HeapTrace() {
		if i >= len(want) || s.LiveB != want[i] {
			t.Fatalf("heap trace %+v", g.HeapTrace())
		}
	}
	// What the lab's own functions execute is not counted.
	for name := range g.Functions() {
		if emu.Harness(name) {
			t.Errorf("%s is the lab's own", name)
		}
	}
}

// A function that opens a phase changes no count: it divides that of the phase
// that was under way, by what the function and its callees execute.
func TestOpenings(t *testing.T) {
	m := machine(t)
	image := firmware(t, guestWork)
	whole, g, err := run(t, m, image)
	if err != nil {
		t.Fatal(err)
	}
	var deep string
	for name := range g.Functions() {
		if name == "deep" || strings.HasPrefix(name, "deep.") {
			deep = name
		}
	}
	opened, _, err := runImage(t, m, emu.Image{Firmware: image, Openings: []emu.Opening{
		{Function: deep, Phase: "key-derivation"}, {Function: "memset", Phase: "key-exchange", Within: "init"}}})
	if err != nil {
		t.Fatal(err)
	}
	calls := g.Calls()
	below := make([]bool, len(calls)) // of the first deep, which calls itself
	inclusive := uint64(0)
	for i, c := range calls[1:] {
		if below[i+1] = c.Function == deep || below[c.Parent]; below[i+1] {
			inclusive += c.Ops
		}
	}
	before, after := whole.record, opened.record
	if len(after.Phases) != 3 || after.Phases[2].Name != "key-derivation" || after.Phases[2].Ops != inclusive || inclusive == 0 {
		t.Fatalf("%s and its callees execute %d; phases %+v", deep, inclusive, after.Phases)
	}
	hello, parts := before.Phases[1], after.Phases[1:]
	if parts[0].Ops+parts[1].Ops != hello.Ops || parts[0].MilliCycles+parts[1].MilliCycles != hello.MilliCycles || parts[0].Allocs+parts[1].Allocs != hello.Allocs {
		t.Errorf("%+v and %+v do not add up to %+v", parts[0], parts[1], hello)
	}
	if parts[1].StackPeakB != hello.StackPeakB || parts[0].StackPeakB >= hello.StackPeakB || parts[1].HeapPeakB != 100 || parts[0].HeapPeakB != 128 || parts[1].Allocs != 0 {
		t.Errorf("%+v and %+v are no parts of %+v", parts[0], parts[1], hello)
	}
	if before.RAMPeakB != after.RAMPeakB || after.RAMHeapB != 100 || before.RAMHeapB != 100 || after.RAMPhase != "key-derivation" {
		t.Errorf("RAM %d, of it %d heap, in %s", after.RAMPeakB, after.RAMHeapB, after.RAMPhase)
	}
}

// The tree of calls holds the sum of what functions executed.
func TestCallsAddUp(t *testing.T) {
	_, g, err := run(t, machine(t), firmware(t, guestMany))
	if err != nil {
		t.Fatal(err)
	}
	byFunction := map[string]uint64{}
	calls := g.Calls()
	for i, c := range calls {
		if c.Parent >= i {
			t.Fatalf("call %d has parent %d", i, c.Parent)
		}
		byFunction[c.Function] += c.Ops
	}
	for name, f := range g.Functions() {
		if byFunction[name] != f.Ops {
			t.Errorf("%s: %d in the tree of calls, %d in all", name, byFunction[name], f.Ops)
		}
	}
	w := g.counts.words
	if w[wStray] != 0 || w[wDeep] != 0 || w[wOutside] != 0 || w[wSPWrong] != 0 {
		t.Errorf("%d strays, %d too deep, %d outside, %d wrong", w[wStray], w[wDeep], w[wOutside], w[wSPWrong])
	}
}

// ARMv6-M has no table branch: libgcc's helper returns into the table. It is
// no caller of what comes then.
func TestCallsOfJumpTables(t *testing.T) {
	_, g, err := run(t, machine(t), firmwareFor(t, guestMany, 0, 0x20000000, "-mcpu=cortex-m0", "-mfloat-abi=soft", "-Os"))
	if err != nil {
		t.Fatal(err)
	}
	calls := g.Calls()
	helped := 0
	for i, c := range calls {
		if strings.HasPrefix(c.Function, "__gnu_thumb1_case_") {
			helped++
		}
		if i > 0 && strings.HasPrefix(calls[c.Parent].Function, "__gnu_thumb1_case_") {
			t.Errorf("%s is called by %s", c.Function, calls[c.Parent].Function)
		}
	}
	if w := g.counts.words; helped == 0 || w[wStray] != 0 || w[wDeep] != 0 || w[wSPWrong] != 0 {
		t.Errorf("%d helpers, %d strays, %d too deep, %d wrong", helped, w[wStray], w[wDeep], w[wSPWrong])
	}
}

// What each call took of the stack, with its callees: deep calls itself, each
// call below the one before.
func TestCallsStack(t *testing.T) {
	_, g, err := run(t, machine(t), firmware(t, guestWork))
	if err != nil {
		t.Fatal(err)
	}
	calls := g.Calls()
	var deep []uint32
	for i, c := range calls {
		switch {
		case c.Function == "deep":
			deep = append(deep, c.StackB)
		case emu.Harness(c.Function) && c.StackB != 0:
			t.Errorf("call %d: %d B of %s, which is the lab's own", i, c.StackB, c.Function)
		}
		if i > 0 && c.Parent > 0 && !emu.Harness(calls[c.Parent].Function) && calls[c.Parent].StackB < c.StackB {
			t.Errorf("call %d, %s: %d B, its caller %d B", i, c.Function, c.StackB, calls[c.Parent].StackB)
		}
	}
	if len(deep) != 6 {
		t.Fatalf("deep: %v", deep)
	}
	// The innermost has one frame and what memset takes; each other adds one.
	one := deep[4] - deep[5]
	if one < 64 || deep[5] < one {
		t.Errorf("deep: %v", deep)
	}
	for i := range deep[:5] {
		if deep[i]-deep[i+1] != one {
			t.Errorf("deep: %v: not the same frame each time", deep)
		}
	}
}

// Each way a guest fails is an error of its own.
func TestFailures(t *testing.T) {
	m := machine(t)
	for _, c := range []struct {
		name  string
		guest int
		want  string
	}{
		{"fault", guestFault, "guest: fault: HardFault, precise data bus error, at 0xa0000000; pc 0x"},
		{"stack used up", guestRecurse, "guest: stack used up: SP would be 0x1ff"},
		{"spin", guestSpin, "guest: tick budget of 50000000 ops is used up"},
		{"exit", guestExit, "guest: exit(3)"},
		{"undefined instruction", guestUndefined, "guest: fault: HardFault, undefined instruction; pc 0x"},
		{"status", guestStatus, "guest: tlslab_step returned 77"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := run(t, m, firmware(t, c.guest))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			var guest *emu.GuestError
			var budget *emu.BudgetError
			if !errors.As(err, &guest) && !errors.As(err, &budget) {
				t.Errorf("%T is no failure of the guest", err)
			}
			t.Log(err)
		})
	}
}

// The budget ends a guest at the same instruction every time.
func TestBudgetIsExact(t *testing.T) {
	m, image := machine(t), firmware(t, guestSpin)
	var ops [2]uint64
	for i := range ops {
		_, g, err := run(t, m, image)
		var budget *emu.BudgetError
		if !errors.As(err, &budget) {
			t.Fatal(err)
		}
		ops[i] = g.Counters().Ops
	}
	if ops[0] != ops[1] || ops[0] < 49_000_000 {
		t.Errorf("stopped after %d and %d", ops[0], ops[1])
	}
}

// A guest that is done is not stepped again; a closed one neither.
func TestAfterTheEnd(t *testing.T) {
	_, g, err := run(t, machine(t), firmware(t, guestWork))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Step(context.Background()); err == nil {
		t.Error("stepped after it was done")
	}
	g.Close(context.Background())
	g.Close(context.Background())
	if _, err := g.Step(context.Background()); err == nil {
		t.Error("stepped after it was closed")
	}
}
