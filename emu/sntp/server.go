package sntp

import "time"

// Answers that a server can be made to give. All but the first two are refused by a
// client that does what RFC 4330, 5, says.
const (
	Good           = "good"
	Lost           = "lost"           // none
	Length         = "length"         // 8 bytes too few
	Originate      = "originate"      // to a request that was never sent
	Mode           = "mode"           // a broadcast's
	Version        = "version"        // 2
	Kiss           = "kiss"           // stratum 0, DENY: the client must not ask again (RFC 4330, 8)
	Unsynchronised = "unsynchronised" // leap indicator 3: the server does not know the time
	Zero           = "zero"           // no transmit timestamp
	Delay          = "delay"          // an answer that says it took the server an hour
)

// Answers lists them.
func Answers() []string {
	return []string{Good, Lost, Length, Originate, Mode, Version, Kiss, Unsynchronised, Zero, Delay}
}

// Line is the wire as the server's end sees it.
type Line interface {
	Send(p []byte) int
	Recv(p []byte, timeoutMS uint32) int
}

// Server stands between a wire and the TLS server. It implements Line.
type Server struct {
	line     Line
	datagram bool // each Recv takes one message; else they come one behind the other, before TLS
	now      func() time.Time
	answers  []string // to the first request, the second, ...; the last one to all that follow

	asked   int
	held    []byte // of a stream: what was received and is not yet looked at
	through bool   // of a stream: TLS has begun
}

// NewServer is a server whose clock is now, right or not. answers are some of
// Answers; none: all are good.
func NewServer(line Line, datagram bool, now func() time.Time, answers []string) *Server {
	if len(answers) == 0 {
		answers = []string{Good}
	}
	return &Server{line: line, datagram: datagram, now: now, answers: answers}
}

// Send implements Line: it is the TLS server's.
func (s *Server) Send(p []byte) int { return s.line.Send(p) }

// Recv implements Line: it answers requests for the time, and returns what else
// arrives.
func (s *Server) Recv(p []byte, timeoutMS uint32) int {
	for s.datagram {
		n := s.line.Recv(p, timeoutMS)
		if n != Size || !isRequest(p[0]) {
			return n
		}
		s.answer(p[:n])
	}
	for !s.through {
		room := make([]byte, Size-len(s.held))
		n := s.line.Recv(room, timeoutMS)
		if n <= 0 {
			return n
		}
		s.held = append(s.held, room[:n]...)
		if s.through = !isRequest(s.held[0]); !s.through && len(s.held) == Size {
			s.answer(s.held)
			s.held = nil
		}
	}
	if len(s.held) > 0 {
		n := copy(p, s.held)
		s.held = s.held[n:]
		return n
	}
	return s.line.Recv(p, timeoutMS)
}

// answer answers one request.
func (s *Server) answer(request []byte) {
	q, err := Parse(request)
	if err != nil {
		return // not reached: it has the length of one
	}
	which := s.answers[min(s.asked, len(s.answers)-1)]
	s.asked++
	if which == Lost {
		return
	}
	if b := reply(q, s.now(), which); s.line.Send(b) != len(b) {
		return // the wire is broken, as TLS will see
	}
}

// reply is the answer of a server whose clock is now.
func reply(q Packet, now time.Time, which string) []byte {
	t := StampOf(now)
	// a server's address (RFC 5737)
	p := Packet{Version: q.Version, Mode: modeServer, Stratum: 2, Reference: [4]byte{192, 0, 2, 1},
		Originate: q.Transmit, Receive: t, Transmit: t, Synced: StampOf(now.Add(-time.Minute))}
	switch which {
	case Originate:
		p.Originate++
	case Mode:
		p.Mode = 5
	case Version:
		p.Version = 2
	case Kiss:
		p.Stratum, p.Reference = 0, [4]byte([]byte("DENY"))
	case Unsynchronised:
		p.Leap = leapUnsynchronised
	case Zero:
		p.Transmit = 0
	case Delay:
		p.Transmit = StampOf(now.Add(time.Hour))
	}
	b := p.Append(nil)
	if which == Length {
		b = b[:Size-8]
	}
	return b
}
