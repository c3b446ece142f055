package wasm

import (
	"strings"

	"tlslab/emu"
)

// Texts of wazero, which keeps its trap values internal (internal/wasmruntime
// and internal/wasmdebug): pinned by TestFailures
// and TestRecursion.
const (
	trapPrefix   = "wasm error: "
	traceMark    = "\nwasm stack trace:"
	stackTrap    = "stack overflow"
	memoryTrap   = "out of bounds memory access"
	unreachable  = "unreachable"
	shadowReason = "shadow stack overflow"
)

// failure turns an error of wazero into the type a caller can act on. A trap
// is the guest's fault; anything else is other, or a *emu.HostError with err
// where other is nil.
func (g *Guest) failure(other, err error) error {
	if f := g.faulted; f != nil {
		g.faulted, f.Detail = nil, err.Error()
		return f
	}
	if stop := g.stop; stop != nil {
		g.stop = nil
		return stop
	}
	text, ok := strings.CutPrefix(err.Error(), trapPrefix)
	if !ok && err.Error() == stackTrap {
		text, ok = stackTrap, true // the compiler returns this one bare
	}
	if !ok {
		if other == nil {
			other = &emu.HostError{Err: err}
		}
		return other
	}
	reason, _, _ := strings.Cut(text, traceMark)
	reason, _, _ = strings.Cut(reason, "\n")
	switch {
	case reason == unreachable && g.overdrawn():
		return &emu.BudgetError{Limit: g.limits.Ops}
	case reason == stackTrap:
	case reason == memoryTrap && g.sp != nil && uint32(g.sp.Get()) > g.program.layout.stackTop:
		// The stack pointer went below 0 and wrapped: the stack is the first
		// thing in memory (wasm-ld --stack-first).
		reason = shadowReason
	default:
		reason = "trap: " + reason
	}
	return &emu.GuestError{Reason: reason, Detail: err.Error()}
}
