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
	guestEnd, otherEnd := w.Client(), w.Server()
	if guest.Serves {
		guestEnd, otherEnd = otherEnd, guestEnd
	}
	guestDone, otherDone := false, false
	for range maxSteps {
		progress := false
		if !guestDone {
			st, err := guest.Guest.Step(ctx)
			if err != nil {
				return err
			}
			switch st {
			case emu.Done:
				guestEnd.Close()
				guestDone = true
			case emu.Ready:
				progress = true
			}
			if guestDone && !guest.Record.Done {
				return ErrNoDone
			}
		}
		if guestDone && (otherDone || !guest.Serves) {
			return nil
		}
		if !otherDone {
			st, err := other.Guest.Step(ctx)
			if err != nil {
				return peerError(guest, err)
			}
			switch st {
			case emu.Done:
				otherEnd.Close()
				otherDone = true
				progress = true
			case emu.Ready:
				progress = true
			}
		}
		if !progress {
			if err := w.Advance(); err != nil && !guestDone {
				return err
			} else if err != nil {
				return nil // what the client still waits for never comes
			}
		}
	}
	return &emu.GuestError{Reason: fmt.Sprintf("not done after %d steps", maxSteps)}
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

// Solo steps a client whose line blocks by itself (a real server).
func Solo(ctx context.Context, client *Endpoint) error {
	for range maxSteps {
		st, err := client.Guest.Step(ctx)
		if err != nil {
			return err
		}
		if st == emu.Done {
			if !client.Record.Done {
				return ErrNoDone
			}
			return nil
		}
	}
	return &emu.GuestError{Reason: fmt.Sprintf("not done after %d steps", maxSteps)}
}
