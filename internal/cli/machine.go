package cli

import (
	"context"
	"strings"
	"sync"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/emu"
	"tlslab/emu/qemu"
	"tlslab/emu/serial"
	"tlslab/internal/strict"
)

// serialPrefix begins the name of a machine that is a real board:
// serial:PATH[,baud=N].
const serialPrefix = "serial:"

// allMachines are those --machine all runs on.
var allMachines = []string{"wasm", "qemu"}

// boardMachines opens machines that are made for one board, each once.
type boardMachines struct {
	cache *core.Cache
	say   func(string)

	mu   sync.Mutex
	open map[string]emu.Machine
}

func (b *boardMachines) machine(ctx context.Context, name string, board *boards.Board) (emu.Machine, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := name + " " + board.Name
	if m := b.open[key]; m != nil {
		return m, nil
	}
	if port, ok := strings.CutPrefix(name, serialPrefix); ok {
		m, err := serial.New(board, port)
		if err != nil {
			return nil, err
		}
		b.open[key] = m
		return m, nil
	}
	if name != "qemu" {
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
