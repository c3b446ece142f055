package emu

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"

	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// PhaseNames are the phases of port.h (enum tlslab_phase) by number.
var PhaseNames = []metric.Phase{
	"init", "parse-ca", "client-hello", "server-hello", "server-certificate", "server-key-exchange",
	"certificate-request", "server-hello-done", "client-certificate", "client-key-exchange",
	"certificate-verify", "client-change-cipher-spec", "client-finished", "new-session-ticket",
	"server-change-cipher-spec", "server-finished", "wrapup", "handshake-other", "app-write", "app-read",
	"close", "end", "first-connection", "time-sync", "renegotiation",
	"encrypted-extensions", "server-certificate-verify", "hello-retry-request",
	"parse-own", "key-derivation", "key-exchange",
}

// PhaseFirstConnection is all of a connection that is made to be resumed; its
// cost is not the handshake's.
const PhaseFirstConnection metric.Phase = "first-connection"

// PhaseTimeSync is the phase in which the client asks a time server, over the
// wire that TLS uses afterwards.
const PhaseTimeSync metric.Phase = "time-sync"

// PhaseParseCA is the phase in which a client parses its roots.
const PhaseParseCA metric.Phase = "parse-ca"

// phaseEnd closes the last phase and is none itself.
const phaseEnd = 21

// outsideHandshake are the phases that are none of the handshake's. That is
// everything from ClientHello to wrap-up (RFC 5246, 7.3; RFC 8446, 4).
var outsideHandshake = []metric.Phase{"init", "parse-ca", "parse-own", PhaseTimeSync, PhaseFirstConnection,
	"renegotiation", "app-write", "app-read", "close", "end"}

// PhaseName is a phase's name, also for a number no guest should send.
func PhaseName(n uint32) metric.Phase {
	if int(n) < len(PhaseNames) {
		return PhaseNames[n]
	}
	return metric.Phase(fmt.Sprintf("phase-%d", n))
}

func known(phase uint32) bool { return int(phase) < len(PhaseNames) }

// InHandshake says whether a phase is one of the handshake's.
func InHandshake(name metric.Phase) bool {
	return slices.Contains(PhaseNames, name) && !slices.Contains(outsideHandshake, name)
}

// Phase is what a guest spent in one phase. A phase entered twice (init,
// around parse-ca) is one Phase.
type Phase struct {
	Name        metric.Phase
	Handshake   bool
	Ops         uint64
	MilliCycles uint64
	HeapPeakB   uint32
	StackPeakB  uint32
	RAMPeakB    uint32 // heap + stack at one instant
	Allocs      uint32
}

// HeapPoint is the heap when a phase ended.
type HeapPoint struct {
	Phase metric.Phase // the phase that ended
	Ops   uint64       // since the start
	LiveB uint32
	PeakB uint32 // within the phase

	MilliCycles uint64 // since the start, as in Counters
}

// Record is what a run reported through its events, and what was counted then.
type Record struct {
	Options    string // the guest's report of its compiled options
	Phases     []Phase
	HeapCurve  []HeapPoint
	Suite      uint32 // IANA number; 0 before EventConnected
	Version    uint32 // as on the wire: 0x0303
	Connected  bool
	Failed     bool
	ErrorCode  uint32 // -ret of the Mbed TLS call that failed
	Verify     uint32 // X.509 verify flags with the error
	ErrorPhase metric.Phase
	// FirstFailedAllocB is the size of the first allocation that found no
	// room, HeapLiveB what was live then; both 0 when none failed.
	FirstFailedAllocB, HeapLiveB uint32
	AllocPhase                   metric.Phase // where that was

	Clock *ClockSync // nil: the guest did not try to set its calendar clock

	Done       bool
	HeapPeakB  uint32
	LeakB      uint32 // live after close
	Allocs     uint32
	ArenaB     uint32 // high-water mark of the arena, headers included
	AppBytes   uint32
	StackPeakB uint32
	PaintedB   uint32       // deepest byte of the stack written, by painting; 0: not known
	RAMPeakB   uint32       // heap + stack at one instant
	RAMHeapB   uint32       // the heap's part of it
	RAMPhase   metric.Phase // the phase in which that was reached first
	Log        []string
	KeyLog     []string // lines of a key log (SSLKEYLOGFILE), of a guest that tells them

	phase      int // index into Phases; -1 before the first
	under      PhaseStack
	divided    bool     // the phase that the guest reported last, by functions
	start      Counters // at the start of the phase
	startCalls uint32
}

// NewRecord is a record before the first event.
func NewRecord() *Record { return &Record{phase: -1} }

// Clone is a record of the same, to go on separately.
func (r *Record) Clone() *Record {
	c := *r
	c.Phases, c.HeapCurve = slices.Clone(r.Phases), slices.Clone(r.HeapCurve)
	c.Log, c.KeyLog = slices.Clone(r.Log), slices.Clone(r.KeyLog)
	c.under = r.under.clone()
	return &c
}

// Event takes one event at the counters' present state. counters is called
// before, reset after a phase ends. Payloads that are too short are the
// guest's fault and refused.
func (r *Record) Event(kind EventKind, payload []byte, counters func() Counters, reset func()) error {
	w, err := words(kind, payload)
	if err != nil {
		return err
	}
	switch kind {
	case EventOptions:
		r.Options = string(payload)
	case EventPhase:
		if !known(w[0]) {
			return &GuestError{Reason: fmt.Sprintf("phase %d is not known", w[0])}
		}
		c := counters()
		if !r.divided && c.HeapPeakB > 0 && c.HeapPeakB != w[2] {
			return &GuestError{Reason: fmt.Sprintf("reports a heap peak of %s in %s, the machine saw %s", quantity.Bytes(w[2]), r.Current(), quantity.Bytes(c.HeapPeakB))}
		}
		r.under.Event(kind, payload)
		r.phaseChange(w, c)
		reset()
		r.divided = false
	case EventEnter, EventReturn:
		if kind == EventEnter && (!known(w[0]) || w[4] != AnyPhase && !known(w[4])) {
			return &GuestError{Reason: fmt.Sprintf("phases %d and %d are not known", w[0], w[4])}
		}
		if r.under.Event(kind, payload) {
			r.phaseChange(w, counters())
			reset()
			r.divided = true
		}
	case EventConnected:
		r.Connected, r.Suite, r.Version = true, w[0], w[1]
	case EventError:
		r.Failed, r.ErrorCode, r.Verify, r.ErrorPhase = true, w[0], w[1], PhaseName(w[2])
	case EventAlloc:
		if r.FirstFailedAllocB == 0 {
			r.FirstFailedAllocB, r.HeapLiveB, r.AllocPhase = w[0], w[1], r.Current()
		}
	case EventDone:
		r.Done = true
		r.HeapPeakB, r.LeakB, r.Allocs, r.ArenaB, r.AppBytes = w[0], w[1], w[2], w[3], w[4]
	case EventStack:
		r.PaintedB = w[0]
	case EventVerify:
		r.Verify = w[0]
	case EventClock:
		r.Clock = newClockSync(w)
	case EventKeyLog:
		return r.keyLog(string(payload))
	}
	return nil
}

// mostSecrets bounds a key log; a handshake of TLS 1.3 has five lines.
const mostSecrets = 1000

// keyLogLine is what a line of a key log may be: a label, the client's random
// number, and a secret of up to 64 bytes.
var keyLogLine = regexp.MustCompile(`^[A-Z0-9_]{1,32} [0-9a-f]{64} [0-9a-f]{2,128}$`)

func (r *Record) keyLog(line string) error {
	if !keyLogLine.MatchString(line) {
		return &GuestError{Reason: fmt.Sprintf("%q is no line of a key log", line[:min(len(line), 40)])}
	}
	if len(r.KeyLog) < mostSecrets {
		r.KeyLog = append(r.KeyLog, line)
	}
	return nil
}

// payloadWords is how many words an event's payload has; -1 is text.
var payloadWords = map[EventKind]int{
	EventOptions: -1, EventPhase: 5, EventConnected: 2, EventError: 3, EventDone: 5, EventVerify: 1, EventAlloc: 2, EventStack: 1, EventClock: 6, EventKeyLog: -1,
	EventEnter: 5, EventReturn: 5,
}

func words(kind EventKind, payload []byte) ([]uint32, error) {
	n, ok := payloadWords[kind]
	if !ok {
		return nil, &GuestError{Reason: fmt.Sprintf("event %d is not known", kind)}
	}
	if n < 0 {
		return nil, nil
	}
	if len(payload) != 4*n {
		return nil, &GuestError{Reason: fmt.Sprintf("event %d has %d bytes, want %d", kind, len(payload), 4*n)}
	}
	w := make([]uint32, n)
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(payload[4*i:])
	}
	return w, nil
}

// phaseChange ends the phase that was counted and starts the one that is under way now.
// w is a payload as EventPhase has it.
func (r *Record) phaseChange(w []uint32, c Counters) {
	next, live, peak, allocs := r.under.Now(), w[1], w[2], w[3]
	if c.HeapPeakB > 0 { // the guest's own peak does not see the phases that functions open
		peak = c.HeapPeakB
	}
	if r.phase >= 0 {
		p := &r.Phases[r.phase]
		p.Ops += c.Ops - r.start.Ops
		p.MilliCycles += c.MilliCycles - r.start.MilliCycles
		p.Allocs += allocs - r.startCalls
		p.HeapPeakB = max(p.HeapPeakB, peak)
		p.StackPeakB, p.RAMPeakB = max(p.StackPeakB, c.StackPeakB), max(p.RAMPeakB, c.RAMPeakB)
		if c.RAMPeakB > r.RAMPeakB {
			r.RAMPhase = p.Name
		}
		r.HeapCurve = append(r.HeapCurve, HeapPoint{p.Name, c.Ops, live, peak, c.MilliCycles})
	}
	r.StackPeakB = max(r.StackPeakB, c.StackPeakB)
	if c.RAMPeakB > r.RAMPeakB {
		r.RAMPeakB, r.RAMHeapB = c.RAMPeakB, c.RAMHeapB
	}
	r.start, r.startCalls = c, allocs
	if next == PhaseNames[phaseEnd] {
		r.phase = -1
		return
	}
	for i := range r.Phases {
		if r.Phases[i].Name == next {
			r.phase = i
			return
		}
	}
	r.Phases = append(r.Phases, Phase{Name: next, Handshake: InHandshake(next)})
	r.phase = len(r.Phases) - 1
}

// Current is the phase under way, or the last one; "" before the first.
func (r *Record) Current() metric.Phase {
	if r.phase >= 0 {
		return r.Phases[r.phase].Name
	}
	if n := len(r.HeapCurve); n > 0 {
		return r.HeapCurve[n-1].Phase
	}
	return ""
}

// Reported is the phase that the guest itself reported last: Current without the phases
// that functions open.
func (r *Record) Reported() metric.Phase { return cmp.Or(r.under.Reported(), r.Current()) }

// Handshake is what the handshake's phases took together.
func (r *Record) Handshake() (ops, milliCycles uint64) {
	for _, p := range r.Phases {
		if p.Handshake {
			ops += p.Ops
			milliCycles += p.MilliCycles
		}
	}
	return ops, milliCycles
}
