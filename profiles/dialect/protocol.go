package dialect

import "strings"

// Protocol is the protocol that two ends speak: one of Protocols.
type Protocol string

// The protocols, in rising order; those over datagrams (RFC 4347, RFC 6347) are last.
const (
	SSL3   Protocol = "ssl3"
	TLS10  Protocol = "tls1.0"
	TLS11  Protocol = "tls1.1"
	TLS12  Protocol = "tls1.2"
	TLS13  Protocol = "tls1.3"
	DTLS10 Protocol = "dtls1.0"
	DTLS12 Protocol = "dtls1.2"
)

// Protocols are all of them.
var Protocols = []Protocol{SSL3, TLS10, TLS11, TLS12, TLS13, DTLS10, DTLS12}

// Datagram reports whether the protocol runs over datagrams.
func (p Protocol) Datagram() bool { return strings.HasPrefix(string(p), "dtls") }

var versions = map[Protocol]uint32{SSL3: 0x0300, TLS10: 0x0301, TLS11: 0x0302, TLS12: 0x0303, TLS13: 0x0304}

// Version returns TLS's number of the protocol on the wire: 0x0303 is TLS 1.2. It is 0
// for a protocol over datagrams.
func (p Protocol) Version() uint32 { return versions[p] }
