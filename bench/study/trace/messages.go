package trace

import (
	"fmt"

	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/records"
	"tlslab/internal/metric"
)

// sentIn are the messages that each end, client and server, sends encrypted in a
// phase.
var sentIn = [2]map[metric.Phase]string{
	{"client-certificate": "Certificate", "certificate-verify": "CertificateVerify", "client-finished": records.Finished},
	{"encrypted-extensions": "EncryptedExtensions", "certificate-request": "CertificateRequest", "server-certificate": "Certificate",
		"server-certificate-verify": "CertificateVerify", "server-finished": records.Finished, "new-session-ticket": "NewSessionTicket"},
}

// sender is what an end was about: encryption hides the names of TLS 1.3's
// messages, their types too. The library makes a message in its own phase, and
// sends it there or when the next one begins.
type sender struct {
	phase     metric.Phase // the present one
	spent     bool         // its message is on the wire
	last      metric.Phase // the one before
	lastSpent bool
}

// begins notes that a phase does.
func (s *sender) begins(phase metric.Phase) {
	s.last, s.lastSpent = s.phase, s.spent
	s.phase, s.spent = phase, false
}

// message is the one that an end has just sent: "" for none of a phase.
func (s *sender) message(in map[metric.Phase]string) string {
	if name, ok := in[s.last]; ok && !s.lastSpent {
		s.lastSpent = true
		return name
	}
	if name, ok := in[s.phase]; ok && !s.spent {
		s.spent = true
		return name
	}
	return ""
}

// followPhases notes the phases of an end.
func (s *sender) followPhases(e *peer.Endpoint) {
	e.Observe(func(kind emu.EventKind, r *emu.Record) {
		if kind == emu.EventPhase {
			s.begins(r.Current())
		}
	})
}

// nameOf is a message's name; where TLS 1.3 hides it, it is told by what its
// sender was about, with braces as in RFC 8446, 2.
func (f *follower) nameOf(m *records.Message, from int, phase metric.Phase) string {
	if m.Name != records.ApplicationData || f.datagram {
		return m.Name
	}
	name := f.senders[from].message(sentIn[from])
	switch {
	case name != "":
		return "{" + name + "}"
	case phase == "close" || emu.InHandshake(phase):
		return "{" + records.Alert + "}" // nothing else is sent there
	}
	return m.Name
}

// detailOf is what else is known of a message.
func detailOf(m *records.Message, phase metric.Phase) string {
	switch hidden := m.Encrypted && (m.Name == records.Alert || m.Name == records.ApplicationData); {
	case m.Fragment():
		return fmt.Sprintf("bytes %d to %d of %d", m.Offset, m.Offset+m.Length-1, m.Total)
	case hidden && phase == "close":
		return "close_notify" // nothing else is sent there
	case m.Name == records.Alert && m.Encrypted:
		return "encrypted"
	}
	return m.Detail
}
