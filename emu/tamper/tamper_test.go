package tamper

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// wire keeps what was sent.
type wire struct{ bytes.Buffer }

func (w *wire) Send(p []byte) int         { n, _ := w.Write(p); return n }
func (*wire) Recv(_ []byte, _ uint32) int { return -1 }

func rec(kind byte, body ...byte) record {
	return record{kind, 3, 3, 0, 0}.with(body)
}

func msg(kind byte, body ...byte) []byte {
	return fixed(append([]byte{kind, 0, 0, 0}, body...))
}

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

var (
	random    = make([]byte, 32)
	session   = bytes.Repeat([]byte{7}, 4)
	clientOf  = msg(clientHello, cat([]byte{3, 3}, random, []byte{0}, []byte{0, 4, 0xc0, 0x2b, 0, 0xff}, []byte{1, 0}, []byte{0, 4, 0, 23, 0, 0})...)
	renego    = []byte{0xff, 1, 0, 1, 0}
	serverOf  = msg(serverHello, cat([]byte{3, 3}, random, []byte{4}, session, []byte{0xc0, 0x2b, 0}, []byte{0, 9, 0, 23, 0, 0}, renego)...)
	certOf    = msg(certificate, 0, 0, 0)
	kexOf     = msg(serverKeyExchange, 1, 2, 3)
	finished  = rec(handshake, 1, 2, 3, 4)
	data      = rec(applicationData, bytes.Repeat([]byte{9}, 20)...)
	goodbye   = rec(alert, 1, 2, 3)
	change    = rec(changeCipherSpec, 1)
	fromThere = [][]byte{rec(handshake, serverOf...), rec(handshake, certOf...), rec(handshake, kexOf...), change, finished, data, goodbye}
)

// through sends a conversation through a middle, in pieces of n bytes, and
// returns what the client gets.
func through(t *testing.T, name string, n int, server [][]byte) ([]byte, *Middle) {
	t.Helper()
	m, ok := New(name, 1)
	if !ok {
		t.Fatalf("%s: there is none", name)
	}
	var toClient, toServer wire
	// A side's Send is what its own end sends.
	client, serverLine := m.Lines(&toServer, &toClient)
	hello := rec(handshake, clientOf...)
	if got := client.Send(hello); got != len(hello) || !bytes.Equal(toServer.Bytes(), hello) {
		t.Fatalf("%s: the client's hello is changed", name)
	}
	all := cat(server...)
	for p := range slices.Chunk(all, n) {
		if got := serverLine.Send(p); got != len(p) {
			t.Fatalf("%s: took %d of %d", name, got, len(p))
		}
	}
	return toClient.Bytes(), m
}

// TestLooksOn: without a try every byte passes, whole or in pieces.
func TestLooksOn(t *testing.T) {
	for _, n := range []int{1, 3, 1000} {
		got, m := through(t, "", n, fromThere)
		if !bytes.Equal(got, cat(fromThere...)) || m.Applied() {
			t.Errorf("in pieces of %d: changed", n)
		}
	}
	if got, _ := through(t, "", 7, [][]byte{[]byte("HTTP/1.1 400 Bad Request\r\n")}); string(got) != "HTTP/1.1 400 Bad Request\r\n" {
		t.Errorf("what is no TLS came as %q", got)
	}
}

// TestTries: each changes what it says and nothing else.
func TestTries(t *testing.T) {
	replace := func(i int, with []byte) [][]byte {
		out := slices.Clone(fromThere)
		out[i] = with
		return out
	}
	at := func(m []byte, i int, b ...byte) []byte { c := slices.Clone(m); copy(c[i:], b); return c }
	without := func(b []byte, ext []byte) []byte {
		i := bytes.Index(b, ext)
		c := append(slices.Clone(b[:i]), b[i+len(ext):]...)
		binary.BigEndian.PutUint16(c[i-6:], 4) // extended_master_secret alone
		return fixed(c)
	}
	alpn := append(slices.Clone(serverOf), 0, 16, 0, 5, 0, 3, 2, 'h', '2')
	binary.BigEndian.PutUint16(alpn[4+2+32+1+4+3:], 9+9)
	lower := rec(handshake, at(serverOf, 5, 2)...)
	lower[2] = 2
	want := map[string][][]byte{
		"lower-version":         replace(0, lower),
		"unoffered-suite":       replace(0, rec(handshake, at(serverOf, 4+2+32+1+4, 0, 0x2f)...)),
		"compression":           replace(0, rec(handshake, at(serverOf, 4+2+32+1+4+2, 1)...)),
		"unasked-extension":     replace(0, rec(handshake, fixed(alpn)...)),
		"no-renegotiation-info": replace(0, rec(handshake, without(serverOf, renego)...)),
		"replayed-record":       replace(5, cat(data, data)),
		"no-close-notify":       replace(6, nil),
	}
	for name, w := range want {
		got, m := through(t, name, 5, fromThere)
		if !bytes.Equal(got, cat(w...)) || !m.Applied() {
			t.Errorf("%s:\ngot  %x\nwant %x", name, got, cat(w...))
		}
	}
	// Those that turn a bit over turn one, and in the record they are named for.
	for name, place := range map[string]int{"other-session-id": 0, "corrupt-key-exchange": 2, "corrupt-finished": 4, "corrupt-record": 5} {
		got, m := through(t, name, 5, fromThere)
		before := cat(fromThere...)
		from := len(cat(fromThere[:place]...))
		bits := 0
		for i := range before {
			if d := before[i] ^ got[i]; d != 0 {
				bits++
				if i < from+headerB || i >= from+len(fromThere[place]) || d&(d-1) != 0 {
					t.Errorf("%s: byte %d has %08b turned over", name, i, d)
				}
			}
		}
		if bits != 1 || !m.Applied() {
			t.Errorf("%s: %d bytes differ", name, bits)
		}
		if again, _ := through(t, name, 11, fromThere); !bytes.Equal(got, again) {
			t.Errorf("%s: another time otherwise", name)
		}
	}
	got, _ := through(t, "oversize-record", 5, fromThere)
	at0 := len(cat(fromThere[:5]...))
	if n := binary.BigEndian.Uint16(got[at0+3:]); n != 1<<14+2048+1 || len(got) != len(cat(fromThere...))-20+int(n) {
		t.Errorf("oversize-record: %d bytes", n)
	}
	if n := len(want) + 5; n != len(Names()) {
		t.Errorf("%d tries are tested, there are %d: %s", n, len(Names()), strings.Join(Names(), ", "))
	}
}

// TestNothingToChange: a try that finds nothing says so and changes nothing.
func TestNothingToChange(t *testing.T) {
	bare := msg(serverHello, cat([]byte{3, 0}, random, []byte{0}, []byte{0xc0, 0x2b, 0})...)
	server := [][]byte{rec(handshake, bare...), rec(handshake, kexOf...), change}
	for _, name := range []string{"lower-version", "other-session-id", "no-renegotiation-info", "corrupt-key-exchange", "corrupt-finished", "corrupt-record", "oversize-record", "replayed-record", "no-close-notify"} {
		if got, m := through(t, name, 9, server); m.Applied() || !bytes.Equal(got, cat(server...)) {
			t.Errorf("%s: applied %v", name, m.Applied())
		}
	}
	if _, ok := New("nothing", 1); ok || Title("nothing") != "" {
		t.Error("there is a try \"nothing\"")
	}
	for _, name := range Names() {
		if Title(name) == "" {
			t.Errorf("%s has no title", name)
		}
	}
}

// FuzzMiddle: nothing that two ends send makes a try fail, holds more than a
// record back, or changes a byte where the try did not apply.
func FuzzMiddle(f *testing.F) {
	f.Add(rec(handshake, clientOf...).clone(), cat(fromThere...), uint8(3))
	f.Add([]byte("GET / HTTP/1.0\r\n"), []byte{22, 3, 3, 0xff, 0xff}, uint8(0))
	f.Add([]byte{22, 3, 3, 0, 4, 1, 0, 0, 0}, []byte{22, 3, 3, 0, 5, 2, 0, 0, 1, 0}, uint8(4))
	f.Fuzz(func(t *testing.T, client, server []byte, which uint8) {
		name := append(Names(), "")[int(which)%(len(Names())+1)]
		m, _ := New(name, 1)
		var toClient, toServer wire
		c, s := m.Lines(&toServer, &toClient)
		for p := range slices.Chunk(client, 100) {
			c.Send(p)
		}
		for p := range slices.Chunk(server, 100) {
			s.Send(p)
		}
		for end, sent := range [][]byte{client, server} {
			held := m.toEnd[end].held
			if len(held) > headerB+mostB {
				t.Fatalf("holds %d bytes back", len(held))
			}
			got := []*wire{&toServer, &toClient}[end].Bytes()
			if (end == 0 || !m.Applied()) && !bytes.Equal(append(slices.Clone(got), held...), sent) {
				t.Fatalf("%q changed what it says it did not", name)
			}
		}
	})
}

func (r record) clone() []byte { return slices.Clone([]byte(r)) }
