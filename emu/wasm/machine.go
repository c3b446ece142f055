package wasm

import (
	"context"
	"fmt"
	"runtime/debug"

	"tlslab/emu"
	"tlslab/internal/cache"
	"tlslab/internal/metric"
)

// Machine is the wasm machine: Meter, then Engine, behind emu.Machine.
type Machine struct{ engine *Engine }

// NewMachine makes a machine; store keeps compiled code between runs (nil: in
// memory).
func NewMachine(ctx context.Context, kind Kind, store *cache.Store) (*Machine, error) {
	e, err := NewEngine(ctx, kind, store)
	if err != nil {
		return nil, err
	}
	return &Machine{e}, nil
}

// Close ends the engine.
func (m *Machine) Close(ctx context.Context) error { return m.engine.Close(ctx) }

// Name implements emu.Machine.
func (m *Machine) Name() metric.Machine { return metric.WASM }

// Check implements emu.Machine: wazero is part of this program.
func (m *Machine) Check(context.Context) error { return nil }

// Versions implements emu.Machine.
func (m *Machine) Versions() map[string]string {
	return map[string]string{"wazero": wazeroVersion(), "meter": fmt.Sprint(MeterVersion)}
}

func wazeroVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == "github.com/tetratelabs/wazero" {
				return d.Version
			}
		}
	}
	return "unknown"
}

// Units implements emu.Machine.
func (m *Machine) Units() metric.Units {
	return metric.UnitsOf(m.Name())
}

// Load implements emu.Machine: it meters and compiles the module.
func (m *Machine) Load(ctx context.Context, img emu.Image) (emu.Program, error) {
	return m.load(ctx, img, Meter)
}

func (m *Machine) load(ctx context.Context, img emu.Image, meter func(module []byte, openings ...emu.Opening) (*Metered, error)) (emu.Program, error) {
	metered, err := meter(img.WASM, img.Openings...)
	if err != nil {
		return nil, err
	}
	p, err := m.engine.Compile(ctx, metered)
	if err != nil {
		return nil, err
	}
	return machineProgram{p}, nil
}

type machineProgram struct{ *Program }

// Start implements emu.Program.
func (p machineProgram) Start(ctx context.Context, host emu.Host, lim emu.Limits) (emu.Guest, error) {
	g, err := p.Program.Start(ctx, host, lim)
	if err != nil {
		return nil, err
	}
	return g, nil
}

// Snapshotter is a guest of this machine that can be put back to where it was.
type Snapshotter interface {
	emu.Guest
	Snapshot() *Snapshot
	Restore(*Snapshot) error
}
