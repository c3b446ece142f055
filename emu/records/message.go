// Package records reads what TLS and DTLS put on a wire: records and the
// handshake messages in them, of SSL 3.0 to TLS 1.3 (RFC 6101, 5246, 8446) and
// DTLS 1.0 to 1.2 (RFC 6347). It decrypts nothing and trusts nothing: on any
// bytes it terminates, keeps little, and says what they look like.
package records

import (
	"encoding/hex"
	"fmt"

	"tlslab/internal/iana"
)

// Content types (RFC 5246, 6.2.1; RFC 9146, 3).
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	withCID          = 25 // any, encrypted, with a connection ID
)

// Names of what is no handshake message. Brackets as in RFC 5246, 7.3: it has a
// record type of its own.
const (
	ChangeCipherSpec = "[ChangeCipherSpec]"
	ApplicationData  = "Application Data"
	Alert            = "Alert"
	Finished         = "Finished"
	ClientHello      = "ClientHello"
	// HelloRetryRequest is a ServerHello that asks for another ClientHello.
	HelloRetryRequest = "HelloRetryRequest"
	// Encrypted is a handshake message, or any of a connection with IDs, whose
	// name its encryption hides.
	Encrypted = "encrypted message"
	// Garbage is what is no record.
	Garbage = "not a TLS record"
)

// Message is one message as it is on the wire: of a handshake, or a record of
// another type.
type Message struct {
	Name      string
	Detail    string // of an alert in clear: "fatal, bad_certificate"
	Bytes     int    // on the wire, with its record's header where it is the record's first
	Encrypted bool   // what the record holds is hidden: in TLS 1.3 its true type too
	End       int64  // where it ends: bytes of the stream, or of the datagram

	// Of datagrams alone (RFC 6347, 4.2.2).
	Seq    uint16 // message_seq; 0 where it is encrypted or none
	Offset int    // where the fragment begins
	Length int    // of the fragment
	Total  int    // of the whole message
}

// Fragment says that a datagram has a part of the message alone.
func (m *Message) Fragment() bool { return m.Length < m.Total }

// handshakeNames are the messages of RFC 5246, 7.4, RFC 6347, 4.3.2, RFC 8446, 4,
// and RFC 6066, 8.
var handshakeNames = map[byte]string{
	0: "HelloRequest", 1: ClientHello, 2: "ServerHello", 3: "HelloVerifyRequest", 4: "NewSessionTicket",
	5: "EndOfEarlyData", 8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange", 13: "CertificateRequest",
	14: "ServerHelloDone", 15: "CertificateVerify", 16: "ClientKeyExchange", 20: Finished,
	22: "CertificateStatus", 24: "KeyUpdate",
}

func handshakeName(kind byte) string {
	if name, ok := handshakeNames[kind]; ok {
		return name
	}
	return fmt.Sprintf("message-%d", kind)
}

// retryRandom is the random number that makes a ServerHello a
// HelloRetryRequest: SHA-256 of these words (RFC 8446, 4.1.3).
var retryRandom, _ = hex.DecodeString("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")

// alertDetail reads an alert in clear; one of another length is encrypted.
func alertDetail(body []byte) (detail string, encrypted bool) {
	if len(body) != 2 || body[0] != 1 && body[0] != 2 {
		return "", true
	}
	name := iana.Alert(body[1])
	if body[0] == 1 {
		return "warning, " + name, false
	}
	return "fatal, " + name, false
}

// serverHello tells a HelloRetryRequest by what follows the message's header.
func serverHello(body []byte) string {
	const version, random = 2, 32
	if len(body) >= version+random && string(body[version:version+random]) == string(retryRandom) {
		return HelloRetryRequest
	}
	return handshakeNames[2]
}

func uint24(p []byte) int { return int(p[0])<<16 | int(p[1])<<8 | int(p[2]) }
