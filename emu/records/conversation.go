package records

import (
	"encoding/binary"
	"strings"

	"tlslab/internal/iana"
)

// bodyMost is the longest message that is kept whole, bytes: four times the
// longest chain of certificates that browsers met (Mbed TLS takes 16 KB).
const bodyMost = 1 << 16

// The two ends of a conversation, as indices.
const (
	FromClient = 0
	FromServer = 1
)

// AlertSeen is an alert that could be read.
type AlertSeen struct {
	From   int    // FromClient or FromServer
	Detail string // "fatal, handshake_failure"
	After  string // the message before it, of either end: "ClientHello"; "" for none
}

// Conversation is what anybody on the way can read of a connection: what each end
// offered, what was agreed, and how it ended. What is encrypted it sees where somebody
// decrypts it (Opened).
// Make one with NewConversation.
type Conversation struct {
	Client      *Hello // the last ClientHello; nil: none that could be read
	Server      *Hello // the last ServerHello, a HelloRetryRequest too; nil: none
	Retry       bool   // the server asked for another ClientHello (HelloRetryRequest)
	Cookie      bool   // the same over datagrams (HelloVerifyRequest)
	InFragments bool   // a ClientHello came in several datagrams
	KeyExchange *KeyExchange
	Request     *Request    // the server asked for a certificate
	Showed      [2]bool     // a Certificate message was seen of each end
	Chain       [2][][]byte // what was in it, DER, the leaf first
	Verify      uint16      // scheme of the client's CertificateVerify since TLS 1.2; 0: none
	Signed      uint16      // scheme of the server's in TLS 1.3; 0: none that could be read
	Alerts      []AlertSeen // in their order, alertsMost at most
	Malformed   string      // the first message that contradicts itself; "" for none
	ReceivedB   [2]int64    // bytes that each end sent
	Messages    int         // that were seen, of both ends

	// Deaf is asked before each piece that Lines hears: what passes while it says
	// so is none of TLS; nil: never.
	Deaf func() bool

	sizes    []Size
	began    [2][]byte // the first bytes of each end
	other    [2]bool   // they are no TLS
	datagram bool
	streams  [2]Stream
	parts    [2]map[uint16]*assembly // by message_seq
	last     string
	opened   string // the last message that was decrypted
}

// alertsMost bounds what is kept of a peer that sends nothing else.
const alertsMost = 8

// NewConversation is one before its first byte.
func NewConversation(datagram bool) *Conversation {
	c := new(Conversation)
	c.Begin(datagram)
	return c
}

// Begin forgets what there was: another connection begins.
func (c *Conversation) Begin(datagram bool) {
	*c = Conversation{datagram: datagram}
	for end := range c.streams {
		c.streams[end].whole = func(kind byte, body []byte) { c.message(end, kind, body) }
		c.streams[end].sized = func(kind byte, bodyB int, protected bool) { c.sized(end, kind, bodyB, protected) }
		c.parts[end] = map[uint16]*assembly{}
	}
}

// Write takes the next bytes of an end, or its next datagram.
func (c *Conversation) Write(from int, p []byte) {
	c.ReceivedB[from] += int64(len(p))
	if room := beganMost - len(c.began[from]); room > 0 {
		c.began[from] = append(c.began[from], p[:min(room, len(p))]...)
	}
	var all []Message
	if c.datagram {
		c.fragments(from, p)
		c.sizesOf(from, p)
		all = Datagram(p)
	} else {
		all = c.streams[from].Write(p)
	}
	for _, m := range all {
		if m.Name == Alert && !m.Encrypted && len(c.Alerts) < alertsMost {
			c.Alerts = append(c.Alerts, AlertSeen{from, m.Detail, c.last})
		}
		if m.Name == Garbage {
			c.other[from] = c.other[from] || len(c.Sizes(from)) == 0
		} else if m.Name != Alert {
			c.last = m.Name
			c.Messages++
		}
	}
}

// Last is the last message that was seen, of either end; "" for none.
func (c *Conversation) Last() string { return c.last }

// Fatal is the fatal alert of an end, without its level; "" for none that could be read.
func (c *Conversation) Fatal(from int) (name, after string) {
	for _, a := range c.Alerts {
		if n, fatal := strings.CutPrefix(a.Detail, "fatal, "); fatal && a.From == from {
			return n, a.After
		}
	}
	return "", ""
}

// Version is what was agreed, as on the wire; 0: nothing.
func (c *Conversation) Version() uint16 {
	if c.Server == nil || len(c.Server.Versions) == 0 {
		return 0
	}
	return c.Server.Versions[0]
}

// Suite is what was agreed; 0: nothing.
func (c *Conversation) Suite() iana.Suite {
	if c.Server == nil || len(c.Server.Suites) == 0 {
		return 0
	}
	return iana.Suite(c.Server.Suites[0])
}

// Group is the one of the key exchange; 0: none, or not agreed yet.
func (c *Conversation) Group() uint16 {
	switch {
	case c.KeyExchange != nil:
		return c.KeyExchange.Group
	case c.Server != nil && len(c.Server.KeyShares) > 0:
		return c.Server.KeyShares[0]
	}
	return 0
}

// hides13 says that a version hides what follows its ServerHello.
func hides13(version uint16) bool { return version == 0x0304 || version == 0xfefc }

// message takes one that is whole and in the clear.
func (c *Conversation) message(from int, kind byte, body []byte) {
	ok := true
	switch {
	case kind == kindClientHello && from == FromClient:
		var h *Hello
		if h, ok = parseHello(kind, body, c.datagram); ok {
			c.Client = h
		}
	case kind == kindServerHello && from == FromServer:
		var h *Hello
		if h, ok = parseHello(kind, body, c.datagram); ok {
			c.Server = h
			c.Retry = c.Retry || serverHello(body) == HelloRetryRequest
		}
	case kind == kindHelloVerify && from == FromServer:
		c.Cookie = true
	case kind == kindCertificate && !hides13(c.Version()):
		c.Showed[from] = true
		c.Chain[from], ok = parseChain(body)
	case kind == kindServerKeyExchange && from == FromServer:
		c.KeyExchange, ok = c.keyExchange(body)
	case kind == kindCertificateRequest && from == FromServer:
		c.Request, ok = parseRequest(body, c.schemed())
	case kind == kindCertificateVerify && from == FromClient && c.schemed() && len(body) >= 2:
		c.Verify = binary.BigEndian.Uint16(body)
	}
	if !ok && c.Malformed == "" {
		c.Malformed = handshakeName(kind)
	}
}

const kindHelloVerify = 3

// schemed says that signatures name their scheme: since TLS 1.2.
func (c *Conversation) schemed() bool {
	v := c.Version()
	return v == 0x0303 || v == 0xfefd
}

// keyExchange reads a ServerKeyExchange as its suite has it.
func (c *Conversation) keyExchange(body []byte) (*KeyExchange, bool) {
	exchange, _, _ := strings.Cut(strings.TrimPrefix(c.Suite().Name(), "TLS_"), "_WITH_")
	psk := strings.Contains(exchange, "PSK")
	return parseKeyExchange(body, strings.HasPrefix(exchange, "ECDH"), strings.Contains(exchange, "DHE") || strings.Contains(exchange, "DH_anon"), psk,
		c.schemed() && !psk && !strings.Contains(exchange, "anon"))
}
