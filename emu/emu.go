// Package emu holds what all machines have in common: the host contract that a
// guest may use (port.h seen from Go), the limits of a run, its record, and the
// four kinds of failure. It runs nothing itself; emu/wasm, emu/qemu and
// emu/serial do.
package emu

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Status is how one step of a guest ended.
type Status int

// The values are those tlslab_step returns (core/port/port.h).
const (
	Ready   Status = 0 // more to do: step again
	Blocked Status = 1 // waits for the wire or its timer: move virtual time, then step again
	Done    Status = 2 // the guest has sent its final EventDone
)

// Recv results below zero, as port.h defines them for host_recv.
const (
	RecvEOF        = 0  // the peer closed its side
	RecvWouldBlock = -1 // nothing yet: return from the step and be called again
	RecvTimeout    = -2 // the timeout passed on the virtual clock
	RecvError      = -3 // the wire broke
)

// Host is what a guest may ask of the outside: host functions of port.h, in
// the same order. Implementations are deterministic: time is virtual, entropy
// is seeded. They are called from the goroutine that steps the guest.
type Host interface {
	// Entropy fills p. An error makes host_entropy return -1.
	Entropy(p []byte) error
	// MonotonicUS is virtual time in microseconds; it never goes back.
	MonotonicUS() int64
	// RTCSeconds is the calendar clock, seconds since 1970-01-01 UTC.
	RTCSeconds() int64
	// Send queues p on the wire and returns how much was taken (>= 0), or RecvError.
	Send(p []byte) int
	// Recv fills p with what has arrived; > 0 is a count, else a Recv constant.
	// timeoutMS 0 waits without limit.
	Recv(p []byte, timeoutMS uint32) int
	// Event reports progress; payload is valid during the call only.
	// An error stops the guest (a refused option report, say).
	Event(kind EventKind, payload []byte) error
	// Log is text for people; level is Mbed TLS's debug level 0 to 4.
	Log(level int, text string)
}

// EventKind numbers host_event's first argument (port.h, TLSLAB_EVENT_*).
type EventKind uint32

// Payloads are little-endian uint32 words unless said otherwise.
const (
	EventOptions EventKind = 1 // text: "NAME\n" or "NAME VALUE\n" per compiled option
	// phase, heap live B, heap peak B of the phase that ends, allocations so far, arena
	// high-water B
	EventPhase     EventKind = 2
	EventConnected EventKind = 3 // IANA cipher suite number, protocol version as on the wire (0x0303)
	EventError     EventKind = 4 // -ret of the failed Mbed TLS call, X.509 verify flags, phase
	// heap peak B, heap live B after close (a leak if not 0), allocations, arena
	// high-water B, application bytes read
	EventDone   EventKind = 5
	EventVerify EventKind = 6 // X.509 verify flags after the handshake
	EventAlloc  EventKind = 7 // bytes asked for by an allocation that failed, heap live B
	EventStack  EventKind = 8 // deepest byte of the stack that was written, by painting, B; after EventDone
	// whether the calendar clock was set, requests, answers refused, why the last, seconds
	// it was moved by (two words, low first)
	EventClock  EventKind = 9
	EventKeyLog EventKind = 10 // text: "LABEL CLIENT_RANDOM SECRET", a line of a key log
)

// Events of a machine, not of its guest: a function of Image.Openings begins,
// and has returned. The payload is phase, heap live B, heap peak B of the phase
// that ends, allocations so far, the phase of Opening.Within (AnyPhase: none). The
// phases in EventReturn are unused: the phase before the call goes on.
const (
	EventEnter EventKind = 1<<16 + iota
	EventReturn
)

// AnyPhase is no phase's number.
const AnyPhase = ^uint32(0)

// Limits bound one run. Every field must be set.
type Limits struct {
	HeapBytes uint32 // the arena, to the byte
	Ops       uint64 // tick budget, in the machine's own unit: WASM or CPU instructions
	LogBytes  int    // log text kept
	Events    int    // events taken before the guest is stopped
	HostBytes uint64 // what the host may do for the guest: see Guard.Charge
}

// DefaultLimits allows a handshake of any scenario shipped here, many times over.
func DefaultLimits(heapBytes uint32) Limits {
	return Limits{HeapBytes: heapBytes, Ops: 20_000_000_000, LogBytes: 1 << 20, Events: 100_000, HostBytes: 1 << 30}
}

// Complete is an error where a limit is not set.
func (l Limits) Complete() error {
	v := reflect.ValueOf(l)
	for i := range v.NumField() {
		if v.Field(i).IsZero() || v.Field(i).CanInt() && v.Field(i).Int() < 0 {
			return &HostError{fmt.Errorf("limits: every limit must be set: %+v", l)}
		}
	}
	return nil
}

// slowest is far below what any machine here does with any guest, an emulator
// with its counting plugin on a loaded computer included: operations a second.
const slowest = 10_000_000

// Wall bounds a guest's time on this machine's own clock. It ends what the
// budgets do not see, and is no number of the guest's: at least ten minutes, and
// more than the budget of ticks can take.
func (l Limits) Wall() time.Duration {
	return 10*time.Minute + time.Duration(min(l.Ops/slowest, 1<<30))*time.Second
}

// WallError is that of a guest that reached Limits.Wall.
func (l Limits) WallError() error {
	return &GuestError{Reason: fmt.Sprintf("not done after %v of this machine's time", l.Wall()), Unrepeatable: true}
}

// Counters are a machine's exact counts since the guest started.
type Counters struct {
	Ops         uint64 // executed: WASM instructions, or the CPU's
	MilliCycles uint64 // 1/1000 CPU cycle by the board's timing model; 0 where the machine has none
	StackPeakB  uint32 // deepest stack since the last ResetPeaks; on the wasm machine its shadow stack
	RAMPeakB    uint32 // most of heap live + stack at one instant since the last ResetPeaks
	RAMHeapB    uint32 // the heap's part of RAMPeakB; the rest is stack
	HeapPeakB   uint32 // most heap live since the last ResetPeaks; 0 where the machine does not watch it
}

// Function is what one function executed itself, without its callees.
type Function struct {
	Ops         uint64
	Calls       uint64 // how often it returned, or was called; 0 where not known
	MilliCycles uint64 // as in Counters
	StackPeakB  uint32 // deepest stack while it ran; 0 where not known
	FlashReads  uint64 // data read from flash; 0 where not known
}

// Guest is one running image. It is not safe for concurrent use.
type Guest interface {
	// Step runs the guest until it returns from one step. Errors are
	// *GuestError, *HostError, *BudgetError or a context error.
	Step(ctx context.Context) (Status, error)
	// Counters may be called between steps and inside Host.Event.
	Counters() Counters
	// ResetPeaks starts a new phase for the peaks in Counters.
	ResetPeaks()
	// Functions returns what each function has executed since the start, by
	// name; those that did not run are left out.
	Functions() map[string]Function
	Close(ctx context.Context) error
}

// GuestError says the guest did something wrong: trapped, overflowed its
// stack, called exit, or stopped without EventDone.
type GuestError struct {
	Reason string // "trap: out of bounds memory access", "exit(3)", "stopped without done"
	Detail string // engine's trace; not part of Error
	// Unrepeatable says that the machine the lab runs on had a part in it: the
	// same guest may end in another way. Do not keep it as a result.
	Unrepeatable bool
}

func (e *GuestError) Error() string { return "guest: " + e.Reason }

// HostError says the machine or the tool failed, not the guest.
type HostError struct{ Err error }

func (e *HostError) Error() string { return "host: " + e.Err.Error() }
func (e *HostError) Unwrap() error { return e.Err }

// BudgetError says the guest reached its tick budget, or that of its host calls.
type BudgetError struct {
	Limit     uint64
	HostCalls bool // Limit is Limits.HostBytes
}

func (e *BudgetError) Error() string {
	if e.HostCalls {
		return fmt.Sprintf("guest: budget of %s for host calls is used up", quantity.Bytes(e.Limit))
	}
	return fmt.Sprintf("guest: tick budget of %d ops is used up", e.Limit)
}

// ErrTimeout says virtual time ran out: both ends wait and nothing is under way.
var ErrTimeout = errors.New("virtual time ran out: guest and peer both wait")

// Image is one program in the forms that machines run.
type Image struct {
	WASM     []byte // the linked module, not yet metered
	Firmware []byte // the ELF image for a board; nil where none was asked for
	Identity uint32 // what the firmware says it is

	Openings []Opening // functions that open a phase
	Apart    []string  // functions of which each call is a separate node in the tree of calls
}

// Opening is a function of the library that opens a phase of the handshake: the
// phase lasts until the function returns, then the one before goes on. Calls
// through pointers do not open it.
type Opening struct {
	Function string
	Phase    metric.Phase // one of PhaseNames
	Within   metric.Phase // the phase that must be under way; "": any of the handshake
}

// Machine is somewhere an image runs.
type Machine interface {
	// Name is what the machine is called in results.
	Name() metric.Machine
	// Check says whether the machine can be used here.
	Check(ctx context.Context) error
	// Units are what Counters mean here, in the words of results files.
	Units() metric.Units
	// Load prepares an image; the caller closes the Program.
	Load(ctx context.Context, img Image) (Program, error)
	// Versions are the emulators that produce the numbers, by name.
	Versions() map[string]string
}

// Program is a loaded image; safe for concurrent use.
type Program interface {
	// Start boots a fresh guest. The caller closes it.
	Start(ctx context.Context, host Host, lim Limits) (Guest, error)
	Close(ctx context.Context) error
}

// harnessPrefixes begin the names of the lab's own functions around a guest in
// firmware (core/port: frame.h, link_*.c, boot_firmware.c). What they execute
// is subtracted: on the wasm machine the same calls cost nothing.
var harnessPrefixes = []string{"host_", "link_", "boot_", "reset_handler", "tlslab_heap_mark"}

// Harness says that a symbol is such a function.
func Harness(symbol string) bool {
	return slices.ContainsFunc(harnessPrefixes, func(p string) bool { return strings.HasPrefix(symbol, p) })
}

// Call is one way to call a function: a node of the tree of calls. Counts are
// the function's own in this place, without its callees.
type Call struct {
	Parent      int // index of the caller's node; -1 for the root, which is no function
	Function    string
	Which       int // 1, 2, ...: which call of the function, where its calls are distinguished; else 0
	Ops         uint64
	Calls       uint64 // 0: it was only jumped to, by tail calls
	MilliCycles uint64 // Ops in this place, at what an instruction of the function takes on average
	AllocatedB  uint64
	// most that one such call took below its entry, callees included, the lab's own
	// functions not; 0 before one has returned
	StackB uint32
}

// HeapStep is one allocation or release, in order.
type HeapStep struct {
	Block uint32 // address
	LiveB uint32 // bytes live after it
	Call  int    // index of the allocator's node in Calls
}

// TracedGuest is a guest whose machine follows calls and the heap.
type TracedGuest interface {
	Guest
	// Calls is the tree of calls so far; parents come before children, and a
	// node keeps its index.
	Calls() []Call
	// HeapTrace is what the allocator did so far.
	HeapTrace() []HeapStep
}

// ParamGuest is a guest that gets its parameters at run time: the
// reference server.
type ParamGuest interface {
	Guest
	WriteParams(b []byte) error
}
