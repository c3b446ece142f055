package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/emu"
)

// The kinds and the version of core/port/frame.h are those of this package.
func TestPortFrames(t *testing.T) {
	h, err := os.ReadFile("../../core/port/frame.h")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Kind{}
	for _, m := range regexp.MustCompile(`(?m)^    FRAME_(\w+) = (\d+)`).FindAllStringSubmatch(string(h), -1) {
		n, _ := strconv.Atoi(m[2])
		got[m[1]] = Kind(n)
	}
	want := map[string]Kind{"HELLO": Hello, "STEP": Step, "ENTROPY": Entropy, "MONOTONIC": Monotonic, "RTC": RTC, "SEND": Send,
		"RECV": Recv, "EVENT": Event, "LOG": Log, "EXIT": Exit, "FAULT": Fault}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("frame.h has %v, this package %v", got, want)
	}
	if !strings.Contains(string(h), "#define FRAME_VERSION "+strconv.Itoa(Version)+"u\n") {
		t.Errorf("frame.h is not version %d", Version)
	}
}

// message is a request as it travels.
func message(kind Kind, argument uint32, payload ...byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(kind)|argument<<8)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.LittleEndian.AppendUint64(b, 99)
	return append(b, payload...)
}

func le(words ...uint32) (b []byte) {
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// hello is a guest's first message.
func hello() []byte { return message(Hello, 0, le(Version, 8192, 2048, 0)...) }

type host struct {
	log    []string
	events []emu.EventKind
	refuse error
}

func (h *host) Entropy(p []byte) error { copy(p, "entropy!"); return h.refuse }
func (h *host) MonotonicUS() int64     { return 1 << 40 }
func (h *host) RTCSeconds() int64      { return -1 }
func (h *host) Send(p []byte) int      { return len(p) - 1 }
func (h *host) Recv(p []byte, ms uint32) int {
	if ms == 7 {
		return emu.RecvTimeout
	}
	return copy(p, "received")
}
func (h *host) Event(k emu.EventKind, _ []byte) error {
	h.events = append(h.events, k)
	return h.refuse
}
func (h *host) Log(level int, text string) { h.log = append(h.log, strconv.Itoa(level)+text) }

// play steps a guest that says these messages, and returns what it was answered.
func play(h *host, said ...[]byte) (emu.Status, string, error) {
	var out bytes.Buffer
	s, err := NewSession(&Stream{R: bytes.NewReader(bytes.Join(said, nil)), W: &out}, h, emu.Limits{HeapBytes: 4096, Ops: 1, LogBytes: 4, Events: 2, HostBytes: 1 << 20})
	if err != nil {
		return 0, "", err
	}
	st, err := s.Step()
	return st, out.String(), err
}

// Every kind of message is answered as frame.h says.
func TestAnswers(t *testing.T) {
	h := &host{}
	st, got, err := play(h, hello(), message(Entropy, 0, le(4)...), message(Monotonic, 0), message(RTC, 0), message(Send, 0, 1, 2, 3),
		message(Recv, 0, le(5, 0)...), message(Recv, 0, le(5, 7)...), message(Event, 6, le(1)...), message(Log, 2, []byte("hi")...), message(Step, uint32(emu.Blocked)))
	if err != nil || st != emu.Blocked {
		t.Fatalf("%v, %v", st, err)
	}
	answer := func(result int32, payload string) string { return string(AppendAnswer(nil, result, []byte(payload))) }
	timeout := int32(emu.RecvTimeout)
	want := answer(4096, "") + answer(0, "entr") + answer(0, "\x00\x00\x00\x00\x00\x01\x00\x00") + answer(0, strings.Repeat("\xff", 8)) +
		answer(2, "") + answer(5, "recei") + answer(timeout, "") + answer(0, "") + answer(0, "")
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if !reflect.DeepEqual(h.events, []emu.EventKind{6}) || !reflect.DeepEqual(h.log, []string{"2hi"}) {
		t.Errorf("events %v, log %q", h.events, h.log)
	}
}

func TestRefusals(t *testing.T) {
	refused := errors.New("not as asked")
	for _, c := range []struct {
		name string
		host host
		said [][]byte
		want string
	}{
		{"no hello", host{}, [][]byte{message(Step, 0)}, "guest: message 2 before hello"},
		{"short hello", host{}, [][]byte{message(Hello, 0, 1)}, "guest: message 1 has 1 bytes, want 16"},
		{"another version", host{}, [][]byte{message(Hello, 0, le(Version+1, 8192, 0, 0)...)}, "host: firmware speaks version 3 of the messages, this program 2: build it anew"},
		{"no room", host{}, [][]byte{message(Hello, 0, le(Version, 100, 0, 0)...)}, "host: heap of 4096 bytes: the firmware has room for 100"},
		{"hello again", host{}, [][]byte{hello(), message(RTC, 0), hello()}, "guest: message 1 after hello"},
		{"kind 0", host{}, [][]byte{hello(), message(0, 0)}, "not a message of the host contract: kind 0"},
		{"too long", host{}, [][]byte{hello(), append(le(uint32(Log), MaxBytes+1), make([]byte, 8)...)}, "not a message of the host contract: 65537 bytes of payload, at most 65536 are allowed"},
		{"cut off", host{}, [][]byte{hello(), message(Log, 0, []byte("abc")...)[:17]}, "unexpected EOF"},
		{"gone", host{}, [][]byte{hello()}, "EOF"},
		{"asks too much", host{}, [][]byte{hello(), message(Entropy, 0, le(1<<20)...)}, "guest: message 3 asks for 1048576 bytes, at most 65536 are allowed"},
		{"status", host{}, [][]byte{hello(), message(Step, 0xffffff)}, "guest: tlslab_step returned -1"},
		{"exit", host{}, [][]byte{hello(), message(Exit, 0, le(3)...)}, "guest: exit(3)"},
		{"entropy flood", host{}, append([][]byte{hello()}, slices.Repeat([][]byte{message(Entropy, 0, le(MaxBytes)...)}, 20)...), "guest: budget of 1 048 576 B for host calls is used up"},
		{"clock flood", host{}, append([][]byte{hello()}, slices.Repeat([][]byte{message(RTC, 0)}, 5000)...), "guest: budget of 1 048 576 B for host calls is used up"},
		{"log flood", host{}, append([][]byte{hello()}, slices.Repeat([][]byte{message(Log, 0, make([]byte, MaxBytes)...)}, 20)...), "guest: budget of 1 048 576 B for host calls is used up"},
		{"events", host{}, [][]byte{hello(), message(Event, 1), message(Event, 1), message(Event, 1)}, "guest: too many events: more than 2"},
		{"refused", host{refuse: refused}, [][]byte{hello(), message(Event, 1)}, "host: event 1: not as asked"},
		{"fault", host{}, [][]byte{hello(), message(Fault, 0, le(3, 0x1234, 0x99, 0, 0x20000100, 1<<9|1<<15, 1<<30, 0, 0xa0000000)...)},
			"fault: HardFault, precise data bus error, at 0xa0000000; pc 0x00001234, lr 0x00000099, sp 0x20000100, cfsr 0x00008200, hfsr 0x40000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := play(&c.host, c.said...); err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	// A source that fails is the guest's to handle.
	if _, got, err := play(&host{refuse: refused}, hello(), message(Entropy, 0, le(4)...), message(Step, 0)); err != nil || !strings.HasSuffix(got, string(AppendAnswer(nil, -1, nil))) {
		t.Errorf("entropy that fails: %q, %v", got, err)
	}
	// Log text is cut where the limit says.
	h := &host{}
	play(h, hello(), message(Log, 0, []byte("abcdef")...), message(Log, 0, []byte("more")...), message(Step, 0))
	if !reflect.DeepEqual(h.log, []string{"0abcd", "0(log cut after 4 bytes)"}) {
		t.Errorf("log %q", h.log)
	}
}

// Whatever a guest says, the session ends with an error or a status, and hands
// nothing on that is longer than allowed.
func FuzzSession(f *testing.F) {
	f.Add(bytes.Join([][]byte{hello(), message(Recv, 0, le(5, 0)...), message(Step, 1)}, nil))
	f.Add(message(Fault, 0, make([]byte, 36)...))
	f.Fuzz(func(t *testing.T, said []byte) {
		s, err := NewSession(&Stream{R: bytes.NewReader(said), W: io.Discard}, &host{}, emu.DefaultLimits(4096))
		if err != nil {
			return
		}
		for {
			st, err := s.Step()
			if err != nil {
				return
			}
			if st != emu.Ready && st != emu.Blocked && st != emu.Done {
				t.Fatalf("status %d", st)
			}
		}
	})
}
