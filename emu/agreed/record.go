package agreed

import (
	"encoding/binary"

	"tlslab/emu/records"
	"tlslab/internal/iana"
	"tlslab/internal/quantity"
)

// Content types (RFC 5246, 6.2.1; RFC 9146, 3).
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	withCID          = 25
)

const (
	datagramHeaderB = 13 // type, version, epoch, number, length (RFC 6347, 4.1)
	lengthAt        = 11 // where in it the length is, without a connection ID
)

// record is one of an end.
type record struct {
	kind      byte
	version   uint16 // as a stream numbers it
	body      []byte
	protected bool
	wholeB    int // of the body, where a datagram has a part of it alone
}

// streamSent takes some of a stream.
func (w *Watch) streamSent(from int, p []byte) {
	held := append(w.conn.ends[from].held, p...)
	w.conn.ends[from].held = nil
	for w.breach == nil && !w.conn.ends[from].lost {
		first, ok := records.First(held)
		if !ok {
			w.conn.ends[from].lost = true
			w.unreadable(from, held)
			return
		}
		if first == nil {
			break
		}
		held = held[len(first):]
		w.record(from, record{kind: first[0], version: binary.BigEndian.Uint16(first[1:]), body: first[records.HeaderB:]})
	}
	w.conn.ends[from].held = append([]byte(nil), held...)
}

// unreadable is what begins like no record that may be.
func (w *Watch) unreadable(from int, p []byte) {
	n := int(binary.BigEndian.Uint16(p[3:]))
	if p[0] >= changeCipherSpec && p[0] <= applicationData && p[1] == 3 && n > records.LongestB {
		w.broke(from, Length, "sent a record of %s, where none has more than %s (RFC 5246, 6.2.3)", quantity.Bytes(int64(n)), quantity.Bytes(records.LongestB))
		return
	}
	w.broke(from, Framing, "sent what is no TLS record: it begins with % x", p[:min(len(p), records.HeaderB)])
}

// datagramSent takes a datagram. One that was cut off on its way to who looks on
// shows its last record's header all the same.
func (w *Watch) datagramSent(from int, p []byte) {
	for w.breach == nil && len(p) >= datagramHeaderB {
		at := lengthAt
		if p[0] == withCID {
			at += w.conn.idB(1 - from)
		}
		if p[0] < changeCipherSpec || p[0] > withCID || p[1] != 0xfe || len(p) < at+2 {
			break
		}
		n := int(binary.BigEndian.Uint16(p[at:]))
		body := p[at+2:]
		r := record{kind: p[0], version: streamVersion(binary.BigEndian.Uint16(p[1:])), body: body[:min(n, len(body))],
			protected: binary.BigEndian.Uint16(p[3:]) > 0, wholeB: n}
		w.record(from, r)
		if n >= len(body) {
			return
		}
		p = body[n:]
	}
	if w.breach == nil && len(p) > 0 {
		w.broke(from, Framing, "sent a datagram with %s that are no DTLS record", quantity.Bytes(len(p)))
	}
}

// streamVersion is a version of DTLS as its TLS is numbered: DTLS 1.0 is TLS 1.1.
func streamVersion(v uint16) uint16 {
	switch v {
	case 0xfeff:
		return 0x0302
	case 0xfefd:
		return 0x0303
	}
	return v
}

const (
	tls10 = 0x0301
	tls12 = 0x0303
	tls13 = 0x0304
)

// versionName names one for people.
func (w *Watch) versionName(v uint16) string {
	if onWire, ok := map[uint16]uint16{0x0302: 0xfeff, tls12: 0xfefd}[v]; ok && w.datagram {
		v = onWire
	}
	return iana.Version(v)
}

var contentNames = map[byte]string{changeCipherSpec: "ChangeCipherSpec", alert: "alert", handshake: "handshake"}

// record takes one record of an end.
func (w *Watch) record(from int, r record) {
	c := &w.conn
	if from == Client && r.kind == handshake && c.ends[from].protected && !w.datagram && plainHello(r.body) {
		w.anew()
	}
	if from == Server && c.ends[from].stale {
		if r.kind != handshake || r.protected {
			return // the last of the connection before
		}
		c.ends[from].stale = false
	}
	e := &c.ends[from]
	if !w.datagram {
		r.protected, r.wholeB = e.protected && r.kind != changeCipherSpec, len(r.body)
		if c.version == tls13 {
			r.protected = r.kind == applicationData
		}
	}
	if w.length(from, &r); w.breach != nil {
		return
	}
	w.recordVersion(from, &r)
	if len(r.body) < r.wholeB || w.breach != nil {
		return
	}
	switch {
	case r.kind == changeCipherSpec:
		e.protected = e.protected || c.version != tls13
	case c.version == tls13 && r.protected:
		w.decrypted(from, &r)
	case r.kind != handshake && len(e.message) > 0 && r.kind != alert:
		w.broke(from, Framing, "sent a record of another type between two parts of a handshake message (RFC 8446, 5.1)")
	case r.kind == handshake && !r.protected && w.datagram:
		w.fragments(from, r.body)
	case r.kind == handshake && !r.protected:
		w.messages(from, r.body)
	}
}

// plainHello says that a handshake record is a whole ClientHello in the clear: with
// it a connection begins anew on the same stream. Encrypted ones begin with anything.
func plainHello(body []byte) bool {
	return len(body) >= messageHeaderB && body[0] == clientHello && uint24(body[1:]) == len(body)-messageHeaderB
}

// anew begins another connection, of which the server does not know yet.
func (w *Watch) anew() {
	w.Begin()
	w.conn.ends[Server].stale = true
}

// recordVersion: once a version is agreed each record has it (RFC 5246, E.1); those
// of TLS 1.3 have that of TLS 1.2 (RFC 8446, 5.1).
func (w *Watch) recordVersion(from int, r *record) {
	want := min(w.conn.version, tls12)
	if want == 0 || r.version == want || r.kind == alert && !r.protected {
		return
	}
	// a first one, or a new start from the same port (RFC 6347, 4.2.8)
	hello := w.conn.server == nil || len(r.body) > 0 && r.body[0] == clientHello
	if r.kind == handshake && !r.protected && from == Client && hello {
		return
	}
	w.broke(from, Version, "sent a record of %s, where %s was agreed", w.versionName(r.version), w.versionName(w.conn.version))
}
