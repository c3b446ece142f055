package agreed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"
	"strings"

	"golang.org/x/crypto/chacha20"

	"tlslab/internal/iana"
	"tlslab/internal/quantity"
)

// hidden is how an end's records of TLS 1.3 are read.
type hidden struct {
	secret  string // the label of the secret in use
	key, iv []byte
	number  uint64
	message []byte   // the beginning of a message
	waiting []record // of which the secret is not known yet
	over    bool     // not any more
}

// waitingMost bounds the records that wait for their secret: a flight's.
const waitingMost = 64

// The labels of a key log (draft-ietf-tls-keylogfile).
var (
	handshakeSecrets = [2]string{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"}
	trafficSecrets   = [2]string{"CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"}
)

// suite13 is how a suite of TLS 1.3 hides its records (RFC 8446, B.4): the tag is
// not looked at, both ends of the lab do.
type suite13 struct {
	hash       func() hash.Hash
	keyB, tagB int
	chacha     bool
	first      uint32 // of the counter with which data begin
}

var suitesOf13 = map[iana.Suite]suite13{
	0x1301: {sha256.New, 16, 16, false, 2},
	0x1302: {sha512.New384, 32, 16, false, 2},
	0x1303: {sha256.New, 32, 16, true, 1},
	0x1304: {sha256.New, 16, 16, false, 1},
	0x1305: {sha256.New, 16, 8, false, 1},
}

// decrypted takes a protected record of TLS 1.3. One whose secret is not known yet
// waits: a server sends its flight before its client, which may be the end that
// tells, has read the ServerHello.
func (w *Watch) decrypted(from int, r *record) {
	e := &w.conn.ends[from]
	if e.hidden == nil {
		e.hidden = &hidden{secret: handshakeSecrets[from]}
	}
	if e.hidden.over {
		return
	}
	kept := *r
	kept.body = slices.Clone(r.body)
	e.hidden.waiting = append(e.hidden.waiting, kept)
	for _, end := range [...]int{Server, Client} { // a client answers its server's flight
		for w.breach == nil && w.openNext(end) {
		}
	}
}

// unread says that something an end hid was not or not yet read.
func (h *hidden) unread() bool { return h != nil && (h.over || len(h.waiting) > 0) }

// openNext opens the first record that waits; false where there is none or it has
// to wait on.
func (w *Watch) openNext(from int) bool {
	h := w.conn.ends[from].hidden
	if h == nil || h.over || len(h.waiting) == 0 {
		return false
	}
	s, ok := suitesOf13[w.conn.server.suite()]
	if ok && !w.derive(h, s) && w.Secrets != nil && len(h.waiting) <= waitingMost {
		return false
	}
	r := h.waiting[0]
	h.waiting = h.waiting[1:]
	if !ok || h.key == nil || len(r.body) < s.tagB {
		h.over = true // what is missed is not found again
		return false
	}
	w.opened(from, h, s, &r)
	return true
}

func (w *Watch) opened(from int, h *hidden, s suite13, r *record) {
	e := &w.conn.ends[from]
	data := h.open(s, r.body[:len(r.body)-s.tagB])
	n := len(data)
	for n > 0 && data[n-1] == 0 {
		n--
	}
	if n == 0 {
		h.over = true
		return
	}
	kind, data := data[n-1], data[:n-1]
	if len(data) > e.limit {
		w.broke(from, Length, "sent a protected record of %s, in which %s are data, where %s", quantity.Bytes(int64(r.wholeB)), quantity.Bytes(int64(len(data))), e.agreedB())
		return
	}
	switch {
	case kind < changeCipherSpec || kind > applicationData:
		h.over = true // not its secret
	case kind == handshake:
		w.hiddenMessages(from, h, data)
	case kind == alert:
		w.show(from, alert, data)
	case len(h.message) > 0 && kind != alert:
		w.broke(from, Framing, "sent a record of another type between two parts of a handshake message (RFC 8446, 5.1)")
	}
}

// show passes protected content, decrypted, to the callback.
func (w *Watch) show(from int, content byte, p []byte) {
	if w.Opened != nil {
		w.Opened(from, content, p)
	}
}

// hiddenMessages takes the handshake messages of a record.
func (w *Watch) hiddenMessages(from int, h *hidden, data []byte) {
	h.message = append(h.message, data...)
	for len(h.message) >= messageHeaderB && w.breach == nil {
		n := messageHeaderB + uint24(h.message[1:])
		if n > messageMost {
			h.over = true
			return
		}
		if len(h.message) < n {
			return
		}
		m := h.message[:n]
		h.message = h.message[n:]
		w.show(from, handshake, m)
		w.message(from, m[0], m[messageHeaderB:])
		if m[0] == finished {
			*h = hidden{secret: trafficSecrets[from], message: h.message, waiting: h.waiting}
		}
	}
}

// derive makes key and IV of the secret that is due (RFC 8446, 7.3); false where it
// is not told.
func (w *Watch) derive(h *hidden, s suite13) bool {
	if h.key != nil {
		return true
	}
	if w.Secrets == nil || w.conn.client == nil {
		return false
	}
	prefix := h.secret + " " + hex.EncodeToString(w.conn.client.random) + " "
	var secret []byte
	for _, line := range w.Secrets() {
		if text, ok := strings.CutPrefix(line, prefix); ok {
			secret, _ = hex.DecodeString(text)
		}
	}
	if len(secret) != s.hash().Size() {
		return false
	}
	expand := func(label string, n int) []byte {
		info := binary.BigEndian.AppendUint16(nil, uint16(n))
		label = "tls13 " + label
		info = append(append(append(info, byte(len(label))), label...), 0)
		out, err := hkdf.Expand(s.hash, secret, string(info), n)
		if err != nil {
			return nil
		}
		return out
	}
	h.key, h.iv = expand("key", s.keyB), expand("iv", 12)
	return h.key != nil && h.iv != nil
}

// open is what a record hides.
func (h *hidden) open(s suite13, body []byte) []byte {
	nonce := append([]byte(nil), h.iv...)
	for i := range 8 {
		nonce[4+i] ^= byte(h.number >> (56 - 8*i))
	}
	h.number++
	out := make([]byte, len(body))
	if s.chacha {
		c, err := chacha20.NewUnauthenticatedCipher(h.key, nonce)
		if err != nil {
			return nil
		}
		c.SetCounter(s.first)
		c.XORKeyStream(out, body)
		return out
	}
	block, err := aes.NewCipher(h.key)
	if err != nil {
		return nil
	}
	var counter [16]byte
	if s.first == 2 { // GCM
		copy(counter[:], nonce)
		binary.BigEndian.PutUint32(counter[12:], s.first)
	} else { // CCM: L is 3 (RFC 3610, 2.3)
		counter[0] = 2
		copy(counter[1:], nonce)
		counter[15] = byte(s.first)
	}
	cipher.NewCTR(block, counter[:]).XORKeyStream(out, body)
	return out
}
