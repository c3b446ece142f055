package wasm

import (
	"context"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"tlslab/emu"
)

// listen returns the listener of a defined function, by its number and name; nil: none.
type listen func(f int, name string, def api.FunctionDefinition) experimental.FunctionListener

// loadListened meters and compiles a module whose calls the engine reports to listeners.
func (m *Machine) loadListened(ctx context.Context, img emu.Image, of listen) (*Program, error) {
	metered, err := Meter(img.WASM, img.Openings...)
	if err != nil {
		return nil, err
	}
	return m.engine.Compile(experimental.WithFunctionListenerFactory(ctx, &listeners{metered, of}), metered)
}

// listeners hands out one for each defined function of a module.
type listeners struct {
	metered *Metered
	of      listen
}

// NewFunctionListener implements experimental.FunctionListenerFactory.
func (l *listeners) NewFunctionListener(def api.FunctionDefinition) experimental.FunctionListener {
	i := int(def.Index()) - l.metered.layout.imports
	if i < 0 || i >= len(l.metered.Functions) {
		return nil
	}
	return l.of(i, l.metered.Functions[i], def)
}
