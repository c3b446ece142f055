package calibrate

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tlslab/emu"
)

// Operation is what the guest is asked to run.
type Operation struct{ Name, Key string }

// Measured is what one run of an operation's work took.
type Measured struct {
	Operation Operation
	Rounds    int
	Counters  emu.Counters            // Ops and MilliCycles between the marks, all rounds together
	Functions map[string]emu.Function // the same by function
}

// HeapCalls is how often malloc and free were called.
func (m *Measured) HeapCalls() uint64 { return m.Functions["malloc"].Calls + m.Functions["free"].Calls }

// host is the other side of the guest of primitives: it names operations,
// sends keys, and reads the counters at the marks.
type host struct {
	guest   emu.Guest // set once it is there
	key     func(name string) ([]byte, error)
	options func(report string) error

	pending []Operation // not yet asked for
	current Operation
	send    []byte // a key the guest will ask for
	under   *Measured
	before  map[string]emu.Function
	done    []Measured
	err     error  // a mark that is none, a key that is not there
	failed  uint32 // -ret of the Mbed TLS call that failed
}

// Entropy implements emu.Host: an operation that wanted real entropy would
// not be the same in every run.
func (h *host) Entropy([]byte) error { return errors.New("no operation has entropy") }

// MonotonicUS implements emu.Host.
func (h *host) MonotonicUS() int64 { return 0 }

// RTCSeconds implements emu.Host.
func (h *host) RTCSeconds() int64 { return 0 }

// Send implements emu.Host.
func (h *host) Send([]byte) int { return emu.RecvError }

// Recv gives the guest a key, or the next operation's name; at the end, the end.
func (h *host) Recv(p []byte, _ uint32) int {
	if h.send != nil {
		n := copy(p, h.send)
		h.send = nil
		return n
	}
	if len(h.pending) == 0 || h.err != nil {
		return emu.RecvEOF
	}
	h.current, h.pending = h.pending[0], h.pending[1:]
	if h.current.Key != "" {
		if h.send, h.err = h.key(h.current.Key); h.err != nil {
			return emu.RecvEOF
		}
	}
	return copy(p, h.current.Name)
}

// Event implements emu.Host.
func (h *host) Event(kind emu.EventKind, payload []byte) error {
	switch kind {
	case emu.EventOptions:
		if h.options != nil {
			return h.options(string(payload))
		}
	case emu.EventError:
		if len(payload) >= 4 {
			h.failed = uint32(payload[0]) | uint32(payload[1])<<8 | uint32(payload[2])<<16 | uint32(payload[3])<<24
		}
	}
	return nil
}

// Log takes the marks: "begin NAME ROUNDS" and "end NAME". Other text is left
// alone.
func (h *host) Log(_ int, text string) {
	words := strings.Fields(text)
	switch {
	case len(words) == 3 && words[0] == "begin":
		rounds, err := strconv.Atoi(words[2])
		if err != nil || rounds < 1 || h.under != nil {
			h.bad(text)
			return
		}
		op := Operation{Name: words[1]}
		if op.Name == h.current.Name {
			op = h.current
		}
		h.under = &Measured{Operation: op, Rounds: rounds, Counters: h.guest.Counters()}
		h.before = h.guest.Functions()
	case len(words) == 2 && words[0] == "end":
		if h.under == nil || h.under.Operation.Name != words[1] {
			h.bad(text)
			return
		}
		m, now := h.under, h.guest.Counters()
		m.Counters = emu.Counters{Ops: now.Ops - m.Counters.Ops, MilliCycles: now.MilliCycles - m.Counters.MilliCycles}
		m.Functions = since(h.guest.Functions(), h.before)
		h.done, h.under = append(h.done, *m), nil
	}
}

func (h *host) bad(text string) {
	if h.err == nil {
		h.err = &emu.GuestError{Reason: fmt.Sprintf("mark %q out of place", text)}
	}
}

// since is what functions executed between two looks.
func since(now, before map[string]emu.Function) map[string]emu.Function {
	out := map[string]emu.Function{}
	for name, f := range now {
		b := before[name]
		if f.Ops > b.Ops {
			out[name] = emu.Function{Ops: f.Ops - b.Ops, Calls: f.Calls - b.Calls, MilliCycles: f.MilliCycles - b.MilliCycles, FlashReads: f.FlashReads - b.FlashReads}
		}
	}
	return out
}
