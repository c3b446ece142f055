package records

import "encoding/binary"

// Opened takes what TLS 1.3 hid and somebody decrypted: a whole handshake message
// (content type 22), or an alert (21).
func (c *Conversation) Opened(from int, content byte, p []byte) {
	if content == alert {
		if detail, hidden := alertDetail(p); !hidden && len(c.Alerts) < alertsMost {
			c.Alerts = append(c.Alerts, AlertSeen{from, detail, c.opened})
		}
		return
	}
	if content != handshake || len(p) < messageHeader {
		return
	}
	kind, body, ok := p[0], p[messageHeader:], true
	switch {
	case kind == kindCertificate:
		c.Showed[from] = true
		c.Chain[from], ok = parseChain13(body)
	case kind == kindCertificateRequest && from == FromServer:
		c.Request, ok = parseRequest13(body)
	case kind == kindCertificateVerify && len(body) >= 2 && from == FromServer:
		c.Signed = binary.BigEndian.Uint16(body)
	case kind == kindCertificateVerify && len(body) >= 2:
		c.Verify = binary.BigEndian.Uint16(body)
	}
	c.opened = handshakeName(kind)
	if !ok && c.Malformed == "" {
		c.Malformed = c.opened
	}
}

// Hears takes over what was decrypted in the same conversation, had or told again.
func (c *Conversation) Hears(o *Conversation) {
	c.Showed, c.Chain, c.Request, c.Verify, c.Signed, c.Alerts = o.Showed, o.Chain, o.Request, o.Verify, o.Signed, o.Alerts
}

// parseChain13 are the certificates of a Certificate message of TLS 1.3 (RFC 8446,
// 4.4.2), as parseChain's.
func parseChain13(body []byte) (chain [][]byte, ok bool) {
	f := fields{body, true}
	f.take(f.byte()) // the request's context
	for all := f.within(f.long()); all.ok && len(all.rest) > 0; {
		der := all.take(all.long())
		if all.take(all.word()); all.ok { // its extensions
			chain = append(chain, append([]byte(nil), der...))
		} else {
			f.ok = false
		}
	}
	return chain, f.ok
}

// extAuthorities names the roots that a certificate may be signed by.
const extAuthorities = 47

// parseRequest13 takes a CertificateRequest of TLS 1.3 apart (RFC 8446, 4.3.2).
func parseRequest13(body []byte) (*Request, bool) {
	r, f := &Request{}, fields{body, true}
	f.take(f.byte()) // context
	for all := f.within(f.word()); all.ok && len(all.rest) > 0; {
		id := all.word()
		data := all.within(all.word())
		if !all.ok {
			return r, false
		}
		list := data.within(data.word())
		switch id {
		case extSchemes:
			r.Schemes = list.words()
		case extAuthorities:
			for list.ok && len(list.rest) > 0 {
				if list.take(list.word()); list.ok {
					r.Authorities++
				}
			}
		}
	}
	return r, f.ok
}
