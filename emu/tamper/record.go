// Package tamper is a man in the middle of a TLS stream or of DTLS datagrams.
// It takes what each end sends apart into records, changes what a Try says, and
// passes the rest on unchanged. It has no keys: it sees and changes only what
// anybody on the way could.
package tamper

import (
	"encoding/binary"

	"tlslab/emu/records"
)

// Content types of records (RFC 5246, 6.2.1).
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
)

// headerB is a record's header, mostB the most that follows it.
const (
	headerB = records.HeaderB
	mostB   = records.LongestB
)

// record is one record, header and all.
type record []byte

func (r record) kind() byte   { return r[0] }
func (r record) body() []byte { return r[headerB:] }

// with is a record of the same type and version with another body.
func (r record) with(body []byte) record {
	out := append(record(nil), r[:3]...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)))
	return append(out, body...)
}

// splitter takes a stream of bytes apart.
type splitter struct {
	held  []byte
	plain bool // not records: everything passes as it comes
}

// feed adds bytes and returns the records that are whole. Once what comes is no
// record, all of it comes back as raw.
func (s *splitter) feed(p []byte) (whole []record, raw []byte) {
	s.held = append(s.held, p...)
	for !s.plain {
		first, ok := records.First(s.held)
		if s.plain = !ok; first == nil {
			break
		}
		whole = append(whole, append(record(nil), first...))
		s.held = s.held[len(first):]
	}
	if s.plain {
		raw, s.held = s.held, nil
	}
	return whole, raw
}
