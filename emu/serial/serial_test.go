package serial

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/frame"
	"tlslab/internal/testutil"
)

// The constants of core/port/link_packet.h are those of this package.
func TestPortPackets(t *testing.T) {
	h, err := os.ReadFile("../../core/port/link_packet.h")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"SYNC": fmt.Sprintf("%#xu", syncByte), "HEAD": fmt.Sprintf("%du", headBytes), "PAYLOAD": fmt.Sprintf("%du", payloadMost), "CRC": fmt.Sprintf("%du", crcBytes),
		"FIRST": fmt.Sprintf("0x%02xu", byte(flagFirst)), "START": fmt.Sprintf("0x%02xu", byte(flagStart)), "MORE": fmt.Sprintf("0x%02xu", byte(flagMore)),
		"NEXT": fmt.Sprintf("0x%02xu", byte(flagNext)), "WAIT": fmt.Sprintf("0x%02xu", byte(flagWait)), "STOP": fmt.Sprintf("0x%02xu", byte(flagStop)), "HOST": fmt.Sprintf("0x%02xu", byte(flagHost)),
	} {
		if !strings.Contains(string(h), "#define LINK_"+name+" "+value) {
			t.Errorf("link_packet.h has no LINK_%s %s", name, value)
		}
	}
}

// feedAll is what a decoder finds in b, fed in pieces of n bytes.
func feedAll(b []byte, n int) (found []string, d decoder) {
	for len(b) > 0 {
		k := min(n, len(b))
		d.feed(b[:k], func(p packet) { found = append(found, fmt.Sprintf("%d:%s", p.number, p.payload)) })
		b = b[k:]
	}
	return found, d
}

func TestDecoder(t *testing.T) {
	one := packet{flagStart, 1, []byte("hello")}.append(nil)
	two := packet{flagMore, 2, nil}.append(nil)
	harmed := bytes.Clone(one)
	harmed[7] ^= 4
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"two", append(bytes.Clone(one), two...), "[1:hello 2:]"},
		{"noise", append([]byte{1, syncByte, syncByte, 9}, one...), "[1:hello]"},
		{"harmed", append(harmed, two...), "[2:]"},
		{"cut off", append(bytes.Clone(one[:9]), append(two, append(one, two...)...)...), "[2: 1:hello 2:]"},
		{"half", one[:10], "[]"},
	} {
		for _, n := range []int{1, 3, 1000} {
			if got, _ := feedAll(c.in, n); fmt.Sprint(got) != c.want {
				t.Errorf("%s, %d at a time: %v, want %s", c.name, n, got, c.want)
			}
		}
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add(packet{flagFirst, 1, []byte("payload")}.append([]byte{syncByte}))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, d := feedAll(in, len(in)+1)
		if pieces, _ := feedAll(in, 7); fmt.Sprint(pieces) != fmt.Sprint(whole) {
			t.Fatalf("whole %v, in pieces %v", whole, pieces)
		}
		if len(d.buffer) >= packetMost {
			t.Fatalf("%d bytes are kept: a packet has %d", len(d.buffer), packetMost)
		}
	})
}

// A board that says nothing, one that says something else, a port that goes
// away and a guest that sends no messages are four errors.
func TestLineErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		far  func(net.Conn)
		want string
	}{
		{"silent", func(net.Conn) {}, "host: /dev/x: nothing came in 100ms"},
		{"noise", func(c net.Conn) { c.Write([]byte("login: ")) }, "host: /dev/x: 7 bytes came in 100ms and none was part of a message"},
		{"gone", func(c net.Conn) { c.Close() }, "host: /dev/x: the port is gone"},
		{"no message", func(c net.Conn) { c.Write(packet{flagFirst | flagStart, 1, []byte("hello, hello, hello")}.append(nil)) },
			"guest: not a message of the host contract: kind 104"},
	} {
		t.Run(c.name, func(t *testing.T) {
			near, far := net.Pipe()
			defer far.Close()
			l := newLink(near, "/dev/x", 9600, 100*time.Millisecond)
			defer l.Close()
			go c.far(far)
			_, err := l.Next()
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			var he *emu.HostError
			if !errors.As(err, &he) && c.name != "no message" {
				t.Errorf("%T is no error of the host", err)
			}
		})
	}
}

// A packet that comes again is answered again, while the lab is busy and after.
func TestAskedAgain(t *testing.T) {
	near, far := net.Pipe()
	l := newLink(near, "/dev/x", 9600, testutil.Patience)
	defer l.Close()
	defer far.Close()
	ask := packet{flagFirst | flagStart, 1, append([]byte{byte(frame.Monotonic), 0, 0, 0, 0, 0, 0, 0}, make([]byte, 8)...)}.append(nil)
	answer := func() packet {
		t.Helper()
		var d decoder
		var got []packet
		b := make([]byte, 256)
		for len(got) == 0 {
			far.SetReadDeadline(time.Now().Add(testutil.Patience))
			n, err := far.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			d.feed(b[:n], func(p packet) { got = append(got, packet{p.flags, p.number, bytes.Clone(p.payload)}) })
		}
		return got[0]
	}
	far.Write(ask)
	if m, err := l.Next(); err != nil || m.Kind != frame.Monotonic {
		t.Fatalf("%+v, %v", m, err)
	}
	go far.Write(ask)
	if p := answer(); p.flags != flagWait|flagHost || p.number != 1 {
		t.Errorf("while it is busy: %+v", p)
	}
	go l.Answer(7, bytes.Repeat([]byte{5}, 200))
	first := answer()
	go far.Write(ask)
	if again := answer(); first.flags != flagMore|flagHost || len(first.payload) != payloadMost || !bytes.Equal(again.payload, first.payload) {
		t.Errorf("first %+v, again %+v", first, again)
	}
	go far.Write(packet{flagNext, 2, nil}.append(nil))
	if rest := answer(); rest.flags != flagHost || rest.number != 2 || len(rest.payload) != 8+200-payloadMost {
		t.Errorf("the rest: %+v", rest)
	}
}

func TestPorts(t *testing.T) {
	for text, want := range map[string]string{
		"/dev/ttyACM0": "", "/dev/ttyACM0,baud=9600": "", "": "want PATH[,baud=N]", "/dev/x,9600": `unknown option "9600"; allowed: baud=N`,
		"/dev/x,baud=1": "not a number in 300..12000000", "/dev/x,baud=fast": "not a number in",
	} {
		if _, _, err := ParsePort(text); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := openPort(os.DevNull, 9600); err == nil || !strings.Contains(err.Error(), "not a serial port") {
		t.Errorf("%s: %v", os.DevNull, err)
	}
	if _, err := New(&boards.Board{Name: "none"}, "/dev/x"); err == nil || !strings.Contains(err.Error(), "board none: has no [uart]") {
		t.Errorf("a board without a port: %v", err)
	}
	b := &boards.Board{Name: "b", CPU: "cortex-m4", ClockHz: 1e8, UART: &boards.UART{Baud: 115200}, Regions: []boards.Region{{Kind: boards.KindFlash}, {Kind: boards.KindRAM}}}
	m, err := New(b, "/dev/none")
	if err != nil || m.Units().Ops != "cycles" || m.Target().Link != core.LinkUART {
		t.Fatalf("%+v, %v", m, err)
	}
}
