package tamper

import "tlslab/emu"

// Line is the wire as one end sees it.
type Line interface {
	Send(p []byte) int
	Recv(p []byte, timeoutMS uint32) int
}

// Middle is between a client and a server. It is not safe for concurrent use.
type Middle struct {
	try     *try // nil: it looks on
	random  *emu.Entropy
	applied bool
	toEnd   [2]splitter // what the client sends, what the server sends

	datagrams bool                                             // each Send is one
	whole     func(m *Middle, d []byte, all []packet) [][]byte // a try with datagrams; nil: none

	offered   hello // what the client offered
	proven    bool  // the server has shown a certificate
	protected bool  // the server has changed to its keys
}

// New is a middle that tries what name says (Names), or looks on where name is
// "". The seed decides which bits it turns over.
func New(name string, seed uint64) (*Middle, bool) {
	m := &Middle{random: emu.NewEntropy(seed, "middle")}
	if name == "" {
		return m, true
	}
	m.try = find(name)
	return m, m.try != nil
}

// Applied says that there was something to change, and that it was changed.
func (m *Middle) Applied() bool { return m.applied }

// Lines puts the middle between two ends.
func (m *Middle) Lines(client, server Line) (Line, Line) {
	return &side{client, m, 0}, &side{server, m, 1}
}

// side is an end's line with the middle behind it.
type side struct {
	Line
	m    *Middle
	from int
}

// Send passes on what is whole; the rest waits for its end.
func (s *side) Send(p []byte) int {
	if s.m.datagrams {
		return s.sendDatagram(p)
	}
	records, raw := s.m.toEnd[s.from].feed(p)
	for _, r := range records {
		for _, out := range s.m.pass(s.from, r) {
			if n := s.Line.Send(out); n < 0 {
				return n
			}
		}
	}
	if len(raw) > 0 {
		if n := s.Line.Send(raw); n < 0 {
			return n
		}
	}
	return len(p)
}

// sendDatagram passes on what becomes of a datagram.
func (s *side) sendDatagram(p []byte) int {
	for _, out := range s.m.passDatagram(s.from, p) {
		if n := s.Line.Send(out); n < 0 {
			return n
		}
	}
	return len(p)
}

// pass is what becomes of a record.
func (m *Middle) pass(from int, r record) []record {
	if from == 0 {
		m.listen(r)
		return []record{r}
	}
	m.see(r)
	out := []record{r}
	if m.try != nil {
		out = m.try.change(m, r)
	}
	m.protected = m.protected || r.kind() == changeCipherSpec
	return out
}

// see notes what a server's record shows.
func (m *Middle) see(r record) {
	if m.protected || r.kind() != handshake {
		return
	}
	for _, msg := range messages(r.body()) {
		m.proven = m.proven || msg[0] == certificate
	}
}

// listen notes what the client offers.
func (m *Middle) listen(r record) {
	if r.kind() != handshake || m.offered.version != nil {
		return
	}
	for _, msg := range messages(r.body()) {
		if h, ok := parseHello(msg); ok && msg[0] == clientHello {
			m.offered = h
		}
	}
}

// bit is a seeded bit of a byte, never none.
func (m *Middle) bit() byte {
	var b [1]byte
	m.read(b[:])
	return 1 << (b[0] % 8)
}

// below is a seeded number below n > 0.
func (m *Middle) below(n int) int {
	var b [2]byte
	m.read(b[:])
	return (int(b[0])<<8 | int(b[1])) % n
}

func (m *Middle) read(p []byte) { m.random.Draw("", p) }
