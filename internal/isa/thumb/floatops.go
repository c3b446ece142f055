package thumb

// floatOps is floating-point arithmetic (ARMv7-M ARM, A6.4, table A6-2).
func (d *decoder) floatOps() error {
	vd, ok1 := d.vd()
	vn, ok2 := d.vn()
	vm, ok3 := d.vm()
	op := d.w1>>5&4 | d.w1>>4&3
	if op == 7 {
		return d.floatOther(vd, ok1)
	}
	if !ok1 || !ok2 || !ok3 {
		return errUndefined
	}
	switch op {
	case 0, 1: // vmla, vmls, vnmla, vnmls
		d.AccReads = vd
		return d.set(FloatMulAcc, vd, vd|vn|vm)
	case 2: // vmul, vnmul
		return d.set(FloatMul, vd, vn|vm)
	case 3: // vadd, vsub
		return d.set(FloatALU, vd, vn|vm)
	case 4:
		if bit(d.w2, 6) == 1 {
			return errUndefined
		}
		return d.set(FloatDiv, vd, vn|vm)
	}
	d.AccReads = vd
	return d.set(FloatFused, vd, vd|vn|vm) // 5, 6
}

// floatOther is the instructions with one operand (table A6-3).
func (d *decoder) floatOther(vd RegSet, okD bool) error {
	if bit(d.w2, 6) == 0 { // vmov of a constant
		if !okD || d.w2&0xa0 != 0 {
			return errUndefined
		}
		return d.set(FloatMove, vd, 0)
	}
	vm, okM := d.vm()
	high := bit(d.w2, 7) == 1
	other := *d // the register of the other width, in conversions
	other.Double = !d.Double
	class := FloatALU
	reads, writes := vm, vd
	switch op := d.w1 & 15; {
	case op == 0 && !high: // vmov
		class = FloatMove
	case op == 0, op == 1 && !high: // vabs, vneg
	case op == 1:
		class = FloatSqrt
	case op == 2: // vcvtb, vcvtt from half; singles hold halves
		class = FloatConvert
		reads, okM = halfSingle(d.w2&15, bit(d.w2, 5))
	case op == 3: // to half
		class = FloatConvert
		writes, okD = halfSingle(d.w2>>12, bit(d.w1, 6))
		reads |= writes // the other half stays
	case op == 4: // vcmp, vcmpe
		reads, writes = vd|vm, FPSCR
	case op == 5: // with zero
		reads, writes, okM = vd, FPSCR, true
	case op == 6, op == 7 && !high: // vrintr, vrintz, vrintx
		class = FloatConvert
	case op == 7: // between single and double
		class = FloatConvert
		writes, okD = other.vd()
	case op == 8: // from an integer, which is in a single
		class = FloatConvert
		reads, okM = halfSingle(d.w2&15, bit(d.w2, 5))
	case op == 12, op == 13: // to an integer
		class = FloatConvert
		writes, okD = halfSingle(d.w2>>12, bit(d.w1, 6))
	case op == 10, op == 11, op == 14, op == 15: // to and from fixed point, in place
		class = FloatConvert
		reads, okM = vd, true
	default:
		return errUndefined
	}
	if !okD || !okM {
		return errUndefined
	}
	return d.set(class, writes, reads)
}

// halfSingle is a single-precision register, whatever the instruction's width.
func halfSingle(number, extra uint32) (RegSet, bool) { return Single(number<<1 | extra), true }

// floatFPv5 is what FPv5 added: vsel, vmaxnm, vminnm, vrint and vcvt with a
// rounding mode (ARMv7-M ARM, A6.4).
func (d *decoder) floatFPv5() error {
	vd, ok1 := d.vd()
	vn, ok2 := d.vn()
	vm, ok3 := d.vm()
	low := bit(d.w2, 6)
	switch {
	case bit(d.w1, 7) == 0 && low == 0: // vsel
		if ok1 && ok2 && ok3 {
			return d.set(FloatMove, vd, vn|vm|Flags)
		}
	case d.w1&0xffb0 == 0xfe80: // vmaxnm, vminnm
		if ok1 && ok2 && ok3 {
			return d.set(FloatALU, vd, vn|vm)
		}
	case d.w1&0xffbc == 0xfeb8 && low == 1: // vrinta, n, p, m
		if ok1 && ok3 && bit(d.w2, 7) == 0 {
			return d.set(FloatConvert, vd, vm)
		}
	case d.w1&0xffbc == 0xfebc && low == 1: // vcvta, n, p, m to an integer
		if ok3 {
			vd, _ = halfSingle(d.w2>>12, bit(d.w1, 6))
			return d.set(FloatConvert, vd, vm)
		}
	case d.w1&0xffbf == 0xfeb0 && low == 1 && d.w2>>8&15 == 10: // vmovx, vins of halves
		return d.set(FloatMove, vd, vd|vm)
	}
	return errUndefined
}
