package factor

import (
	"testing"

	"tlslab/emu"
)

// Two functions whose cycles are known: the fit must find the factors, and the
// prediction of another mix must be exact.
func TestFitAndPredict(t *testing.T) {
	const perOp, perCall, once = 300, 20_000, 5_000_000 // milli-cycles
	sample := func(ops, calls uint64) Sample {
		return Sample{
			Wasm:        map[string]emu.Function{"mul": {Ops: ops, Calls: calls}, "copy": {Ops: 1000, Calls: 10}},
			MilliCycles: map[string]uint64{"mul": ops*perOp + calls*perCall + once, "copy": 700_000},
		}
	}
	functions, mean := Fit([]Sample{sample(10_000, 100), sample(80_000, 100), sample(5_000, 300), sample(700, 2)})
	if got := functions["mul"]; got != (Factor{perOp * 1000, perCall * 1000, once * 1000}) {
		t.Errorf("mul: %+v", got)
	}
	if got := functions["copy"]; got != (Factor{PerOp: 700_000}) {
		t.Errorf("copy, always of one size: %+v", got)
	}
	m := &Model{Mean: mean, Functions: functions}
	milli, unknown := m.MilliCycles(map[string]emu.Function{"mul.constprop.0": {Ops: 123_456, Calls: 7}, "new": {Ops: 5}})
	if want := uint64(123_456*perOp + 7*perCall + once + 5*mean/1000); milli != want || unknown != 5 {
		t.Errorf("%d, want %d; unknown %d", milli, want, unknown)
	}
}

func TestFactorsAreNotNegative(t *testing.T) {
	for _, all := range [][]observation{
		{{100, 1, 1000}, {200, 3, 1500}, {300, 8, 1600}},
		{{100, 50, 10}, {200, 10, 4000}, {300, 5, 9000}},
	} {
		if x := fit(all); x[0] < 0 || x[1] < 0 || x[2] < 0 || x == [terms]float64{} {
			t.Errorf("%v: %v", all, x)
		}
	}
}

func TestAttribute(t *testing.T) {
	calls := []emu.Call{
		{Parent: -1, Function: "(unknown)", MilliCycles: 1},
		{Parent: 0, Function: "boot_main", MilliCycles: 10},
		{Parent: 1, Function: "tlslab_step", MilliCycles: 100},
		{Parent: 2, Function: "host_send", MilliCycles: 1000},
		{Parent: 2, Function: "sum.isra.0", MilliCycles: 7},
		{Parent: 4, Function: "inlined_in_wasm", MilliCycles: 5},
		{Parent: 5, Function: "__aeabi_uldivmod", MilliCycles: 3},
	}
	visible := map[string]emu.Function{"tlslab_step": {}, "sum": {}}
	got := Attribute(calls, visible, func(s string) bool { return s == "boot_main" || s == "host_send" })
	if len(got) != 2 || got["tlslab_step"] != 100 || got["sum"] != 15 {
		t.Errorf("%v", got)
	}
}

func TestName(t *testing.T) {
	for symbol, want := range map[string]string{
		"mbedtls_mpi_shift_l_mod.constprop.0": "mbedtls_mpi_shift_l_mod", "f.part.0.isra.3": "f", "memcpy": "memcpy", "a.b": "a.b",
	} {
		if got := Name(symbol); got != want {
			t.Errorf("%s: %s, want %s", symbol, got, want)
		}
	}
}
