package tamper

import (
	"encoding/binary"
	"slices"
)

// Handshake messages (RFC 5246, 7.4).
const (
	clientHello        = 1
	serverHello        = 2
	helloVerifyRequest = 3 // RFC 6347, 4.3.2
	certificate        = 11
	serverKeyExchange  = 12
)

// messageHeaderB is a message's type and length.
const messageHeaderB = 4

// message is one handshake message, header and all.
type message []byte

// messages are those of a record that holds whole ones; nil where one goes on
// in the next record, which no server of this lab does.
func messages(body []byte) []message {
	var all []message
	for len(body) > 0 {
		if len(body) < messageHeaderB {
			return nil
		}
		n := messageHeaderB + (int(body[1])<<16 | int(body[2])<<8 | int(body[3]))
		if len(body) < n {
			return nil
		}
		all = append(all, message(body[:n]))
		body = body[n:]
	}
	return all
}

// fixed is a message whose header says its length.
func fixed(m message) message {
	n := len(m) - messageHeaderB
	m[1], m[2], m[3] = byte(n>>16), byte(n>>8), byte(n)
	return m
}

// hello is a ClientHello or ServerHello taken apart; its slices are the
// message's own.
type hello struct {
	version    []byte // 2 bytes
	session    []byte
	suites     []uint16 // of a ServerHello the one it chose
	suiteAt    int      // where in the message they begin
	compressAt int      // where in the message its compression method is; of a ServerHello alone
	extensions []extension
	extendedAt int // where in the message the extensions' length is, or would be
}

// extension is one of a hello.
type extension struct {
	kind uint16
	data []byte
}

// parseHello takes a hello apart; ok is false for a message that is none.
func parseHello(m message) (h hello, ok bool) {
	if len(m) < messageHeaderB || m[0] != clientHello && m[0] != serverHello {
		return h, false
	}
	r := reader{rest: m, ok: true}
	r.take(messageHeaderB)
	h.version = r.take(2)
	r.take(32) // random
	h.session = r.take(int(r.byte()))
	suites := 2
	if m[0] == clientHello {
		suites = int(r.word())
	}
	h.suiteAt = len(m) - len(r.rest)
	list := r.take(suites)
	for i := 0; i+1 < len(list); i += 2 {
		h.suites = append(h.suites, binary.BigEndian.Uint16(list[i:]))
	}
	if m[0] == clientHello {
		r.take(int(r.byte())) // compression methods
	} else {
		h.compressAt = len(m) - len(r.rest)
		r.byte()
	}
	h.extendedAt = len(m) - len(r.rest)
	if len(r.rest) > 0 {
		all := reader{rest: r.take(int(r.word())), ok: r.ok}
		for len(all.rest) > 0 && all.ok {
			kind := all.word()
			h.extensions = append(h.extensions, extension{kind, all.take(int(all.word()))})
		}
		r.ok = r.ok && all.ok
	}
	return h, r.ok && len(r.rest) == 0
}

func (h *hello) has(kind uint16) bool {
	return slices.ContainsFunc(h.extensions, func(e extension) bool { return e.kind == kind })
}

// extended is a hello with other extensions; none leaves their length out.
func extended(m message, at int, all []extension) message {
	out := append(message(nil), m[:at]...)
	if len(all) > 0 {
		var list []byte
		for _, e := range all {
			list = binary.BigEndian.AppendUint16(list, e.kind)
			list = binary.BigEndian.AppendUint16(list, uint16(len(e.data)))
			list = append(list, e.data...)
		}
		out = binary.BigEndian.AppendUint16(out, uint16(len(list)))
		out = append(out, list...)
	}
	return fixed(out)
}

// reader reads big-endian fields; ok turns false where one is not there.
type reader struct {
	rest []byte
	ok   bool
}

func (r *reader) take(n int) []byte {
	if !r.ok || n > len(r.rest) {
		r.ok, r.rest = false, nil
		return nil
	}
	p := r.rest[:n]
	r.rest = r.rest[n:]
	return p
}

func (r *reader) byte() byte {
	if p := r.take(1); len(p) == 1 {
		return p[0]
	}
	return 0
}

func (r *reader) word() uint16 {
	if p := r.take(2); len(p) == 2 {
		return binary.BigEndian.Uint16(p)
	}
	return 0
}
