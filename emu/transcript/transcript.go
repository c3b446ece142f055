// Package transcript keeps what two ends of TLS or DTLS said in the clear: what
// each offered, what was agreed, the certificates, and who sent which alert after
// which message. It reads bytes alone, decrypts nothing, trusts nothing, and
// keeps little of an end that sends without end.
package transcript

import (
	"fmt"
	"slices"
)

// Ends of a conversation.
const (
	Client = 0
	Server = 1
)

// Bounds on what is kept of one conversation.
const (
	mostMessages = 256
	mostRecords  = 4096
	mostMessageB = 1 << 18 // bytes of one handshake message; 142 certificates have less
	mostOtherB   = 64
)

// Record is what a record's header says (RFC 5246, 6.2.1).
type Record struct {
	From      int
	Kind      byte
	BodyB     int  // bytes behind the header
	Protected bool // BodyB includes what protects it
	Whole     bool // false: its end never came
}

// Alert is one in the clear (RFC 5246, 7.2), or one that is hidden.
type Alert struct {
	From      int
	Fatal     bool
	Code      byte
	Encrypted bool   // Fatal and Code are not known
	After     string // the last message before it, of either end; "" for none
}

// Message is a handshake message, in the order of the wire.
type Message struct {
	From  int
	Kind  byte
	Bytes int // header included
}

// Transcript is one conversation. Its zero value is at the start; it is not
// safe for concurrent use.
type Transcript struct {
	Messages []Message
	Records  []Record
	Alerts   []Alert

	Offered *Hello       // the last ClientHello; nil: none came whole
	Chosen  *Hello       // the last ServerHello that is no HelloRetryRequest
	Retry   *Hello       // a HelloRetryRequest
	Chains  [2][][]byte  // certificates that each end showed in the clear, DER, its own first
	Keys    *KeyExchange // ServerKeyExchange of an elliptic curve; nil: none
	Request *Request     // CertificateRequest in the clear; nil: none
	Signed  uint16       // signature scheme of a CertificateVerify in the clear; 0: none
	Refused bool         // an end asked for a certificate, and the other one sent none
	Other   [2][]byte    // how an end began that speaks no TLS; nil: it does
	ends    [2]end
	pieces  map[piece]*whole // of datagrams
}

// end is one direction of a stream.
type end struct {
	held      []byte // of a record that is not whole
	hand      []byte // of handshake messages that are not whole
	protected bool
	garbage   bool
}

// Content types (RFC 5246, 6.2.1; RFC 9146, 3).
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	withCID          = 25
)

const (
	recordHeaderB  = 5
	longestRecordB = 1<<14 + 2048
	messageHeaderB = 4
)

// Stream takes the next bytes that an end sent over a stream.
func (t *Transcript) Stream(from int, p []byte) {
	e := &t.ends[from]
	if e.garbage {
		return
	}
	e.held = append(e.held, p...)
	for len(e.held) >= recordHeaderB {
		kind, n := e.held[0], int(e.held[3])<<8|int(e.held[4])
		if kind < changeCipherSpec || kind > applicationData+1 || e.held[1] != 3 || n > longestRecordB {
			t.other(from)
			return
		}
		if len(e.held) < recordHeaderB+n {
			return
		}
		body := e.held[recordHeaderB : recordHeaderB+n]
		e.held = e.held[recordHeaderB+n:]
		t.record(Record{from, kind, n, e.protected, true}, body)
	}
}

// other notes that an end speaks no TLS.
func (t *Transcript) other(from int) {
	e := &t.ends[from]
	e.garbage = true
	t.Other[from] = slices.Clone(e.held[:min(len(e.held), mostOtherB)])
	e.held = nil
}

// record takes a record of a stream.
func (t *Transcript) record(r Record, body []byte) {
	e := &t.ends[r.From]
	t.keep(r)
	switch r.Kind {
	case changeCipherSpec:
		e.protected, e.hand = true, nil
	case alert:
		t.alert(r, body)
	case handshake:
		if e.protected && !plainHello(body) {
			return
		}
		e.protected = e.protected && !plainHello(body)
		e.hand = append(e.hand, body...)
		for len(e.hand) >= messageHeaderB {
			n := messageHeaderB + uint24(e.hand[1:])
			if n > mostMessageB {
				e.hand = nil
				return
			}
			if len(e.hand) < n {
				return
			}
			t.message(r.From, e.hand[0], e.hand[messageHeaderB:n])
			e.hand = e.hand[n:]
		}
	}
}

// plainHello says that a handshake record after a ChangeCipherSpec is a hello in
// the clear: another connection's, or TLS 1.3's second (RFC 8446, D.4).
func plainHello(body []byte) bool {
	return len(body) >= messageHeaderB && (body[0] == clientHello || body[0] == serverHello) && uint24(body[1:]) == len(body)-messageHeaderB
}

func (t *Transcript) keep(r Record) {
	if len(t.Records) < mostRecords {
		t.Records = append(t.Records, r)
	}
}

func (t *Transcript) alert(r Record, body []byte) {
	if len(t.Alerts) == mostMessages {
		return
	}
	a := Alert{From: r.From, After: t.last()}
	if a.Encrypted = r.Protected || len(body) != 2; !a.Encrypted {
		a.Fatal, a.Code = body[0] == 2, body[1]
	}
	t.Alerts = append(t.Alerts, a)
}

// last names the last message.
func (t *Transcript) last() string {
	if len(t.Messages) == 0 {
		return ""
	}
	return t.Messages[len(t.Messages)-1].Name()
}

// Pending is the record that an end began and did not finish, or that the other
// end did not read to its end; ok is false where there is none.
func (t *Transcript) Pending(from int) (r Record, ok bool) {
	e := &t.ends[from]
	if len(e.held) < recordHeaderB {
		return Record{}, false
	}
	return Record{from, e.held[0], int(e.held[3])<<8 | int(e.held[4]), e.protected, false}, true
}

// Sent are the records of one end, the one under way among them.
func (t *Transcript) Sent(from int) (out []Record) {
	for _, r := range t.Records {
		if r.From == from {
			out = append(out, r)
		}
	}
	if r, ok := t.Pending(from); ok {
		out = append(out, r)
	}
	return out
}

// Came says that an end's message of a kind came whole.
func (t *Transcript) Came(from int, name string) bool {
	return slices.ContainsFunc(t.Messages, func(m Message) bool { return m.From == from && m.Name() == name })
}

// Fatal is the first fatal alert in the clear; ok is false where there is none.
func (t *Transcript) Fatal() (a Alert, ok bool) {
	for _, a := range t.Alerts {
		if a.Fatal {
			return a, true
		}
	}
	return Alert{}, false
}

// messageNames are those of RFC 5246, 7.4, RFC 6347, 4.3.2, and RFC 8446, 4.
var messageNames = map[byte]string{
	0: "HelloRequest", clientHello: "ClientHello", serverHello: "ServerHello", 3: "HelloVerifyRequest", 4: "NewSessionTicket",
	8: "EncryptedExtensions", certificate: "Certificate", serverKeyExchange: "ServerKeyExchange", certificateRequest: "CertificateRequest",
	14: "ServerHelloDone", certificateVerify: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished",
}

// Name is a message's name.
func (m Message) Name() string {
	if name, ok := messageNames[m.Kind]; ok {
		return name
	}
	return fmt.Sprintf("message %d", m.Kind)
}

func uint24(p []byte) int { return int(p[0])<<16 | int(p[1])<<8 | int(p[2]) }
