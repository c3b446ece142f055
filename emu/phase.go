package emu

import (
	"encoding/binary"
	"slices"

	"tlslab/internal/metric"
)

// PhaseStack follows which phase is under way: those that a guest reports, and
// those that functions open for as long as they run. The zero value is before the
// first.
type PhaseStack struct {
	now   metric.Phase
	calls []opening // of functions that have not returned
}

// opening is a call of a function that may open a phase.
type opening struct {
	before metric.Phase // the phase that goes on afterwards
	opened bool
}

// Now is the phase under way; "" before the first and after the last.
func (s *PhaseStack) Now() metric.Phase { return s.now }

// Reported is the phase that the guest itself reported last.
func (s *PhaseStack) Reported() metric.Phase {
	if len(s.calls) > 0 {
		return s.calls[0].before
	}
	return s.now
}

// Event takes an event and reports whether it changed the phase under way. A payload
// that is too short changes nothing.
func (s *PhaseStack) Event(kind EventKind, payload []byte) (changed bool) {
	word := binary.LittleEndian.Uint32
	switch {
	case kind == EventReturn:
		return s.leave()
	case kind == EventEnter && len(payload) >= 20:
		return s.enter(openingOf(word(payload), word(payload[16:])))
	case kind == EventPhase && len(payload) >= 4:
		s.Report(PhaseName(word(payload)))
		return true
	}
	return false
}

// Report takes a phase that the guest reported. It ends all phases that functions opened.
func (s *PhaseStack) Report(phase metric.Phase) {
	s.now, s.calls = phase, nil
}

// enter takes the call of a function. Whether it opens its phase depends on the phase
// under way: only those of the handshake are divided.
func (s *PhaseStack) enter(o Opening) (opened bool) {
	opened = InHandshake(s.now) && s.now != o.Phase && (o.Within == "" || o.Within == s.now)
	s.calls = append(s.calls, opening{s.now, opened})
	if opened {
		s.now = o.Phase
	}
	return opened
}

// leave takes the return of the function that was entered last. It reports whether the
// phase changes.
func (s *PhaseStack) leave() (closed bool) {
	n := len(s.calls) - 1
	if n < 0 {
		return false // a phase was reported since
	}
	last := s.calls[n]
	s.calls = s.calls[:n]
	s.now = last.before
	return last.opened
}

// Payload returns the payload of an EventEnter or EventReturn of the function.
func (o Opening) Payload(heapLiveB, heapPeakB, allocs uint32) []byte {
	within := AnyPhase
	if o.Within != "" {
		within = phaseNumber(o.Within)
	}
	var p []byte
	for _, w := range []uint32{phaseNumber(o.Phase), heapLiveB, heapPeakB, allocs, within} {
		p = binary.LittleEndian.AppendUint32(p, w)
	}
	return p
}

// phaseNumber returns a phase's number. For an unknown phase it is no phase's number.
func phaseNumber(name metric.Phase) uint32 { return uint32(slices.Index(PhaseNames, name)) }

// openingOf returns an opening from the two phases of a payload, without the function.
func openingOf(phase, within uint32) Opening {
	o := Opening{Phase: PhaseName(phase)}
	if within != AnyPhase {
		o.Within = PhaseName(within)
	}
	return o
}

// clone returns a copy that shares nothing with s.
func (s PhaseStack) clone() PhaseStack {
	s.calls = slices.Clone(s.calls)
	return s
}
