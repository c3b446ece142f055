package fault

import (
	"errors"
	"slices"

	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
)

// faultHost is the host of one end in a fault campaign: it counts the calls
// that can be made to fail, and lets one of them.
type faultHost struct {
	peer.Endpoint
	hostCounts
	fault   Fault    // of entropy and clocks
	units   [][]byte // what each call of Send took, where keep is set
	keep    bool
	rtcS    int64 // how far the clocks have been stepped
	clockUS int64
	sawEnd  bool
}

// hostCounts are calls so far.
type hostCounts struct{ entropy, rtc, clock, sent int }

// hostState is what a host needs to go on from a point.
type hostState struct {
	counts hostCounts
	drawnB int64
	random *emu.Entropy
	record *emu.Record
}

func (h *faultHost) state() hostState {
	return hostState{h.hostCounts, h.Drawn, h.Random.Clone(), h.Record.Clone()}
}

// same says whether the guest would be given what it would be from there.
func (h *faultHost) same(s hostState) bool {
	return h.Drawn == s.drawnB && h.Random.Same(s.random) && h.Record.Current() == s.record.Current()
}

// begin puts the host to a point, on a wire of its own, with a fault to come.
func (h *faultHost) begin(s hostState, w *wire.Wire, f Fault) {
	h.hostCounts, h.Drawn, h.Random, h.Record = s.counts, s.drawnB, s.random.Clone(), s.record.Clone()
	h.Line, h.NowUS = line(w, h.Serves), w.NowUS
	h.fault, h.rtcS, h.clockUS, h.sawEnd = f, 0, 0, false
}

// sends says whether this end sends what a fault of the wire is in.
func (h *faultHost) sends(f Fault) bool { return h.Serves == (f.From == Server) }

var errEntropyFault = errors.New("the entropy source failed")

// strikes says whether a call, the n-th of its kind, is the one to go wrong.
func (h *faultHost) strikes(kind string, n int) bool {
	return h.fault.Kind == kind && int64(n) == h.fault.At
}

// Entropy implements emu.Host.
func (h *faultHost) Entropy(p []byte) error {
	if h.entropy++; h.strikes(Entropy, h.entropy) {
		return errEntropyFault
	}
	return h.Endpoint.Entropy(p)
}

// MonotonicUS implements emu.Host.
func (h *faultHost) MonotonicUS() int64 {
	if h.clock++; h.strikes(Clock, h.clock) {
		h.clockUS = 1000 * h.fault.Step
	}
	return h.Endpoint.MonotonicUS() + h.clockUS
}

// RTCSeconds implements emu.Host.
func (h *faultHost) RTCSeconds() int64 {
	if h.rtc++; h.strikes(RTC, h.rtc) {
		h.rtcS = h.fault.Step
	}
	return h.Endpoint.RTCSeconds() + h.rtcS
}

// Send implements emu.Host.
func (h *faultHost) Send(p []byte) int {
	n := h.Endpoint.Send(p)
	h.sent++
	if h.keep && n > 0 {
		h.units = append(h.units, slices.Clone(p[:n]))
	}
	return n
}

// Recv implements emu.Host.
func (h *faultHost) Recv(p []byte, timeoutMS uint32) int {
	n := h.Endpoint.Recv(p, timeoutMS)
	h.sawEnd = h.sawEnd || n == emu.RecvEOF && len(p) > 0
	return n
}
