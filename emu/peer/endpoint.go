// Package peer is the other end of a guest's conversation: the reference server
// or client (Mbed TLS's full configuration in its own WASM instance, seeded)
// over the virtual wire, or a real one over TCP or UDP. It steps both ends in
// turn, so that a conversation over the virtual wire is deterministic. It
// judges nothing.
package peer

import (
	"errors"

	"tlslab/emu"
)

// Line is the wire as one end sees it.
type Line interface {
	Send(p []byte) int
	Recv(p []byte, timeoutMS uint32) int
}

// Endpoint is the Host of one guest: its line, clocks, entropy and record.
type Endpoint struct {
	Line    Line
	NowUS   func() int64
	Serves  bool  // it is at the wire's server end
	RTC     int64 // seconds since 1970 when NowUS is 0
	Random  *emu.Entropy
	Scarce  *int64 // bytes that Random gives before it fails; nil: it never does
	Drawn   int64  // bytes it has given
	Record  *emu.Record
	OnEvent func(kind emu.EventKind, r *emu.Record) error // may be nil
	OnLog   func(level int, text string)                  // may be nil
	Guest   emu.Guest                                     // set before the first step
}

// errScarce is a source of entropy that has failed, as a scenario asks for it.
var errScarce = errors.New("the source of entropy has failed")

// maxLogLines bounds the log kept of a run.
const maxLogLines = 1000

// Entropy implements emu.Host.
func (e *Endpoint) Entropy(p []byte) error {
	if e.Scarce != nil && *e.Scarce-e.Drawn < int64(len(p)) {
		return errScarce
	}
	e.Drawn += int64(len(p))
	e.Random.Draw(e.Record.Reported(), p) // the phases that functions open must not change the draws
	return nil
}

// MonotonicUS implements emu.Host.
func (e *Endpoint) MonotonicUS() int64 { return e.NowUS() }

// RTCSeconds implements emu.Host.
func (e *Endpoint) RTCSeconds() int64 { return e.RTC + e.NowUS()/1_000_000 }

// Send implements emu.Host.
func (e *Endpoint) Send(p []byte) int { return e.Line.Send(p) }

// Recv implements emu.Host.
func (e *Endpoint) Recv(p []byte, timeoutMS uint32) int { return e.Line.Recv(p, timeoutMS) }

// Observe has look called on every event before what OnEvent does now.
func (e *Endpoint) Observe(look func(kind emu.EventKind, r *emu.Record)) {
	then := e.OnEvent
	e.OnEvent = func(kind emu.EventKind, r *emu.Record) error {
		look(kind, r)
		if then == nil {
			return nil
		}
		return then(kind, r)
	}
}

// Event implements emu.Host.
func (e *Endpoint) Event(kind emu.EventKind, payload []byte) error {
	phases := len(e.Record.HeapCurve)
	if err := e.Record.Event(kind, payload, e.Guest.Counters, e.Guest.ResetPeaks); err != nil {
		return err
	}
	if kind == emu.EventEnter || kind == emu.EventReturn {
		if len(e.Record.HeapCurve) == phases {
			return nil
		}
		kind = emu.EventPhase // for observers, it is one
	}
	if e.OnEvent != nil {
		return e.OnEvent(kind, e.Record)
	}
	return nil
}

// Log implements emu.Host.
func (e *Endpoint) Log(level int, text string) {
	if e.OnLog != nil {
		e.OnLog(level, text)
	}
	if len(e.Record.Log) < maxLogLines {
		e.Record.Log = append(e.Record.Log, text)
	}
}
