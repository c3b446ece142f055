package records

import (
	"encoding/binary"
	"slices"
)

// fields reads big-endian fields of a message's body; ok turns false where one is
// not there, and stays so.
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

func (f *fields) byte() int {
	if p := f.take(1); f.ok {
		return int(p[0])
	}
	return 0
}

func (f *fields) word() int {
	if p := f.take(2); f.ok {
		return int(binary.BigEndian.Uint16(p))
	}
	return 0
}

func (f *fields) long() int {
	if p := f.take(3); f.ok {
		return uint24(p)
	}
	return 0
}

// within are the fields of the next n bytes.
func (f *fields) within(n int) fields {
	p := f.take(n)
	return fields{p, f.ok}
}

// words are all that is left, two bytes each.
func (f *fields) words() (out []uint16) {
	for f.ok && len(f.rest) > 0 {
		if v := f.word(); f.ok {
			out = append(out, uint16(v))
		}
	}
	return out
}

// Hello is a ClientHello or a ServerHello taken apart (RFC 5246, 7.4.1; RFC 8446,
// 4.1). A ServerHello has one of each list: what it chose.
type Hello struct {
	Versions    []uint16 // what it has of supported_versions, else its own
	Session     []byte   // session ID
	Suites      []uint16
	Extensions  []uint16 // in its order
	Groups      []uint16 // supported_groups
	KeyShares   []uint16 // groups of key_share
	Schemes     []uint16 // signature_algorithms
	ALPN        []string
	ServerName  string
	Ticket      bool // a ticket or a pre-shared key is in it
	MaxFragment int  // bytes (RFC 6066, 4); 0: not asked for
	RecordSize  int  // bytes (RFC 8449, 4); 0: not asked for
}

// Resumes says that a ClientHello brings a session along. In TLS 1.3 a session ID
// says nothing (RFC 8446, 4.1.2).
func (h *Hello) Resumes() bool {
	return h.Ticket || len(h.Session) > 0 && !slices.ContainsFunc(h.Versions, hides13)
}

// Kinds of handshake messages that are looked into.
const (
	kindClientHello        = 1
	kindServerHello        = 2
	kindCertificate        = 11
	kindServerKeyExchange  = 12
	kindCertificateRequest = 13
	kindCertificateVerify  = 15
)

// Extensions that are looked into (IANA, TLS ExtensionType Values).
const (
	extServerName  = 0
	extMaxFragment = 1
	extGroups      = 10
	extSchemes     = 13
	extALPN        = 16
	extRecordSize  = 28
	extTicket      = 35
	extPreShared   = 41
	extVersions    = 43
	extKeyShare    = 51
)

// parseHello takes a hello's body apart; false where its lengths contradict each
// other.
func parseHello(kind byte, body []byte, datagram bool) (*Hello, bool) {
	h, f := &Hello{}, fields{body, true}
	h.Versions = []uint16{uint16(f.word())}
	f.take(32) // random
	h.Session = append([]byte(nil), f.take(f.byte())...)
	if kind == kindClientHello {
		if datagram {
			f.take(f.byte()) // cookie (RFC 6347, 4.2.1)
		}
		suites := f.within(f.word())
		h.Suites = suites.words()
		f.take(f.byte()) // compression methods
	} else {
		h.Suites = []uint16{uint16(f.word())}
		f.byte()
	}
	if f.ok && len(f.rest) > 0 {
		for all := f.within(f.word()); len(all.rest) > 0; {
			id := uint16(all.word())
			data := all.within(all.word())
			if !all.ok {
				return h, false
			}
			h.Extensions = append(h.Extensions, id)
			h.extension(kind, id, data)
		}
	}
	return h, f.ok && len(f.rest) == 0
}

// extension takes what is looked into; a malformed one leaves its field empty.
func (h *Hello) extension(kind byte, id uint16, f fields) {
	asks := kind == kindClientHello
	switch id {
	case extServerName:
		if list := f.within(f.word()); asks && list.byte() == 0 {
			h.ServerName = string(list.take(list.word()))
		}
	case extMaxFragment:
		if n := f.byte(); n >= 1 && n <= 4 {
			h.MaxFragment = 256 << n
		}
	case extGroups:
		list := f.within(f.word())
		h.Groups = list.words()
	case extSchemes:
		list := f.within(f.word())
		h.Schemes = list.words()
	case extALPN:
		for list := f.within(f.word()); list.ok && len(list.rest) > 0; {
			if p := list.take(list.byte()); len(p) > 0 {
				h.ALPN = append(h.ALPN, string(p))
			}
		}
	case extRecordSize:
		h.RecordSize = f.word()
	case extTicket:
		h.Ticket = h.Ticket || asks && len(f.rest) > 0
	case extPreShared:
		h.Ticket = true
	case extVersions:
		list := f
		if asks {
			list = f.within(f.byte())
		}
		if v := list.words(); len(v) > 0 {
			h.Versions = v
		}
	case extKeyShare:
		h.keyShare(asks, f)
	}
}

// keyShare takes the groups: of a client each with its key, of a server one, and
// in a HelloRetryRequest the group alone (RFC 8446, 4.2.8).
func (h *Hello) keyShare(asks bool, f fields) {
	if !asks {
		if g := f.word(); f.ok {
			h.KeyShares = []uint16{uint16(g)}
		}
		return
	}
	for list := f.within(f.word()); list.ok && len(list.rest) > 0; {
		g := list.word()
		if list.take(list.word()); list.ok {
			h.KeyShares = append(h.KeyShares, uint16(g))
		}
	}
}

// parseChain are the certificates of a Certificate message of TLS 1.2 and before
// (RFC 5246, 7.4.2), DER, the leaf first.
func parseChain(body []byte) (chain [][]byte, ok bool) {
	f := fields{body, true}
	for all := f.within(f.long()); all.ok && len(all.rest) > 0; {
		if der := all.take(all.long()); all.ok {
			chain = append(chain, append([]byte(nil), der...))
		} else {
			f.ok = false
		}
	}
	return chain, f.ok
}

// KeyExchange is what a ServerKeyExchange shows (RFC 4492, 5.4; RFC 5246, 7.4.3);
// 0 is what it does not have.
type KeyExchange struct {
	Group    uint16
	PrimeBit int // bits of a DHE prime
	Scheme   uint16
}

// Request is a CertificateRequest (RFC 5246, 7.4.4; RFC 8446, 4.3.2).
type Request struct {
	Types       []byte   // ClientCertificateType: 1 rsa_sign, 64 ecdsa_sign; none in TLS 1.3
	Schemes     []uint16 // since TLS 1.2
	Authorities int      // names of roots
}

// parseRequest takes a CertificateRequest apart; newer is TLS 1.2's form.
func parseRequest(body []byte, newer bool) (*Request, bool) {
	r, f := &Request{}, fields{body, true}
	r.Types = append([]byte(nil), f.take(f.byte())...)
	if newer {
		list := f.within(f.word())
		r.Schemes = list.words()
	}
	for all := f.within(f.word()); all.ok && len(all.rest) > 0; {
		if all.take(all.word()); all.ok {
			r.Authorities++
		}
	}
	return r, f.ok
}

// named is how an ECDHE key exchange begins: a curve by its number (RFC 4492, 5.4).
const named = 3

// parseKeyExchange takes an ECDHE or DHE ServerKeyExchange apart. suite says which
// it is, by its name; signed is where TLS 1.2 names the signature's scheme.
func parseKeyExchange(body []byte, ecdhe, dhe, psk, signed bool) (*KeyExchange, bool) {
	k, f := &KeyExchange{}, fields{body, true}
	if psk {
		f.take(f.word()) // the hint (RFC 4279, 2)
	}
	switch {
	case ecdhe:
		if f.byte() != named {
			return k, false
		}
		k.Group = uint16(f.word())
		f.take(f.byte())
	case dhe:
		k.PrimeBit = 8 * len(f.take(f.word()))
		f.take(f.word())
		f.take(f.word())
	default:
		return k, f.ok
	}
	if signed && f.ok && len(f.rest) >= 4 {
		k.Scheme = uint16(f.word())
	}
	return k, f.ok
}
