package emu

import "math/bits"

// MulDiv is a*b/c without overflow in between, rounded down; c is not 0 and
// the quotient fits.
func MulDiv(a, b, c uint64) uint64 {
	high, low := bits.Mul64(a, b)
	q, _ := bits.Div64(high, low, c)
	return q
}
