package emu

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Guard stands between a machine and a Host: it counts a guest's events and
// log text and cuts them at the limits. A copy of it is its state.
type Guard struct {
	events, logged int
	cut            bool
	charged        uint64
}

// callBytes is what a call counts beside its bytes, so that calls without any
// end too: a call takes as long as some hundred bytes do.
const callBytes = 256

// Charge counts a host call that moves bytes, or a step, against
// Limits.HostBytes. It is an account of its own: no count of the guest's is
// changed by it. A handshake takes some hundred kilobytes of it.
func (g *Guard) Charge(lim Limits, bytes int) error {
	if g.charged += callBytes + uint64(bytes); g.charged > lim.HostBytes {
		return &BudgetError{Limit: lim.HostBytes, HostCalls: true}
	}
	return nil
}

// Event hands an event on. Its errors are of the types Guest.Step promises;
// errors.Is and errors.As see through them.
func (g *Guard) Event(h Host, lim Limits, kind EventKind, payload []byte) error {
	if g.events++; g.events > lim.Events {
		return &GuestError{Reason: fmt.Sprintf("too many events: more than %d", lim.Events)}
	}
	err := h.Event(kind, payload)
	var guest *GuestError
	var host *HostError
	var budget *BudgetError
	if err == nil || errors.As(err, &guest) || errors.As(err, &host) || errors.As(err, &budget) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &HostError{Err: fmt.Errorf("event %d: %w", kind, err)}
}

// Log hands text on until Limits.LogBytes is used up, then one marker.
func (g *Guard) Log(h Host, lim Limits, level int, text []byte) {
	if g.logged >= lim.LogBytes && g.cut {
		return
	}
	kept := text[:min(len(text), lim.LogBytes-g.logged)]
	g.logged += len(kept)
	if len(kept) > 0 {
		h.Log(level, strings.ToValidUTF8(string(kept), "�"))
	}
	if len(kept) < len(text) {
		g.cut = true
		h.Log(level, fmt.Sprintf("(log cut after %d bytes)", lim.LogBytes))
	}
}
