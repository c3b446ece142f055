package transcript

import "encoding/binary"

const (
	datagramHeaderB = 13 // type, version, epoch, sequence number, length (RFC 6347, 4.1)
	fragmentHeaderB = 12 // type, length, message_seq, fragment_offset, fragment_length (RFC 6347, 4.2.2)
)

// piece names a handshake message of datagrams.
type piece struct {
	from int
	seq  uint16
	kind byte
}

// whole is one under way.
type whole struct {
	body []byte
	has  []bool
	left int
	done bool
}

// Datagram takes one that an end sent.
func (t *Transcript) Datagram(from int, p []byte) {
	for len(p) >= datagramHeaderB {
		kind, epoch := p[0], binary.BigEndian.Uint16(p[3:])
		if kind == withCID {
			t.keep(Record{from, kind, len(p) - datagramHeaderB, true, true})
			return // how long the ID is, the record doesn't say
		}
		n := int(binary.BigEndian.Uint16(p[11:]))
		if kind < changeCipherSpec || kind > applicationData || p[1] != 0xfe || len(p) < datagramHeaderB+n {
			if len(t.Records) == 0 && t.Other[from] == nil {
				t.Other[from] = append([]byte{}, p[:min(len(p), mostOtherB)]...)
			}
			return
		}
		body := p[datagramHeaderB : datagramHeaderB+n]
		p = p[datagramHeaderB+n:]
		r := Record{from, kind, n, epoch > 0, true}
		t.keep(r)
		switch {
		case kind == alert:
			t.alert(r, body)
		case kind == handshake && epoch == 0:
			t.fragments(from, body)
		}
	}
}

// fragments takes a record's handshake messages, or parts of them.
func (t *Transcript) fragments(from int, body []byte) {
	for len(body) >= fragmentHeaderB {
		total, at, n := uint24(body[1:]), uint24(body[6:]), uint24(body[9:])
		key := piece{from, binary.BigEndian.Uint16(body[4:]), body[0]}
		if len(body) < fragmentHeaderB+n || at+n > total || total > mostMessageB || len(t.pieces) > mostMessages {
			return
		}
		part := body[fragmentHeaderB : fragmentHeaderB+n]
		body = body[fragmentHeaderB+n:]
		w := t.pieces[key]
		if w == nil {
			if t.pieces == nil {
				t.pieces = map[piece]*whole{}
			}
			w = &whole{body: make([]byte, total), has: make([]bool, total), left: total}
			t.pieces[key] = w
		}
		if w.done || len(w.body) != total {
			continue // sent again
		}
		copy(w.body[at:], part)
		for i := at; i < at+n; i++ {
			if !w.has[i] {
				w.has[i] = true
				w.left--
			}
		}
		if w.left == 0 {
			w.done = true
			t.message(from, key.kind, w.body)
			w.body, w.has = make([]byte, 0), nil
			w.body = w.body[:0]
		}
	}
}
