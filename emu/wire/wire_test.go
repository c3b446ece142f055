package wire

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"tlslab/emu"
)

// recv takes what there is, at most n bytes.
func recv(e *End, n int, timeoutMS uint32) (string, int) {
	p := make([]byte, n)
	k := e.Recv(p, timeoutMS)
	return string(p[:max(k, 0)]), k
}

func advance(t *testing.T, w *Wire, wantUS int64) {
	t.Helper()
	if err := w.Advance(); err != nil {
		t.Fatal(err)
	}
	if w.NowUS() != wantUS {
		t.Fatalf("time is %d us, want %d", w.NowUS(), wantUS)
	}
}

func TestLatency(t *testing.T) {
	w := New(Spec{RTTUS: 40_000})
	if n := w.Client().Send([]byte("hello")); n != 5 {
		t.Fatalf("sent %d", n)
	}
	if _, n := recv(w.Server(), 10, 0); n != emu.RecvWouldBlock {
		t.Errorf("early: %d", n)
	}
	advance(t, w, 20_000)
	if s, n := recv(w.Server(), 3, 0); s != "hel" || n != 3 {
		t.Errorf("got %q, %d", s, n)
	}
	if s, _ := recv(w.Server(), 10, 0); s != "lo" {
		t.Errorf("got %q", s)
	}
	if _, n := recv(w.Server(), 10, 0); n != emu.RecvWouldBlock {
		t.Errorf("after the end: %d", n)
	}
}

// 10,000 bytes at 8 Mbit/s are 10,000 us; segments queue one behind the other.
func TestRateAndMTU(t *testing.T) {
	w := New(Spec{RTTUS: 2000, RateBPS: 8_000_000, MTU: 1000})
	w.Client().Send(make([]byte, 2500))
	for _, c := range []struct {
		at int64
		n  int
	}{{1000 + 1000, 1000}, {2000 + 1000, 1000}, {2500 + 1000, 500}} {
		if _, n := recv(w.Server(), 5000, 0); n != emu.RecvWouldBlock {
			t.Fatalf("before %d us: %d", c.at, n)
		}
		advance(t, w, c.at)
		if _, n := recv(w.Server(), 5000, 0); n != c.n {
			t.Fatalf("at %d us: %d bytes, want %d", c.at, n, c.n)
		}
	}
	// Directions don't share a transmitter; an idle one starts at once.
	w.Server().Send(make([]byte, 100))
	if _, n := recv(w.Client(), 100, 0); n != emu.RecvWouldBlock {
		t.Fatal(n)
	}
	advance(t, w, 3500+100+1000)
}

// A part of a microsecond is a whole one: 1 byte at 3 Mbit/s is 2.67 us.
func TestRateRoundsUp(t *testing.T) {
	w := New(Spec{RateBPS: 3_000_000})
	w.Client().Send([]byte("ab")) // 5.33 us
	recv(w.Server(), 1, 0)
	advance(t, w, 6)
}

func TestTimeout(t *testing.T) {
	w := New(Spec{RTTUS: 100_000})
	if _, n := recv(w.Client(), 1, 30); n != emu.RecvWouldBlock {
		t.Fatal(n)
	}
	// The deadline counts from the first call, and does not move.
	recv(w.Client(), 1, 99)
	advance(t, w, 30_000)
	if _, n := recv(w.Client(), 1, 30); n != emu.RecvTimeout {
		t.Errorf("at the deadline: %d", n)
	}
	// A new wait starts anew.
	if _, n := recv(w.Client(), 1, 30); n != emu.RecvWouldBlock {
		t.Errorf("a new wait: %d", n)
	}
	w.Server().Send([]byte("x")) // arrives at 80 ms, the deadline is 60 ms
	advance(t, w, 60_000)
	if _, n := recv(w.Client(), 1, 30); n != emu.RecvTimeout {
		t.Errorf("second deadline: %d", n)
	}
	recv(w.Client(), 1, 20)
	advance(t, w, 80_000) // both at once: data wins
	if s, _ := recv(w.Client(), 1, 20); s != "x" {
		t.Errorf("got %q", s)
	}
}

func TestEOF(t *testing.T) {
	w := New(Spec{RTTUS: 10})
	w.Client().Send([]byte("bye"))
	w.Client().Close()
	w.Client().Close() // twice is once
	if n := w.Client().Send([]byte("x")); n != emu.RecvError {
		t.Errorf("send after close: %d", n)
	}
	recv(w.Server(), 10, 0)
	advance(t, w, 5)
	if s, _ := recv(w.Server(), 10, 0); s != "bye" {
		t.Errorf("got %q", s)
	}
	for range 3 {
		if _, n := recv(w.Server(), 10, 0); n != emu.RecvEOF {
			t.Errorf("after the data: %d", n)
		}
	}
	if n := w.Server().Send([]byte("half open")); n != 9 {
		t.Errorf("the other direction: %d", n)
	}
}

func TestInFlightBound(t *testing.T) {
	w := New(Spec{})
	big := make([]byte, maxInFlight)
	if n := w.Client().Send(big); n != len(big) {
		t.Fatalf("sent %d", n)
	}
	if n := w.Client().Send([]byte("x")); n != emu.RecvError {
		t.Errorf("one too many: %d", n)
	}
	if _, n := recv(w.Server(), 10, 0); n != 10 {
		t.Fatal(n)
	}
	if n := w.Client().Send([]byte("0123456789")); n != 10 {
		t.Errorf("after a read of 10: %d", n)
	}
	if n := w.Server().Send(big); n != len(big) {
		t.Errorf("the other direction: %d", n)
	}
	if want := int64(2*maxInFlight + 10); w.Bytes() != want {
		t.Errorf("%d bytes sent, want %d", w.Bytes(), want)
	}
}

func TestAdvanceBothWait(t *testing.T) {
	w := New(Spec{RTTUS: 10})
	if err := w.Advance(); !errors.Is(err, emu.ErrTimeout) {
		t.Errorf("nothing at all: %v", err)
	}
	recv(w.Client(), 1, 0)
	recv(w.Server(), 1, 0)
	if err := w.Advance(); !errors.Is(err, emu.ErrTimeout) || w.NowUS() != 0 {
		t.Errorf("both wait: %v", err)
	}
	w.Server().Send([]byte("x"))
	advance(t, w, 5)
}

func TestFlights(t *testing.T) {
	w := New(Spec{})
	for _, e := range []*End{w.Client(), w.Client(), w.Server(), w.Client(), w.Client(), w.Server()} {
		e.Send([]byte("x"))
	}
	w.Client().Send(nil)
	if w.Flights() != 4 {
		t.Errorf("%d flights, want 4", w.Flights())
	}
}

func TestSenderKeepsItsBuffer(t *testing.T) {
	w := New(Spec{})
	p := []byte("abc")
	w.Client().Send(p)
	p[0] = 'x'
	if s, _ := recv(w.Server(), 3, 0); s != "abc" {
		t.Errorf("got %q", s)
	}
}

// Random traffic both ways over random links: every byte arrives once, in
// order, never before its time by latency and rate; and twice the same.
func TestTraffic(t *testing.T) {
	for seed := range uint64(60) {
		a, b := traffic(t, seed), traffic(t, seed)
		if a != b {
			t.Fatalf("seed %d: ended at %d us and at %d us", seed, a, b)
		}
	}
}

func traffic(t *testing.T, seed uint64) int64 {
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(v ...int64) int64 { return v[r.IntN(len(v))] }
	spec := Spec{RTTUS: pick(0, 1, 20_001), RateBPS: pick(0, 9600, 1_000_003), MTU: int(pick(0, 7, 536, 1460))}
	w := New(spec)
	var sent, got [2]bytes.Buffer
	var sizes [2][]int64 // when the byte was sent, per byte
	for range 300 {
		from := r.IntN(2)
		switch r.IntN(3) {
		case 0:
			p := make([]byte, r.IntN(3000))
			for i := range p {
				p[i] = byte(r.Uint32())
			}
			if n := w.ends[from].Send(p); n != len(p) {
				t.Fatalf("seed %d: sent %d of %d", seed, n, len(p))
			}
			for range p {
				sizes[from] = append(sizes[from], w.NowUS())
			}
			sent[from].Write(p)
		case 1:
			take(t, w, spec, from, &got, &sizes, r.IntN(4000))
		default:
			if err := w.Advance(); err != nil && !errors.Is(err, emu.ErrTimeout) {
				t.Fatal(err)
			}
		}
	}
	for i := range w.ends {
		w.ends[i].Close()
	}
	for open := 2; open > 0; {
		open = 0
		for from := range 2 {
			if n := take(t, w, spec, from, &got, &sizes, 1+r.IntN(4000)); n != emu.RecvEOF {
				open++
			}
		}
		if err := w.Advance(); err != nil && open > 0 && !errors.Is(err, emu.ErrTimeout) {
			t.Fatal(err)
		}
	}
	for from := range 2 {
		if !bytes.Equal(sent[from].Bytes(), got[from].Bytes()) {
			t.Fatalf("seed %d: %d bytes sent, %d other bytes received", seed, sent[from].Len(), got[from].Len())
		}
	}
	return w.NowUS()
}

// take receives at the end opposite from, and holds the times.
func take(t *testing.T, w *Wire, spec Spec, from int, got *[2]bytes.Buffer, sentAt *[2][]int64, n int) int {
	t.Helper()
	p := make([]byte, n)
	k := w.ends[1-from].Recv(p, 0)
	for i := range max(k, 0) {
		at := sentAt[from][got[from].Len()+i]
		if w.NowUS() < at+spec.RTTUS/2 {
			t.Fatalf("a byte sent at %d us is here at %d us", at, w.NowUS())
		}
	}
	if k > 0 {
		got[from].Write(p[:k])
		// The whole stream so far can't have come faster than the rate.
		if spec.RateBPS > 0 && w.NowUS()*spec.RateBPS < int64(got[from].Len())*8*1_000_000 {
			t.Fatalf("%d bytes in %d us are over %d bit/s", got[from].Len(), w.NowUS(), spec.RateBPS)
		}
	}
	return k
}

func TestSpecString(t *testing.T) {
	if s := (Spec{RTTUS: 1, RateBPS: 2, MTU: 3}).String(); s != "RTT 1 us, 2 bit/s, MTU 3 B" {
		t.Error(s)
	}
}

// What is counted anew begins with a flight of its own, whoever sent last.
func TestCountAnew(t *testing.T) {
	w := New(Spec{})
	w.Client().Send([]byte("one"))
	w.Server().Send([]byte("three"))
	w.Client().Send([]byte("two"))
	w.CountAnew()
	w.Client().Send([]byte("four"))
	if w.Bytes() != 4 || w.Flights() != 1 {
		t.Errorf("%d bytes, %d flights; want 4 and 1", w.Bytes(), w.Flights())
	}
}

// TestClosedWaits: an end that was waiting with a timer when it closed does not
// stop the clock for the other.
func TestClosedWaits(t *testing.T) {
	w := New(Spec{Datagram: true})
	recv(w.Server(), 10, 1)
	recv(w.Client(), 10, 5)
	advance(t, w, 1000)
	w.Server().Close()
	advance(t, w, 5000)
	if _, n := recv(w.Client(), 10, 5); n != emu.RecvTimeout {
		t.Errorf("%d, want the timeout", n)
	}
}
