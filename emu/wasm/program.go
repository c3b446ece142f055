package wasm

import (
	"context"
	"math"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"tlslab/emu"
)

// Program is a compiled guest image. It is safe for concurrent use; each
// Guest it starts is not.
type Program struct {
	engine    *Engine
	compiled  wazero.CompiledModule
	functions []string
	openings  []emu.Opening
	metered   bool
	traced    bool // guests note what they ask of their allocator
	followed  bool // guests know who called whom
	layout    layout
	memories  memoryPool
}

// Close frees the compiled code. Guests must have been closed.
func (p *Program) Close(ctx context.Context) error { return p.compiled.Close(ctx) }

// Start makes a fresh instance with lim.HeapBytes of arena behind its static
// data, not a byte more, and boots it: the module's start function, if any,
// then tlslab_boot. Both run on the budget. The guest's parameters must be
// written before the first step.
//
// Errors are *emu.HostError when the image or the limits don't fit, else what
// Step may return.
func (p *Program) Start(ctx context.Context, host emu.Host, lim emu.Limits) (*Guest, error) {
	size, err := p.memorySize(lim)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g := &Guest{program: p, host: host, limits: lim, until: time.Now().Add(lim.Wall())}
	if p.traced {
		g.heap = &heapTrace{live: map[uint32]int{}}
		g.heap.phases.Report(emu.PhaseNames[0])
	}
	if p.followed {
		g.tree = newCallTree()
	}
	ctx = context.WithValue(ctx, guestKey{}, g)
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions()
	actx := experimental.WithMemoryAllocator(ctx, p.memories.allocator(size))
	g.instance, err = p.engine.runtime.InstantiateModule(actx, p.compiled, config)
	if err != nil {
		return nil, g.failure(hostErrorf("instantiate guest: %w", err), err)
	}
	if err := g.boot(ctx); err != nil {
		g.Close(ctx)
		return nil, err
	}
	return g, nil
}

// memorySize checks lim and returns the guest's memory in bytes.
func (p *Program) memorySize(lim emu.Limits) (uint32, error) {
	linked := uint64(p.layout.pages) * pageBytes
	if err := lim.Complete(); err != nil {
		return 0, err
	}
	switch {
	case lim.Ops > math.MaxInt64:
		return 0, hostErrorf("limits: budget of %d ops: at most %d", lim.Ops, int64(math.MaxInt64))
	case p.layout.pages == 0:
		return 0, hostErrorf("guest has no memory")
	case !p.layout.hasHeapBase:
		return 0, hostErrorf("guest does not export %s", exportHeapBase)
	}
	size := uint64(p.layout.heapBase) + uint64(lim.HeapBytes)
	if size > linked {
		return 0, hostErrorf("heap of %d bytes: static data and stack take %d of the %d bytes linked, %d are left",
			lim.HeapBytes, p.layout.heapBase, linked, linked-uint64(p.layout.heapBase))
	}
	return uint32(size), nil
}

// function finds an export of a signature.
func (g *Guest) function(name string, t funcType) (api.Function, error) {
	f := g.instance.ExportedFunction(name)
	if f == nil {
		return nil, hostErrorf("guest does not export %s", name)
	}
	d := f.Definition()
	if string(d.ParamTypes()) != string(apiTypes(t.params)) || string(d.ResultTypes()) != string(apiTypes(t.results)) {
		return nil, hostErrorf("%s: want signature %v", name, t)
	}
	return f, nil
}

func (g *Guest) boot(ctx context.Context) error {
	if g.memory = g.instance.ExportedMemory(exportMemory); g.memory == nil {
		return hostErrorf("guest does not export %s", exportMemory)
	}
	var err error
	boot, err := g.function(exportBoot, sig(0, typeI32))
	if err != nil {
		return err
	}
	if g.step, err = g.function(exportStep, sig(typeI32)); err != nil {
		return err
	}
	if p := g.program; p.metered {
		g.fuel = g.global(exportFuel)
		g.fuel.Set(g.limits.Ops)
		if p.layout.watchSP {
			g.sp, g.spMin, g.spLow = g.global(p.layout.spName), g.global(exportSPMin), g.global(exportSPLow)
		}
		if p.layout.watchHeap {
			g.ramMax, g.ramHeap, g.heapMax = g.global(exportRAM), g.global(exportRAMHeap), g.global(exportHeapMax)
		}
		if p.layout.start {
			start, err := g.function(exportStart, sig(0))
			if err != nil {
				return err
			}
			if err := g.call(ctx, start); err != nil {
				return err
			}
		}
	}
	g.stack[0] = uint64(g.limits.HeapBytes)
	return g.call(ctx, boot)
}

func (g *Guest) global(name string) api.MutableGlobal {
	return g.instance.ExportedGlobal(name).(api.MutableGlobal)
}
