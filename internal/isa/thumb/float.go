package thumb

// coprocessor is the floating-point instructions (ARMv7-M ARM, A6). Custom
// coprocessors and the vector extension of ARMv8.1-M are not known.
func (d *decoder) coprocessor() error {
	w1, w2 := d.w1, d.w2
	switch w2 >> 8 & 15 {
	case 9: // half precision, in single-precision registers
	case 10:
	case 11:
		d.Double = true
	default:
		return errUndefined
	}
	d.Float = true
	t := bit(w1, 12) == 1
	switch {
	case w1>>8&3 == 3: // 0xef, 0xff: vectors
		return errUndefined
	case bit(w1, 9) == 0:
		if t {
			return errUndefined
		}
		return d.floatMemory()
	case bit(w2, 4) == 1:
		if t {
			return errUndefined
		}
		return d.floatTransfer()
	case t:
		return d.floatFPv5()
	}
	return d.floatOps()
}

// reg is a floating-point register: four bits of number and one more, which is
// the low bit of a single and the high bit of a double. Doubles above d15 don't
// exist in these cores: ok is false.
func (d *decoder) reg(number, extra uint32) (r RegSet, ok bool) {
	if d.Double {
		return Double(number), extra == 0
	}
	return Single(number<<1 | extra), true
}

// vd, vn and vm are the three register fields.
func (d *decoder) vd() (RegSet, bool) { return d.reg(d.w2>>12, bit(d.w1, 6)) }
func (d *decoder) vn() (RegSet, bool) { return d.reg(d.w1&15, bit(d.w2, 7)) }
func (d *decoder) vm() (RegSet, bool) { return d.reg(d.w2&15, bit(d.w2, 5)) }

// floatMemory is vldr, vstr, vldm, vstm, vpush, vpop and moves of two core
// registers.
func (d *decoder) floatMemory() error {
	pre, up, writeback, load := bit(d.w1, 8) == 1, bit(d.w1, 7) == 1, bit(d.w1, 5) == 1, bit(d.w1, 4) == 1
	base, words := d.w1&15, d.w2&0xff
	if !pre && !up {
		return d.floatPair()
	}
	first, ok := d.vd()
	if !ok {
		return errUndefined
	}
	if pre && !writeback { // vldr, vstr
		offset := int32(words) * 4
		if !up {
			offset = -offset
		}
		n := uint32(1)
		if d.Double {
			n = 2
		}
		d.access(n, base, offset)
		if load {
			return d.set(LoadOne, first, 0)
		}
		return d.set(StoreOne, 0, first)
	}
	if pre && up || words == 0 || words > floats || base == 15 || d.w2>>8&15 == 9 || d.Double && words%2 == 1 {
		return errUndefined
	}
	number := d.w2>>12<<1 | bit(d.w1, 6)
	if d.Double {
		number = d.w2 >> 12 << 1
	}
	if number+words > floats {
		return errUndefined
	}
	list := RegSet(1<<words-1) << (firstFloat + number)
	delta, lowest := int32(4*words), int32(0)
	if pre {
		delta, lowest = -delta, -delta
	}
	d.access(words, base, lowest)
	if writeback {
		d.update(base, delta)
	}
	if load {
		return d.set(LoadMulti, list, 0)
	}
	return d.set(StoreMulti, 0, list)
}

// floatPair is vmov between two core registers and a double or two singles,
// and ARMv8-M's vlstm and vlldm.
func (d *decoder) floatPair() error {
	if d.w2&^0x80 == 0x0a00 && d.w1&0xffe0 == 0xec20 { // vlstm, vlldm: the whole state, when the secure side owns it
		return d.set(System, 0, Core(d.w1&15))
	}
	if d.w1&0xffe0 != 0xec40 || d.w2&0xd0 != 0x10 || d.w2>>8&15 == 9 {
		return errUndefined
	}
	core := Core(d.w1&15) | Core(d.w2>>12)
	float, ok := d.vm()
	if !d.Double {
		number := d.w2&15<<1 | bit(d.w2, 5)
		float, ok = float|Single(number+1), number < floats-1
	}
	if !ok {
		return errUndefined
	}
	if bit(d.w1, 4) == 1 {
		return d.set(FloatMove, core, float)
	}
	return d.set(FloatMove, float, core)
}

// floatTransfer is vmov between a core register and a single or half a double,
// vmrs and vmsr.
func (d *decoder) floatTransfer() error {
	toCore, rt := bit(d.w1, 4) == 1, Core(d.w2>>12)
	var float RegSet
	switch op := d.w1 >> 5 & 7; {
	case op == 7 && !d.Double: // vmrs, vmsr; rt 15 is the flags
		d.Float = true
		if !toCore {
			return d.set(FloatMove, FPSCR, rt)
		}
		if rt == PC {
			rt = Flags
		}
		return d.set(FloatMove, rt, FPSCR)
	case op == 0 && !d.Double:
		float, _ = d.vn()
	case op <= 1 && d.Double && d.w2&0x60 == 0: // half a double
		if bit(d.w2, 7) == 1 {
			return errUndefined
		}
		float = Single(d.w1&15<<1 | op)
		d.Double = false
	default:
		return errUndefined
	}
	if toCore {
		return d.set(FloatMove, rt, float)
	}
	return d.set(FloatMove, float, rt)
}
