package agreed

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// hand is a handshake message.
func hand(kind byte, body []byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

// rec is a record of TLS 1.2.
func rec(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(len(body))), body...)
}

// sized has its length in front, n bytes of it.
func sized(n int, p []byte) []byte {
	out := make([]byte, n)
	for i := range n {
		out[n-1-i] = byte(len(p) >> (8 * i))
	}
	return append(out, p...)
}

func ext(id uint16, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, id), sized(2, data)...)
}

// random is 32 bytes that a connection is told by.
func random(n byte) []byte { return slices.Repeat([]byte{n}, 32) }

const ecdheRSA, ecdheECDSA = 0xc02f, 0xc02b

// offer is a ClientHello with extensions.
func offer(id byte, extensions ...[]byte) []byte {
	body := slices.Concat([]byte{3, 3}, random(id), sized(1, nil), sized(2, []byte{0xc0, 0x2f, 0xc0, 0x2b, 0, 0x3d, 0, 0xff}), sized(1, []byte{0}))
	if len(extensions) > 0 {
		body = append(body, sized(2, slices.Concat(extensions...))...)
	}
	return hand(clientHello, body)
}

// choice is a ServerHello.
func choice(version, suite uint16, compression byte, extensions ...[]byte) []byte {
	body := binary.BigEndian.AppendUint16(nil, version)
	body = append(append(body, random(9)...), 0)
	body = append(binary.BigEndian.AppendUint16(body, suite), compression)
	if len(extensions) > 0 {
		body = append(body, sized(2, slices.Concat(extensions...))...)
	}
	return hand(serverHello, body)
}

var (
	groups      = ext(extGroups, sized(2, []byte{0, 23}))
	schemes     = ext(extSchemes, sized(2, []byte{4, 1, 4, 3, 8, 4}))
	fragment512 = ext(extMaxFragment, []byte{1})
	fragment1K  = ext(extMaxFragment, []byte{2})
	protocols   = ext(extALPN, sized(2, sized(1, []byte("mqtt"))))
	usual       = [][]byte{groups, schemes, fragment512, protocols}
	ccs         = rec(changeCipherSpec, []byte{1})
)

// keys is a ServerKeyExchange of a group and a scheme.
func keys(group, scheme uint16) []byte {
	body := binary.BigEndian.AppendUint16([]byte{3}, group)
	body = append(body, sized(1, make([]byte, 65))...)
	body = binary.BigEndian.AppendUint16(body, scheme)
	return hand(serverKeyExchange, append(body, sized(2, make([]byte, 72))...))
}

// say is what an end sends.
type say struct {
	from int
	p    []byte
}

func client(p ...[]byte) say { return say{Client, slices.Concat(p...)} }
func server(p ...[]byte) say { return say{Server, slices.Concat(p...)} }

func h(m ...[]byte) []byte { return rec(handshake, slices.Concat(m...)) }

// wants a certificate signed with one scheme.
func wants(scheme uint16) []byte {
	body := sized(1, []byte{1, 64})
	body = append(body, sized(2, binary.BigEndian.AppendUint16(nil, scheme))...)
	return hand(certificateRequest, append(body, sized(2, nil)...))
}

func proof(scheme uint16) []byte {
	return hand(certificateVerify, append(binary.BigEndian.AppendUint16(nil, scheme), sized(2, make([]byte, 256))...))
}

// streams are conversations over a stream, and what the breach is called: "" for none.
var streams = []struct {
	name string
	says []say
	want string
}{
	{"nothing asked, nothing agreed", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0)), h(hand(certificate, make([]byte, 16000))))}, ""},
	{"client's certificate too long", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment512))), client(h(hand(certificate, make([]byte, 509))))},
		"the client sent a record of 513 B, where 512 B were agreed (max_fragment_length)"},
	{"as long as may be", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment512))), client(h(hand(certificate, make([]byte, 508))))}, ""},
	{"server's certificate too long", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment512)), h(hand(certificate, make([]byte, 600))))},
		"the server sent a record of 604 B, where 512 B were agreed (max_fragment_length)"},
	{"not agreed", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0)), h(hand(certificate, make([]byte, 600))))}, ""},
	{"another length than asked for", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment1K)))},
		"the server agreed on another max_fragment_length than was asked for: code 2 for [1]"},
	{"protected, as long as may be", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment512))), client(ccs, rec(applicationData, make([]byte, 512+24)))}, ""},
	{"protected, a byte longer", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment512))), client(ccs, rec(applicationData, make([]byte, 512+25)))},
		"the client sent a protected record of 537 B, in which at least 513 B are data, where 512 B were agreed (max_fragment_length)"},
	{"CBC, as much padding as may be", []say{client(h(offer(1, usual...))), server(h(choice(0x303, 0x003d, 0, fragment512))), client(ccs, rec(applicationData, make([]byte, 512+16+32+256)))}, ""},
	{"CBC, a byte longer", []say{client(h(offer(1, usual...))), server(h(choice(0x303, 0x003d, 0, fragment512))), client(ccs, rec(applicationData, make([]byte, 512+16+32+257)))},
		"the client sent a protected record of 817 B, in which at least 513 B are data, where 512 B were agreed (max_fragment_length)"},
	{"longer than any may be", []say{client(rec(handshake, make([]byte, 1<<14+1)))}, "the client sent a record of 16 385 B, where a record holds at most 16 384 B"},
	{"longer than any protected one", []say{client([]byte{applicationData, 3, 3, 0x48, 1})}, "the client sent a record of 18 433 B, where none has more than 18 432 B (RFC 5246, 6.2.3)"},
	{"no record", []say{client([]byte("GET / HTTP/1.0"))}, "the client sent what is no TLS record: it begins with 47 45 54 20 2f"},
	{"an empty record", []say{client(h(offer(1))), server(h())}, "the server sent an empty handshake record (RFC 5246, 6.2.1)"},
	{"data between a message's parts", []say{client(h(offer(1))), server(rec(handshake, choice(0x303, ecdheRSA, 0)[:20]), rec(applicationData, []byte{1}))},
		"the server sent a record of another type between two parts of a handshake message (RFC 8446, 5.1)"},
	{"in parts", []say{client(h(offer(1))), server(rec(handshake, choice(0x303, ecdheRSA, 0)[:20]), rec(handshake, choice(0x303, ecdheRSA, 0)[20:]))}, ""},
	{"another suite", []say{client(h(offer(1))), server(h(choice(0x303, 0x002f, 0)))}, "the server chose the suite TLS_RSA_WITH_AES_128_CBC_SHA, which the client did not offer"},
	{"TLS 1.3's suite in TLS 1.2", []say{client(h(offer(1))), server(h(choice(0x303, 0x1301, 0)))}, "the server chose the suite TLS_AES_128_GCM_SHA256, which the client did not offer"},
	{"compression", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 1)))}, "the server chose the compression method 1, which the client did not offer"},
	{"not asked for", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0, fragment512)))}, "the server sent the extension max_fragment_length in its ServerHello, which was not asked for"},
	{"renegotiation_info, asked for by its suite", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0, ext(extRenegotiation, []byte{0}))))}, ""},
	{"twice", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment512, fragment512)))}, "the server sent the extension max_fragment_length twice in one ServerHello"},
	{"another protocol", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, ext(extALPN, sized(2, sized(1, []byte("h2")))))))},
		`the server chose the protocol "h2" (ALPN), which the client did not offer`},
	{"the client's protocol", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, protocols)))}, ""},
	{"a later version", []say{client(h(offer(1))), server(h(choice(0x304, ecdheRSA, 0)))}, "the server chose TLS 1.3, which the client did not offer"},
	{"a version between", []say{client(h(offer(1, ext(extVersions, sized(1, []byte{3, 4, 3, 3}))))), server(h(choice(0x302, ecdheRSA, 0)))}, "the server chose TLS 1.1, which the client did not offer"},
	{"a record of another version", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0))), client([]byte{handshake, 3, 1, 0, 4, 16, 0, 0, 0})}, "the client sent a record of TLS 1.0, where TLS 1.2 was agreed"},
	{"another group", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0)), h(keys(24, 0x0401)))}, "the server chose the group secp384r1, which the client did not offer"},
	{"RSA-PSS that was offered", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0)), h(keys(23, 0x0804)))}, ""},
	{"another signature", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0)), h(keys(23, 0x0601)))}, "the server signed with rsa_pkcs1_sha512, which the client did not offer"},
	{"a signature of another key", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0)), h(keys(23, 0x0403)))}, "the server signed with ecdsa_secp256r1_sha256 in a suite of ECDHE_RSA"},
	{"none offered: SHA-1", []say{client(h(offer(1))), server(h(choice(0x303, ecdheECDSA, 0)), h(keys(23, 0x0203)))}, ""},
	{"none offered, and not SHA-1", []say{client(h(offer(1))), server(h(choice(0x303, ecdheECDSA, 0)), h(keys(23, 0x0403)))}, "the server signed with ecdsa_secp256r1_sha256, which the client did not offer"},
	{"the client's proof", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0)), h(wants(0x0401))), client(h(proof(0x0401)))}, ""},
	{"another proof than asked for", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0)), h(wants(0x0401))), client(h(proof(0x0501)))}, "the client signed with rsa_pkcs1_sha384, which the server did not offer"},
	{"a proof that nobody asked for", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0))), client(h(proof(0x0401)))}, "the client proved a key that the server did not ask for"},
	{"a ticket nobody spoke of", []say{client(h(offer(1))), server(h(choice(0x303, ecdheRSA, 0)), h(hand(newSessionTicket, make([]byte, 6))))}, "the server sent a ticket, which its ServerHello did not say (RFC 5077, 3.2)"},
	{"another connection on the stream", []say{client(h(offer(1, usual...))), server(h(choice(0x303, ecdheRSA, 0, fragment512)), ccs), client(ccs, rec(alert, make([]byte, 26)), h(offer(2))),
		server(rec(alert, make([]byte, 26)), h(choice(0x303, ecdheRSA, 0)), h(hand(certificate, make([]byte, 600))))}, ""},
	{"record_size_limit is of what is protected", []say{client(h(offer(1, ext(extRecordSize, []byte{2, 0})))), server(h(choice(0x303, ecdheRSA, 0, ext(extRecordSize, []byte{4, 0}))), h(hand(certificate, make([]byte, 2000))), ccs, rec(applicationData, make([]byte, 513+24)))},
		"the server sent a protected record of 537 B, in which at least 513 B are data, where 512 B were agreed (record_size_limit)"},
	{"each end has its own", []say{client(h(offer(1, ext(extRecordSize, []byte{2, 0})))), server(h(choice(0x303, ecdheRSA, 0, ext(extRecordSize, []byte{4, 0})))), client(ccs, rec(applicationData, make([]byte, 1024+24)))}, ""},
}

func TestStreams(t *testing.T) {
	for _, c := range streams {
		for _, piece := range []int{0, 1, 7} { // bytes at once; 0: as they are sent
			w := New(false)
			for _, s := range c.says {
				if piece == 0 {
					w.Sent(s.from, s.p)
					continue
				}
				for p := range slices.Chunk(s.p, piece) {
					w.Sent(s.from, p)
				}
			}
			got := ""
			if b := w.Breach(); b != nil {
				got = b.String()
			}
			if got != c.want && !(piece > 0 && c.name == "no record" && strings.HasPrefix(got, "the client sent what is no TLS record")) {
				t.Errorf("%s, %d B at once:\n got %q\nwant %q", c.name, piece, got, c.want)
			}
		}
	}
}

// A breach that is meant is none.
func TestExempt(t *testing.T) {
	w := New(false)
	w.Exempt = func(b *Breach) bool { return b.From == Server && b.Kind == Suite }
	w.Sent(Client, h(offer(1)))
	w.Sent(Server, h(choice(0x303, 0x002f, 0)))
	if b := w.Breach(); b != nil {
		t.Error(b)
	}
}

// Records are cut to what was agreed, say the same, and are no breach; without an
// agreement, and after the change of the cipher, they stay as they are.
func TestCut(t *testing.T) {
	w := New(false)
	long := h(hand(certificate, make([]byte, 2000)))
	if got := w.Cut(Server, long); !slices.Equal(got, long) {
		t.Error("cut without an agreement")
	}
	w.Sent(Client, h(offer(1, usual...)))
	w.Sent(Server, h(choice(0x303, ecdheRSA, 0, fragment512)))
	protected := rec(handshake, make([]byte, 600))
	cut := w.Cut(Server, slices.Concat(long, ccs, protected))
	if !slices.Equal(cut[len(cut)-len(protected):], protected) {
		t.Error("what is protected was cut")
	}
	cut = w.Cut(Server, long)
	if len(cut) != len(long)+3*5 {
		t.Errorf("%d B became %d B", len(long), len(cut))
	}
	if w.Sent(Server, cut); w.Breach() != nil {
		t.Error(w.Breach())
	}
	var whole []byte
	for rest := cut; len(rest) > 0; {
		n := int(binary.BigEndian.Uint16(rest[3:]))
		whole = append(whole, rest[5:5+n]...)
		rest = rest[5+n:]
	}
	if !slices.Equal(whole, long[5:]) {
		t.Error("the messages changed")
	}
}
