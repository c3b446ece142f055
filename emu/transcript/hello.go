package transcript

import (
	"bytes"
	"encoding/hex"

	"golang.org/x/crypto/cryptobyte"
)

// Handshake messages (RFC 5246, 7.4).
const (
	clientHello        = 1
	serverHello        = 2
	certificate        = 11
	serverKeyExchange  = 12
	certificateRequest = 13
	certificateVerify  = 15
)

// Extensions (RFC 6066, 7301, 7685, 8422, 8446, 8449).
const (
	ExtServerName        = 0
	ExtMaxFragment       = 1
	ExtGroups            = 10
	ExtSignatureSchemes  = 13
	ExtALPN              = 16
	ExtRecordSizeLimit   = 28
	ExtSupportedVersions = 43
	ExtKeyShare          = 51
)

// Hello is a ClientHello or a ServerHello.
type Hello struct {
	Version    uint16   // legacy_version
	Versions   []uint16 // of supported_versions; of a ServerHello the one that was chosen
	Suites     []uint16 // of a ServerHello the one that was chosen
	Extensions []uint16 // in their order
	ServerName string
	Groups     []uint16
	Schemes    []uint16 // signature schemes; a hash and a signature before TLS 1.3
	ALPN       []string
	Fragment   byte   // code of max_fragment_length; 0: not there
	RecordB    uint16 // record_size_limit; 0: not there
	KeyShares  []uint16
}

// Speaks is the version of a ServerHello, or the highest of a ClientHello.
func (h *Hello) Speaks() uint16 {
	best := uint16(0)
	for _, v := range h.Versions {
		if v>>8 == 3 || v>>8 == 0xfe { // not the values that say nothing (RFC 8701)
			if best == 0 || v>>8 == 3 && v > best || v>>8 == 0xfe && v < best {
				best = v
			}
		}
	}
	if best != 0 {
		return best
	}
	return h.Version
}

// KeyExchange is what a ServerKeyExchange says (RFC 8422, 5.4).
type KeyExchange struct {
	Group  uint16
	Scheme uint16 // of its signature; 0: not signed, or before TLS 1.2
}

// Request is a CertificateRequest (RFC 5246, 7.4.4).
type Request struct {
	Types   []byte
	Schemes []uint16
	Names   [][]byte // of authorities, DER
}

// retryRandom makes a ServerHello a HelloRetryRequest (RFC 8446, 4.1.3).
var retryRandom, _ = hex.DecodeString("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")

// message takes a whole handshake message's body.
func (t *Transcript) message(from int, kind byte, body []byte) {
	if len(t.Messages) < mostMessages {
		t.Messages = append(t.Messages, Message{from, kind, messageHeaderB + len(body)})
	}
	s := cryptobyte.String(body)
	switch {
	case kind == clientHello && from == Client:
		if h := readHello(s, true, t.isDatagram(body)); h != nil {
			t.Offered = h
		}
	case kind == serverHello && from == Server:
		if h := readHello(s, false, false); h != nil && len(body) >= 34 && bytes.Equal(body[2:34], retryRandom) {
			t.Retry = h
		} else if h != nil {
			t.Chosen = h
		}
	case kind == certificate:
		t.chain(from, s)
	case kind == serverKeyExchange && from == Server:
		t.keyExchange(s)
	case kind == certificateRequest && from == Server:
		t.request(s)
	case kind == certificateVerify && t.tls12():
		s.ReadUint16(&t.Signed)
	}
}

// isDatagram says that a ClientHello is DTLS's, which has a cookie.
func (t *Transcript) isDatagram(body []byte) bool { return len(body) > 0 && body[0] == 0xfe }

// tls12 says that messages have the form of TLS 1.2: the signature names its
// scheme.
func (t *Transcript) tls12() bool {
	return t.Chosen != nil && (t.Chosen.Speaks() == 0x0303 || t.Chosen.Speaks() == 0xfefd)
}

func readHello(s cryptobyte.String, client, cookie bool) *Hello {
	h := new(Hello)
	var list cryptobyte.String
	if !s.ReadUint16(&h.Version) || !s.Skip(32) || !s.ReadUint8LengthPrefixed(&list) {
		return nil
	}
	if client {
		if cookie && !s.ReadUint8LengthPrefixed(&list) || !s.ReadUint16LengthPrefixed(&list) {
			return nil
		}
		h.Suites = words(list)
		if !s.ReadUint8LengthPrefixed(&list) {
			return nil
		}
	} else {
		h.Suites = make([]uint16, 1)
		if !s.ReadUint16(&h.Suites[0]) || !s.Skip(1) {
			return nil
		}
	}
	if s.Empty() {
		return h
	}
	if !s.ReadUint16LengthPrefixed(&list) {
		return nil
	}
	for !list.Empty() {
		var kind uint16
		var data cryptobyte.String
		if !list.ReadUint16(&kind) || !list.ReadUint16LengthPrefixed(&data) {
			return nil
		}
		h.Extensions = append(h.Extensions, kind)
		h.extension(kind, data, client)
	}
	return h
}

// extension reads one; what is malformed is left out.
func (h *Hello) extension(kind uint16, data cryptobyte.String, client bool) {
	var list cryptobyte.String
	var word uint16
	switch kind {
	case ExtServerName:
		var kind uint8
		var name cryptobyte.String
		if data.ReadUint16LengthPrefixed(&list) && list.ReadUint8(&kind) && kind == 0 && list.ReadUint16LengthPrefixed(&name) {
			h.ServerName = string(name)
		}
	case ExtMaxFragment:
		data.ReadUint8(&h.Fragment)
	case ExtRecordSizeLimit:
		data.ReadUint16(&h.RecordB)
	case ExtGroups, ExtSignatureSchemes:
		if data.ReadUint16LengthPrefixed(&list) {
			if kind == ExtGroups {
				h.Groups = words(list)
			} else {
				h.Schemes = words(list)
			}
		}
	case ExtALPN:
		if data.ReadUint16LengthPrefixed(&list) {
			for !list.Empty() {
				var name cryptobyte.String
				if !list.ReadUint8LengthPrefixed(&name) {
					return
				}
				h.ALPN = append(h.ALPN, string(name))
			}
		}
	case ExtSupportedVersions:
		if !client {
			if data.ReadUint16(&word) {
				h.Versions = []uint16{word}
			}
		} else if data.ReadUint8LengthPrefixed(&list) {
			h.Versions = words(list)
		}
	case ExtKeyShare:
		if !client {
			if data.ReadUint16(&word) {
				h.KeyShares = []uint16{word}
			}
		} else if data.ReadUint16LengthPrefixed(&list) {
			for !list.Empty() {
				var key cryptobyte.String
				if !list.ReadUint16(&word) || !list.ReadUint16LengthPrefixed(&key) {
					return
				}
				h.KeyShares = append(h.KeyShares, word)
			}
		}
	}
}

func words(s cryptobyte.String) (out []uint16) {
	for {
		var w uint16
		if !s.ReadUint16(&w) {
			return out
		}
		out = append(out, w)
	}
}

// chain keeps an end's certificates (RFC 5246, 7.4.2).
func (t *Transcript) chain(from int, s cryptobyte.String) {
	var all cryptobyte.String
	if !s.ReadUint24LengthPrefixed(&all) {
		return
	}
	t.Chains[from] = nil
	t.Refused = t.Refused || from == Client && all.Empty()
	for !all.Empty() {
		var der cryptobyte.String
		if !all.ReadUint24LengthPrefixed(&der) {
			return
		}
		t.Chains[from] = append(t.Chains[from], bytes.Clone(der))
	}
}

const namedCurve = 3 // RFC 8422, 5.4

func (t *Transcript) keyExchange(s cryptobyte.String) {
	var kind uint8
	var point cryptobyte.String
	k := new(KeyExchange)
	if s.ReadUint8(&kind) && kind == namedCurve && s.ReadUint16(&k.Group) && s.ReadUint8LengthPrefixed(&point) {
		if t.Keys = k; t.tls12() {
			s.ReadUint16(&k.Scheme)
		}
	}
}

func (t *Transcript) request(s cryptobyte.String) {
	r := new(Request)
	var list cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&list) {
		return
	}
	r.Types = bytes.Clone(list)
	if t.tls12() && s.ReadUint16LengthPrefixed(&list) {
		r.Schemes = words(list)
	}
	if s.ReadUint16LengthPrefixed(&list) {
		for !list.Empty() {
			var name cryptobyte.String
			if !list.ReadUint16LengthPrefixed(&name) {
				break
			}
			r.Names = append(r.Names, bytes.Clone(name))
		}
	}
	t.Request = r
}
