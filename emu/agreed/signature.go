package agreed

import (
	"slices"
	"strings"

	"tlslab/internal/iana"
)

// request is a CertificateRequest.
type request struct {
	schemes    []uint16
	extensions []extension // TLS 1.3
}

// schemes12 are what a client of TLS 1.2 has offered that says nothing (RFC 5246,
// 7.4.1.4.1): SHA-1 with RSA, DSA and ECDSA.
var schemes12 = []uint16{0x0201, 0x0202, 0x0203}

// allowed13: TLS 1.3 signs its messages neither with PKCS #1 v1.5 nor DSA nor with
// SHA-1 and weaker (RFC 8446, 4.2.3).
func allowed13(scheme uint16) bool {
	hash, sign := scheme>>8, scheme&0xff
	return hash >= 8 || sign == 3 && hash >= 4
}

// schemeOffered holds a signature to what the other end takes.
func (w *Watch) schemeOffered(from int, scheme uint16, offered []uint16) {
	switch {
	case w.conn.version == tls13 && !allowed13(scheme):
		w.broke(from, Signature, "signed with %s, which TLS 1.3 does not allow (RFC 8446, 4.2.3)", iana.Scheme(scheme))
	case !slices.Contains(offered, scheme):
		w.broke(from, Signature, "signed with %s, which %s did not offer", iana.Scheme(scheme), endNames[1-from])
	}
}

// clientSchemes are those that the client takes.
func (w *Watch) clientSchemes() []uint16 {
	if schemes, ok := w.conn.client.words(extSchemes, 2); ok {
		return schemes
	}
	return schemes12
}

// keyExchange reads group and signature of an ECDHE or DHE key exchange (RFC 8422,
// 5.4; RFC 5246, 7.4.3).
func (w *Watch) keyExchange(body []byte) {
	c := &w.conn
	if c.server == nil || c.client == nil {
		return
	}
	exchange, _, ok := strings.Cut(c.server.suite().Name(), "_WITH_")
	exchange = strings.TrimPrefix(exchange, "TLS_")
	f := fields{body, true}
	switch {
	case !ok || exchange == "ECJPAKE":
		return
	case strings.HasSuffix(exchange, "PSK"):
		f.take(f.number(2)) // the hint (RFC 4279, 2)
	}
	const namedCurve = 3
	switch {
	case strings.HasPrefix(exchange, "ECDHE"):
		if f.number(1) != namedCurve {
			return
		}
		w.groupOffered(uint16(f.number(2)))
		f.take(f.number(1))
	case strings.HasPrefix(exchange, "DHE"):
		for range 3 { // p, g, the public key
			f.take(f.number(2))
		}
	default:
		return
	}
	if strings.HasSuffix(exchange, "PSK") || c.version < tls12 {
		return // not signed, or by a rule of the version
	}
	if scheme := uint16(f.number(2)); f.ok {
		w.schemeOffered(Server, scheme, w.clientSchemes())
		w.schemeOfKey(exchange, scheme)
	}
}

// schemeOfKey: the suite says what kind of key signs (RFC 5246, 7.4.3).
func (w *Watch) schemeOfKey(exchange string, scheme uint16) {
	hash, sign := scheme>>8, scheme&0xff
	rsa := hash < 8 && sign == 1 || hash == 8 && (sign >= 4 && sign <= 6 || sign >= 9 && sign <= 11)
	ecdsa := hash < 8 && sign == 3 || hash == 8 && (sign == 7 || sign == 8)
	if strings.HasSuffix(exchange, "_RSA") && !rsa || strings.HasSuffix(exchange, "_ECDSA") && !ecdsa {
		w.broke(Server, Signature, "signed with %s in a suite of %s", iana.Scheme(scheme), exchange)
	}
}

// certificateRequest notes what the server takes.
func (w *Watch) certificateRequest(body []byte) {
	c := &w.conn
	f, r := fields{slices.Clone(body), true}, &request{}
	if c.version == tls13 {
		f.take(f.number(1)) // context
		r.extensions = f.extensions()
		data, ok := find(r.extensions, extSchemes)
		if !ok {
			w.broke(Server, Signature, "asked for a certificate and did not say which signatures it takes (RFC 8446, 4.3.2)")
			return
		}
		list := fields{data, true}
		r.schemes = numbers(list.take(list.number(2)))
	} else {
		f.take(f.number(1)) // types
		if c.version == tls12 {
			r.schemes = numbers(f.take(f.number(2)))
		}
	}
	c.request = r
}

// certificateVerify holds an end's proof of its key to what the other takes.
func (w *Watch) certificateVerify(from int, scheme uint16) {
	c := &w.conn
	switch {
	case from == Client && c.request == nil && c.ends[Server].hidden.unread():
		// What the server asked for could not be read.
	case from == Client && c.request == nil:
		w.broke(from, Framing, "proved a key that the server did not ask for")
	case from == Client:
		w.schemeOffered(from, scheme, c.request.schemes)
	case c.client != nil:
		w.schemeOffered(from, scheme, w.clientSchemes())
	}
}

// encryptedExtensions are the rest of TLS 1.3's answer (RFC 8446, 4.3.1).
func (w *Watch) encryptedExtensions(body []byte) {
	f := fields{body, true}
	all := f.extensions()
	if !f.ok || w.conn.client == nil {
		return
	}
	w.noneTwice(Server, "EncryptedExtensions", all)
	w.asked(Server, "EncryptedExtensions", all, w.conn.client)
	w.limits(all)
}

// certificate13: what rides on certificates of TLS 1.3 was asked for too (RFC 8446,
// 4.4.2).
func (w *Watch) certificate13(from int, body []byte) {
	by := w.conn.client
	if from == Client && w.conn.request != nil {
		by = &hello{extensions: w.conn.request.extensions}
	}
	f := fields{body, true}
	f.take(f.number(1)) // context
	for all := (fields{f.take(f.number(3)), f.ok}); all.ok && len(all.rest) > 0 && by != nil; {
		all.take(all.number(3))
		if own := all.extensions(); all.ok {
			w.asked(from, "Certificate", own, by)
		}
	}
}
