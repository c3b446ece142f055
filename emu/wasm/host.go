package wasm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"tlslab/emu"
)

// hostCall is one host function: stack holds the parameters and takes the
// result.
type hostCall func(g *Guest, stack []uint64)

var hostCalls = map[string]hostCall{
	"host_entropy":      (*Guest).hostEntropy,
	"host_monotonic_us": func(g *Guest, s []uint64) { s[0] = uint64(g.host.MonotonicUS()) },
	"host_rtc_s":        func(g *Guest, s []uint64) { s[0] = uint64(g.host.RTCSeconds()) },
	"host_send":         (*Guest).hostSend,
	"host_recv":         (*Guest).hostRecv,
	"host_event":        (*Guest).hostEvent,
	"host_log":          (*Guest).hostLog,
	"host_exit": func(g *Guest, s []uint64) {
		g.fault("exit(%d)", int32(s[0]))
	},
}

// guestKey finds the guest in the context of a call: one host module serves
// all guests of an engine.
type guestKey struct{}

func instantiateHost(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder(hostModule)
	for name, t := range hostSignatures {
		call := hostCalls[name]
		fn := api.GoModuleFunc(func(ctx context.Context, mod api.Module, stack []uint64) {
			g := ctx.Value(guestKey{}).(*Guest)
			g.memory = mod.Memory() // set before Start has the instance
			g.admit(ctx)
			call(g, stack)
		})
		b.NewFunctionBuilder().WithGoModuleFunction(fn, apiTypes(t.params), apiTypes(t.results)).Export(name)
	}
	_, err := b.Instantiate(ctx)
	return err
}

func apiTypes(list []valType) []api.ValueType {
	out := make([]api.ValueType, len(list))
	for i, t := range list {
		out[i] = api.ValueType(t)
	}
	return out
}

// errHalt carries a stop through wazero, which turns panics into errors; the
// reason is in Guest.stop or Guest.faulted.
var errHalt = errors.New("stopped by the host")

// halt ends the call into the guest with err.
func (g *Guest) halt(err error) {
	g.stop = err
	panic(errHalt)
}

// admit ends a guest that must not go on, however often it calls: its budget is
// used up, its time is over, or the run was ended.
func (g *Guest) admit(ctx context.Context) {
	g.charge(0)
	if err := ctx.Err(); err != nil {
		g.halt(err)
	}
	if g.calls++; g.calls%lookAtClock == 0 && time.Now().After(g.until) {
		g.halt(g.limits.WallError())
	}
}

// lookAtClock is how many host calls pass between two looks at the clock.
const lookAtClock = 256

// charge counts what the host does for the guest.
func (g *Guest) charge(bytes int) {
	if err := g.guard.Charge(g.limits, bytes); err != nil {
		g.halt(err)
	}
}

// fault ends the call because of something the guest did; the engine's trace
// is added on the way out.
func (g *Guest) fault(format string, args ...any) {
	g.faulted = &emu.GuestError{Reason: fmt.Sprintf(format, args...)}
	panic(errHalt)
}

// given is slice for a call that handles all its bytes: they are charged.
func (g *Guest) given(call string, ptr, size uint64) []byte {
	p := g.slice(call, ptr, size)
	g.charge(len(p))
	return p
}

// slice is the guest's memory at a pointer the guest passed.
func (g *Guest) slice(call string, ptr, size uint64) []byte {
	p, ok := g.memory.Read(uint32(ptr), uint32(size))
	if !ok {
		g.fault("%s: %d bytes at 0x%x are outside memory", call, uint32(size), uint32(ptr))
	}
	return p
}

func result32(n int) uint64 { return uint64(uint32(int32(n))) }

func (g *Guest) hostEntropy(s []uint64) {
	err := g.host.Entropy(g.given("host_entropy", s[0], s[1]))
	s[0] = 0
	if err != nil {
		s[0] = result32(-1)
	}
}

func (g *Guest) hostSend(s []uint64) {
	p := g.given("host_send", s[0], s[1])
	n := g.host.Send(p)
	if n > len(p) || n < 0 && n != emu.RecvError {
		g.halt(hostErrorf("send of %d bytes gave %d", len(p), n))
	}
	s[0] = result32(n)
}

func (g *Guest) hostRecv(s []uint64) {
	p := g.slice("host_recv", s[0], s[1])
	n := g.host.Recv(p, uint32(s[2]))
	if n > len(p) || n < emu.RecvError {
		g.halt(hostErrorf("receive of %d bytes gave %d", len(p), n))
	}
	g.charge(max(n, 0))
	s[0] = result32(n)
}

func (g *Guest) hostEvent(s []uint64) {
	kind := emu.EventKind(uint32(s[0]))
	if kind >= emu.EventEnter {
		g.opening(kind, uint32(s[1]))
		return
	}
	p := g.given("host_event", s[1], s[2])
	g.heap.enter(kind, p)
	err := g.guard.Event(g.host, g.limits, kind, p)
	if err != nil {
		g.halt(err)
	}
}

// opening passes on the meter's event of a function that opens a phase.
func (g *Guest) opening(kind emu.EventKind, place uint32) {
	if place >= uint32(len(g.program.openings)) || kind > emu.EventReturn {
		g.fault("event %d is not known", kind)
	}
	var live, peak uint32
	if g.heapMax != nil {
		live, peak = g.heapLive(), uint32(g.heapMax.Get())
	}
	p := g.program.openings[place].Payload(live, peak, g.allocations())
	g.heap.enter(kind, p)
	if err := g.guard.Event(g.host, g.limits, kind, p); err != nil {
		g.halt(err)
	}
}

func (g *Guest) hostLog(s []uint64) {
	g.guard.Log(g.host, g.limits, int(uint32(s[0])), g.given("host_log", s[1], s[2]))
}
