package lab

import (
	"errors"
	"fmt"

	"tlslab/emu"
	"tlslab/internal/quantity"
)

// Run is one conversation and how it ended.
type Run struct {
	Record         *emu.Record
	Counters       emu.Counters
	Functions      map[string]emu.Function
	PhaseFunctions []PhaseFunctions // in the order the phases ended; one entered twice is there twice
	Tree           []emu.Call       // of the whole run; nil where the machine follows no calls
	WireB          int64
	Flights        int
	Datagrams      *Datagrams // nil: a stream
	ToRead         Reading    // what the guest is sent
	Answered       Reading    // what its client is sent, where it serves
	TimeSyncUS     int64      // virtual time that setting the clock took; 0 where nothing did
	EntropyB       int64      // bytes of entropy the guest asked for and got
	RTCSeconds     int64      // what its calendar clock says at the end
	Err            error      // nil when the guest reached its done event
	PeerError      string     // how its peer ended: "the server ended with ..."; "" when well
	KeyLog         []string   // the connection's secrets, of the peer
	Breach         *Breach    // what an end sent against what was agreed; nil: nothing
}

// Reading is application data that one end is to read.
type Reading struct {
	What       string // "answer", "request"
	AllB, GotB uint32 // AllB 0: how much there is is unknown (a real peer)
}

// Short says what is missing of it; "" for nothing.
func (r Reading) Short() string {
	if r.AllB == 0 || r.GotB == r.AllB {
		return ""
	}
	return fmt.Sprintf("%s of the %s's %s arrived", quantity.Bytes(r.GotB), r.What, quantity.Bytes(r.AllB))
}

// Unrepeatable reports whether the run may end differently when it is repeated.
func (r *Run) Unrepeatable() bool {
	var failed *emu.GuestError
	return errors.As(r.Err, &failed) && failed.Unrepeatable
}

// Finish reads a guest that has stopped. How a client failed is a result;
// anything else is the tool's error.
func Finish(g emu.Guest, rec *emu.Record, err error) (*Run, error) {
	var host *emu.HostError
	var guest *emu.GuestError
	var budget *emu.BudgetError
	if errors.As(err, &host) {
		return nil, err // the server's own guest errors are wrapped in it
	}
	if err != nil && !errors.As(err, &guest) && !errors.As(err, &budget) && !errors.Is(err, emu.ErrTimeout) {
		return nil, err
	}
	r := &Run{Record: rec, Counters: g.Counters(), Functions: g.Functions(), Err: err}
	if traced, ok := g.(emu.TracedGuest); ok {
		r.Tree = traced.Calls()
	}
	return r, nil
}
