package emu

import (
	"encoding/binary"
	"errors"
	"reflect"
	"slices"
	"testing"

	"tlslab/internal/metric"
)

func payload(words ...uint32) []byte {
	var b []byte
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// told feeds events to a record; the counters are the test's.
type told struct {
	t      *testing.T
	r      *Record
	c      Counters
	resets int
}

func (f *told) event(kind EventKind, words ...uint32) {
	f.t.Helper()
	if err := f.r.Event(kind, payload(words...), func() Counters { return f.c }, func() { f.resets++ }); err != nil {
		f.t.Fatal(err)
	}
}

func TestRecord(t *testing.T) {
	f := &told{t: t, r: NewRecord()}
	// Phase: number, heap live, heap peak of the phase that ends, allocations, high water.
	f.c = Counters{Ops: 10, StackPeakB: 1, RAMPeakB: 1}
	f.event(EventPhase, 0, 0, 0, 0, 0) // init
	f.c = Counters{Ops: 110, StackPeakB: 50, RAMPeakB: 60}
	f.event(EventPhase, 1, 5, 350, 2, 40) // init -> parse-ca
	f.c = Counters{Ops: 1110, StackPeakB: 500, RAMPeakB: 700}
	f.event(EventPhase, 0, 300, 400, 7, 40) // parse-ca -> init again
	f.c = Counters{Ops: 1120, StackPeakB: 20, RAMPeakB: 320}
	f.event(EventPhase, 2, 310, 315, 8, 40) // init -> client-hello
	f.c.Ops = 2000
	f.event(EventPhase, 18, 320, 330, 9, 40) // client-hello -> app-write
	f.event(EventConnected, 0xc02b, 0x0303)
	f.event(EventVerify, 8)
	f.event(EventAlloc, 1000, 320)
	f.event(EventAlloc, 5, 1) // the first one counts
	f.c.Ops = 2001
	f.event(EventPhase, 21, 0, 320, 9, 40) // the end
	f.event(EventDone, 400, 3, 9, 1234, 512)
	f.event(EventError, 0x7200, 1, 2)

	want := []Phase{
		{Name: "init", Ops: 100 + 10, HeapPeakB: 350, StackPeakB: 50, RAMPeakB: 320, Allocs: 2 + 1},
		{Name: "parse-ca", Ops: 1000, HeapPeakB: 400, StackPeakB: 500, RAMPeakB: 700, Allocs: 5},
		{Name: "client-hello", Handshake: true, Ops: 880, HeapPeakB: 330, StackPeakB: 20, RAMPeakB: 320, Allocs: 1},
		{Name: "app-write", Ops: 1, HeapPeakB: 320, StackPeakB: 20, RAMPeakB: 320},
	}
	r := f.r
	if !reflect.DeepEqual(r.Phases, want) {
		t.Errorf("phases\n got %+v\nwant %+v", r.Phases, want)
	}
	curve := []HeapPoint{{"init", 110, 5, 350, 0}, {"parse-ca", 1110, 300, 400, 0}, {"init", 1120, 310, 315, 0}, {"client-hello", 2000, 320, 330, 0}, {"app-write", 2001, 0, 320, 0}}
	if !reflect.DeepEqual(r.HeapCurve, curve) {
		t.Errorf("heap curve\n got %+v\nwant %+v", r.HeapCurve, curve)
	}
	handshake, _ := r.Handshake()
	if handshake != 880 || f.resets != 6 || r.StackPeakB != 500 || r.RAMPeakB != 700 {
		t.Errorf("handshake %d, resets %d, stack %d, RAM %d", handshake, f.resets, r.StackPeakB, r.RAMPeakB)
	}
	if !r.Connected || r.Suite != 0xc02b || r.FirstFailedAllocB != 1000 || r.HeapLiveB != 320 {
		t.Errorf("record %+v", r)
	}
	if !r.Done || r.HeapPeakB != 400 || r.LeakB != 3 || r.Allocs != 9 || r.ArenaB != 1234 || r.AppBytes != 512 {
		t.Errorf("record %+v", r)
	}
	if !r.Failed || r.ErrorCode != 0x7200 || r.Verify != 1 || r.ErrorPhase != "client-hello" {
		t.Errorf("record %+v", r)
	}
}

func TestRecordOptions(t *testing.T) {
	r := NewRecord()
	buf := []byte("MBEDTLS_AES_C\n")
	if err := r.Event(EventOptions, buf, nil, nil); err != nil {
		t.Fatal(err)
	}
	buf[0] = 'x' // the payload is valid during the call only
	if r.Options != "MBEDTLS_AES_C\n" {
		t.Errorf("options %q", r.Options)
	}
}

// Functions divide only reported phases of the handshake. A reported phase ends all
// phases that functions opened.
func TestRecordOpenings(t *testing.T) {
	derive := Opening{Function: "derive", Phase: "key-derivation"}
	agree := Opening{Function: "agree", Phase: "key-exchange", Within: "key-derivation"}
	f := &told{t: t, r: NewRecord()}
	number := func(phase metric.Phase) uint32 { return uint32(slices.Index(PhaseNames, phase)) }
	at := func(ops uint64) { f.c = Counters{Ops: ops} }
	call := func(ops uint64, kind EventKind, o Opening, allocs uint32) {
		t.Helper()
		at(ops)
		if err := f.r.Event(kind, o.Payload(0, 0, allocs), func() Counters { return f.c }, func() { f.resets++ }); err != nil {
			t.Fatal(err)
		}
	}
	f.event(EventPhase, number("init"), 0, 0, 0, 0)
	call(5, EventEnter, derive, 0) // not in the handshake
	call(6, EventReturn, derive, 0)
	at(10)
	f.event(EventPhase, number("server-hello"), 0, 0, 0, 0)
	call(11, EventEnter, agree, 0) // not within key-derivation
	call(12, EventReturn, agree, 0)
	call(20, EventEnter, derive, 1)
	if f.r.Current() != "key-derivation" || f.r.Reported() != "server-hello" {
		t.Errorf("%s, reported %s", f.r.Current(), f.r.Reported())
	}
	call(30, EventEnter, agree, 2)
	call(31, EventEnter, agree, 2)
	call(32, EventReturn, agree, 2)
	call(70, EventReturn, agree, 5)
	call(80, EventReturn, derive, 5)
	call(90, EventEnter, derive, 5)
	at(91)
	f.event(EventPhase, number("close"), 0, 0, 9, 0)
	call(92, EventReturn, derive, 9)
	at(100)
	f.event(EventPhase, phaseEnd, 0, 0, 9, 0)
	want := []Phase{{Name: "init", Ops: 10}, {Name: "server-hello", Handshake: true, Ops: 10 + 10, Allocs: 1},
		{Name: "key-derivation", Handshake: true, Ops: 10 + 10 + 1, Allocs: 1 + 4}, {Name: "key-exchange", Handshake: true, Ops: 40, Allocs: 3}, {Name: "close", Ops: 9}}
	if !reflect.DeepEqual(f.r.Phases, want) {
		t.Errorf("%+v\nwant %+v", f.r.Phases, want)
	}
	if ops, _ := f.r.Handshake(); ops != 81 || f.resets != 9 {
		t.Errorf("%d in the handshake, %d resets", ops, f.resets)
	}
}

// The heap peak that the guest reports is compared with the machine's.
func TestRecordHeapPeak(t *testing.T) {
	for peak, ok := range map[uint32]bool{100: true, 99: false, 101: false} {
		r := NewRecord()
		err := r.Event(EventPhase, payload(0, 0, peak, 0, 0), func() Counters { return Counters{HeapPeakB: 100} }, func() {})
		if (err == nil) != ok {
			t.Errorf("%d reported, 100 seen: %v", peak, err)
		}
	}
}

// TestRecordClone: a record and its clone share no list that either may add to.
func TestRecordClone(t *testing.T) {
	r := NewRecord()
	lists := 0
	for i := range reflect.ValueOf(r).Elem().NumField() {
		if f := reflect.ValueOf(r).Elem().Field(i); f.Kind() == reflect.Slice {
			f.Set(reflect.MakeSlice(f.Type(), 1, 2))
			if c := reflect.ValueOf(r.Clone()).Elem().Field(i); c.Len() != 1 || c.Pointer() == f.Pointer() {
				t.Errorf("%s is shared", reflect.TypeFor[Record]().Field(i).Name)
			}
			lists++
		}
	}
	if lists < 4 {
		t.Errorf("%d lists", lists)
	}
}

func TestRecordRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    EventKind
		payload []byte
	}{
		{"unknown kind", 0, nil}, {"unknown kind", 9, payload(1)}, {"unknown kind", 1 << 31, nil},
		{"short", EventPhase, payload(1, 2, 3, 4)}, {"long", EventPhase, payload(1, 2, 3, 4, 5, 6)},
		{"not whole words", EventVerify, []byte{1, 2, 3}}, {"empty", EventDone, nil},
		{"unknown phase", EventPhase, payload(uint32(len(PhaseNames)), 0, 0, 0, 0)},
		{"unknown phase entered", EventEnter, payload(uint32(len(PhaseNames)), 0, 0, 0, AnyPhase)},
		{"within an unknown phase", EventEnter, payload(2, 0, 0, 0, 1000)},
	} {
		r := NewRecord()
		err := r.Event(c.kind, c.payload, func() Counters { return Counters{} }, func() {})
		var ge *GuestError
		if !errors.As(err, &ge) {
			t.Errorf("%s: error %v", c.name, err)
		}
		if !reflect.DeepEqual(r, NewRecord()) {
			t.Errorf("%s: the record changed: %+v", c.name, r)
		}
	}
}

func FuzzRecordEvent(f *testing.F) {
	f.Add([]byte("\x02\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, script []byte) {
		// Events one after another: kind, length, payload.
		r := NewRecord()
		var ops uint64
		for len(script) >= 2 {
			kind, n := EventKind(script[0]), min(int(script[1]), len(script)-2)
			ops += uint64(script[1])
			r.Event(kind, script[2:2+n], func() Counters { return Counters{Ops: ops} }, func() {})
			script = script[2+n:]
		}
		var sum uint64
		for _, p := range r.Phases {
			sum += p.Ops
		}
		if len(r.Phases) > len(PhaseNames) || sum > ops || handshakeOps(r) > sum {
			t.Errorf("%d phases, %d of %d ops", len(r.Phases), sum, ops)
		}
	})
}

func TestEntropy(t *testing.T) {
	read := func(seed uint64, role string, cut int) string {
		e := NewEntropy(seed, role)
		b := make([]byte, 64)
		e.Draw("init", b[:cut])
		e.Draw("init", b[cut:])
		return string(b)
	}
	a := read(1, "client", 0)
	if a != read(1, "client", 8) {
		t.Error("the stream depends on how it is read")
	}
	if a == read(2, "client", 0) || a == read(1, "server", 0) {
		t.Error("two streams are the same")
	}
}

// What one phase draws does not move what another gets; a clone goes on by
// itself, and says when it is elsewhere.
func TestEntropyOfPhases(t *testing.T) {
	draw := func(e *Entropy, phase metric.Phase, n int) string {
		b := make([]byte, n)
		e.Draw(phase, b)
		return string(b)
	}
	a, b := NewEntropy(1, "client"), NewEntropy(1, "client")
	draw(a, "", 16)
	draw(b, "init", 48)
	draw(b, "client-hello", 5)
	if a.Same(b) {
		t.Error("two places of the streams are the same")
	}
	if x, y := draw(a, "client-key-exchange", 32), draw(b, "client-key-exchange", 32); x != y || x == draw(NewEntropy(1, "client"), "init", 32) {
		t.Error("a phase's stream depends on other phases, or is theirs")
	}
	if draw(a, "init", 32) != draw(NewEntropy(1, "client"), "", 48)[16:] {
		t.Error("what is drawn before the first phase is none of init's")
	}
	c := b.Clone()
	if !c.Same(b) {
		t.Error("a clone is not at the same place")
	}
	if first := draw(c, "init", 8); first == draw(c, "init", 8) || c.Same(b) {
		t.Error("a clone does not go on by itself")
	}
	draw(b, "init", 16)
	if !c.Same(b) || draw(c, "init", 8) != draw(b, "init", 8) {
		t.Error("a clone gives other bytes")
	}
}

func TestErrors(t *testing.T) {
	cause := errors.New("cause")
	for err, want := range map[error]string{
		&GuestError{Reason: "exit(3)", Detail: "trace"}: "guest: exit(3)",
		&HostError{cause}:      "host: cause",
		&BudgetError{Limit: 5}: "guest: tick budget of 5 ops is used up",
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
	if !errors.Is(&HostError{cause}, cause) {
		t.Error("a host error hides its cause")
	}
	if lim := DefaultLimits(7); lim.HeapBytes != 7 || lim.Ops == 0 || lim.LogBytes == 0 || lim.Events == 0 {
		t.Errorf("limits %+v", lim)
	}
}

func handshakeOps(r *Record) uint64 {
	ops, _ := r.Handshake()
	return ops
}
