package wasm

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/tetratelabs/wazero/api"

	"tlslab/emu"
)

// Guest is one running instance. It implements emu.Guest and is not safe for
// concurrent use.
type Guest struct {
	program  *Program
	host     emu.Host
	limits   emu.Limits
	instance api.Module
	memory   api.Memory
	step     api.Function
	stack    [1]uint64 // parameter and result of calls into the guest

	// Nil where the program is not metered or has no watch.
	fuel, sp, spMin, spLow, ramMax, ramHeap, heapMax api.MutableGlobal
	counters                                         []api.Global        // looked up on first use
	globals                                          []api.MutableGlobal // likewise

	stop    error           // set by a host function that ends the call
	faulted *emu.GuestError // likewise, where the guest is to blame
	dead    error           // why the guest can't be stepped again
	done    bool
	guard   emu.Guard
	calls   uint64     // host calls
	until   time.Time  // by this machine's clock
	heap    *heapTrace // nil where the allocator is not followed
	tree    *callTree  // nil where calls are not followed
}

var _ emu.Guest = (*Guest)(nil)

// Step calls tlslab_step. ctx is looked at before the call and at host calls: what
// bounds the rest is the budget. After an error other than ctx's the guest is dead
// and Step repeats the error, until Restore.
func (g *Guest) Step(ctx context.Context) (emu.Status, error) {
	if g.dead != nil {
		return 0, g.dead
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if g.done {
		return 0, hostErrorf("step after the guest was done")
	}
	if g.dead = g.guard.Charge(g.limits, 0); g.dead == nil && time.Now().After(g.until) {
		g.dead = g.limits.WallError()
	}
	if g.dead != nil {
		return 0, g.dead
	}
	if err := g.call(context.WithValue(ctx, guestKey{}, g), g.step); err != nil {
		return 0, err
	}
	switch s := emu.Status(int32(g.stack[0])); s {
	case emu.Ready, emu.Blocked:
		return s, nil
	case emu.Done:
		g.done = true
		return s, nil
	default:
		g.dead = &emu.GuestError{Reason: fmt.Sprintf("%s returned %d", exportStep, s)}
		return 0, g.dead
	}
}

// call runs f with g.stack and sorts out how it ended. ctx carries g.
func (g *Guest) call(ctx context.Context, f api.Function) error {
	if err := f.CallWithStack(ctx, g.stack[:]); err != nil {
		g.dead = g.failure(nil, err)
	} else if g.overdrawn() {
		g.dead = &emu.BudgetError{Limit: g.limits.Ops}
	}
	return g.dead
}

// overdrawn says whether more than the budget was executed.
func (g *Guest) overdrawn() bool { return g.fuel != nil && int64(g.fuel.Get()) < 0 }

// Counters returns the exact counts since Start began. It may be called
// between steps and inside host calls. After a trap Ops lacks what the
// functions on the call stack had not yet handed in.
func (g *Guest) Counters() emu.Counters {
	var c emu.Counters
	if g.fuel != nil {
		c.Ops = g.limits.Ops - g.fuel.Get() // wraps right when overdrawn
	}
	if g.spMin != nil {
		c.StackPeakB = g.program.layout.stackTop - uint32(g.spMin.Get())
	}
	if g.ramMax != nil {
		c.RAMPeakB, c.RAMHeapB, c.HeapPeakB = uint32(g.ramMax.Get()), uint32(g.ramHeap.Get()), uint32(g.heapMax.Get())
	}
	return c
}

// ResetPeaks makes the current stack depth and the current RAM the peaks.
func (g *Guest) ResetPeaks() {
	if g.spMin != nil {
		g.spMin.Set(g.sp.Get())
		g.spLow.Set(g.sp.Get())
	}
	if g.ramMax != nil {
		live := g.heapLive()
		g.ramHeap.Set(uint64(live))
		g.heapMax.Set(uint64(live))
		g.ramMax.Set(uint64(live + g.program.layout.stackTop - uint32(g.sp.Get())))
	}
}

// heapLive is the heap bytes live now.
func (g *Guest) heapLive() uint32 {
	live, _ := g.memory.ReadUint32Le(g.program.layout.heapLive)
	return live
}

// Functions implements emu.Guest. Functions of one name (static ones of
// different files) are added up. The sum over all is Counters().Ops.
func (g *Guest) Functions() map[string]emu.Function {
	all := map[string]emu.Function{}
	for i, c := range g.functionCounters() {
		if n := c.Get(); n > 0 {
			f := all[g.program.functions[i]]
			f.Ops += n & (oneCall - 1)
			f.Calls += n >> opsBits
			all[g.program.functions[i]] = f
		}
	}
	return all
}

// functionCounters are those of the defined functions, in their order.
func (g *Guest) functionCounters() []api.Global {
	if g.counters == nil {
		for _, name := range g.program.layout.counters {
			g.counters = append(g.counters, g.instance.ExportedGlobal(name))
		}
	}
	return g.counters
}

// allocations is how many the allocator has served.
func (g *Guest) allocations() uint32 {
	if g.program.layout.mark < 0 {
		return 0
	}
	return uint32(g.functionCounters()[g.program.layout.mark].Get() >> opsBits)
}

// MemoryDigest is the SHA-256 of linear memory: what two engines must agree on.
func (g *Guest) MemoryDigest() [32]byte {
	b, _ := g.memory.Read(0, g.memory.Size())
	return sha256.Sum256(b)
}

// WriteParams copies b into the guest's parameter buffer (data symbols
// tlslab_params and tlslab_params_cap). It calls nothing in the guest. Errors
// are *emu.HostError.
func (g *Guest) WriteParams(b []byte) error {
	ptr, ok := g.constant(exportParams)
	capPtr, ok2 := g.constant(exportParamsCap)
	if !ok || !ok2 {
		return hostErrorf("guest does not export %s and %s", exportParams, exportParamsCap)
	}
	size, ok := g.memory.ReadUint32Le(capPtr)
	if !ok {
		return hostErrorf("%s is outside memory", exportParamsCap)
	}
	if uint64(len(b)) > uint64(size) {
		return hostErrorf("parameters of %d bytes: the guest has room for %d", len(b), size)
	}
	if !g.memory.Write(ptr, b) {
		return hostErrorf("%s is outside memory", exportParams)
	}
	return nil
}

// constant reads an exported address.
func (g *Guest) constant(name string) (uint32, bool) {
	v := g.instance.ExportedGlobal(name)
	if v == nil || v.Type() != api.ValueTypeI32 {
		return 0, false
	}
	return uint32(v.Get()), true
}

// Close frees the instance; its memory is used again.
func (g *Guest) Close(ctx context.Context) error {
	if g.instance == nil {
		return nil
	}
	if g.dead == nil {
		g.dead = hostErrorf("guest is closed")
	}
	return g.instance.Close(ctx)
}
