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

// Reported is the phase that the guest itself has reported last.
func (s *PhaseStack) Reported() metric.Phase {
	if len(s.calls) > 0 {
		return s.calls[0].before
	}
	return s.now
}

// Event takes an event: one that tells of a phase may change the one under way.
// A payload that is too short changes nothing.
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

// Report is a phase of the guest's own. It ends all that functions have opened.
func (s *PhaseStack) Report(phase metric.Phase) {
	s.now, s.calls = phase, nil
}

// enter is the call of a function. Whether it opens its phase depends on the one
// under way: only the handshake's are divided.
func (s *PhaseStack) enter(o Opening) (opened bool) {
	opened = InHandshake(s.now) && s.now != o.Phase && (o.Within == "" || o.Within == s.now)
	s.calls = append(s.calls, opening{s.now, opened})
	if opened {
		s.now = o.Phase
	}
	return opened
}

// leave is the end of the last call of enter. It says whether the phase changes.
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

// Payload is that of an EventEnter or EventReturn of the function.
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

// phaseNumber is a phase's number; one that is not known is no phase's.
func phaseNumber(name metric.Phase) uint32 { return uint32(slices.Index(PhaseNames, name)) }

// openingOf is an opening by phase and within of a payload, without the function.
func openingOf(phase, within uint32) Opening {
	o := Opening{Phase: PhaseName(phase)}
	if within != AnyPhase {
		o.Within = PhaseName(within)
	}
	return o
}

// clone is the same, to go on separately.
func (s PhaseStack) clone() PhaseStack {
	s.calls = slices.Clone(s.calls)
	return s
}
