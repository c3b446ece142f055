package wasm

import (
	"context"
	"fmt"
	"runtime"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"tlslab/emu"
	"tlslab/internal/cache"
)

// Kind chooses how wazero runs guests.
type Kind int

const (
	// Compiler translates to machine code: what measurements use.
	Compiler Kind = iota
	// Interpreter is about a hundred times slower and shares no code
	// generator with Compiler: the oracle of the tests.
	Interpreter
)

func (k Kind) String() string {
	if k == Interpreter {
		return "interpreter"
	}
	return "compiler"
}

// Engine compiles guests. It is safe for concurrent use.
type Engine struct {
	runtime wazero.Runtime
	cache   wazero.CompilationCache
	natives *natives // nil: nothing is kept between processes
}

// NewEngine returns an engine with the host functions of port.h in place.
// store keeps compiled code between processes; nil keeps it in memory only.
// Errors are *emu.HostError.
func NewEngine(ctx context.Context, kind Kind, store *cache.Store) (e *Engine, err error) {
	// wazero panics on a platform its compiler does not know.
	defer func() {
		if r := recover(); r != nil {
			e, err = nil, hostErrorf("engine: %v", r)
		}
	}()
	compiled := wazero.NewCompilationCache()
	var kept *natives
	if store != nil {
		if kept, err = newNatives(store); err != nil {
			return nil, hostErrorf("compilation cache: %w", err)
		}
		if compiled, err = wazero.NewCompilationCacheWithDir(kept.dir); err != nil {
			return nil, hostErrorf("compilation cache: %w", err)
		}
	}
	config := wazero.NewRuntimeConfigCompiler()
	if kind == Interpreter {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	// Nothing beyond WebAssembly 1.0: CoreFeaturesV1 includes exported mutable
	// globals. No close-on-context-done (7 times slower, measured): the budget
	// stops a guest.
	config = config.WithCoreFeatures(api.CoreFeaturesV1).WithCompilationCache(compiled)
	e = &Engine{runtime: wazero.NewRuntimeWithConfig(ctx, config), cache: compiled, natives: kept}
	if err := instantiateHost(ctx, e.runtime); err != nil {
		e.Close(ctx)
		return nil, hostErrorf("host module: %w", err)
	}
	return e, nil
}

// Close frees the engine with all its programs and guests.
func (e *Engine) Close(ctx context.Context) error {
	err := e.runtime.Close(ctx)
	if cerr := e.cache.Close(ctx); err == nil {
		err = cerr
	}
	if e.natives != nil {
		if rerr := e.natives.remove(); err == nil {
			err = rerr
		}
	}
	return err
}

// Compile prepares a metered guest to be started any number of times. Errors
// are *emu.HostError.
func (e *Engine) Compile(ctx context.Context, m *Metered) (*Program, error) {
	p, err := e.compile(ctx, m.Module, m.layout)
	if err != nil {
		return nil, err
	}
	p.functions, p.openings, p.metered = m.Functions, m.openings, true
	return p, nil
}

// CompilePlain prepares a guest as it is, without counters or budget, to
// measure what metering costs. It still has to pass the checks of Meter.
func (e *Engine) CompilePlain(ctx context.Context, module []byte) (*Program, error) {
	m, err := decode(module)
	if err != nil {
		return nil, &emu.HostError{Err: err}
	}
	l, _, err := newLayout(m)
	if err != nil {
		return nil, hostErrorf("wasm: %w", err)
	}
	return e.compile(ctx, module, l)
}

func (e *Engine) compile(ctx context.Context, module []byte, l layout) (*Program, error) {
	// Workers change the time, not the code.
	ctx = experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	compile := e.runtime.CompileModule
	if e.natives != nil {
		compile = func(ctx context.Context, module []byte) (wazero.CompiledModule, error) {
			return e.natives.compile(ctx, e.runtime, module)
		}
	}
	compiled, err := compile(ctx, module)
	if err != nil {
		return nil, hostErrorf("compile guest: %w", err)
	}
	return &Program{engine: e, compiled: compiled, layout: l}, nil
}

func hostErrorf(format string, args ...any) error {
	return &emu.HostError{Err: fmt.Errorf(format, args...)}
}
