package fault

import (
	"strings"
	"testing"
)

// record is a record of a stream, or with an epoch of datagrams.
func record(kind byte, body string, epoch ...byte) []byte {
	b := []byte{kind, 3, 3}
	if len(epoch) > 0 {
		b = append(b, 0, epoch[0], 0, 0, 0, 0, 0, 1)
	}
	return append(append(b, 0, byte(len(body))), body...)
}

func TestLayout(t *testing.T) {
	hello, ccs, finished := record(22, "\x02\x00\x00\x01x"), record(20, "\x01"), record(22, "sealed")
	// Records may be sent in any pieces.
	all := Layout([][]byte{append(hello, ccs[:3]...), append(ccs[3:], finished...), {1, 2}}, false, 0)
	for i, want := range map[int]Byte{
		0:  {Part: ContentType, Sealed: false, Type: 22, Message: 2},
		2:  {Part: Version, Sealed: false, Type: 22, Message: 2},
		3:  {Part: Length, Sealed: false, Type: 22, Message: 2},
		5:  {Part: Content, Sealed: false, Type: 22, Message: 2},
		10: {Part: ContentType, Sealed: false, Type: 20, Message: 0},
		15: {Part: Content, Sealed: false, Type: 20, Message: 0},
		16: {Part: ContentType, Sealed: true, Type: 22, Message: 0},
		18: {Part: Version, Sealed: true, Type: 22, Message: 0},
		26: {Part: Content, Sealed: true, Type: 22, Message: 0},
		27: {},
		28: {},
	} {
		if all[i] != want {
			t.Errorf("byte %d is %+v, want %+v", i, all[i], want)
		}
	}
	second := Layout([][]byte{ccs, finished, record(21, "bye"), hello}, false, 0)
	if second[len(second)-1].Sealed || !second[len(ccs)+len(finished)].Sealed {
		t.Error("a second connection on the same line begins in the clear")
	}
	cid := append([]byte{25, 3, 3, 0, 1, 0, 0, 0, 0, 0, 2, 'c', 'i'}, 0, 1, 'x')
	d := Layout([][]byte{append(record(22, "\x03hvr", 0), record(22, "sealed", 1)...), cid, {22, 3}}, true, 2)
	for i, want := range map[int]Byte{
		3:  {Part: Sequence, Sealed: false, Type: 22, Message: 3},
		10: {Part: Sequence, Sealed: false, Type: 22, Message: 3},
		11: {Part: Length, Sealed: false, Type: 22, Message: 3},
		13: {Part: Content, Sealed: false, Type: 22, Message: 3},
		17: {Part: ContentType, Sealed: true, Type: 22, Message: 0},
		20: {Part: Sequence, Sealed: true, Type: 22, Message: 0},
		36: {Part: ContentType, Sealed: true, Type: 25, Message: 0},
		47: {Part: ConnectionID, Sealed: true, Type: 25, Message: 0},
		49: {Part: Length, Sealed: true, Type: 25, Message: 0},
		51: {Part: Content, Sealed: true, Type: 25, Message: 0},
		52: {},
	} {
		if d[i] != want {
			t.Errorf("datagrams: byte %d is %+v, want %+v", i, d[i], want)
		}
	}
}

// TestCopies: a flight that was sent again, and the ClientHello that no Finished
// covers.
func TestCopies(t *testing.T) {
	message := func(kind, seq byte, body string) []byte {
		return record(22, string([]byte{kind, 0, 0, byte(len(body)), 0, seq, 0, 0, 0, 0, 0, byte(len(body))})+body, 0)
	}
	random := strings.Repeat("r", 34)
	first, second := message(1, 0, random+"\x00\x00suites"), message(1, 1, random+"\x00\x02ck")
	all := Layout([][]byte{first, first, second}, true, 0)
	for i, want := range map[int]Byte{
		0:                              {Part: ContentType, Type: 22, Message: 1, NoCookie: true, Copies: true},
		len(first) + 20:                {Part: Content, Type: 22, Message: 1, NoCookie: true, Copies: true},
		2*len(first) + len(second) - 1: {Part: Content, Type: 22, Message: 1, Seq: 1},
	} {
		if all[i] != want {
			t.Errorf("byte %d is %+v, want %+v", i, all[i], want)
		}
	}
}

func FuzzLayout(f *testing.F) {
	f.Add(record(22, "\x02xx"), false, 0)
	f.Add(record(22, "\x03hvr", 0), true, 2)
	f.Fuzz(func(t *testing.T, p []byte, datagrams bool, cid int) {
		if all := Layout([][]byte{p, p}, datagrams, cid&0xff); len(all) != 2*len(p) {
			t.Errorf("%d bytes have %d places", 2*len(p), len(all))
		}
	})
}
