package fault

import "encoding/binary"

// Part is what a byte on the wire belongs to.
type Part int

// The fields of a record's header (RFC 5246, 6.2.1; RFC 6347, 4.1; RFC 9146,
// 4), and what is in it.
const (
	Outside      Part = iota // no whole record
	ContentType              // of the record
	Version                  // of the record
	Sequence                 // epoch and sequence number, of datagrams
	ConnectionID             // of datagrams
	Length                   // of the record
	Content
)

// Byte is where one byte on the wire belongs.
type Byte struct {
	Part    Part
	Sealed  bool // the record is encrypted or authenticated
	Type    byte // the record's content type
	Message byte // of a handshake record in the clear: the message it begins with
	// Of datagrams, such a record's:
	Seq      uint16 // message_seq
	NoCookie bool   // it is a ClientHello without a cookie
	Copies   bool   // the end has sent this message more than once
}

const (
	typeChangeCipherSpec = 20
	typeAlert            = 21
	typeHandshake        = 22
	typeApplication      = 23 // in TLS 1.3 any that is encrypted
	typeCID              = 25 // encrypted, with a connection ID (RFC 9146)

	messageClientHello = 1
	messageHelloVerify = 3 // HelloVerifyRequest (RFC 6347, 4.3.2)
)

// HelloVerify says whether the byte is of a HelloVerifyRequest.
func (b Byte) HelloVerify() bool { return b.Message == messageHelloVerify }

// Layout says of each byte that one end sent where it belongs. What is no
// record stays Outside.
func Layout(sent [][]byte, datagrams bool, cidBytes int) []Byte {
	var all []Byte
	sealed := false
	if datagrams {
		for _, d := range sent {
			all = append(all, layout(d, true, cidBytes, &sealed)...)
		}
		copies(all)
		return all
	}
	var stream []byte
	for _, u := range sent {
		stream = append(stream, u...)
	}
	return layout(stream, false, 0, &sealed)
}

// layout reads the records of one datagram or stream. On a stream what follows
// a change of the cipher is sealed, in datagrams what is of a later epoch.
func layout(p []byte, datagrams bool, cidBytes int, sealed *bool) []Byte {
	out := make([]Byte, len(p))
	for at := 0; ; {
		rest := p[at:]
		header := 5
		if datagrams {
			header = 13
			if len(rest) > 0 && rest[0] == typeCID {
				header += cidBytes
			}
		}
		if len(rest) < header {
			return out
		}
		n := header + int(binary.BigEndian.Uint16(rest[header-2:]))
		if len(rest) < n {
			return out
		}
		if !datagrams && rest[0] == typeHandshake && hello(rest[header:n]) {
			*sealed = false // another connection on the same line
		}
		b := Byte{Type: rest[0], Sealed: *sealed || rest[0] == typeCID || rest[0] == typeApplication}
		if datagrams {
			b.Sealed = b.Sealed || binary.BigEndian.Uint16(rest[3:]) > 0
		}
		if b.Type == typeHandshake && !b.Sealed && n > header {
			b.Message = rest[header]
		}
		if datagrams && b.Message > 0 && n >= header+helloSession {
			b.Seq = binary.BigEndian.Uint16(rest[header+4:])
			b.NoCookie = b.Message == messageClientHello && noCookie(rest[header:n])
		}
		for i := range n {
			out[at+i] = b
			out[at+i].Part = part(i, header, datagrams)
		}
		if rest[0] == typeChangeCipherSpec && !datagrams {
			*sealed = true
		}
		at += n
	}
}

// helloSession is where in a ClientHello over datagrams the session ID is:
// after the message's header of 12 bytes, the version and the random bytes.
const helloSession = 12 + 2 + 32

// noCookie says whether a ClientHello over datagrams has none (RFC 6347, 4.2.1).
func noCookie(p []byte) bool {
	at := helloSession
	if at < len(p) {
		at += 1 + int(p[at])
	}
	return at < len(p) && p[at] == 0
}

// copies marks the messages that were sent more than once.
func copies(all []Byte) {
	type message struct {
		kind byte
		seq  uint16
	}
	sent := map[message]int{}
	for _, b := range all {
		if b.Message > 0 && b.Part == ContentType {
			sent[message{b.Message, b.Seq}]++
		}
	}
	for i, b := range all {
		all[i].Copies = b.Message > 0 && sent[message{b.Message, b.Seq}] > 1
	}
}

// hello says whether a record's content is a ClientHello or ServerHello in the
// clear. What is sealed begins with a counter or is as if drawn by lot.
func hello(p []byte) bool {
	return len(p) > 4 && (p[0] == 1 || p[0] == 2) && int(p[1])<<16|int(p[2])<<8|int(p[3]) == len(p)-4
}

// part is the field of a record's i-th byte.
func part(i, header int, datagrams bool) Part {
	switch {
	case i == 0:
		return ContentType
	case i < 3:
		return Version
	case i >= header:
		return Content
	case i >= header-2:
		return Length
	case datagrams && i >= 11:
		return ConnectionID
	default:
		return Sequence
	}
}
