package factor

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"tlslab/emu"
	"tlslab/internal/metric"
)

// Sample is one phase of one run: what each function executed on the wasm
// machine, by Name, and what it took on the board.
type Sample struct {
	Phase       metric.Phase
	Wasm        map[string]emu.Function
	MilliCycles map[string]uint64
}

// observation is one function in one sample.
type observation struct{ ops, calls, milli float64 }

// Fit finds every function's factors.
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
		x := fit(all)
		functions[name] = Factor{toMicro(x[0]), toMicro(x[1]), toMicro(x[2])}
	}
	if ops > 0 {
		mean = toMicro(milli / ops)
	}
	return functions, mean
}

// toMicro turns milli-cycles into micro-cycles, rounded.
func toMicro(milli float64) int64 { return int64(math.Round(milli * 1000)) }

// terms of a fit: instructions, calls, once.
const terms = 3

// singular is the share of its largest entry below which a pivot counts as 0:
// the terms tell the same, and the one more is left out.
const singular = 1e-9

// fit is the weighted least-squares fit of milli = x0*ops + x1*calls + x2, none
// below 0. The weight 1/milli lets an error count as a share of the phase, not
// in cycles, which one large phase would rule alone. Of the sets of terms that
// fit with no factor below 0 the one with the smallest error is taken, and of
// equals the smaller set: eight of them, tried in turn.
func fit(all []observation) [terms]float64 {
	var a [terms][terms]float64
	var b [terms]float64
	var yy float64
	for _, o := range all {
		v, w := [terms]float64{o.ops, o.calls, 1}, 1/math.Max(o.milli, 1)
		for i := range v {
			for j := range v {
				a[i][j] += w * v[i] * v[j]
			}
			b[i] += w * v[i] * o.milli
		}
		yy += w * o.milli * o.milli
	}
	var best [terms]float64
	least, used := yy, 0
	for set := 1; set < 1<<terms; set++ {
		x, ok := solve(a, b, set)
		if !ok {
			continue
		}
		sse := yy
		for i := range x {
			sse -= x[i] * b[i] // of a least-squares solution
		}
		n := bits.OnesCount(uint(set))
		gain := (least - sse) / yy
		if gain > worthwhile || gain > -worthwhile && n < used {
			best, least, used = x, sse, n
		}
	}
	return best
}

// worthwhile is the share of the squared error that one more term must explain.
const worthwhile = 1e-6

// solve solves the normal equations of the terms in set; not ok when they are
// singular or a factor is below 0.
func solve(a [terms][terms]float64, b [terms]float64, set int) (x [terms]float64, ok bool) {
	var at []int
	for i := range terms {
		if set>>i&1 == 1 {
			at = append(at, i)
		}
	}
	for k, p := range at { // Gauss, without pivoting: the matrix is positive definite or of no use
		if a[p][p] <= singular*b[p] && a[p][p] <= singular {
			return x, false
		}
		for _, q := range at[k+1:] {
			m := a[q][p] / a[p][p]
			before := a[q][q]
			for _, c := range at[k:] {
				a[q][c] -= m * a[p][c]
			}
			if a[q][q] <= singular*before {
				return x, false
			}
			b[q] -= m * b[p]
		}
	}
	for k := len(at) - 1; k >= 0; k-- {
		p := at[k]
		x[p] = b[p]
		for _, c := range at[k+1:] {
			x[p] -= a[p][c] * x[c]
		}
		x[p] /= a[p][p]
		if x[p] < 0 {
			return x, false
		}
	}
	return x, true
}
