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

// Converse steps client and server over w until the client is done. Errors
// are the client's (*emu.GuestError, *emu.BudgetError), emu.ErrTimeout, or an
// *emu.HostError for anything the server or the machine did.
func Converse(ctx context.Context, w *wire.Wire, client, server *Endpoint) error {
	clientDone, serverDone := false, false
	for range maxSteps {
		progress := false
		st, err := client.Guest.Step(ctx)
		if err != nil {
			return err
		}
		switch st {
		case emu.Done:
			w.Client().Close()
			clientDone = true
		case emu.Ready:
			progress = true
		}
		if clientDone {
			if !client.Record.Done {
				return ErrNoDone
			}
			return nil
		}
		if !serverDone {
			st, err := server.Guest.Step(ctx)
			if err != nil {
				return serverError(err)
			}
			switch st {
			case emu.Done:
				w.Server().Close()
				serverDone = true
				progress = true
			case emu.Ready:
				progress = true
			}
		}
		if !progress {
			if err := w.Advance(); err != nil {
				return err
			}
		}
	}
	return &emu.GuestError{Reason: fmt.Sprintf("not done after %d steps", maxSteps)}
}

// serverError keeps the server's failures apart from the client's.
func serverError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &emu.HostError{Err: fmt.Errorf("reference server: %w", err)}
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
