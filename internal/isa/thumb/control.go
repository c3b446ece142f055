package thumb

// branchOrControl is wide branches and control instructions (ARMv7-M ARM,
// A5.3.4).
func (d *decoder) branchOrControl() error {
	w1, w2 := d.w1, d.w2
	sign, j1, j2 := bit(w1, 10), bit(w2, 13), bit(w2, 11)
	switch {
	case bit(w2, 12) == 1: // b, bl with 25-bit offset
		i1, i2 := 1^j1^sign, 1^j2^sign
		d.jump(signed(sign<<24|i1<<23|i2<<22|w1&0x3ff<<12|w2&0x7ff<<1, 25))
		if bit(w2, 14) == 1 {
			return d.set(Call, LR, 0)
		}
		return d.set(Branch, 0, 0)
	case bit(w2, 14) == 1: // ARMv8.1-M loops; elsewhere blx to ARM code, which no Cortex-M has
		return d.loop()
	case w1>>7&7 != 7: // b<cond> with 21-bit offset
		d.jump(signed(sign<<20|j2<<19|j1<<18|w1&0x3f<<12|w2&0x7ff<<1, 21))
		return d.set(CondBranch, 0, Flags)
	}
	return d.control()
}

// control is msr, mrs, hints and barriers.
func (d *decoder) control() error {
	w1, w2 := d.w1, d.w2
	switch {
	case w1&0xffe0 == 0xf380: // msr
		switch w2 & 0xff { // SYSm, ARMv7-M ARM B5.1.1
		case 0, 1, 2, 3: // APSR and what has it
			d.Writes |= Flags
		case 8, 9, 0x88, 0x89, 0x98: // MSP, PSP and, of ARMv8-M, their other state's
			d.Writes |= SP
		}
		return d.set(System, 0, Core(w1&15))
	case w1&0xffe0 == 0xf3e0: // mrs
		rd, from := Core(w2>>8&15), RegSet(0)
		switch w2 & 0xff {
		case 0, 1, 2, 3:
			from = Flags
		case 8, 9:
			from = SP
		}
		return d.set(System, rd, from)
	case w1 == 0xf3af && w2&0xff00 == 0x8000: // nop.w .. sev.w, dbg, esb
		return d.set(Hint, 0, 0)
	case w1 == 0xf3bf && w2>>8 == 0x8f: // clrex, dsb, dmb, isb
		switch w2 >> 4 & 15 {
		case 2, 4, 5, 6:
			return d.set(Barrier, 0, 0)
		}
	case w1&0xfff0 == 0xf7f0 && w2>>12 == 0xa: // udf.w
		return d.set(System, 0, 0)
	}
	return errUndefined
}

// loop is dls, wls and le of ARMv8.1-M's low-overhead branches (ARMv8-M ARM,
// C2.4). Its branch-future instructions are hints no Cortex-M acts on; they
// and the vector forms are not known.
func (d *decoder) loop() error {
	rn := d.w1 & 15
	offset := int32(d.w2>>11&1<<1 | d.w2<<1&0xffc) // imm11: high ten bits in w2[10:1], low one in w2[11]
	switch {
	case d.w2 == 0xe001 && d.w1&0xfff0 == 0xf040 && rn != 15: // dls lr, rn
		return d.set(ALU, LR, Core(rn))
	case d.w2&0xf001 == 0xc001 && d.w1&0xfff0 == 0xf040 && rn != 15: // wls lr, rn, forward
		d.jump(offset)
		return d.set(CondBranch, LR, Core(rn))
	case d.w2&0xf001 == 0xc001 && d.w1 == 0xf00f: // le lr, back
		d.jump(-offset)
		return d.set(CondBranch, LR, LR)
	case d.w2&0xf001 == 0xc001 && d.w1 == 0xf02f: // le, back
		d.jump(-offset)
		return d.set(Branch, 0, 0)
	}
	return errUndefined
}
