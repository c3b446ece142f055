package records

import "encoding/binary"

const (
	datagramHeader = 13 // bytes: type, version, epoch, sequence number, length (RFC 6347, 4.1)
	fragmentHeader = 12 // bytes: type, length, message_seq, fragment_offset, fragment_length (RFC 6347, 4.2.2)
)

// Datagram reads a datagram's records. A handshake message that is encrypted is
// a Finished: nothing else is after the change of the cipher in a first
// handshake. It stops at what is no whole record.
func Datagram(p []byte) []Message {
	var out []Message
	var at, told int
	tell := func(m Message, end int) {
		m.End, m.Bytes = int64(end), end-told
		told = end
		out = append(out, m)
	}
	for len(p)-at >= datagramHeader {
		kind, epoch := p[at], binary.BigEndian.Uint16(p[at+3:])
		if kind == withCID {
			// How long the ID is it doesn't say, so neither where the record ends.
			m := Message{Name: Encrypted, Encrypted: true}
			if n := len(out); n > 0 && out[n-1].Name == ChangeCipherSpec {
				m.Name = Finished
			}
			tell(m, len(p))
			return out
		}
		end := at + datagramHeader + int(binary.BigEndian.Uint16(p[at+11:]))
		if end > len(p) || kind < changeCipherSpec || kind > applicationData {
			break
		}
		body := p[at+datagramHeader : end]
		switch {
		case kind == changeCipherSpec:
			tell(Message{Name: ChangeCipherSpec}, end)
		case kind == alert:
			detail, hidden := alertDetail(body)
			tell(Message{Name: Alert, Detail: detail, Encrypted: hidden || epoch > 0}, end)
		case kind == applicationData:
			tell(Message{Name: ApplicationData, Encrypted: true}, end)
		case epoch > 0:
			tell(Message{Name: Finished, Encrypted: true}, end)
		default:
			for body := body; len(body) >= fragmentHeader; {
				n := uint24(body[9:])
				m := Message{Name: handshakeName(body[0]), Seq: binary.BigEndian.Uint16(body[4:]),
					Offset: uint24(body[6:]), Length: n, Total: uint24(body[1:])}
				body = body[min(fragmentHeader+n, len(body)):]
				if len(body) < fragmentHeader {
					body = nil // what is left of the record is the message's
				}
				tell(m, end-len(body))
			}
		}
		at = end
	}
	if at < len(p) {
		tell(Message{Name: Garbage}, len(p))
	}
	return out
}
