// Package agreed follows both directions of a conversation and holds each end
// to what the two agreed on: how long a record may be (RFC 6066, 4; RFC 8449),
// which version, suite, group, signature and extensions were offered (RFC 5246,
// 7.4.1.4; RFC 8446, 4.2), and how messages are cut into records and fragments.
// It judges only what an end itself sends: a change on the way is not its
// sender's fault.
//
// Encrypted records are judged by their length, except in TLS 1.3, which it
// reads if it has the secrets. It does not read a second handshake within a
// connection (renegotiation).
package agreed

import "fmt"

// Kind is what a breach is about.
type Kind string

// The kinds of breaches.
const (
	Length      Kind = "length"      // a record is longer than was agreed, or than any may be
	Framing     Kind = "framing"     // what comes is no record, or a message is cut wrongly
	Version     Kind = "version"     // another version than was offered or agreed
	Suite       Kind = "suite"       // one that was not offered
	Compression Kind = "compression" // a method that was not offered
	Extension   Kind = "extension"   // one that was not asked for
	Group       Kind = "group"       // one that was not offered
	Signature   Kind = "signature"   // a scheme that was not offered, or that the version forbids
)

// The two ends, as wire.Packet and tamper number them.
const (
	Client = 0
	Server = 1
)

var endNames = [2]string{"the client", "the server"}

// Breach is the first thing that an end sent against what was agreed.
type Breach struct {
	From int // Client or Server
	Kind Kind
	Text string // what it did, in words, after its name: "sent ..."
}

// String names who did it.
func (b *Breach) String() string { return endNames[b.From] + " " + b.Text }

// Watch follows one conversation: New makes one.
type Watch struct {
	datagram bool
	// Secrets are the lines of a key log so far ("LABEL RANDOM SECRET"); nil where
	// none is known.
	Secrets func() []string
	// Opened is told what was decrypted: content type 22 with a whole handshake
	// message, or 21 with an alert; nil: not called.
	Opened func(from int, content byte, p []byte)
	// Exempt says that a breach is meant, and no breach; nil: none is.
	Exempt func(*Breach) bool

	conn   connection
	breach *Breach
}

// New is a watch at a conversation's start, over datagrams or a stream.
func New(datagram bool) *Watch {
	w := &Watch{datagram: datagram}
	w.Begin()
	return w
}

// Breach is the first one; nil: there was none.
func (w *Watch) Breach() *Breach { return w.breach }

// Begin says that a new connection begins, where the wire itself does not.
func (w *Watch) Begin() {
	w.conn = connection{}
	for i := range w.conn.ends {
		w.conn.ends[i] = newEnd()
	}
}

// Sent takes what an end sends: some of its stream, or one datagram.
func (w *Watch) Sent(from int, p []byte) {
	if w.breach != nil {
		return // what follows from it says nothing new
	}
	if w.datagram {
		w.datagramSent(from, p)
		return
	}
	w.streamSent(from, p)
}

// broke notes a breach, unless it is meant.
func (w *Watch) broke(from int, kind Kind, format string, args ...any) {
	b := &Breach{From: from, Kind: kind, Text: fmt.Sprintf(format, args...)}
	if w.breach == nil && (w.Exempt == nil || !w.Exempt(b)) {
		w.breach = b
	}
}

// connection is what is known of one.
type connection struct {
	client  *hello // the last ClientHello
	server  *hello // the last ServerHello; nil: none since client
	retried bool   // server is a HelloRetryRequest
	version uint16 // agreed, as a stream numbers it (DTLS 1.2 is 0x0303); 0: nothing yet
	request *request
	ends    [2]end
}

// end is one end's side of a connection.
type end struct {
	held      []byte // of a record that is not whole
	lost      bool   // what it sends is no record any more
	message   []byte // the beginning of a handshake message, header and all
	parts     map[uint16]*assembly
	protected bool   // it has changed its cipher
	limit     int    // most bytes of a record that it may send
	limitBy   string // what the limit comes from
	protects  bool   // the limit is of protected records alone (RFC 8449, 4)
	stale     bool   // it has not yet answered the client that begins anew
	hidden    *hidden
}

// plaintextMost is what a record holds at most (RFC 5246, 6.2.1).
const plaintextMost = 1 << 14

func newEnd() end {
	return end{limit: plaintextMost, limitBy: "the most that a record holds", parts: map[uint16]*assembly{}}
}
