package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tlslab/emu"
)

func TestDatagramBoundaries(t *testing.T) {
	w := New(Spec{RTTUS: 2000, MTU: 100, Datagram: true})
	w.Client().Send([]byte("first"))
	w.Client().Send([]byte("second"))
	if n := w.Client().Send(nil); n != 0 {
		t.Errorf("an empty one: %d", n)
	}
	if _, n := recv(w.Server(), 100, 0); n != emu.RecvWouldBlock {
		t.Fatalf("early: %d", n)
	}
	advance(t, w, 1000)
	if s, _ := recv(w.Server(), 100, 0); s != "first" {
		t.Errorf("got %q", s)
	}
	if s, _ := recv(w.Server(), 3, 0); s != "sec" {
		t.Errorf("got %q", s)
	}
	if _, n := recv(w.Server(), 100, 0); n != emu.RecvWouldBlock {
		t.Errorf("the rest of a cut one is lost: %d", n)
	}
	if n := w.Client().Send(make([]byte, 101)); n != emu.RecvError {
		t.Errorf("above the MTU: %d", n)
	}
	if n := w.Client().Send(make([]byte, 100)); n != 100 {
		t.Errorf("the MTU: %d", n)
	}
	if w.Bytes() != 111 {
		t.Errorf("%d bytes sent", w.Bytes())
	}
}

// The end of a datagram's sender is not reported; the timeout ends the wait.
func TestDatagramNoEOF(t *testing.T) {
	w := New(Spec{Datagram: true})
	w.Client().Close()
	if n := w.Client().Send([]byte("x")); n != emu.RecvError {
		t.Errorf("send after close: %d", n)
	}
	recv(w.Server(), 1, 5)
	advance(t, w, 5000)
	if _, n := recv(w.Server(), 1, 5); n != emu.RecvTimeout {
		t.Errorf("got %d", n)
	}
	if n := w.Server().Send([]byte("x")); n != 1 {
		t.Errorf("to nobody: %d", n)
	}
	recv(w.Server(), 1, 0)
	if err := w.Advance(); !errors.Is(err, emu.ErrTimeout) {
		t.Errorf("both wait: %v", err)
	}
}

// A timer that lets the guest send ends its wait.
func TestDatagramSendEndsWait(t *testing.T) {
	w := New(Spec{Datagram: true})
	recv(w.Client(), 1, 10)
	advance(t, w, 10_000)
	w.Client().Send([]byte("again"))
	if _, n := recv(w.Client(), 1, 20); n != emu.RecvWouldBlock {
		t.Fatalf("a new wait: %d", n)
	}
	advance(t, w, 30_000)
	if _, n := recv(w.Client(), 1, 20); n != emu.RecvTimeout {
		t.Errorf("at its end: %d", n)
	}
}

// fates sends n numbered datagrams from one end and returns those that
// arrived, in order, and what became of each.
func fates(t *testing.T, spec Spec, from, n int) (arrived []uint32, all []Fate) {
	t.Helper()
	w := New(spec)
	w.OnDatagram = func(id int, p []byte, f Fate) {
		if id != from || len(p) != 4 {
			t.Fatalf("told of %d bytes from %d", len(p), id)
		}
		all = append(all, f)
	}
	for i := range n {
		if k := w.ends[from].Send(binary.LittleEndian.AppendUint32(nil, uint32(i))); k != 4 {
			t.Fatalf("sent %d", k)
		}
	}
	for {
		p := make([]byte, 8)
		k := w.ends[1-from].Recv(p, 0)
		if k == 4 {
			arrived = append(arrived, binary.LittleEndian.Uint32(p))
			continue
		}
		if k != emu.RecvWouldBlock {
			t.Fatalf("received %d", k)
		}
		if w.Advance() != nil {
			return arrived, all
		}
	}
}

func count(all []Fate, is func(Fate) bool) (n int) {
	for _, f := range all {
		if is(f) {
			n++
		}
	}
	return n
}

// Each rate is kept, within what 10,000 draws allow (four standard deviations
// are below 2 %), and in the direction it is for alone.
func TestTroubleRates(t *testing.T) {
	const n = 10_000
	for _, pct := range []int{0, 1, 10, 30, 100} {
		near := func(what string, got int) {
			t.Helper()
			if want := n * pct / 100; got < want-200 || got > want+200 || pct == 0 && got > 0 || pct == 100 && got < n {
				t.Errorf("%s at %d %%: %d of %d", what, pct, got, n)
			}
		}
		spec := Spec{RTTUS: 20_000, Datagram: true, Seed: 7, ToClient: Trouble{LossPct: pct}}
		arrived, all := fates(t, spec, 1, n)
		near("loss", n-len(arrived))
		near("loss", count(all, func(f Fate) bool { return f.Lost }))
		if arrived, _ := fates(t, spec, 0, n); len(arrived) != n {
			t.Errorf("%d of %d arrived the other way", len(arrived), n)
		}
		spec.ToClient = Trouble{DuplicatePct: pct}
		arrived, _ = fates(t, spec, 1, n)
		near("duplicates", len(arrived)-n)
		spec.ToClient = Trouble{ReorderPct: pct}
		arrived, all = fates(t, spec, 1, n)
		near("reordered", count(all, func(f Fate) bool { return f.Reordered }))
		if sorted := slices.IsSorted(arrived); sorted != (pct == 0) || len(arrived) != n {
			t.Errorf("reordering %d %%: %d of %d arrived, in order %v", pct, len(arrived), n, sorted)
		}
		spec.ToClient = Trouble{CorruptPct: pct}
		arrived, _ = fates(t, spec, 1, n)
		wrong := 0
		for i, v := range arrived {
			if d := v ^ uint32(i); d != 0 {
				wrong++
				if d&(d-1) != 0 {
					t.Fatalf("%08x for %08x: more than a bit", v, i)
				}
			}
		}
		near("corrupted", wrong)
	}
}

// What is lost at a low rate is lost at every higher one, whatever else goes
// wrong: only so is a figure over rates smooth.
func TestLossIsNested(t *testing.T) {
	lost := func(pct int) (out []int) {
		_, all := fates(t, Spec{Datagram: true, Seed: 3, ToServer: Trouble{LossPct: pct, ReorderPct: pct}}, 0, 500)
		for i, f := range all {
			if f.Lost {
				out = append(out, i)
			}
		}
		return out
	}
	ten, thirty := lost(10), lost(30)
	for _, i := range ten {
		if !slices.Contains(thirty, i) {
			t.Errorf("datagram %d is lost at 10 %% and not at 30 %%", i)
		}
	}
	if len(ten) == 0 || len(ten) >= len(thirty) {
		t.Errorf("%d lost at 10 %%, %d at 30 %%", len(ten), len(thirty))
	}
}

// Random traffic over bad links, twice: the same arrivals at the same times,
// nothing that was not sent, nothing before its time.
func TestDatagramTraffic(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(40) {
		a, b := datagrams(t, seed), datagrams(t, seed)
		if a != b {
			t.Fatalf("seed %d: two runs differ:\n%s\n%s", seed, a, b)
		}
		seen[a] = true
	}
	if len(seen) < 40 {
		t.Errorf("40 seeds gave %d runs", len(seen))
	}
}

func datagrams(t *testing.T, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(v ...int64) int64 { return v[r.IntN(len(v))] }
	trouble := func() Trouble {
		return Trouble{LossPct: r.IntN(31), ReorderPct: r.IntN(31), DuplicatePct: r.IntN(31)}
	}
	spec := Spec{RTTUS: pick(0, 1, 20_001), RateBPS: pick(0, 9600, 1_000_003), MTU: int(pick(64, 536, 1460)),
		Datagram: true, ToServer: trouble(), ToClient: trouble(), Seed: seed}
	w := New(spec)
	sentAt := map[string]int64{}
	var log bytes.Buffer
	for i := range 400 {
		end := r.IntN(2)
		switch r.IntN(3) {
		case 0:
			p := make([]byte, 8+r.IntN(spec.MTU-8))
			binary.LittleEndian.PutUint64(p, uint64(i)<<1|uint64(end))
			if n := w.ends[end].Send(p); n != len(p) {
				t.Fatalf("seed %d: sent %d of %d", seed, n, len(p))
			}
			sentAt[string(p)] = w.NowUS()
		case 1:
			p := make([]byte, 2000)
			n := w.ends[end].Recv(p, uint32(r.IntN(50)))
			fmt.Fprintln(&log, i, end, n, w.NowUS())
			if n <= 0 {
				continue
			}
			at, ok := sentAt[string(p[:n])]
			if !ok || int(p[0]&1) == end {
				t.Fatalf("seed %d: a datagram that the other end did not send", seed)
			}
			if w.NowUS() < at+spec.RTTUS/2 {
				t.Fatalf("seed %d: sent at %d us, here at %d us", seed, at, w.NowUS())
			}
		default:
			if err := w.Advance(); err != nil && !errors.Is(err, emu.ErrTimeout) {
				t.Fatal(err)
			}
		}
	}
	return log.String()
}

func TestDatagramBound(t *testing.T) {
	w := New(Spec{Datagram: true})
	for range maxDatagrams {
		if w.Client().Send([]byte("x")) != 1 {
			t.Fatal("refused too early")
		}
		recv(w.Server(), 1, 0)
	}
	if n := w.Client().Send([]byte("x")); n != emu.RecvError {
		t.Errorf("one too many: %d", n)
	}
}
