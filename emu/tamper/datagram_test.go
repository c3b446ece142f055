package tamper

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// posts keeps the datagrams that were sent.
type posts struct{ all [][]byte }

func (p *posts) Send(d []byte) int { p.all = append(p.all, slices.Clone(d)); return len(d) }

func (*posts) Recv([]byte, uint32) int { return -1 }

// pkt is a record of a datagram, numbered 7.
func pkt(kind byte, epoch byte, body ...byte) packet {
	return packet{kind, 0xfe, dtls12, 0, epoch, 0, 0, 0, 0, 0, 7, 0, 0}.with(body)
}

// numbered is a message of a stream as datagrams have it.
func numbered(m []byte, seq byte) []byte {
	return cat(m[:4], []byte{0, seq, 0, 0, 0}, m[1:4], m[4:])
}

var (
	cookieOf  = numbered(msg(helloVerifyRequest, 0xfe, dtls12, 4, 1, 2, 3, 4), 0)
	dtlsHello = numbered(msg(serverHello, cat([]byte{0xfe, dtls12}, random, []byte{4}, session, []byte{0xc0, 0x2b, 0}, []byte{0, 9, 0, 23, 0, 0}, renego)...), 1)
	askOf     = numbered(msg(clientHello, cat([]byte{0xfe, dtls12}, random, []byte{0}, []byte{4, 1, 2, 3, 4}, []byte{0, 4, 0xc0, 0x2b, 0, 0xff}, []byte{1, 0}, []byte{0, 4, 0, 23, 0, 0})...), 0)
	posted    = [][]byte{
		pkt(handshake, 0, cookieOf...),
		cat(pkt(handshake, 0, dtlsHello...), pkt(handshake, 0, cat(numbered(certOf, 2), numbered(kexOf, 3))...)),
		cat(pkt(changeCipherSpec, 0, 1), pkt(handshake, 1, 1, 2, 3, 4)),
		pkt(applicationData, 1, bytes.Repeat([]byte{9}, 20)...),
	}
)

// carried sends datagrams through a middle and returns those that arrive.
func carried(t *testing.T, name string, server [][]byte) ([][]byte, *Middle) {
	t.Helper()
	m, ok := NewDatagrams(name, 1)
	if !ok {
		t.Fatalf("%s: there is none", name)
	}
	var toClient, toServer posts
	client, serverLine := m.Lines(&toServer, &toClient)
	ask := pkt(handshake, 0, askOf...)
	if got := client.Send(ask); got != len(ask) || len(toServer.all) != 1 || !bytes.Equal(toServer.all[0], ask) {
		t.Fatalf("%s: the client's hello is changed", name)
	}
	for _, d := range server {
		if got := serverLine.Send(d); got != len(d) {
			t.Fatalf("%s: took %d of %d", name, got, len(d))
		}
	}
	return toClient.all, m
}

// TestDatagramTries: each changes what it says and nothing else.
func TestDatagramTries(t *testing.T) {
	at := func(p []byte, i int, b ...byte) []byte { c := slices.Clone(p); copy(c[i:], b); return c }
	replace := func(i int, with ...[]byte) [][]byte {
		return slices.Concat(posted[:i], with, posted[i+1:])
	}
	first, second := posted[1][:packetHeaderB+len(dtlsHello)], posted[1][packetHeaderB+len(dtlsHello):]
	suite := packetHeaderB + fragmentHeaderB + 2 + 32 + 1 + 4
	lower := at(at(first, packetHeaderB+fragmentHeaderB+1, dtls10), 2, dtls10)
	for name, want := range map[string][][]byte{
		"":                     posted,
		"lower-version":        replace(1, lower, second),
		"unoffered-suite":      replace(1, at(first, suite, 0, 0x2f), second),
		"compression":          replace(1, at(first, suite+2, 1), second),
		"lower-cookie-version": replace(0, at(posted[0], packetHeaderB+fragmentHeaderB+1, dtls10)),
		"replayed-handshake":   replace(1, posted[1], posted[1]),
		"truncated-datagram":   replace(1, posted[1][:len(posted[1])/2]),
		"overlong-record":      replace(1, at(posted[1], 11, 0x48, 0x01)),
		"future-epoch":         replace(3, at(posted[3], 4, 2), posted[3]),
		"replayed-datagram":    replace(3, posted[3], posted[3]),
	} {
		got, m := carried(t, name, posted)
		if !slices.EqualFunc(got, want, bytes.Equal) || m.Applied() != (name != "") {
			t.Errorf("%s, applied %v:\ngot  %x\nwant %x", name, m.Applied(), got, want)
		}
	}
	// Those that turn a bit over turn one, in the record they are named for.
	for name, place := range map[string]int{"wrong-cookie": 0, "other-session-id": 1, "corrupt-key-exchange": 1, "corrupt-finished": 2, "corrupt-record": 3} {
		got, _ := carried(t, name, posted)
		if n := bits(t, cat(got...), cat(posted...), len(cat(posted[:place]...)), len(posted[place])); n != 1 {
			t.Errorf("%s: %d bits", name, n)
		}
		if again, _ := carried(t, name, posted); !slices.EqualFunc(got, again, bytes.Equal) {
			t.Errorf("%s: another time otherwise", name)
		}
	}
	// A longer hello has a longer length in the record and in both of the message.
	got, m := carried(t, "unasked-extension", posted)
	p := packets(got[1])
	if r, ok := p[0].record(); !ok || !m.Applied() || len(got) != 5 || len(got[1]) <= len(first) || !bytes.Equal(p[0].carrying(r), p[0]) || binary.BigEndian.Uint16(p[0].body()[4:]) != 1 {
		t.Errorf("unasked-extension: %x", got[1])
	}
	if got, _ = carried(t, "no-renegotiation-info", posted); len(got[1]) != len(first)-len(renego) {
		t.Errorf("no-renegotiation-info: %x", got[1])
	}
}

// bits counts the bits in which two differ, all of them in a range.
func bits(t *testing.T, got, before []byte, from, n int) (all int) {
	t.Helper()
	if len(got) != len(before) {
		t.Fatalf("%d bytes, before %d", len(got), len(before))
	}
	for i := range got {
		for d := got[i] ^ before[i]; d != 0; d &= d - 1 {
			if all++; i < from || i >= from+n {
				t.Errorf("byte %d is changed, outside %d..%d", i, from, from+n)
			}
		}
	}
	return all
}

// TestForged: what no end sent comes before what one did, and this once.
func TestForged(t *testing.T) {
	got, _ := carried(t, "forged-next-epoch", posted)
	if p := packets(got[1]); len(got) != 5 || len(p) != 1 || p[0].kind() != handshake || p[0].epoch() != 1 || !bytes.Equal(got[2], posted[1]) {
		t.Errorf("forged-next-epoch: %x", got)
	}
	got, _ = carried(t, "bad-mac-flood", slices.Concat(posted, posted[3:]))
	if len(got) != len(posted)+1+Flood {
		t.Fatalf("bad-mac-flood: %d datagrams", len(got))
	}
	for _, d := range got[3 : 3+Flood] {
		if n := bits(t, d, posted[3], packetHeaderB, 20); n != 1 {
			t.Errorf("bad-mac-flood: %d bits", n)
		}
	}
}

// TestDatagramsWithNothingToChange: what is not there, or comes in parts, or
// has a connection ID, passes.
func TestDatagramsWithNothingToChange(t *testing.T) {
	part := slices.Clone(dtlsHello)
	part[11]-- // of the fragment
	server := [][]byte{pkt(handshake, 0, part[:len(part)-1]...), append(pkt(changeCipherSpec, 0, 1), 25, 0xfe, dtls12, 0, 1), []byte("?")}
	for _, name := range DatagramNames() {
		switch name {
		case "replayed-handshake", "truncated-datagram", "overlong-record", "forged-next-epoch":
			continue // a part will do
		}
		if got, m := carried(t, name, server); m.Applied() || !slices.EqualFunc(got, server, bytes.Equal) {
			t.Errorf("%s: applied %v: %x", name, m.Applied(), got)
		}
	}
	for _, name := range append(slices.Clone(streamsAlone), "nothing") {
		if _, ok := NewDatagrams(name, 1); ok {
			t.Errorf("there is a try %q over datagrams", name)
		}
	}
	for _, name := range DatagramNames() {
		if Title(name) == "" {
			t.Errorf("%s has no title", name)
		}
	}
}

// FuzzDatagrams: nothing that two ends send makes a try fail, or changes a byte
// where the try did not apply.
func FuzzDatagrams(f *testing.F) {
	f.Add([]byte(pkt(handshake, 0, askOf...)), posted[1], posted[3], uint8(3))
	f.Add([]byte("GET"), posted[0], posted[2], uint8(9))
	f.Add([]byte(pkt(handshake, 0, askOf[:40]...)), []byte(pkt(handshake, 0, dtlsHello[:20]...)), []byte{25}, uint8(0))
	f.Fuzz(func(t *testing.T, client, a, b []byte, which uint8) {
		names := append(DatagramNames(), "")
		m, _ := NewDatagrams(names[int(which)%len(names)], 1)
		var toClient, toServer posts
		c, s := m.Lines(&toServer, &toClient)
		c.Send(client)
		s.Send(a)
		s.Send(b)
		if len(toServer.all) != 1 || !bytes.Equal(toServer.all[0], client) {
			t.Fatal("the client's is changed")
		}
		if !m.Applied() && !slices.EqualFunc(toClient.all, [][]byte{a, b}, bytes.Equal) {
			t.Fatal("changed what it says it did not")
		}
		if len(toClient.all) > len(packets(a))+len(packets(b))+2+Flood {
			t.Fatalf("%d datagrams", len(toClient.all))
		}
	})
}
