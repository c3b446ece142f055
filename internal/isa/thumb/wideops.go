package thumb

// plainImmediate is addw, subw, movw, movt, saturation and bit fields
// (ARMv7-M ARM, A5.3.3).
func (d *decoder) plainImmediate() error {
	rn, rd := d.w1&15, d.w2>>8&15
	switch d.w1 >> 4 & 31 {
	case 0x00, 0x0a: // addw, subw; adr where rn is pc
		if rn == 13 && rd == 13 {
			delta := int32(bit(d.w1, 10)<<11 | d.w2>>4&0x700 | d.w2&0xff)
			if bit(d.w1, 7) == 1 {
				delta = -delta
			}
			d.addSP(delta)
		}
		return d.set(ALU, Core(rd), Core(rn))
	case 0x04: // movw
		return d.set(ALU, Core(rd), 0)
	case 0x0c: // movt
		return d.set(ALU, Core(rd), Core(rd))
	case 0x10, 0x12, 0x18, 0x1a: // ssat, usat, ssat16, usat16
		return d.set(DSP, Core(rd), Core(rn))
	case 0x14, 0x1c: // sbfx, ubfx
		return d.set(Bits, Core(rd), Core(rn))
	case 0x16: // bfi, bfc
		return d.set(Bits, Core(rd), (Core(rn)|Core(rd))&^PC)
	}
	return errUndefined
}

// registerOps is shifts by a register, extensions, parallel arithmetic and
// bit counting (A5.3.12 to A5.3.15).
func (d *decoder) registerOps() error {
	if d.w2>>12 != 15 {
		return errUndefined
	}
	op1, op2 := d.w1>>4&15, d.w2>>4&15
	rn, rd, rm := Core(d.w1&15), Core(d.w2>>8&15), Core(d.w2&15)
	switch {
	case op1 < 8 && op2 == 0: // lsl, lsr, asr, ror
		if bit(op1, 0) == 1 {
			rd |= Flags
		}
		return d.set(Shift, rd, rn|rm)
	case op1 < 6 && op2 >= 8: // sxth, uxth, sxtb16, uxtb16, sxtb, uxtb; with an addend unless rn is 15
		if rn == PC && op1 != 2 && op1 != 3 {
			return d.set(Bits, rd, rm)
		}
		return d.set(DSP, rd, (rn|rm)&^PC)
	case op1 >= 8 && op2 < 8: // parallel add and subtract: q, h and plain; u and s
		if op1 == 11 || op1 == 15 || op2&3 == 3 {
			return errUndefined
		}
		if op2&3 == 0 { // sets the GE flags
			rd |= Flags
		}
		return d.set(DSP, rd, rn|rm)
	case op1 == 8 && op2 >= 8 && op2 < 12: // qadd, qdadd, qsub, qdsub
		return d.set(DSP, rd, rn|rm)
	case op1 == 9 && op2 >= 8 && op2 < 12: // rev, rev16, rbit, revsh
		return d.set(Bits, rd, rm)
	case op1 == 10 && op2 == 8: // sel
		return d.set(DSP, rd, rn|rm|Flags)
	case op1 == 11 && op2 == 8: // clz
		return d.set(Bits, rd, rm)
	}
	return errUndefined
}

// multiply is the multiplications with a 32-bit result (A5.3.16).
func (d *decoder) multiply() error {
	op1, op2 := d.w1>>4&7, d.w2>>4&15
	rn, rm, rd, ra := Core(d.w1&15), Core(d.w2&15), Core(d.w2>>8&15), Core(d.w2>>12)
	reads := rn | rm
	if ra != PC {
		reads |= ra
		d.AccReads = ra
	}
	switch {
	case op1 == 0 && op2 == 0 && ra == PC:
		return d.set(Mul, rd, reads)
	case op1 == 0 && op2 <= 1 && ra != PC: // mla, mls
		return d.set(MulAcc, rd, reads)
	case op1 == 1 && op2 <= 3, op1 >= 2 && op1 <= 6 && op2 <= 1: // smlaxy, smlad, smlawy, smlsd, smmla, smmls
		if op1 == 6 && ra == PC {
			return errUndefined
		}
		return d.set(MulDSP, rd, reads)
	case op1 == 7 && op2 == 0: // usad8, usada8
		return d.set(DSP, rd, reads)
	}
	return errUndefined
}

// longMultiply is the multiplications with a 64-bit result and the divisions
// (A5.3.17).
func (d *decoder) longMultiply() error {
	op1, op2 := d.w1>>4&7, d.w2>>4&15
	reads, hi, lo := Core(d.w1&15)|Core(d.w2&15), Core(d.w2>>8&15), Core(d.w2>>12)
	switch {
	case op1 == 0 && op2 == 0, op1 == 2 && op2 == 0: // smull, umull
		return d.set(MulLong, hi|lo, reads)
	case op1 == 1 && op2 == 15, op1 == 3 && op2 == 15: // sdiv, udiv
		if lo != PC {
			return errUndefined
		}
		return d.set(Div, hi, reads)
	case op1 == 4 && op2 == 0, op1 == 6 && op2 == 0, op1 == 6 && op2 == 6: // smlal, umlal, umaal
		d.AccReads = hi | lo
		return d.set(MulLongAcc, hi|lo, reads|hi|lo)
	case op1 == 4 && op2 >= 8 && op2 <= 13, op1 == 5 && (op2 == 12 || op2 == 13): // smlalxy, smlald, smlsld
		d.AccReads = hi | lo
		return d.set(MulDSP, hi|lo, reads|hi|lo)
	}
	return errUndefined
}
