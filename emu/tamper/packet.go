package tamper

import "encoding/binary"

const (
	packetHeaderB   = 13 // of a record: type, version, epoch, sequence number, length (RFC 6347, 4.1)
	fragmentHeaderB = 12 // of a message: type, length, message_seq, fragment_offset, fragment_length (RFC 6347, 4.2.2)
)

// packet is one record as a datagram has it, header and all.
type packet []byte

func (p packet) kind() byte    { return p[0] }
func (p packet) epoch() uint16 { return binary.BigEndian.Uint16(p[3:]) }
func (p packet) body() []byte  { return p[packetHeaderB:] }

// with is a packet with the same header and another body.
func (p packet) with(body []byte) packet {
	out := append(packet(nil), p[:packetHeaderB]...)
	binary.BigEndian.PutUint16(out[11:], uint16(len(body)))
	return append(out, body...)
}

// packets are the records of a datagram; nil where something else is in it, as
// records with a connection ID are, which don't say how long it is (RFC 9146).
func packets(d []byte) []packet {
	var all []packet
	for len(d) > 0 {
		if len(d) < packetHeaderB || d[0] < changeCipherSpec || d[0] > applicationData {
			return nil
		}
		n := packetHeaderB + int(binary.BigEndian.Uint16(d[11:]))
		if n > len(d) {
			return nil
		}
		all = append(all, packet(d[:n:n]))
		d = d[n:]
	}
	return all
}

// record is a packet as a stream would have it: its messages without what
// numbers and divides them. ok is false where it holds a part of a message.
func (p packet) record() (r record, ok bool) {
	r = record{p[0], p[1], p[2], 0, 0}
	if p.kind() != handshake || p.epoch() > 0 {
		return r.with(p.body()), true
	}
	var body []byte
	for rest := p.body(); len(rest) > 0; {
		if len(rest) < fragmentHeaderB {
			return nil, false
		}
		n := fragmentB(rest)
		whole := string(rest[1:4]) == string(rest[9:12]) && string(rest[6:9]) == "\x00\x00\x00"
		if !whole || fragmentHeaderB+n > len(rest) {
			return nil, false
		}
		body = append(append(body, rest[:messageHeaderB]...), rest[fragmentHeaderB:fragmentHeaderB+n]...)
		rest = rest[fragmentHeaderB+n:]
	}
	return r.with(body), true
}

// carrying is the packet with a record that was made of it and changed: the
// numbers of its messages stay.
func (p packet) carrying(r record) packet {
	out := p
	if p.kind() != handshake || p.epoch() > 0 {
		out = p.with(r.body())
	} else {
		var body []byte
		rest := p.body()
		for _, msg := range messages(r.body()) {
			body = append(append(body, msg[:messageHeaderB]...), rest[4:6]...)
			body = append(append(body, 0, 0, 0), msg[1:4]...)
			body = append(body, msg[messageHeaderB:]...)
			rest = rest[fragmentHeaderB+fragmentB(rest):]
		}
		out = p.with(body)
	}
	out[1], out[2] = r[1], r[2]
	return out
}

// fragmentB is how many bytes of a message follow its header.
func fragmentB(header []byte) int {
	return int(header[9])<<16 | int(header[10])<<8 | int(header[11])
}

// withoutCookie is a ClientHello of datagrams as a stream's is; one that has no
// cookie's length stays.
func withoutCookie(m message) message {
	at := messageHeaderB + 2 + 32
	if len(m) <= at {
		return m
	}
	if at += 1 + int(m[at]); len(m) <= at || len(m) <= at+int(m[at]) {
		return m
	}
	return fixed(append(append(message(nil), m[:at]...), m[at+1+int(m[at]):]...))
}
