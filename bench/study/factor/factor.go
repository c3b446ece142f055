// Package factor predicts CPU cycles from WebAssembly instructions. Each
// function has three factors for one board, fitted to runs on both machines:
// cycles per instruction, cycles per call, and cycles once in each phase that
// it runs in, when its code is fetched. The factors are data. Each set is
// stamped with everything that it depends on and is used for nothing else. The
// package runs nothing.
package factor

import (
	"maps"
	"math/bits"
	"regexp"
	"slices"

	"tlslab/emu"
)

// Factor turns a function's counts into cycles. Integers, so that a
// prediction is the same on every machine.
type Factor struct {
	PerOp   int64 `json:"per-op"`   // 1e-6 cycles an instruction
	PerCall int64 `json:"per-call"` // 1e-6 cycles a call
	Once    int64 `json:"once"`     // 1e-6 cycles in each phase it runs in
}

// Model is a board's factors.
type Model struct {
	Board     string            `json:"board"`
	Stamp     map[string]string `json:"stamp"`     // what they were fitted with: digests, versions, flags
	Fitted    []string          `json:"fitted"`    // "config, scenario" of the runs
	Errors    *Errors           `json:"errors"`    // nil: nothing could be left out to find them
	Mean      int64             `json:"mean"`      // 1e-6 cycles an instruction, for functions not among them
	Functions map[string]Factor `json:"functions"` // by name, as Name has it
}

// Errors are how far predictions were off in percent of the board's cycles,
// without sign, over the runs of each option in turn: by a fit without these.
type Errors struct {
	MedianPhase     float64 `json:"median-phase-percent"`
	WorstPhase      float64 `json:"worst-phase-percent"`
	MedianHandshake float64 `json:"median-handshake-percent"`
	WorstHandshake  float64 `json:"worst-handshake-percent"`
}

// micro is what factors are counted in.
const micro = 1_000_000

// suffix is what gcc and clang add to the names of a function's copies.
var suffix = regexp.MustCompile(`\.(constprop|isra|part|cold|lto_priv|llvm)\b.*$`)

// Name is a function's name without what compilers add to it.
func Name(symbol string) string { return suffix.ReplaceAllString(symbol, "") }

// Names adds up functions by Name.
func Names(functions map[string]emu.Function) map[string]emu.Function {
	all := map[string]emu.Function{}
	for _, symbol := range slices.Sorted(maps.Keys(functions)) {
		f, sum := functions[symbol], all[Name(symbol)]
		sum.Ops += f.Ops
		sum.Calls += f.Calls
		sum.MilliCycles += f.MilliCycles
		all[Name(symbol)] = sum
	}
	return all
}

// MilliCycles predicts what functions of the wasm machine take on the board in
// one phase.
// unknown are the instructions of functions that the model has not seen.
func (m *Model) MilliCycles(functions map[string]emu.Function) (milli, unknown uint64) {
	var sum [2]uint64 // 128 bits: high, low
	add := func(count uint64, factor int64) {
		high, low := bits.Mul64(count, uint64(factor))
		var carry uint64
		sum[1], carry = bits.Add64(sum[1], low, 0)
		sum[0], _ = bits.Add64(sum[0], high, carry)
	}
	for symbol, f := range functions {
		factor, ok := m.Functions[Name(symbol)]
		if !ok {
			unknown += f.Ops
			factor = Factor{PerOp: m.Mean}
		}
		add(f.Ops, factor.PerOp)
		add(f.Calls, factor.PerCall)
		if f.Ops > 0 {
			add(1, factor.Once)
		}
	}
	q, _ := bits.Div64(sum[0]%(micro/1000), sum[1], micro/1000)
	return q, unknown
}
