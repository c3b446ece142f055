package lab

import (
	"slices"

	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/internal/metric"
)

// PhaseFunctions is what each function executed itself in one phase.
type PhaseFunctions struct {
	Phase     metric.Phase
	Functions map[string]emu.Function
	Calls     []emu.Call // where the machine follows them; counts of this phase alone
}

// follow notes what functions execute in each phase of an end that has its
// guest.
func follow(end *peer.Endpoint) *[]PhaseFunctions {
	all := new([]PhaseFunctions)
	before := map[string]emu.Function{}
	var callsBefore []emu.Call
	end.Observe(func(kind emu.EventKind, r *emu.Record) {
		if n := len(r.HeapCurve); kind == emu.EventPhase {
			now := end.Guest.Functions()
			var calls []emu.Call
			if traced, ok := end.Guest.(emu.TracedGuest); ok {
				calls = traced.Calls()
			}
			sum := slices.Clone(calls)
			if n > 0 {
				d := difference(now, before)
				*all = append(*all, PhaseFunctions{r.HeapCurve[n-1].Phase, d, callsSince(calls, callsBefore, d)})
			}
			before, callsBefore = now, sum
		}
	})
	return all
}

// difference is what functions executed between two looks.
func difference(now, before map[string]emu.Function) map[string]emu.Function {
	d := map[string]emu.Function{}
	for name, f := range now {
		b := before[name]
		if f.Ops > b.Ops {
			d[name] = emu.Function{Ops: f.Ops - b.Ops, Calls: f.Calls - b.Calls, MilliCycles: f.MilliCycles - b.MilliCycles, FlashReads: f.FlashReads - b.FlashReads}
		}
	}
	return d
}

// callsSince is difference for calls: nodes keep their index. Cycles are at
// what an instruction of the function took on average in this time.
func callsSince(now, before []emu.Call, functions map[string]emu.Function) []emu.Call {
	for i, b := range before {
		now[i].Ops -= b.Ops
		now[i].Calls -= b.Calls
		now[i].AllocatedB -= b.AllocatedB
	}
	for i := range now {
		now[i].MilliCycles = 0
		if f := functions[now[i].Function]; f.Ops > 0 {
			now[i].MilliCycles = emu.MulDiv(now[i].Ops, f.MilliCycles, f.Ops)
		}
	}
	return now
}
