package agreed

import (
	"encoding/binary"
	"slices"
	"testing"
)

// drec is a record of DTLS 1.2.
func drec(kind byte, epoch uint16, body []byte) []byte {
	p := binary.BigEndian.AppendUint16([]byte{kind, 0xfe, 0xfd}, epoch)
	p = append(p, 0, 0, 0, 0, 0, 0)
	return append(binary.BigEndian.AppendUint16(p, uint16(len(body))), body...)
}

// part is a fragment of a message.
func part(m []byte, seq uint16, at, n int) []byte {
	body := m[messageHeaderB:]
	f := append(slices.Clone(m[:messageHeaderB]), byte(seq>>8), byte(seq), 0, byte(at>>8), byte(at), 0, byte(n>>8), byte(n))
	return append(f, body[at:at+n]...)
}

func all(m []byte, seq uint16) []byte { return part(m, seq, 0, len(m)-messageHeaderB) }

// dhello is a hello of DTLS 1.2 made from one of TLS.
func dhello(m []byte) []byte {
	body := slices.Clone(m[messageHeaderB:])
	body[0], body[1] = 0xfe, 0xfd
	if m[0] == clientHello {
		body = slices.Insert(body, 2+32+1, 0) // no cookie
	}
	return hand(m[0], body)
}

func TestDatagrams(t *testing.T) {
	hello, chosen := dhello(offer(1, usual...)), dhello(choice(0x303, ecdheRSA, 0, fragment512))
	cert := hand(certificate, make([]byte, 600))
	for _, c := range []struct {
		name string
		says []say
		want string
	}{
		{"a message in fragments, the last first, one twice", []say{client(drec(handshake, 0, all(hello, 0))), server(drec(handshake, 0, all(chosen, 0))),
			server(drec(handshake, 0, part(cert, 1, 400, 200))), server(drec(handshake, 0, part(cert, 1, 0, 400)), drec(handshake, 0, part(cert, 1, 0, 400)))}, ""},
		{"too long a record", []say{client(drec(handshake, 0, all(hello, 0))), server(drec(handshake, 0, all(chosen, 0)), drec(handshake, 0, all(cert, 1)))},
			"the server sent a record of 612 B, where 512 B were agreed (max_fragment_length)"},
		{"a fragment beyond its message", []say{client(drec(handshake, 0, append([]byte{1, 0, 0, 4, 0, 0, 0, 0, 2, 0, 0, 3}, 1, 2, 3)))},
			"the client sent a fragment of 3 B at 2 of a message of 4 B, of which 3 B are there"},
		{"a fragment that is not there", []say{client(drec(handshake, 0, append([]byte{1, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9}, 1, 2, 3)))},
			"the client sent a fragment of 9 B at 0 of a message of 9 B, of which 3 B are there"},
		{"two lengths", []say{client(drec(handshake, 0, part(hello, 0, 0, 10))), client(drec(handshake, 0, part(dhello(offer(1)), 0, 0, 10)))},
			"the client sent fragments of one message with two lengths, 86 B and 48 B"},
		{"no record behind one", []say{client(drec(handshake, 0, all(hello, 0)), []byte{1, 2, 3})}, "the client sent a datagram with 3 B that are no DTLS record"},
		{"the other's ID", []say{client(drec(handshake, 0, all(dhello(offer(1, ext(extCID, sized(1, []byte("ab"))), fragment512)), 0))),
			server(drec(handshake, 0, all(dhello(choice(0x303, ecdheRSA, 0, ext(extCID, sized(1, []byte("xyz"))), fragment512)), 0))),
			client(slices.Concat([]byte{withCID, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0}, []byte("xyz"), sized(2, make([]byte, 512+24+17))))}, ""},
		{"too long with an ID", []say{client(drec(handshake, 0, all(dhello(offer(1, ext(extCID, sized(1, []byte("ab"))), fragment512)), 0))),
			server(drec(handshake, 0, all(dhello(choice(0x303, ecdheRSA, 0, ext(extCID, sized(1, []byte("xyz"))), fragment512)), 0))),
			client(slices.Concat([]byte{withCID, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0}, []byte("xyz"), sized(2, make([]byte, 512+24+18))))},
			"the client sent a protected record of 554 B, in which at least 513 B are data, where 512 B were agreed (max_fragment_length)"},
		{"begins anew", []say{client(drec(handshake, 0, all(hello, 0))), server(drec(handshake, 0, all(chosen, 0))), client(drec(applicationData, 1, make([]byte, 40))),
			client(drec(handshake, 0, all(dhello(offer(2)), 0))), server(drec(applicationData, 1, make([]byte, 40))), server(drec(handshake, 0, all(dhello(choice(0x303, ecdheRSA, 0)), 0)), drec(handshake, 0, all(cert, 1)))}, ""},
		{"sent again after the answer", []say{client(drec(handshake, 0, all(hello, 0))), server(drec(handshake, 0, all(chosen, 0))), client(drec(handshake, 0, all(hello, 0))), server(drec(handshake, 0, all(cert, 1)))},
			"the server sent a record of 612 B, where 512 B were agreed (max_fragment_length)"},
	} {
		w := New(true)
		for _, s := range c.says {
			w.Sent(s.from, s.p)
		}
		got := ""
		if b := w.Breach(); b != nil {
			got = b.String()
		}
		if got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// Whatever bytes come, they are read to their end, and the first breach stays.
func FuzzSent(f *testing.F) {
	f.Add(false, h(offer(1, usual...)), h(choice(0x303, ecdheRSA, 0, fragment512)), h(keys(23, 0x0401), wants(0x0401)))
	f.Add(false, h(offer(1, ext(extVersions, sized(1, []byte{3, 4})))), h(choice(0x303, 0x1301, 0, ext(extVersions, []byte{3, 4}))), rec(applicationData, make([]byte, 60)))
	f.Add(true, drec(handshake, 0, all(dhello(offer(1, usual...)), 0)), drec(handshake, 0, all(dhello(choice(0x303, ecdheRSA, 0)), 0)), drec(withCID, 1, make([]byte, 20)))
	f.Fuzz(func(t *testing.T, datagram bool, a, b, c []byte) {
		w := New(datagram)
		w.Secrets = func() []string {
			return []string{handshakeSecrets[1] + " " + "01010101010101010101010101010101010101010101010101010101010101010" + " 00", ""}
		}
		for i, p := range [][]byte{a, b, c, a} {
			first := w.Breach()
			w.Cut(i%2, p)
			w.Sent(i%2, p)
			if first != nil && w.Breach() != first {
				t.Errorf("%v became %v", first, w.Breach())
			}
			if b := w.Breach(); b != nil && (b.Text == "" || b.From != Client && b.From != Server) {
				t.Errorf("%+v", b)
			}
		}
	})
}
