package dtls

import (
	"encoding/binary"
	"fmt"
)

// Content types (RFC 6347, 4.1; RFC 5246, 6.2.1).
const (
	changeCipherSpec = 20
	handshake        = 22
	withCID          = 25 // any, encrypted, with a connection ID (RFC 9146, 3)
)

const (
	recordHeader    = 13 // bytes: type, version, epoch, sequence number, length
	handshakeHeader = 12 // bytes: type, length, message_seq, fragment_offset, fragment_length
)

// messageNames are the handshake messages of RFC 6347, 4.3.2.
var messageNames = map[byte]string{
	0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 3: "HelloVerifyRequest", 4: "NewSessionTicket",
	11: "Certificate", 12: "ServerKeyExchange", 13: "CertificateRequest", 14: "ServerHelloDone",
	15: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished",
}

// message is a handshake message, or a part of one, as a datagram carries it.
type message struct {
	name   string
	seq    uint16 // message_seq; 0 where it is encrypted or none
	offset int    // where the fragment begins
}

// messages reads the handshake messages of a datagram's records, those that
// change the cipher among them, in order. What is encrypted is a Finished:
// nothing else is after the change in a first handshake. It stops at what is
// no whole record.
func messages(p []byte) []message {
	var out []message
	for len(p) >= recordHeader {
		if p[0] == withCID {
			// How long the ID is, it doesn't say, so neither where the record ends.
			if n := len(out); n > 0 && out[n-1].name == "ChangeCipherSpec" {
				out = append(out, message{name: "Finished"})
			}
			return out
		}
		kind, epoch, n := p[0], binary.BigEndian.Uint16(p[3:]), int(binary.BigEndian.Uint16(p[11:]))
		if len(p) < recordHeader+n {
			return out
		}
		body := p[recordHeader : recordHeader+n]
		p = p[recordHeader+n:]
		switch {
		case kind == changeCipherSpec:
			out = append(out, message{name: "ChangeCipherSpec"})
		case kind == handshake && epoch > 0:
			out = append(out, message{name: "Finished"})
		case kind == handshake:
			out = append(out, fragments(body)...)
		}
	}
	return out
}

// fragments are the messages within one record.
func fragments(p []byte) []message {
	var out []message
	for len(p) >= handshakeHeader {
		name, ok := messageNames[p[0]]
		if !ok {
			name = fmt.Sprintf("message-%d", p[0])
		}
		n := uint24(p[9:])
		out = append(out, message{name, binary.BigEndian.Uint16(p[4:]), uint24(p[6:])})
		p = p[min(handshakeHeader+n, len(p)):]
	}
	return out
}

func uint24(p []byte) int { return int(p[0])<<16 | int(p[1])<<8 | int(p[2]) }
