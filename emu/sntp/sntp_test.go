package sntp

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"tlslab/emu"
)

// A message laid out by hand after RFC 5905's figure 8, with every field set.
func TestParse(t *testing.T) {
	b, err := hex.DecodeString("240203e8000000100000002081aabbcc" + "ecd2a4c000000000" + "0123456789abcdef" + "ecd2a50080000000" + "ecd2a50080001000")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(b)
	want := Packet{Version: 4, Mode: 4, Stratum: 2, Reference: [4]byte{0x81, 0xaa, 0xbb, 0xcc}, Synced: 0xecd2a4c000000000,
		Originate: 0x0123456789abcdef, Receive: 0xecd2a50080000000, Transmit: 0xecd2a50080001000}
	if err != nil || p != want {
		t.Errorf("%+v, %v", p, err)
	}
	for _, n := range []int{0, 47, 49, 68} {
		if _, err := Parse(make([]byte, n)); err == nil {
			t.Errorf("%d bytes are taken", n)
		}
	}
}

// Stamps of days that are known, and of the ends of both eras (RFC 4330, 3).
func TestStamp(t *testing.T) {
	for text, want := range map[string]Stamp{
		"1970-01-01T00:00:00Z":   0x83aa7e80_00000000,
		"1972-01-01T00:00:00Z":   2_272_060_800 << 32, // RFC 868's first day of UTC
		"2000-01-01T00:00:00.5Z": 0xbc17c200_80000000,
		"2036-02-07T06:28:15Z":   0xffffffff_00000000,
		"2036-02-07T06:28:16Z":   0x00000000_00000000,
		"2036-02-07T06:28:17Z":   0x00000001_00000000,
		"2104-02-26T09:42:23Z":   0x7fffffff_00000000,
		"1968-01-20T03:14:08Z":   0x80000000_00000000,
	} {
		tm, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := StampOf(tm); got != want {
			t.Errorf("%s is %016x, want %016x", text, uint64(got), uint64(want))
		}
		if back := want.Time(); !back.Equal(tm) {
			t.Errorf("%016x is %s, want %s", uint64(want), back, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(make([]byte, Size))
	f.Add(Packet{Leap: 3, Version: 4, Mode: 3, Transmit: 1 << 63}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(b)
		if err != nil {
			return
		}
		again, err := Parse(p.Append(nil))
		if err != nil || again != p {
			t.Fatalf("%+v came back as %+v, %v", p, again, err)
		}
		for _, s := range []Stamp{p.Originate, p.Receive, p.Transmit, p.Synced} {
			// A stamp is finer than a nanosecond: at most that is lost.
			if d := int64(s - StampOf(s.Time())); d < 0 || d > 8 {
				t.Fatalf("%016x came back as %016x", uint64(s), uint64(StampOf(s.Time())))
			}
		}
	})
}

// Whatever a guest sends, in whatever pieces: what is not a request is handed
// on, in order, and no more answers are sent than there were requests.
func FuzzServer(f *testing.F) {
	f.Add(request, uint8(48), uint8(5), false)
	f.Add(slices.Concat(request, []byte{22, 3, 3}), uint8(7), uint8(1), false)
	f.Add(slices.Concat(request, request[:9]), uint8(48), uint8(200), true)
	f.Fuzz(func(t *testing.T, sent []byte, cut, room uint8, datagram bool) {
		l := &line{datagram: datagram}
		for piece := range slices.Chunk(sent, int(cut)+1) {
			l.arriving = append(l.arriving, piece)
		}
		got := drain(server(l, Good), int(room)+1)
		if answered := Size * len(l.sent); len(got)+answered > len(sent) || !datagram && len(got) > 0 && !bytes.HasSuffix(sent, got) {
			t.Fatalf("of %x handed on %x, %d answers", sent, got, len(l.sent))
		}
		for _, b := range l.sent {
			if _, err := Parse(b); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// line is a wire that holds what arrives, in the pieces it comes in.
type line struct {
	arriving [][]byte
	sent     [][]byte
	datagram bool
}

func (l *line) Send(p []byte) int {
	l.sent = append(l.sent, bytes.Clone(p))
	return len(p)
}

func (l *line) Recv(p []byte, _ uint32) int {
	if len(l.arriving) == 0 {
		return emu.RecvWouldBlock
	}
	n := copy(p, l.arriving[0])
	if l.arriving[0] = l.arriving[0][n:]; len(l.arriving[0]) == 0 || l.datagram {
		l.arriving = l.arriving[1:]
	}
	return n
}

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func server(l *line, answers ...string) *Server {
	return NewServer(l, l.datagram, func() time.Time { return noon }, answers)
}

// drain takes all there is, in pieces of n bytes.
func drain(s *Server, n int) (all []byte) {
	p := make([]byte, n)
	for {
		got := s.Recv(p, 0)
		if got <= 0 {
			return all
		}
		all = append(all, p[:got]...)
	}
}

var request = Packet{Version: 4, Mode: modeClient, Transmit: 0xdeadbeef_01020304}.Append(nil)

// Requests are answered and everything from TLS's first byte on handed on,
// wherever the stream is cut.
func TestServerOnAStream(t *testing.T) {
	tls := []byte{22, 3, 3, 0, 5, 1, 2, 3, 4, 5}
	all := slices.Concat(request, request, tls, request, tls)
	for cut := range all {
		l := &line{arriving: slices.DeleteFunc([][]byte{bytes.Clone(all[:cut]), bytes.Clone(all[cut:])}, func(b []byte) bool { return len(b) == 0 })}
		s := server(l, Kiss, Good)
		if got := drain(s, 5); !bytes.Equal(got, slices.Concat(tls, request, tls)) {
			t.Fatalf("cut at %d: %d bytes were handed on: %x", cut, len(got), got)
		}
		if len(l.sent) != 2 || l.sent[0][1] != 0 || string(l.sent[0][12:16]) != "DENY" {
			t.Fatalf("cut at %d: %d answers: %x", cut, len(l.sent), l.sent)
		}
		p, err := Parse(l.sent[1])
		if err != nil || p.Originate != 0xdeadbeef_01020304 || p.Mode != modeServer || p.Stratum != 2 || !p.Transmit.Time().Equal(noon) {
			t.Fatalf("cut at %d: %+v, %v", cut, p, err)
		}
	}
}

func TestServerOfDatagrams(t *testing.T) {
	hello := []byte{22, 0xfe, 0xfd, 0}
	l := &line{datagram: true, arriving: [][]byte{request, hello, request, request[:47], {19}}}
	if got := drain(server(l, Lost, Good), 2000); !bytes.Equal(got, slices.Concat(hello, request[:47], []byte{19})) {
		t.Errorf("handed on: %x", got)
	}
	if len(l.sent) != 1 {
		t.Errorf("%d answers", len(l.sent))
	}
}

// Each answer is wrong in what it is called by, and in nothing else.
func TestAnswers(t *testing.T) {
	good := Packet{Version: 4, Mode: modeServer, Stratum: 2, Reference: [4]byte{192, 0, 2, 1}, Originate: 0xdeadbeef_01020304,
		Receive: StampOf(noon), Transmit: StampOf(noon), Synced: StampOf(noon.Add(-time.Minute))}
	for _, name := range Answers() {
		want := good
		switch name {
		case Originate:
			want.Originate++
		case Mode:
			want.Mode = 5
		case Version:
			want.Version = 2
		case Kiss:
			want.Stratum, want.Reference = 0, [4]byte{'D', 'E', 'N', 'Y'}
		case Unsynchronised:
			want.Leap = 3
		case Zero:
			want.Transmit = 0
		case Delay:
			want.Transmit = StampOf(noon.Add(time.Hour))
		}
		l := &line{arriving: [][]byte{bytes.Clone(request)}}
		drain(server(l, name), 5)
		switch {
		case name == Lost:
			if len(l.sent) != 0 {
				t.Errorf("%s: was sent", name)
			}
		case name == Length:
			if len(l.sent) != 1 || len(l.sent[0]) != 40 {
				t.Errorf("%s: %x", name, l.sent)
			}
		default:
			if p, err := Parse(l.sent[0]); err != nil || p != want {
				t.Errorf("%s: %+v, %v, want %+v", name, p, err, want)
			}
		}
	}
}

// Time is the stamp's, in 1968 to 2104, to the nanosecond below.
func (s Stamp) Time() time.Time {
	sec, era := int64(s>>32), int64(era1)
	if s>>63 == 1 {
		era = era0
	}
	return time.Unix(sec+era, int64((uint64(s)&0xffffffff)*1_000_000_000>>32)).UTC()
}
