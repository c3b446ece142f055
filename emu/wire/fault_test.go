package wire

import (
	"strings"
	"testing"

	"tlslab/emu"
)

// both are a wire with six bytes from the server under way in two segments,
// and one with two datagrams.
func both() (stream, datagrams *Wire) {
	stream, datagrams = New(Spec{MTU: 3}), New(Spec{Datagram: true})
	stream.Server().Send([]byte("abcdef"))
	datagrams.Server().Send([]byte("abc"))
	datagrams.Server().Send([]byte("def"))
	return stream, datagrams
}

// all takes all there is, with each result of Recv; it stops when nothing came twice.
func all(e *End) (got []string) {
	for blocked := 0; blocked < 2; {
		s, n := recv(e, 10, 0)
		switch n {
		case emu.RecvWouldBlock:
			blocked++
			got = append(got, "-")
		case emu.RecvEOF:
			return append(got, "EOF")
		default:
			blocked = 0
			got = append(got, s)
		}
	}
	return got
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for at, want := range map[int64][]string{0: {"EOF"}, 2: {"ab", "EOF"}, 3: {"abc", "EOF"}, 4: {"abcd", "EOF"}} {
		w, _ := both()
		w.Server().Cut(at)
		same(t, "stream", all(w.Client()), want...)
		if n := w.Server().Send([]byte("x")); n != emu.RecvError {
			t.Errorf("cut at %d: the server could still send: %d", at, n)
		}
	}
	// What is not sent yet: the Send that reaches the cut takes a part.
	w, _ := both()
	w.Server().Cut(8)
	if n := w.Server().Send([]byte("ghi")); n != 2 {
		t.Errorf("sent %d, want 2", n)
	}
	if n := w.Server().Send([]byte("i")); n != emu.RecvError {
		t.Errorf("sent %d behind the cut", n)
	}
	same(t, "later", all(w.Client()), "abcdefgh", "EOF")
	_, d := both()
	d.Server().Cut(3)
	if n := d.Server().Send([]byte("ghi")); n != 3 {
		t.Errorf("a datagram behind the cut: %d, want it taken", n)
	}
	same(t, "datagrams", all(d.Client()), "abc", "-", "-")
}

func TestFlip(t *testing.T) {
	for _, w := range func() []*Wire { s, d := both(); return []*Wire{s, d} }() {
		before := w.Clone()
		if !w.Server().Flip(4, 0x01) || w.Server().Flip(6, 1) || w.Client().Flip(0, 1) {
			t.Error("there are six bytes from the server under way, and none from the client")
		}
		if w.Same(before) {
			t.Error("a flipped bit, and the wires are the same")
		}
		w.Server().Flip(4, 0x01)
		if !w.Same(before) {
			t.Error("flipped back, and the wires are not the same")
		}
		w.Server().Flip(4, 0x80)
		if got := strings.Join(all(before.Client()), ""); got != "abcdef--" {
			t.Errorf("the clone has %q", got)
		}
	}
}

func TestSplit(t *testing.T) {
	w, d := both()
	golden := w.Clone()
	if !w.Server().Split(4) || w.Server().Split(6) {
		t.Error("there are six bytes under way")
	}
	if w.Same(golden) {
		t.Error("a pause to come, and the wires are the same")
	}
	same(t, "stream", all(w.Client()), "abcd", "-", "ef", "-", "-")
	d.Server().Split(4)
	same(t, "datagrams", all(d.Client()), "abc", "d", "ef", "-", "-")
	w, _ = both()
	w.Client().Trickle(false, true)
	same(t, "every byte", all(w.Client()), "-", "a", "-", "b", "-", "c", "-", "d", "-", "e", "-", "f", "-", "-")
	w, _ = both()
	w.Client().SplitSend(2)
	for _, want := range []int{2, 4} {
		if n := w.Client().Send([]byte("abcd")); n != want {
			t.Errorf("sent %d, want %d", n, want)
		}
	}
	w.Client().Trickle(true, false)
	for range 3 {
		if n := w.Client().Send([]byte("abc")); n != 1 {
			t.Errorf("sent %d, want a byte at a time", n)
		}
	}
}

// TestClone: a clone goes on by itself and as the other would have, in trouble too.
func TestClone(t *testing.T) {
	w := New(Spec{Datagram: true, RTTUS: 5000, Seed: 3, ToServer: Trouble{LossPct: 30, ReorderPct: 30, DuplicatePct: 30, CorruptPct: 30}})
	for i := range 20 {
		w.Client().Send([]byte{byte(i), 1, 2, 3})
	}
	c := w.Clone()
	if !w.Same(c) {
		t.Fatal("a clone is not the same")
	}
	w.Client().Send([]byte("one more"))
	if w.Same(c) {
		t.Error("one has sent more, and they are the same")
	}
	c.Client().Send([]byte("one more"))
	for range 50 {
		w.Client().Send([]byte("and more"))
		c.Client().Send([]byte("and more"))
	}
	if !w.Same(c) {
		t.Error("both went through the same and differ")
	}
}
