package serial

import (
	"context"
	"errors"
	"fmt"

	"tlslab/emu"
	"tlslab/emu/frame"
	"tlslab/internal/isa/thumb"
)

// Guest is firmware running on a board. It implements emu.Guest and is not
// safe for concurrent use.
type Guest struct {
	machine  *Machine
	firmware []byte
	lim      emu.Limits
	link     *Link
	session  *frame.Session
	cancel   func() bool
	dead     error
	done     bool
	closed   bool
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
	switch {
	case err != nil:
	case g.session.Cycles() > g.lim.Ops:
		err = &emu.BudgetError{Limit: g.lim.Ops}
	case st == emu.Done && g.machine.target.Counter != nil && g.session.Cycles() == 0:
		err = &emu.HostError{Err: fmt.Errorf("%s: the core's counter of cycles stands still", g.machine.path)}
	}
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		g.dead = g.failure(err)
		return 0, g.dead
	}
	g.done = st == emu.Done
	return st, nil
}

// failure says where a fault was, by the image that is on the board.
func (g *Guest) failure(err error) error {
	var fault *frame.FaultError
	if !errors.As(err, &fault) {
		return err
	}
	if p, err := thumb.Load(g.firmware); err == nil {
		if i, ok := p.FunctionAt(fault.Report.PC &^ 1); ok {
			fault.Where = p.Functions[i].Name
		}
	}
	return &emu.GuestError{Reason: fault.Error()}
}

// Counters implements emu.Guest: what the guest's own counter said with its
// last message, the time in which it spoke to the lab not among it.
func (g *Guest) Counters() emu.Counters {
	if g.session == nil {
		return emu.Counters{}
	}
	return emu.Counters{Ops: g.session.Cycles()}
}

// ResetPeaks implements emu.Guest: a board keeps none.
func (g *Guest) ResetPeaks() {}

// Functions implements emu.Guest: a board counts none.
func (g *Guest) Functions() map[string]emu.Function { return nil }

// Close sends the board back to its start-up, where it waits for the next run.
func (g *Guest) Close(context.Context) error {
	if g.closed {
		return nil
	}
	g.closed = true
	g.cancel()
	g.link.Close()
	if g.dead == nil {
		g.dead = &emu.HostError{Err: errors.New("guest is closed")}
	}
	g.machine.turn <- struct{}{}
	return nil
}
