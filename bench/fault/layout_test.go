package fault

import "testing"

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
		0:  {ContentType, false, 22, 2},
		2:  {Version, false, 22, 2},
		3:  {Length, false, 22, 2},
		5:  {Content, false, 22, 2},
		10: {ContentType, false, 20, 0},
		15: {Content, false, 20, 0},
		16: {ContentType, true, 22, 0},
		18: {Version, true, 22, 0},
		26: {Content, true, 22, 0},
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
		3:  {Sequence, false, 22, 3},
		10: {Sequence, false, 22, 3},
		11: {Length, false, 22, 3},
		13: {Content, false, 22, 3},
		17: {ContentType, true, 22, 0},
		20: {Sequence, true, 22, 0},
		36: {ContentType, true, 25, 0},
		47: {ConnectionID, true, 25, 0},
		49: {Length, true, 25, 0},
		51: {Content, true, 25, 0},
		52: {},
	} {
		if d[i] != want {
			t.Errorf("datagrams: byte %d is %+v, want %+v", i, d[i], want)
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
