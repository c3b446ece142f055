package plots

import (
	"math"

	"gonum.org/v1/plot"

	"tlslab/internal/quantity"
)

// logAbove is the ratio of an axis's ends from which on it is logarithmic: one
// outlier must not press all other points into a corner.
const logAbove = 2

// scale sets an axis's range to hold lo…hi with pad (a share of the length) on
// both sides, and says whether it became logarithmic.
func scale(a *plot.Axis, lo, hi, pad float64) (log bool) {
	if lo > 0 && hi/lo >= logAbove {
		l, h := math.Log(lo), math.Log(hi)
		d := (h - l) * pad
		a.Min, a.Max = math.Exp(l-d), math.Exp(h+d)
		a.Scale = plot.LogScale{}
		a.Tick.Marker = plot.TickerFunc(logTicks)
		return true
	}
	d := (hi - lo) * pad
	if d == 0 {
		d = math.Max(math.Abs(hi)*0.05, 1)
	}
	a.Min, a.Max = lo-d, hi+d
	a.Tick.Marker = ticks(6)
	return false
}

// ticks labels about n round values, and never only one: that is no scale.
func ticks(n int) plot.TickerFunc {
	return func(lo, hi float64) []plot.Tick {
		if !(hi > lo) {
			return []plot.Tick{{Value: lo, Label: decimal(lo, 0)}}
		}
		step, places := roundStep((hi - lo) / float64(n))
		var out []plot.Tick
		for i := math.Ceil(lo/step - 1e-9); i*step <= hi+step*1e-9; i++ {
			out = append(out, plot.Tick{Value: i * step, Label: decimal(i*step, places)})
		}
		if len(out) < 2 {
			return ticks(n+1)(lo, hi)
		}
		return out
	}
}

// roundStep is the next of 1, 2, 5 times a power of ten, and the decimal places
// its multiples need.
func roundStep(least float64) (step float64, places int) {
	e := math.Floor(math.Log10(least))
	step = math.Pow(10, e)
	for _, m := range []float64{1, 2, 5, 10} {
		if m*math.Pow(10, e) >= least*(1-1e-9) {
			step = m * math.Pow(10, e)
			if m == 10 {
				e++
			}
			break
		}
	}
	return step, int(math.Max(0, -e))
}

// logTicks labels values that are round and far enough apart on a log axis.
func logTicks(lo, hi float64) []plot.Tick {
	for _, mantissas := range [][]float64{
		{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 7},
		{1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9},
	} {
		var out []plot.Tick
		for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
			for _, m := range mantissas {
				v := m * math.Pow(10, e)
				if e < 0 {
					v = m / math.Pow(10, -e) // 0.3, not 0.30000000000000004
				}
				if v >= lo && v <= hi {
					out = append(out, plot.Tick{Value: v, Label: shortest(v)})
				}
			}
		}
		if len(out) >= 4 {
			return out
		}
	}
	return ticks(6)(lo, hi)
}

// These write numbers as all of the lab does, in a figure's signs.
func count(n int64) string                 { return quantity.Print(quantity.Count(n)) }
func shortest(v float64) string            { return quantity.Print(quantity.Shortest(v)) }
func decimal(v float64, places int) string { return quantity.Print(quantity.Decimal(v, places)) }
func quotient(n, per int64, p int) string  { return quantity.Print(quantity.Quotient(n, per, p)) }
func bytesText(n int64) string             { return quantity.Print(quantity.Bytes(n)) }
func signedPercent(p float64) string       { return quantity.Print(quantity.SignedPercent(p)) }
