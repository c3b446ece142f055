package peer

import (
	"context"
	"errors"
	"fmt"

	"tlslab/emu"
	"tlslab/emu/wire"
)

// ErrNoDone says a guest stopped without its final event: the run did not
// happen.
var ErrNoDone = &emu.GuestError{Reason: "stopped without its done event"}

// maxSteps bounds a conversation; a handshake takes some fifty steps an end.
const maxSteps = 100_000

// Converse steps the measured guest and its peer over w until the guest is
// done; a guest that serves has its client read the answer to the end. Errors
// are the guest's (*emu.GuestError, *emu.BudgetError), emu.ErrTimeout, or an
// *emu.HostError for anything the peer or the machine did.
func Converse(ctx context.Context, w *wire.Wire, guest, other *Endpoint) error {
	var t Turn
	for range 2 * maxSteps { // each takes one in turn
		if over, err := t.Step(ctx, w, guest, other); over || err != nil {
			return err
		}
	}
	return &emu.GuestError{Reason: fmt.Sprintf("not done after %d steps", maxSteps)}
}

// Turn is where a conversation is between two steps: with guests, wire and
// endpoints, all there is to go on from.
type Turn struct {
	Other                bool // the peer steps next
	GuestDone, OtherDone bool
	Progress             bool // of the guest's last step
}

// Step is one step of one end, and where both wait after it, the clock's. It
// says whether the conversation is over. Errors are Converse's.
func (t *Turn) Step(ctx context.Context, w *wire.Wire, guest, other *Endpoint) (over bool, err error) {
	guestEnd, otherEnd := w.Client(), w.Server()
	if guest.Serves {
		guestEnd, otherEnd = otherEnd, guestEnd
	}
	if t.Other = !t.Other; t.Other {
		return t.stepGuest(ctx, guest, guestEnd)
	}
	if !t.OtherDone {
		st, err := other.Guest.Step(ctx)
		if err != nil {
			return false, peerError(guest, err)
		}
		if st == emu.Done {
			otherEnd.Close()
			t.OtherDone = true
		}
		if st != emu.Blocked {
			return false, nil
		}
	}
	if t.Progress {
		return false, nil
	}
	if err := w.Advance(); err != nil && !t.GuestDone {
		return false, err
	} else if err != nil {
		return true, nil // what the client still waits for never comes
	}
	return false, nil
}

func (t *Turn) stepGuest(ctx context.Context, guest *Endpoint, end *wire.End) (over bool, err error) {
	t.Progress = false
	if !t.GuestDone {
		st, err := guest.Guest.Step(ctx)
		if err != nil {
			return false, err
		}
		if t.Progress = st == emu.Ready; st == emu.Done {
			end.Close()
			t.GuestDone = true
			if !guest.Record.Done {
				return false, ErrNoDone
			}
		}
	}
	return t.GuestDone && (t.OtherDone || !guest.Serves), nil
}

// peerError keeps the peer's failures apart from the guest's.
func peerError(guest *Endpoint, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &emu.HostError{Err: fmt.Errorf("%s: %w", ReferenceName(guest.Serves), err)}
}

// ReferenceName is what the peer of a guest is called.
func ReferenceName(guestServes bool) string {
	if guestServes {
		return "reference client"
	}
	return "reference server"
}

// Solo steps a guest whose line blocks by itself (a real peer).
func Solo(ctx context.Context, guest *Endpoint) error {
	for range maxSteps {
		st, err := guest.Guest.Step(ctx)
		if err != nil {
			return err
		}
		if st == emu.Done {
			if !guest.Record.Done {
				return ErrNoDone
			}
			return nil
		}
	}
	return &emu.GuestError{Reason: fmt.Sprintf("not done after %d steps", maxSteps)}
}
