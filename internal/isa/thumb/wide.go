package thumb

// wide decodes a 32-bit instruction (ARMv7-M ARM, A5.3).
func (d *decoder) wide() error {
	w1, w2 := d.w1, d.w2
	switch w1 >> 11 & 3 {
	case 1:
		switch {
		case bit(w1, 10) == 1:
			return d.coprocessor()
		case bit(w1, 9) == 1:
			return d.shiftedRegister()
		case bit(w1, 6) == 1:
			return d.dualOrExclusive()
		}
		return d.wideMultiple()
	case 2:
		if bit(w2, 15) == 1 {
			return d.branchOrControl()
		}
		if bit(w1, 9) == 1 {
			return d.plainImmediate()
		}
		return d.dataProcessing(0)
	}
	switch {
	case bit(w1, 10) == 1:
		return d.coprocessor()
	case bit(w1, 9) == 0:
		return d.wideMemory()
	case bit(w1, 8) == 0:
		return d.registerOps()
	case bit(w1, 7) == 0:
		return d.multiply()
	}
	return d.longMultiply()
}

// The operations of wide data processing that are more than Rd = Rn op x.
const (
	opAnd = 0  // tst where it only sets flags
	opOrr = 2  // mov without Rn
	opOrn = 3  // mvn without Rn
	opEor = 4  // teq
	opPkh = 6  // shifted register form only
	opAdd = 8  // cmn
	opAdc = 10 //
	opSbc = 11 //
	opSub = 13 // cmp
	opRsb = 14 //
)

// dataProcessing decodes Rd = Rn op x; operand is the registers x comes from,
// none for a constant.
func (d *decoder) dataProcessing(operand RegSet) error {
	op, setFlags := d.w1>>5&15, bit(d.w1, 4) == 1
	rn, rd := d.w1&15, d.w2>>8&15
	reads, writes := operand|Core(rn), Core(rd)
	switch op {
	case opAnd, opEor, opAdd, opSub:
		if rd == 15 {
			if !setFlags {
				return errUndefined
			}
			writes = 0
		}
	case opOrr, opOrn:
		if rn == 15 {
			reads = operand
		}
	case opAdc, opSbc:
		reads |= Flags
	case 1, opRsb: // bic
	default:
		return errUndefined
	}
	if setFlags {
		writes |= Flags
	}
	if writes&PC != 0 {
		return errUndefined // unpredictable in ARMv7-M
	}
	if rd == 13 && rn == 13 && operand == 0 && (op == opAdd || op == opSub) {
		delta := int32(expand(bit(d.w1, 10)<<11 | d.w2>>4&0x700 | d.w2&0xff))
		if op == opSub {
			delta = -delta
		}
		d.addSP(delta)
	}
	return d.set(ALU, writes, reads)
}

// expand is ThumbExpandImm (ARMv7-M ARM, A5.3.2): the constant that twelve
// bits of a data processing instruction stand for.
func expand(imm12 uint32) uint32 {
	v := imm12 & 0xff
	switch imm12 >> 8 {
	case 0:
		return v
	case 1:
		return v<<16 | v
	case 2:
		return v<<24 | v<<8
	case 3:
		return v * 0x01010101
	}
	v |= 0x80
	turn := imm12 >> 7
	return v>>turn | v<<(32-turn)
}

// shiftedRegister is 0xea00 to 0xebff.
func (d *decoder) shiftedRegister() error {
	op, rn, rm := d.w1>>5&15, d.w1&15, d.w2&15
	amount := d.w2>>10&0x1c | d.w2>>6&3
	kind := d.w2 >> 4 & 3
	if op == opOrr && bit(d.w1, 4) == 1 {
		if d.w2&0xc000 == 0x8000 {
			return d.conditionalSelect()
		}
		if rm == 15 || rm == 13 && bit(d.w2, 8) == 1 {
			return d.longShift()
		}
	}
	if bit(d.w2, 15) == 1 {
		return errUndefined
	}
	operand := Core(rm)
	shifted := amount != 0 || kind != 0
	if kind == 3 && amount == 0 { // rrx
		operand |= Flags
	}
	if op == opPkh {
		if bit(d.w1, 4) == 1 || bit(d.w2, 4) == 1 {
			return errUndefined
		}
		return d.set(DSP, Core(d.w2>>8&15), Core(rn)|operand)
	}
	if err := d.dataProcessing(operand); err != nil {
		return err
	}
	if op == opOrr && rn == 15 && shifted {
		d.Class = Shift
		return nil
	}
	d.Shifted = shifted
	return nil
}

// conditionalSelect is csel, csinc, csinv and csneg of ARMv8.1-M; register 15
// is zero there.
func (d *decoder) conditionalSelect() error {
	return d.set(ALU, Core(d.w2>>8&15), (Core(d.w1&15)|Core(d.w2&15))&^PC|Flags)
}

// longShift is lsll, lsrl and asrl of ARMv8.1-M: two registers shifted as one,
// by a constant or by a register. The saturating and rounding shifts of its
// vector extension are not known.
func (d *decoder) longShift() error {
	if bit(d.w1, 0) == 1 || bit(d.w2, 8) == 0 {
		return errUndefined
	}
	pair := Core(d.w1&14) | Core(d.w2>>8&15)
	if d.w2&15 == 13 {
		if kind := d.w2 >> 4 & 15; kind != 0 && kind != 2 { // lsll, asrl
			return errUndefined
		}
		return d.set(Shift, pair, pair|Core(d.w2>>12))
	}
	if bit(d.w2, 15) == 1 || d.w2>>4&3 == 3 {
		return errUndefined
	}
	return d.set(Shift, pair, pair)
}
