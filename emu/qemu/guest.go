package qemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tlslab/emu"
	"tlslab/emu/frame"
	"tlslab/internal/isa/thumb"
)

// Guest is firmware running in a QEMU of its own. It implements emu.Guest and
// is not safe for concurrent use.
type Guest struct {
	machine  *Machine
	firmware []byte
	image    *image
	model    costs
	lim      emu.Limits
	counts   *counts
	process  *process
	session  *frame.Session
	cancel   func() bool
	settled  time.Duration   // without an instruction: the guest is stuck
	blocks   []block         // what the plugin has reported so far
	live     map[uint32]bool // blocks of the heap after the first `steps` of its trace
	steps    int
	served   uint32 // allocations in these
	dead     error
	done     bool
}

// costs is cycles.Model, or nothing where the core has no timing model.
type costs interface {
	Block(insts []thumb.Inst) int64
	Taken(last *thumb.Inst) int64
	FetchMiss(insts []thumb.Inst) int64
	NextMiss(insts []thumb.Inst) int64
	DataMiss() int64
}

// block is a translated block with what one run of it costs.
type block struct {
	function int // -1: none
	insns    uint64
	static   uint64 // milli-cycles
	taken    uint64
	jump     uint64 // a line missed that a branch led to
	next     uint64 // a line missed that follows the one before
}

// Step implements emu.Guest.
func (g *Guest) Step(ctx context.Context) (emu.Status, error) {
	if g.dead != nil {
		return 0, g.dead
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if g.done {
		return 0, &emu.HostError{Err: errors.New("step after the guest was done")}
	}
	st, err := g.session.Step()
	if err == nil {
		err = g.watched()
	}
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		g.dead = g.failed(err)
		return 0, g.dead
	}
	g.done = st == emu.Done
	return st, nil
}

// watched checks that the counts can be believed. The guest that upsets them did
// so itself: what well-behaved ones are counted, tests hold against QEMU's own.
func (g *Guest) watched() error {
	w := g.counts.words
	switch {
	case w[wOutside] > 0:
		return &emu.GuestError{Reason: fmt.Sprintf("executed %d blocks that are not in its image", w[wOutside])}
	case w[wSPWrong] > 0:
		at := uint32(w[wSPWrongAt])
		return &emu.GuestError{Reason: fmt.Sprintf("left its stack pointer where its calls and instructions don't put it, %d times; at last at pc %#x in %s",
			w[wSPWrong], at, g.image.nameAt(at))}
	}
	return g.total()
}

// failure sorts out why a guest stopped. The plugin knows of a budget that is
// used up; who only went away is asked how. A guest that failed is kept.
func (g *Guest) failure(err error) error {
	err = g.cause(err)
	var guest *emu.GuestError
	var budget *emu.BudgetError
	if errors.As(err, &guest) || errors.As(err, &budget) {
		command, keepErr := g.keep()
		if keepErr != nil {
			return &emu.HostError{Err: fmt.Errorf("%w; it could not be kept: %w", err, keepErr)}
		}
		if guest != nil {
			guest.Detail = command
		}
		if g.machine.Say != nil {
			g.machine.Say(fmt.Sprintf("qemu: %v\nto reproduce: sh %s", err, command))
		}
	}
	return err
}

func (g *Guest) cause(err error) error {
	var fault *frame.FaultError
	switch {
	case errors.As(err, &fault):
		fault.Where = g.image.nameAt(fault.Report.PC &^ 1)
		return &emu.GuestError{Reason: fault.Error()}
	case errors.Is(err, frame.ErrProtocol):
		return &emu.GuestError{Reason: err.Error()}
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, errStandstill):
		return err
	}
	switch g.counts.words[wStopped] {
	case stoppedBudget:
		return &emu.BudgetError{Limit: g.lim.Ops}
	case stoppedStack:
		at := uint32(g.counts.words[wSPWrongAt])
		return &emu.GuestError{Reason: fmt.Sprintf("stack used up: SP would be %#x, the stack ends at %#x; pc %#x in %s",
			g.counts.words[wSPLowAll], g.image.stackBottom, at, g.image.nameAt(at))}
	case stoppedLab:
		return &emu.HostError{Err: errors.New("the plugin got no answer while it waited for the lab")}
	case stoppedRoom:
		w := g.counts.words
		return &emu.GuestError{Reason: fmt.Sprintf("does more than the lab follows: %d blocks of code, %d kinds of call, %d heap steps", w[wBlocks], w[wNodes], w[wTrace])}
	}
	switch {
	case !errors.Is(err, errStandstill):
		return g.process.ended()
	case g.process.progress() == 0:
		return &emu.HostError{Err: fmt.Errorf("%w: %s", err, strings.Join(g.process.cmd.Args, " "))}
	}
	return &emu.GuestError{Reason: fmt.Sprintf("executed nothing for %v", g.process.patience), Unrepeatable: true}
}

// learn adds the blocks that the plugin has translated since the last look.
func (g *Guest) learn() {
	w := g.counts.words
	n := min(w[wBlocks], blocksRoom)
	places := g.counts.array(wBlocksAt, n*blockWords)
	for i := uint64(len(g.blocks)); i < n; i++ {
		place := places[i*blockWords]
		insts := g.image.program.From(uint32(place), uint32(place)+uint32(place>>32))
		b := block{function: -1, insns: uint64(len(insts))}
		if f, ok := g.image.program.FunctionAt(uint32(place)); ok {
			b.function = f
		}
		if g.model != nil && len(insts) > 0 {
			b.static = uint64(g.model.Block(insts))
			b.taken = uint64(g.model.Taken(&insts[len(insts)-1]))
			b.jump, b.next = uint64(g.model.FetchMiss(insts)), uint64(g.model.NextMiss(insts))
		}
		g.blocks = append(g.blocks, b)
	}
}

// each calls f with every function's counts, by index, -1 for code of none.
func (g *Guest) each(f func(function int, c emu.Function)) {
	g.learn()
	words := g.counts.array(wBlocksAt, uint64(len(g.blocks))*blockWords)
	for i := range g.blocks {
		b, w := &g.blocks[i], words[i*blockWords:]
		if w[1] > 0 {
			f(b.function, emu.Function{Ops: w[1] * b.insns, MilliCycles: w[1]*b.static + w[2]*b.taken + (w[3]-w[4])*b.jump + w[4]*b.next})
		}
	}
	g.reads(f)
}

// reads adds the data that was read from flash.
func (g *Guest) reads(f func(function int, c emu.Function)) {
	n := g.image.halfwords
	reads, misses := g.counts.array(wROMReadsAt, n), g.counts.array(wDMissesAt, n)
	cost := uint64(0)
	if g.model != nil {
		cost = uint64(g.model.DataMiss())
	}
	cached := g.counts.words[wDCache] != 0
	for _, at := range g.image.loads {
		if reads[at] == 0 {
			continue
		}
		slow := reads[at]
		if cached {
			slow = misses[at]
		}
		f(g.image.functionOf(at), emu.Function{FlashReads: reads[at], MilliCycles: slow * cost})
	}
}

// Counters implements emu.Guest. What the lab's own functions execute, the
// host calls, is not in them.
func (g *Guest) Counters() emu.Counters {
	var c emu.Counters
	g.each(func(function int, f emu.Function) {
		if function < 0 || !g.image.harness[function] {
			c.Ops += f.Ops
			c.MilliCycles += f.MilliCycles
		}
	})
	w := g.counts.words
	c.StackPeakB = g.image.stackTop - uint32(w[wSPLow])
	c.RAMPeakB, c.RAMHeapB, c.HeapPeakB = uint32(w[wRAMPeak]), uint32(w[wRAMHeap]), uint32(w[wHeapPeak])
	return c
}

// ResetPeaks implements emu.Guest: it may be called while the guest waits.
func (g *Guest) ResetPeaks() {
	w := g.counts.words
	w[wSPLow], w[wSPLowLive] = w[wSPGuest], w[wSPGuest]
	w[wRAMHeap], w[wHeapPeak] = w[wLive], w[wLive]
	w[wRAMPeak] = w[wLive] + uint64(g.image.stackTop) - w[wSPGuest]
}

// look sends the host the event of a function that opens a phase, while the plugin waits.
func (g *Guest) look() error {
	w := g.counts.words
	kind, opening := emu.EventReturn, emu.Opening{}
	if function := int(w[wAtFunction]) - 1; function >= 0 {
		kind, opening = emu.EventEnter, g.image.openings[function]
	}
	return g.session.Event(kind, opening.Payload(uint32(w[wLive]), uint32(w[wHeapPeak]), g.allocations()))
}

// allocations counts the allocations that the allocator has served: the steps of the heap
// trace that begin a block.
func (g *Guest) allocations() uint32 {
	if g.live == nil {
		g.live = map[uint32]bool{}
	}
	for trace := g.trace(); g.steps < len(trace)/traceWords; g.steps++ {
		block := uint32(trace[g.steps*traceWords])
		if g.live[block] = !g.live[block]; g.live[block] {
			g.served++
		}
	}
	return g.served
}

// Functions implements emu.Guest, without the lab's own.
func (g *Guest) Functions() map[string]emu.Function {
	all := map[string]emu.Function{}
	lowest := g.counts.array(wLowestAt, uint64(len(g.image.harness))+1)
	g.each(func(function int, f emu.Function) {
		name := "(unknown)"
		if function >= 0 {
			if g.image.harness[function] {
				return
			}
			name = g.image.program.Functions[function].Name
			f.StackPeakB = g.image.stackTop - uint32(lowest[function+1])
		}
		sum := all[name]
		sum.Ops += f.Ops
		sum.MilliCycles += f.MilliCycles
		sum.FlashReads += f.FlashReads
		sum.StackPeakB = max(sum.StackPeakB, f.StackPeakB)
		all[name] = sum
	})
	for _, c := range g.Calls() {
		if f, ok := all[c.Function]; ok {
			f.Calls += c.Calls
			all[c.Function] = f
		}
	}
	return all
}

// Close ends the emulator.
func (g *Guest) Close(context.Context) error {
	if g.process != nil {
		g.cancel()
		g.process.close()
		g.counts.close()
		g.process = nil
		if g.dead == nil {
			g.dead = &emu.HostError{Err: errors.New("guest is closed")}
		}
	}
	return nil
}
