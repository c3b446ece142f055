package tamper

import (
	"encoding/binary"
	"slices"
)

// datagramTry is a try over datagrams: with what a datagram carries, or with
// the datagram itself.
type datagramTry struct {
	try
	whole func(m *Middle, d []byte, all []packet) [][]byte // nil: change does it
}

// streamsAlone are the tries that datagrams have others for, or no use for: who
// is not told of an end waits, and a record is no longer than its datagram.
var streamsAlone = []string{"oversize-record", "replayed-record", "no-close-notify"}

// datagramTries are those that streams have no place for. What an end drops
// that is no good (RFC 6347, 4.1.2.7) has no effect; it may be sent again.
var datagramTries = []datagramTry{
	{try{"wrong-cookie", "a bit of HelloVerifyRequest's cookie is turned over", (*Middle).wrongCookie}, nil},
	{try{"lower-cookie-version", "HelloVerifyRequest names DTLS 1.0, as it may (RFC 6347, 4.2.1)", (*Middle).lowerCookieVersion}, nil},
	{try{"replayed-handshake", "the datagram with ServerHello comes twice", nil}, (*Middle).replayedHandshake},
	{try{"truncated-datagram", "the datagram with ServerHello is cut in half", nil}, (*Middle).truncated},
	{try{"overlong-record", "the record with ServerHello says that it is longer than TLS allows", nil}, (*Middle).overlong},
	{try{"forged-next-epoch", "before ServerHello comes a handshake record of the next epoch that no end sent", nil}, (*Middle).forgedNextEpoch},
	{try{"future-epoch", "before the answer comes a copy of it that says that it is of the next epoch", nil}, (*Middle).futureEpoch},
	{try{"bad-mac-flood", "before the answer come 20 records with a bit turned over", nil}, (*Middle).badMACFlood},
	{try{"replayed-datagram", "the server sends half of its answer, and somebody the same half once more", nil}, (*Middle).replayedDatagram},
}

// Halves says that in a try the server is to send half of its answer, so that
// the same half once more makes up what a client waits for.
func Halves(name string) bool { return name == "replayed-datagram" }

// DatagramNames lists the tries over datagrams.
func DatagramNames() []string {
	names := slices.DeleteFunc(Names(), func(n string) bool { return slices.Contains(streamsAlone, n) })
	for _, t := range datagramTries {
		names = append(names, t.name)
	}
	return names
}

// NewDatagrams is New for ends that send datagrams, of the tries DatagramNames.
func NewDatagrams(name string, seed uint64) (*Middle, bool) {
	if i := slices.IndexFunc(datagramTries, func(t datagramTry) bool { return t.name == name }); i >= 0 {
		m, _ := New("", seed)
		m.datagrams, m.whole = true, datagramTries[i].whole
		if m.whole == nil {
			m.try = &datagramTries[i].try
		}
		return m, true
	}
	if slices.Contains(streamsAlone, name) {
		return nil, false
	}
	m, ok := New(name, seed)
	m.datagrams = true
	return m, ok
}

// passDatagram is what becomes of a datagram.
func (m *Middle) passDatagram(from int, d []byte) [][]byte {
	all := packets(d)
	if from == 0 {
		for _, p := range all {
			m.hear(p)
		}
		return [][]byte{d}
	}
	if m.whole != nil && !m.applied && len(all) > 0 {
		return m.whole(m, d, all)
	}
	before := m.applied
	var out [][]byte
	for _, p := range all {
		out = append(out, m.passPacket(p)...)
	}
	if m.applied == before {
		return [][]byte{d}
	}
	return out // each record in a datagram of its own: one that has grown finds room
}

// passPacket is what becomes of a server's record.
func (m *Middle) passPacket(p packet) [][]byte {
	m.protected = p.epoch() > 0
	if !m.protected && p.kind() == handshake && len(p.body()) > 0 && p.body()[0] == certificate {
		m.proven = true // a part of it will do
	}
	r, ok := p.record()
	if !ok {
		return [][]byte{p}
	}
	m.see(r)
	if m.try == nil || m.applied {
		return [][]byte{p}
	}
	var out [][]byte
	for _, c := range m.try.change(m, r) {
		out = append(out, p.carrying(c))
	}
	return out
}

// hear notes what the client offers in a record.
func (m *Middle) hear(p packet) {
	r, ok := p.record()
	if !ok || p.kind() != handshake || p.epoch() > 0 {
		return
	}
	for _, msg := range messages(r.body()) {
		if msg[0] == clientHello {
			m.listen(r.with(withoutCookie(msg)))
		}
	}
}

// onCookie changes the cookie's message.
func (m *Middle) onCookie(r record, change func(message) message) []record {
	const leastB = messageHeaderB + 2 + 1 // version, length of the cookie
	return m.onMessage(r, helloVerifyRequest, func(msg message) message {
		if len(msg) < leastB || len(msg) != leastB+int(msg[leastB-1]) {
			return nil
		}
		return change(msg)
	})
}

func (m *Middle) wrongCookie(r record) []record {
	return m.onCookie(r, func(msg message) message {
		cookie := msg[messageHeaderB+2+1:]
		if len(cookie) == 0 {
			return nil
		}
		cookie[m.below(len(cookie))] ^= m.bit()
		return msg
	})
}

func (m *Middle) lowerCookieVersion(r record) []record {
	return m.onCookie(r, func(msg message) message {
		if msg[messageHeaderB+1] == dtls10 {
			return nil
		}
		msg[messageHeaderB+1] = dtls10
		return msg
	})
}

// onServerHello changes the first datagram that begins with a ServerHello.
func (m *Middle) onServerHello(d []byte, all []packet, change func(first packet) [][]byte) [][]byte {
	p := all[0]
	if p.kind() != handshake || p.epoch() > 0 || len(p.body()) == 0 || p.body()[0] != serverHello {
		return [][]byte{d}
	}
	m.applied = true
	return change(slices.Clone(p))
}

func (m *Middle) replayedHandshake(d []byte, all []packet) [][]byte {
	return m.onServerHello(d, all, func(packet) [][]byte { return [][]byte{d, d} })
}

func (m *Middle) truncated(d []byte, all []packet) [][]byte {
	return m.onServerHello(d, all, func(packet) [][]byte { return [][]byte{d[:len(d)/2]} })
}

func (m *Middle) overlong(d []byte, all []packet) [][]byte {
	return m.onServerHello(d, all, func(packet) [][]byte {
		out := slices.Clone(d)
		binary.BigEndian.PutUint16(out[11:], mostB+1)
		return [][]byte{out}
	})
}

// forgedB is about what a Finished takes with what protects it.
const forgedB = 40

func (m *Middle) forgedNextEpoch(d []byte, all []packet) [][]byte {
	return m.onServerHello(d, all, func(p packet) [][]byte {
		body := make([]byte, forgedB)
		m.read(body)
		return [][]byte{p.with(body).inEpoch(p.epoch() + 1), d}
	})
}

func (p packet) inEpoch(epoch uint16) packet {
	binary.BigEndian.PutUint16(p[3:], epoch)
	return p
}

// onData changes the first datagram that begins with application data.
func (m *Middle) onData(d []byte, all []packet, change func(first packet) [][]byte) [][]byte {
	p := all[0]
	if p.kind() != applicationData || p.epoch() == 0 || len(p.body()) == 0 {
		return [][]byte{d}
	}
	m.applied = true
	return change(slices.Clone(p))
}

func (m *Middle) futureEpoch(d []byte, all []packet) [][]byte {
	return m.onData(d, all, func(p packet) [][]byte {
		return [][]byte{p.inEpoch(p.epoch() + 1), d}
	})
}

// Flood is how many records a bad-mac-flood has.
const Flood = 20

func (m *Middle) badMACFlood(d []byte, all []packet) [][]byte {
	return m.onData(d, all, func(p packet) (out [][]byte) {
		for range Flood {
			bad := slices.Clone(p)
			bad[packetHeaderB+m.below(len(p.body()))] ^= m.bit()
			out = append(out, bad)
		}
		return append(out, d)
	})
}

func (m *Middle) replayedDatagram(d []byte, all []packet) [][]byte {
	return m.onData(d, all, func(packet) [][]byte { return [][]byte{d, d} })
}
