package agreed

import (
	"encoding/binary"

	"tlslab/internal/quantity"
)

const (
	messageHeaderB  = 4  // type, length (RFC 5246, 7.4)
	fragmentHeaderB = 12 // and message_seq, fragment_offset, fragment_length (RFC 6347, 4.2.2)
	// messageMost is the longest message that is looked at, bytes; a longer one is
	// passed over.
	messageMost = 1 << 17
	// partsMost bounds the messages of which fragments are kept at a time.
	partsMost = 64
)

// Kinds of handshake messages that are looked into (RFC 5246, 7.4; RFC 8446, 4).
const (
	clientHello         = 1
	serverHello         = 2
	helloVerifyRequest  = 3
	newSessionTicket    = 4
	encryptedExtensions = 8
	certificate         = 11
	serverKeyExchange   = 12
	certificateRequest  = 13
	certificateVerify   = 15
	finished            = 20
)

// messages takes the body of a handshake record of a stream.
func (w *Watch) messages(from int, body []byte) {
	for w.breach == nil {
		e := &w.conn.ends[from] // a ClientHello may begin another connection
		e.message = append(e.message, body...)
		if body = nil; len(e.message) < messageHeaderB {
			return
		}
		n := messageHeaderB + uint24(e.message[1:])
		if len(e.message) < n {
			if n > messageMost {
				e.message = nil
			}
			return
		}
		m := e.message[:n]
		body, e.message = e.message[n:], nil
		w.message(from, m[0], m[messageHeaderB:])
	}
}

// assembly is a message of which fragments have come.
type assembly struct {
	kind byte
	body []byte
	have []bool
	left int
}

// fragments takes the body of a handshake record of a datagram.
func (w *Watch) fragments(from int, body []byte) {
	for w.breach == nil && len(body) > 0 {
		if len(body) < fragmentHeaderB {
			w.broke(from, Framing, "sent %s of a handshake record that are no fragment (RFC 6347, 4.2.2)", quantity.Bytes(len(body)))
			return
		}
		total, seq, at, n := uint24(body[1:]), binary.BigEndian.Uint16(body[4:]), uint24(body[6:]), uint24(body[9:])
		if at+n > total || n > len(body)-fragmentHeaderB {
			w.broke(from, Framing, "sent a fragment of %s at %d of a message of %s, of which %s are there", quantity.Bytes(n), at, quantity.Bytes(total), quantity.Bytes(len(body)-fragmentHeaderB))
			return
		}
		w.fragment(from, body[0], seq, total, at, body[fragmentHeaderB:fragmentHeaderB+n])
		body = body[fragmentHeaderB+n:]
	}
}

func (w *Watch) fragment(from int, kind byte, seq uint16, total, at int, data []byte) {
	if total > messageMost {
		return
	}
	if len(data) == total {
		w.message(from, kind, data)
		return
	}
	e := &w.conn.ends[from]
	a := e.parts[seq]
	switch {
	case a != nil && a.kind == kind && a.left > 0 && len(a.body) != total:
		w.broke(from, Framing, "sent fragments of one message with two lengths, %s and %s", quantity.Bytes(len(a.body)), quantity.Bytes(total))
		return
	case a == nil || a.kind != kind || len(a.body) != total:
		if len(e.parts) >= partsMost {
			clear(e.parts)
		}
		a = &assembly{kind: kind, body: make([]byte, total), have: make([]bool, total), left: total}
		e.parts[seq] = a
	}
	if a.left == 0 {
		return // sent again
	}
	for i, b := range data {
		if !a.have[at+i] {
			a.have[at+i], a.body[at+i] = true, b
			a.left--
		}
	}
	if a.left == 0 {
		w.message(from, kind, a.body)
	}
}

// message takes a whole message, in the clear or decrypted.
func (w *Watch) message(from int, kind byte, body []byte) {
	switch {
	case kind == clientHello && from == Client:
		w.clientHello(body)
	case kind == serverHello && from == Server:
		w.serverHello(body)
	case kind == newSessionTicket && from == Server && w.conn.version != tls13:
		if s := w.conn.server; s != nil && !s.has(extTicket) {
			w.broke(from, Extension, "sent a ticket, which its ServerHello did not say (RFC 5077, 3.2)")
		}
	case kind == encryptedExtensions && from == Server:
		w.encryptedExtensions(body)
	case kind == certificate && w.conn.version == tls13:
		w.certificate13(from, body)
	case kind == serverKeyExchange && from == Server:
		w.keyExchange(body)
	case kind == certificateRequest && from == Server:
		w.certificateRequest(body)
	case kind == certificateVerify && w.conn.version >= tls12 && len(body) >= 2:
		w.certificateVerify(from, binary.BigEndian.Uint16(body))
	}
}

func uint24(p []byte) int { return int(p[0])<<16 | int(p[1])<<8 | int(p[2]) }
