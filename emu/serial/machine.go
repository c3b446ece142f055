package serial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/frame"
	"tlslab/internal/metric"
)

// How long a board may be silent. It repeats its hello several times a second;
// between two messages of a run lies at most one operation with a key, which a
// Cortex-M0 at 16 MHz works on for some minutes.
const (
	helloPatience = 30 * time.Second
	runPatience   = 10 * time.Minute
)

// Machine is a board at a serial port. The firmware is on it already: Start
// refuses a board that runs another one.
type Machine struct {
	board  *boards.Board
	target *core.Target
	path   string
	baud   int
	turn   chan struct{} // holds one token: a board runs one guest at a time

	helloPatience, runPatience time.Duration // shorter in tests
}

// New is the board at port, which is PATH[,baud=N].
func New(board *boards.Board, port string) (*Machine, error) {
	path, baud, err := ParsePort(port)
	if err != nil {
		return nil, err
	}
	target, err := core.BoardTarget(board)
	if err != nil {
		return nil, err
	}
	if baud == 0 {
		baud = board.UART.Baud
	}
	m := &Machine{board: board, target: target, path: path, baud: baud, turn: make(chan struct{}, 1),
		helloPatience: helloPatience, runPatience: runPatience}
	m.turn <- struct{}{}
	return m, nil
}

// Name implements emu.Machine.
func (m *Machine) Name() metric.Machine { return metric.Serial }

// Live says that no two runs need be the same: none is to be taken from a
// cache.
func (m *Machine) Live() bool { return true }

// Versions implements emu.Machine.
func (m *Machine) Versions() map[string]string {
	return map[string]string{"serial-frames": fmt.Sprint(frame.Version)}
}

// Units implements emu.Machine. Cycles are measured by the core's own counter,
// where it has one; RAM at one instant is not known, the stack by its paint
// alone.
func (m *Machine) Units() metric.Units {
	if m.target.Counter == nil {
		return metric.Units{}
	}
	return metric.UnitsOf(m.Name())
}

// Target is where firmware for this machine must be linked to.
func (m *Machine) Target() *core.Target { return m.target }

// Check implements emu.Machine: the port is there and free.
func (m *Machine) Check(context.Context) error {
	f, err := openPort(m.path, m.baud)
	if err != nil {
		return err
	}
	return f.Close()
}

// Load implements emu.Machine. It writes nothing to the board.
func (m *Machine) Load(_ context.Context, img emu.Image) (emu.Program, error) {
	if img.Firmware == nil || img.Identity == 0 {
		return nil, &emu.HostError{Err: errors.New("the image has no firmware for a board")}
	}
	return &program{machine: m, image: img}, nil
}

// FirmwareError says that the board does not run the image that was loaded.
type FirmwareError struct {
	Path       string
	Have, Want uint32 // identities
	FlashWith  string // how to write firmware to this board; may be empty
}

func (e *FirmwareError) Error() string {
	with := ""
	if e.FlashWith != "" {
		with = "; flash it with: " + e.FlashWith
	}
	return fmt.Sprintf("%s: the board runs other firmware (%08x) than this case's (%08x): make it with tlslab firmware%s", e.Path, e.Have, e.Want, with)
}

type program struct {
	machine *Machine
	image   emu.Image
}

// Close implements emu.Program.
func (p *program) Close(context.Context) error { return nil }

// Start implements emu.Program: it waits for the board's hello, and for the
// guest before to be closed. Errors are *emu.HostError, or what the guest did.
func (p *program) Start(ctx context.Context, host emu.Host, lim emu.Limits) (emu.Guest, error) {
	if err := lim.Complete(); err != nil {
		return nil, err
	}
	m := p.machine
	select {
	case <-m.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	port, err := openPort(m.path, m.baud)
	if err != nil {
		m.turn <- struct{}{}
		return nil, &emu.HostError{Err: err}
	}
	g := &Guest{machine: m, firmware: p.image.Firmware, lim: lim, link: newLink(port, m.path, m.baud, m.helloPatience)}
	g.cancel = context.AfterFunc(ctx, func() { port.Close() })
	if m.target.Counter != nil {
		g.link.wrap = wrapTime(m.board.ClockHz)
	}
	g.session, err = frame.NewSession(g.link, host, lim)
	if err == nil && g.session.Identity != p.image.Identity {
		err = &emu.HostError{Err: &FirmwareError{Path: m.path, Have: g.session.Identity, Want: p.image.Identity, FlashWith: m.board.FlashWith}}
	}
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		err = g.failure(err)
		g.Close(ctx)
		return nil, err
	}
	g.link.patience = m.runPatience
	return g, nil
}

// wrapTime is in what time a 32-bit counter comes round at a clock.
func wrapTime(clockHz int64) time.Duration {
	return time.Duration((1 << 32) * int64(time.Second/1000) / (clockHz / 1000))
}
