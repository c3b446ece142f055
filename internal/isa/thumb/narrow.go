package thumb

// narrow decodes a 16-bit instruction (ARMv7-M ARM, A5.2).
func (d *decoder) narrow() error {
	w := d.w1
	lo := func(n uint) uint32 { return w >> n & 7 } // a low register's number
	switch w >> 10 {
	case 0x00, 0x01, 0x02, 0x03, 0x04, 0x05: // lsl, lsr, asr #; movs is lsl #0
		class := Shift
		if w>>6 == 0 {
			class = ALU
		}
		return d.narrowFlags(class, Core(lo(0)), Core(lo(3)))
	case 0x06: // adds, subs register
		return d.narrowFlags(ALU, Core(lo(0)), Core(lo(3))|Core(lo(6)))
	case 0x07: // adds, subs #3
		return d.narrowFlags(ALU, Core(lo(0)), Core(lo(3)))
	case 0x08, 0x09: // movs #
		return d.narrowFlags(ALU, Core(lo(8)), 0)
	case 0x0a, 0x0b: // cmp #
		return d.set(ALU, Flags, Core(lo(8)))
	case 0x0c, 0x0d, 0x0e, 0x0f: // adds, subs #8
		return d.narrowFlags(ALU, Core(lo(8)), Core(lo(8)))
	case 0x10:
		return d.narrowALU()
	case 0x11:
		return d.narrowHigh()
	case 0x12, 0x13: // ldr literal
		d.access(1, 15, 0)
		return d.set(LoadOne, Core(lo(8)), 0)
	}
	switch w >> 12 {
	case 0x5: // load, store at register + register
		d.Offset = true
		d.access(1, lo(3), 0)
		d.SPAccess = false
		d.AddrReads |= Core(lo(6))
		d.Part = w>>9&3 != 0 // str and ldr are 0 and 4
		if w>>9&7 <= 2 {     // str, strh, strb; then ldrsb, ldr, ldrh, ldrb, ldrsh
			return d.set(StoreOne, 0, Core(lo(0)))
		}
		return d.set(LoadOne, Core(lo(0)), 0)
	case 0x6, 0x7, 0x8: // load, store at register + constant
		d.Part = w>>12 != 6 // 6 word, 7 byte, 8 halfword
		return d.narrowMemory(lo(0), lo(3), 0)
	case 0x9: // at SP + constant
		return d.narrowMemory(lo(8), 13, int32(w&0xff)*4)
	case 0xa: // add rd, pc or sp, #
		var base RegSet
		if bit(w, 11) == 1 {
			base = SP
		}
		return d.set(ALU, Core(lo(8)), base)
	case 0xb:
		return d.narrowMisc()
	case 0xc: // stm, ldm
		return d.narrowMultiple(lo(8))
	case 0xd:
		return d.narrowConditional()
	}
	if w>>11 == 0x1c { // b
		d.jump(signed(w&0x7ff, 11) * 2)
		return d.set(Branch, 0, 0)
	}
	return errUndefined
}

// narrowFlags is an instruction that sets the flags outside IT blocks only.
func (d *decoder) narrowFlags(c Class, writes, reads RegSet) error {
	if !d.inIT {
		writes |= Flags
	}
	return d.set(c, writes, reads)
}

// narrowMemory is a load (bit 11) or store of one register.
func (d *decoder) narrowMemory(rt, base uint32, offset int32) error {
	d.access(1, base, offset)
	if bit(d.w1, 11) == 1 {
		return d.set(LoadOne, Core(rt), 0)
	}
	return d.set(StoreOne, 0, Core(rt))
}

// narrowALU is the sixteen register operations 0x4000 to 0x43ff.
func (d *decoder) narrowALU() error {
	rdn, rm := Core(d.w1&7), Core(d.w1>>3&7)
	switch d.w1 >> 6 & 15 {
	case 2, 3, 4: // lsl, lsr, asr
		return d.narrowFlags(Shift, rdn, rdn|rm)
	case 7: // ror
		return d.narrowFlags(Shift, rdn, rdn|rm)
	case 5, 6: // adc, sbc
		return d.narrowFlags(ALU, rdn, rdn|rm|Flags)
	case 8, 10, 11: // tst, cmp, cmn
		return d.set(ALU, Flags, rdn|rm)
	case 9, 15: // rsb #0, mvn
		return d.narrowFlags(ALU, rdn, rm)
	case 13:
		return d.narrowFlags(Mul, rdn, rdn|rm)
	}
	return d.narrowFlags(ALU, rdn, rdn|rm) // and, eor, orr, bic
}

// narrowHigh is add, cmp and mov of any registers, bx and blx.
func (d *decoder) narrowHigh() error {
	w := d.w1
	rd, rm := w&7|w>>4&8, w>>3&15
	switch w >> 8 & 3 {
	case 0: // add
		if rd == 15 {
			return d.set(BranchReg, PC, Core(rm))
		}
		return d.set(ALU, Core(rd), Core(rd)|Core(rm))
	case 1: // cmp
		return d.set(ALU, Flags, Core(rd)|Core(rm))
	case 2: // mov
		if rd == 15 {
			d.Return = rm == 14
			return d.set(BranchReg, PC, Core(rm))
		}
		return d.set(ALU, Core(rd), Core(rm))
	}
	if w&3 != 0 || rm == 15 { // bit 2 is ARMv8-M's bxns, blxns
		return errUndefined
	}
	if bit(w, 7) == 1 {
		return d.set(Call, LR|PC, Core(rm))
	}
	d.Return = rm == 14
	return d.set(BranchReg, PC, Core(rm))
}

// narrowMultiple is stm and ldm with a low base register.
func (d *decoder) narrowMultiple(base uint32) error {
	list := d.w1 & 0xff
	if list == 0 {
		return errUndefined
	}
	n := uint32(coreList(list).Count())
	d.access(n, base, 0)
	if bit(d.w1, 11) == 0 {
		d.update(base, int32(4*n))
		return d.set(StoreMulti, 0, coreList(list))
	}
	if bit(list, uint(base)) == 0 { // a base that is loaded is not written back
		d.update(base, int32(4*n))
	}
	return d.set(LoadMulti, coreList(list), 0)
}

// narrowConditional is b<cond>, udf and svc.
func (d *decoder) narrowConditional() error {
	if cond := d.w1 >> 8 & 15; cond >= 14 { // 14 udf, 15 svc
		return d.set(System, 0, 0)
	}
	d.jump(signed(d.w1&0xff, 8) * 2)
	return d.set(CondBranch, 0, Flags)
}
