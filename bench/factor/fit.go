package factor

import (
	"maps"
	"math"
	"slices"

	"tlslab/emu"
)

// Sample is one phase of one run: what each function executed on the wasm
// machine, by Name, and what it took on the board.
type Sample struct {
	Phase       string
	Wasm        map[string]emu.Function
	MilliCycles map[string]uint64
}

// observation is one function in one sample.
type observation struct{ ops, calls, milli float64 }

// Fit finds every function's two factors.
func Fit(samples []Sample) (functions map[string]Factor, mean int64) {
	seen := map[string][]observation{}
	var ops, milli float64
	for _, s := range samples {
		for _, name := range slices.Sorted(maps.Keys(s.Wasm)) {
			f := s.Wasm[name]
			o := observation{float64(f.Ops), float64(f.Calls), float64(s.MilliCycles[name])}
			if o.ops > 0 {
				seen[name] = append(seen[name], o)
				ops += o.ops
				milli += o.milli
			}
		}
	}
	functions = map[string]Factor{}
	for name, all := range seen {
		perOp, perCall := fit(all)
		functions[name] = Factor{toMicro(perOp), toMicro(perCall)}
	}
	if ops > 0 {
		mean = toMicro(milli / ops)
	}
	return functions, mean
}

// toMicro turns milli-cycles into micro-cycles, rounded.
func toMicro(milli float64) int64 { return int64(math.Round(milli * 1000)) }

// singular is the share of the normal equations' determinant below which ops
// and calls are taken to be proportional: one factor then tells all.
const singular = 1e-6

// fit is the weighted least-squares fit of milli = perOp*ops + perCall*calls,
// neither below 0. The weight 1/ops lets an error count as a share of the
// phase, not in cycles, which one large phase would rule alone.
func fit(all []observation) (perOp, perCall float64) {
	var oo, oc, cc, oy, cy, ops, milli float64
	for _, o := range all {
		w := 1 / o.ops
		oo += w * o.ops * o.ops
		oc += w * o.ops * o.calls
		cc += w * o.calls * o.calls
		oy += w * o.ops * o.milli
		cy += w * o.calls * o.milli
		ops += o.ops
		milli += o.milli
	}
	det := oo*cc - oc*oc
	if det <= singular*oo*cc {
		return milli / ops, 0
	}
	perOp, perCall = (oy*cc-cy*oc)/det, (oo*cy-oc*oy)/det
	switch {
	case perOp < 0:
		return 0, cy / cc
	case perCall < 0:
		return oy / oo, 0
	}
	return perOp, perCall
}
