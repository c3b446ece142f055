package dtls

import (
	"encoding/binary"
	"slices"
	"testing"
)

// Content types (RFC 6347, 4.1; RFC 9146, 3).
const (
	changeCipherSpec = 20
	handshake        = 22
	withCID          = 25
)

// record is one with a body; a handshake message has its header in front.
func record(kind byte, epoch uint16, body []byte) []byte {
	p := []byte{kind, 0xfe, 0xfd}
	p = binary.BigEndian.AppendUint16(p, epoch)
	p = append(p, 0, 0, 0, 0, 0, 0)
	return append(binary.BigEndian.AppendUint16(p, uint16(len(body))), body...)
}

// part is a fragment of n bytes at offset, of a message of `of` bytes.
func part(kind byte, seq uint16, of, offset, n int) []byte {
	p := []byte{kind, 0, byte(of >> 8), byte(of)}
	p = binary.BigEndian.AppendUint16(p, seq)
	p = append(p, 0, byte(offset>>8), byte(offset), 0, byte(n>>8), byte(n))
	return record(handshake, 0, append(p, make([]byte, n)...))
}

func whole(kind byte, seq uint16) []byte { return part(kind, seq, 40, 0, 40) }

var (
	ccs      = record(changeCipherSpec, 0, []byte{1})
	finished = record(handshake, 1, make([]byte, 40))
	hello    = whole(1, 0)
	verify   = whole(3, 0)
	hello2   = whole(1, 1)
	answer   = slices.Concat(whole(2, 1), whole(11, 2), whole(14, 3))
	keys     = slices.Concat(whole(16, 2), ccs, finished)
	last     = slices.Concat(ccs, finished)
)

func TestFlights(t *testing.T) {
	var l Log
	send := func(from int, p []byte, lost bool, us int64) { l.Datagram(from, p, lost, us) }
	send(0, hello, true, 0)
	send(0, hello, false, 1000)
	send(1, verify, false, 1010)
	send(0, hello2, false, 1020)
	send(1, answer, true, 1030)
	send(0, hello2, false, 2020)
	// The second time in two datagrams, a message in pieces.
	send(1, slices.Concat(whole(2, 1), part(11, 2, 40, 0, 10)), false, 2030)
	send(1, slices.Concat(part(11, 2, 40, 10, 30), whole(14, 3)), false, 2030)
	send(0, keys, false, 2040)
	send(1, last, true, 2050)
	send(0, keys, true, 3040)
	send(0, keys, false, 5040)
	send(1, last, false, 5050)
	send(0, record(23, 1, []byte("data")), false, 5060)
	send(0, hello, false, 6000) // a new start
	want := []Flight{
		{false, []string{"ClientHello"}, 2, 1, 0, 1000},
		{true, []string{"HelloVerifyRequest"}, 1, 0, 1010, 1010},
		{false, []string{"ClientHello"}, 2, 0, 1020, 2020},
		{true, []string{"ServerHello", "Certificate", "ServerHelloDone"}, 2, 1, 1030, 2030},
		{false, []string{"ClientKeyExchange", "ChangeCipherSpec", "Finished"}, 3, 1, 2040, 5040},
		{true, []string{"ChangeCipherSpec", "Finished"}, 2, 1, 2050, 5050},
		{false, []string{"ClientHello"}, 1, 0, 6000, 6000},
	}
	got := l.Flights()
	if len(got) != len(want) {
		t.Fatalf("%d flights: %+v", len(got), got)
	}
	for i, f := range got {
		w := want[i]
		if f.Server != w.Server || !slices.Equal(f.Messages, w.Messages) || f.Sent != w.Sent || f.Lost != w.Lost || f.FirstUS != w.FirstUS || f.LastUS != w.LastUS {
			t.Errorf("flight %d: %+v\nwant %+v", i+1, f, w)
		}
	}
	if l.Retransmits() != 6 || l.Datagrams != 15 || l.LostDatagrams != 4 {
		t.Errorf("%d retransmits, %d datagrams, %d lost", l.Retransmits(), l.Datagrams, l.LostDatagrams)
	}
}

// Records with a connection ID: a Finished is known by what is before it, data
// is none of a handshake's.
func TestConnectionID(t *testing.T) {
	var l Log
	hidden := record(withCID, 1, make([]byte, 40))
	l.Datagram(0, slices.Concat(whole(16, 2), ccs, hidden), false, 0)
	l.Datagram(0, hidden, false, 10)
	if f := l.Flights(); len(f) != 1 || f[0].Sent != 1 || !slices.Equal(f[0].Messages, []string{"ClientKeyExchange", "ChangeCipherSpec", "Finished"}) {
		t.Errorf("%+v", f)
	}
}

// Two transmissions at one instant, as two late datagrams that arrive together
// make them, are two.
func TestSentTwiceAtOnce(t *testing.T) {
	var l Log
	for range 2 {
		l.Datagram(1, whole(2, 1), false, 7)
		l.Datagram(1, whole(14, 2), true, 7)
	}
	if f := l.Flights(); len(f) != 1 || f[0].Sent != 2 || f[0].Lost != 2 || len(f[0].Messages) != 2 {
		t.Errorf("%+v", f)
	}
}

func TestUnanswered(t *testing.T) {
	var l Log
	if s := l.Unanswered(); s != "" {
		t.Errorf("nothing sent: %q", s)
	}
	for i := range 7 {
		l.Datagram(0, hello, i != 3, int64(i)*1000)
	}
	want := "the client's flight 1 (ClientHello) was sent 7 times and lost 6 times; the server sent none"
	if s := l.Unanswered(); s != want {
		t.Errorf("%q\nwant %q", s, want)
	}
	l.Datagram(1, verify, true, 3010)
	want = "the client's flight 1 (ClientHello) was sent 7 times and lost 6 times; the server's flight 2 (HelloVerifyRequest) was sent once and lost once"
	if s := l.Unanswered(); s != want {
		t.Errorf("%q\nwant %q", s, want)
	}
}

func TestBounds(t *testing.T) {
	var l Log
	for i := range 3 * mostFlights {
		l.Datagram(i%2, whole(1, uint16(i)), false, int64(i))
	}
	if len(l.flights) != mostFlights {
		t.Errorf("%d flights kept", len(l.flights))
	}
	l = Log{}
	for i := range 3 * mostMessages {
		l.Datagram(0, whole(1, uint16(i)), false, 0)
	}
	if f := l.Flights(); len(f) != 1 || len(f[0].Messages) != mostMessages || len(l.ends[0].now) != mostMessages {
		t.Errorf("%d flights, %d messages", len(f), len(f[0].Messages))
	}
}

// Whatever a guest sends is read to its end.
func FuzzDatagram(f *testing.F) {
	for _, p := range [][]byte{hello, verify, answer, keys, last, record(withCID, 1, []byte{1}), hello[:20], nil} {
		f.Add(p, p)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var l Log
		for i, p := range [][]byte{a, b, a, a} {
			l.Datagram(i%2, p, i == 2, int64(i/2))
		}
		sent := 0
		for _, fl := range l.Flights() {
			if fl.Sent < 1 || fl.Lost > fl.Sent || fl.FirstUS > fl.LastUS {
				t.Errorf("%+v", fl)
			}
			sent += fl.Sent
		}
		if sent > 4 || l.Retransmits() != sent-len(l.Flights()) || (len(l.Flights()) == 0) != (l.Unanswered() == "") {
			t.Errorf("%d sent in %d flights", sent, len(l.Flights()))
		}
	})
}
