package agreed

import (
	"encoding/binary"

	"tlslab/emu/records"
)

// Cut is p, whole records of an end's stream, with handshake records in the clear cut
// into as many as the agreed length makes of them (RFC 6066, 4; RFC 5246, 6.2.1):
// what Mbed TLS does not do by itself, and other libraries do. Hashes over the
// handshake are over messages: no end is told of it.
func (w *Watch) Cut(from int, p []byte) []byte {
	e := &w.conn.ends[from]
	if w.datagram || e.limit == plaintextMost || e.protects || len(e.held) > 0 || w.conn.version == tls13 {
		return p
	}
	var out []byte
	protected := e.protected
	for rest := p; len(rest) > 0; {
		r, ok := records.First(rest)
		if !ok || r == nil {
			return append(out, rest...)
		}
		rest = rest[len(r):]
		header, body := r[:records.HeaderB], r[records.HeaderB:]
		for !protected && header[0] == handshake && len(body) > e.limit {
			out = append(out, header[:3]...)
			out = binary.BigEndian.AppendUint16(out, uint16(e.limit))
			out = append(out, body[:e.limit]...)
			body = body[e.limit:]
		}
		out = append(out, header[:3]...)
		out = binary.BigEndian.AppendUint16(out, uint16(len(body)))
		out = append(out, body...)
		protected = protected || header[0] == changeCipherSpec
	}
	return out
}
