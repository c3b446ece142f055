package agreed

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"tlslab/internal/iana"
)

// Extensions that are looked into (IANA, TLS ExtensionType Values).
const (
	extMaxFragment   = 1
	extGroups        = 10
	extSchemes       = 13
	extALPN          = 16
	extRecordSize    = 28
	extTicket        = 35
	extVersions      = 43
	extCookie        = 44
	extKeyShare      = 51
	extCIDOfDraft    = 254 // of draft-ietf-tls-dtls-connection-id-05
	extCID           = 54
	extRenegotiation = 0xff01
)

// renegotiationSCSV stands for an empty extRenegotiation (RFC 5746, 3.3).
const renegotiationSCSV = 0x00ff

// retryRandom is the random number of a HelloRetryRequest (RFC 8446, 4.1.3).
var retryRandom, _ = hex.DecodeString("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")

// hello is a ClientHello or ServerHello; of the latter each list has one entry.
type hello struct {
	version     uint16 // of its own field, as a stream numbers it
	random      []byte
	suites      []uint16
	compression []byte
	extensions  []extension
}

type extension struct {
	id   uint16
	data []byte
}

func (h *hello) suite() iana.Suite { return iana.Suite(h.suites[0]) }

// extension is its bytes; nil and false where it has none.
func (h *hello) extension(id uint16) ([]byte, bool) { return find(h.extensions, id) }

func find(all []extension, id uint16) ([]byte, bool) {
	for _, x := range all {
		if x.id == id {
			return x.data, true
		}
	}
	return nil, false
}

func (h *hello) has(id uint16) bool {
	_, ok := h.extension(id)
	return ok
}

// words are the numbers of a list that has its length in front, lengthB bytes of it.
func (h *hello) words(id uint16, lengthB int) (out []uint16, ok bool) {
	data, ok := h.extension(id)
	if !ok {
		return nil, false
	}
	f := fields{data, true}
	n := f.number(lengthB)
	return numbers(f.take(n)), true
}

func numbers(p []byte) (out []uint16) {
	for ; len(p) >= 2; p = p[2:] {
		out = append(out, binary.BigEndian.Uint16(p))
	}
	return out
}

// parseHello takes a hello apart; its slices are its own. false where its lengths
// contradict each other.
func parseHello(kind byte, body []byte, datagram bool) (*hello, bool) {
	f := fields{bytes.Clone(body), true}
	h := &hello{version: streamVersion(uint16(f.number(2)))}
	h.random = f.take(32)
	f.take(f.number(1)) // session ID
	if kind == clientHello {
		if datagram {
			f.take(f.number(1)) // cookie (RFC 6347, 4.2.1)
		}
		h.suites = numbers(f.take(f.number(2)))
		h.compression = f.take(f.number(1))
	} else {
		h.suites = numbers(f.take(2))
		h.compression = f.take(1)
	}
	if f.ok && len(f.rest) > 0 {
		h.extensions = f.extensions()
	}
	return h, f.ok && len(f.rest) == 0 && len(h.suites) > 0 && len(h.compression) > 0
}

// fields reads big-endian fields; ok turns false where one is not there, and stays so.
type fields struct {
	rest []byte
	ok   bool
}

func (f *fields) take(n int) []byte {
	if !f.ok || n > len(f.rest) {
		f.ok, f.rest = false, nil
		return nil
	}
	p := f.rest[:n]
	f.rest = f.rest[n:]
	return p
}

// number is one of n bytes, at most 3.
func (f *fields) number(n int) (v int) {
	for _, b := range f.take(n) {
		v = v<<8 | int(b)
	}
	return v
}

// extensions are a list of them with its length in front.
func (f *fields) extensions() (out []extension) {
	all := fields{f.take(f.number(2)), f.ok}
	for all.ok && len(all.rest) > 0 {
		x := extension{id: uint16(all.number(2))}
		x.data = all.take(all.number(2))
		out = append(out, x)
	}
	f.ok = f.ok && all.ok
	return out
}

// clientHello begins a connection, or goes on with the one that a HelloRetryRequest
// or a cookie asks for.
func (w *Watch) clientHello(body []byte) {
	h, ok := parseHello(clientHello, body, w.datagram)
	if !ok {
		w.broke(Client, Framing, "sent a ClientHello whose lengths contradict each other")
		return
	}
	c := &w.conn
	if c.server != nil && !c.retried {
		if bytes.Equal(c.client.random, h.random) {
			return // over datagrams, sent again
		}
		w.anew()
	}
	w.noneTwice(Client, "ClientHello", h.extensions)
	if !slices.Contains(h.compression, 0) {
		w.broke(Client, Compression, "does not offer to send without compression (RFC 5246, 7.4.1.2)")
	}
	c.client, c.server = h, nil
}

// noneTwice: an extension is in a message once (RFC 5246, 7.4.1.4).
func (w *Watch) noneTwice(from int, message string, all []extension) {
	for i, x := range all {
		if _, twice := find(all[:i], x.id); twice {
			w.broke(from, Extension, "sent the extension %s twice in one %s", iana.Extension(x.id), message)
		}
	}
}

// idB is the length of the connection ID in records that are sent to an end: the one
// that it asked for in its hello.
func (c *connection) idB(to int) int {
	h := c.client
	if to == Server {
		h = c.server
	}
	if h == nil {
		return 0
	}
	for _, id := range []uint16{extCID, extCIDOfDraft} {
		if data, ok := h.extension(id); ok && len(data) > 0 {
			return int(data[0])
		}
	}
	return 0
}
