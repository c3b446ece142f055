package wasm

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"tlslab/emu"
	"tlslab/emu/heap"
)

// allocator are the guest's allocation functions (core/port/arena.c) with how
// many parameters each has.
var allocator = map[string]int{"malloc": 1, "calloc": 2, "realloc": 2, "free": 1}

// LoadTraced is Load for a program whose guests note what they ask of their
// allocator (Guest.HeapTrace). The engine tells of each call of the four
// functions; the metered module, and so every count, is the same.
func (m *Machine) LoadTraced(ctx context.Context, img emu.Image) (emu.Program, error) {
	found := 0
	p, err := m.loadListened(context.WithValue(ctx, listenedKey{}, true), img, func(_ int, name string, def api.FunctionDefinition) experimental.FunctionListener {
		params, ok := allocator[name]
		if !ok || len(def.ParamTypes()) != params {
			return nil
		}
		found++
		return heapListener(name)
	})
	if err != nil {
		return nil, err
	}
	if found == 0 {
		p.Close(ctx)
		return nil, hostErrorf("guest has no function malloc, calloc, realloc or free to follow")
	}
	p.traced = true
	return machineProgram{p}, nil
}

// heapListener sees the calls of one allocation function, by name.
type heapListener string

// heapTrace is what a traced guest has asked so far.
type heapTrace struct {
	events heap.Trace
	phases emu.PhaseStack
	blocks uint32         // allocated so far
	live   map[uint32]int // event that allocated the block at an address
	depth  int            // allocation functions on the call stack
	params [2]uint32      // of the outermost
	ops    uint64         // when it was called
	err    error          // the first thing that cannot be
}

// Before implements experimental.FunctionListener. Only calls from outside the
// allocator are followed: how its functions share their work is the compiler's
// choice.
func (f heapListener) Before(ctx context.Context, _ api.Module, _ api.FunctionDefinition, params []uint64, _ experimental.StackIterator) {
	g := ctx.Value(guestKey{}).(*Guest)
	h := g.heap
	if h.depth++; h.depth > 1 {
		return
	}
	for i := range params {
		h.params[i] = uint32(params[i])
	}
	h.ops = g.Counters().Ops
	if f == "free" {
		h.released(h.params[0])
	}
}

// After implements experimental.FunctionListener.
func (f heapListener) After(ctx context.Context, _ api.Module, _ api.FunctionDefinition, results []uint64) {
	h := ctx.Value(guestKey{}).(*Guest).heap
	if h.depth--; h.depth > 0 || f == "free" || len(results) == 0 || uint32(results[0]) == 0 {
		return
	}
	at := uint32(results[0])
	switch f {
	case "malloc":
		h.allocated(at, h.params[0])
	case "calloc":
		h.allocated(at, h.params[0]*h.params[1]) // it succeeded: no overflow
	case "realloc":
		h.allocated(at, h.params[1])
		h.released(h.params[0])
	}
}

// Abort implements experimental.FunctionListener: the guest is dead.
func (f heapListener) Abort(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ error) {
	ctx.Value(guestKey{}).(*Guest).heap.depth--
}

func (h *heapTrace) allocated(at, asked uint32) {
	if _, ok := h.live[at]; ok {
		h.fail("the block at 0x%x is allocated twice", at)
		return
	}
	h.live[at] = len(h.events)
	h.add(heap.Event{Alloc: true, Block: h.blocks, AskedB: asked})
	h.blocks++
}

func (h *heapTrace) released(at uint32) {
	if at == 0 {
		return
	}
	i, ok := h.live[at]
	if !ok {
		h.fail("what is released at 0x%x is no live block", at)
		return
	}
	delete(h.live, at)
	if h.err == nil {
		h.add(heap.Event{Block: h.events[i].Block, AskedB: h.events[i].AskedB})
	}
}

func (h *heapTrace) add(e heap.Event) {
	if len(h.events) == heap.MaxEvents {
		h.fail("more than %d events", heap.MaxEvents)
	}
	if h.err == nil {
		e.Phase, e.Ops = h.phases.Now(), h.ops
		h.events = append(h.events, e)
	}
}

func (h *heapTrace) fail(format string, args ...any) {
	if h.err == nil {
		h.err = fmt.Errorf("heap trace: "+format, args...)
	}
}

// enter notes the phase that an event begins.
func (h *heapTrace) enter(kind emu.EventKind, payload []byte) {
	if h != nil {
		h.phases.Event(kind, payload)
	}
}

// HeapTrace is what a guest of LoadTraced has asked of its allocator since its
// start, failed allocations left out. The slice is the guest's own. The error
// says that the guest is of Load, or what its allocator cannot have done.
func (g *Guest) HeapTrace() (heap.Trace, error) {
	if g.heap == nil {
		return nil, hostErrorf("heap trace: the guest's allocator is not followed")
	}
	return g.heap.events, g.heap.err
}
