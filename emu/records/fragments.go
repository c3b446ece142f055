package records

import "encoding/binary"

// assembly is a handshake message of which fragments have come.
type assembly struct {
	kind byte
	body []byte
	have []bool
	left int  // bytes that have not come
	told bool // it was whole, and was told
}

// partsMost is the most messages of one end that are put together at a time.
const partsMost = 8

// fragments puts the messages of a datagram's records in the clear together (RFC
// 6347, 4.2.3).
func (c *Conversation) fragments(from int, p []byte) {
	for len(p) >= datagramHeader && p[0] >= changeCipherSpec && p[0] <= applicationData {
		end := datagramHeader + int(binary.BigEndian.Uint16(p[11:]))
		if end > len(p) {
			return
		}
		if p[0] == handshake && binary.BigEndian.Uint16(p[3:]) == 0 {
			for body := p[datagramHeader:end]; len(body) >= fragmentHeader; {
				n := min(fragmentHeader+uint24(body[9:]), len(body))
				c.fragment(from, body[:n])
				body = body[n:]
			}
		}
		p = p[end:]
	}
}

// fragment takes one, header and all.
func (c *Conversation) fragment(from int, f []byte) {
	total, seq, at, data := uint24(f[1:]), binary.BigEndian.Uint16(f[4:]), uint24(f[6:]), f[fragmentHeader:]
	if total > bodyMost || at+len(data) > total {
		return
	}
	m := c.parts[from][seq]
	if m == nil || len(m.body) != total || m.kind != f[0] {
		if m == nil && len(c.parts[from]) >= partsMost {
			clear(c.parts[from])
		}
		m = &assembly{kind: f[0], body: make([]byte, total), have: make([]bool, total), left: total}
		c.parts[from][seq] = m
	}
	if m.kind == kindClientHello && len(data) < total {
		c.InFragments = true
	}
	for i, b := range data {
		if !m.have[at+i] {
			m.have[at+i], m.body[at+i] = true, b
			m.left--
		}
	}
	if m.left == 0 && !m.told {
		m.told = true
		c.message(from, m.kind, m.body)
	}
}
