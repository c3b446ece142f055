package records

import "encoding/binary"

const (
	// HeaderB is a record's header: type, version, length (RFC 5246, 6.2.1).
	HeaderB = 5
	// LongestB is the most that follows it: 2^14 bytes of text and 2,048 of what
	// protects it (RFC 5246, 6.2.3).
	LongestB = 1<<14 + 2048

	messageHeader = 4  // bytes: type, length (RFC 5246, 7.4)
	helloKept     = 34 // bytes of a message that are looked at: version and random number
)

// Stream reads one direction of a stream. The zero value is at its start.
type Stream struct {
	record  []byte // begun and not complete
	offset  int64  // of the first byte of record
	told    int64  // where the last message ended
	changed bool   // what follows is encrypted
	hidden  int    // handshake records since then
	garbage bool

	// The handshake message under way, which may span records.
	begun []byte // its header and first bytes
	left  int    // bytes of it still to come

	// whole is called with each message of a handshake in the clear that has
	// bodyMost bytes at most; nil: not called, and their beginnings are kept.
	whole func(kind byte, body []byte)
	// sized is called with each record's type, bytes and whether they are
	// encrypted; nil: not called.
	sized func(kind byte, bodyB int, protected bool)
}

// First is the record that a stream begins with, header and all: nil where it
// is not whole yet. ok is false where what comes is no record.
func First(p []byte) (record []byte, ok bool) {
	if len(p) < HeaderB {
		return nil, true
	}
	n := int(binary.BigEndian.Uint16(p[3:]))
	if p[0] < changeCipherSpec || p[0] > applicationData || p[1] != 3 || n > LongestB {
		return nil, false
	}
	if len(p) < HeaderB+n {
		return nil, true
	}
	return p[:HeaderB+n], true
}

// Write takes the next bytes and returns the messages that end with them.
func (s *Stream) Write(p []byte) []Message {
	var out []Message
	s.record = append(s.record, p...)
	for !s.garbage {
		record, ok := First(s.record)
		if s.garbage = !ok; record == nil {
			break
		}
		out = append(out, s.read(record[0], record[HeaderB:])...)
		s.record = s.record[len(record):]
		s.offset += int64(len(record))
	}
	if s.garbage && len(s.record) > 0 {
		// Where the next record would begin is unknown.
		s.offset += int64(len(s.record))
		out = append(out, s.message(Message{Name: Garbage}, s.offset))
		s.record = nil
	}
	return out
}

// message completes a message that ends at end.
func (s *Stream) message(m Message, end int64) Message {
	m.End, m.Bytes = end, int(end-s.told)
	s.told = end
	return m
}

// read takes one record.
func (s *Stream) read(kind byte, body []byte) []Message {
	end := s.offset + int64(HeaderB+len(body))
	m := Message{}
	if s.sized != nil {
		s.sized(kind, len(body), s.changed && !(kind == handshake && plainHello(body)))
	}
	switch kind {
	case changeCipherSpec:
		s.changed, s.hidden = true, 0
		m.Name = ChangeCipherSpec
	case alert:
		m.Name = Alert
		m.Detail, m.Encrypted = alertDetail(body)
	case applicationData:
		m.Name, m.Encrypted = ApplicationData, true
	case handshake:
		if s.changed && plainHello(body) {
			s.changed = false // the next connection on this stream, or the next try
		}
		if !s.changed || s.left > 0 {
			return s.handshake(body, end-int64(len(body)))
		}
		if s.hidden++; s.hidden == 1 {
			m.Name = Finished // nothing else follows the change
		} else {
			m.Name = Encrypted
		}
		m.Encrypted = true
	}
	return []Message{s.message(m, end)}
}

// plainHello says that a handshake record after a ChangeCipherSpec is a whole
// ClientHello or ServerHello in clear, the second one of TLS 1.3 (RFC 8446, D.4).
// Encrypted ones do not begin so: with the number of the record, or with anything.
func plainHello(body []byte) bool {
	return len(body) >= messageHeader && (body[0] == 1 || body[0] == 2) && uint24(body[1:]) == len(body)-messageHeader
}

// handshake takes the body of a handshake record in clear, which begins at.
func (s *Stream) handshake(body []byte, at int64) []Message {
	var out []Message
	for len(body) > 0 {
		if n := messageHeader - len(s.begun); n > 0 {
			n = min(n, len(body))
			s.begun = append(s.begun, body[:n]...)
			body, at = body[n:], at+int64(n)
			if len(s.begun) < messageHeader {
				break
			}
			s.left = uint24(s.begun[1:])
		}
		n := min(s.left, len(body))
		most := helloKept
		if total := uint24(s.begun[1:]); s.whole != nil && total <= bodyMost {
			most = total
		}
		if keep := min(n, messageHeader+most-len(s.begun)); keep > 0 {
			s.begun = append(s.begun, body[:keep]...)
		}
		s.left -= n
		body, at = body[n:], at+int64(n)
		if s.left > 0 {
			break
		}
		name := handshakeName(s.begun[0])
		if s.begun[0] == 2 {
			name = serverHello(s.begun[messageHeader:])
		}
		out = append(out, s.message(Message{Name: name}, at))
		if s.whole != nil && uint24(s.begun[1:]) <= bodyMost {
			s.whole(s.begun[0], s.begun[messageHeader:])
		}
		s.begun = nil
	}
	return out
}
