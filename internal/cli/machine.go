package cli

import (
	"context"
	"sync"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/emu"
	"tlslab/emu/qemu"
	"tlslab/emu/serial"
	"tlslab/internal/metric"
	"tlslab/internal/strict"
)

// allMachines are those --machine all runs on.
var allMachines = []metric.Machine{metric.WASM, metric.QEMU}

// boardMachines opens machines that are made for one board, each once.
type boardMachines struct {
	cache *core.Cache
	say   func(string)

	mu   sync.Mutex
	open map[string]emu.Machine
}

func (b *boardMachines) machine(ctx context.Context, name metric.Machine, board *boards.Board) (emu.Machine, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := string(name) + " " + board.Name
	if m := b.open[key]; m != nil {
		return m, nil
	}
	if name.Kind() == metric.Serial {
		m, err := serial.New(board, name.Port())
		if err != nil {
			return nil, err
		}
		b.open[key] = m
		return m, nil
	}
	if name != metric.QEMU {
		return nil, strict.Unknown("machine", name, allMachines)
	}
	if err := build.EnsureTools(ctx, qemu.Tools, b.say); err != nil {
		return nil, err
	}
	m, err := openQEMU(ctx, board, b.cache, b.say)
	if err != nil {
		return nil, err
	}
	b.open[key] = m
	return m, nil
}

// openQEMU opens the machine that stands in for a board, and says where nothing
// confines what runs on it.
func openQEMU(ctx context.Context, board *boards.Board, cache *core.Cache, say func(string)) (*qemu.Machine, error) {
	m, err := qemu.New(ctx, board, cache)
	if err != nil {
		return nil, err
	}
	m.Say = say
	if !m.Confined() {
		say("qemu: nothing confines it here: firmware can read and write your files")
	}
	return m, nil
}
