package thumb

// narrowMisc is 0xb000 to 0xbfff (ARMv7-M ARM, A5.2.5).
func (d *decoder) narrowMisc() error {
	w := d.w1
	rd, rm := Core(w&7), Core(w>>3&7)
	switch {
	case w>>8 == 0xb0: // add, sub sp, #
		delta := int32(w&0x7f) * 4
		if bit(w, 7) == 1 {
			delta = -delta
		}
		d.addSP(delta)
		return d.set(ALU, SP, SP)
	case w&0xf500 == 0xb100: // cbz, cbnz
		d.jump(int32(w>>3&0x1f|w>>4&0x20) * 2)
		return d.set(CondBranch, 0, rd)
	case w>>8 == 0xb2: // sxth, sxtb, uxth, uxtb
		return d.set(Bits, rd, rm)
	case w&0xfe00 == 0xb400: // push
		list := w&0xff | w<<6&0x4000
		return d.push(list)
	case w&0xfe00 == 0xbc00: // pop
		list := w&0xff | w<<7&0x8000
		return d.pop(list)
	case w&0xffe8 == 0xb660 && w&7 != 0: // cps
		return d.set(System, 0, 0)
	case w>>8 == 0xba && w>>6&3 != 2: // rev, rev16, revsh
		return d.set(Bits, rd, rm)
	case w>>8 == 0xbe: // bkpt
		return d.set(System, 0, 0)
	case w>>8 == 0xbf && w&15 == 0: // nop, yield, wfe, wfi, sev
		return d.set(Hint, 0, 0)
	case w>>8 == 0xbf && w>>4&15 != 15: // it
		return d.set(IT, 0, 0)
	}
	return errUndefined
}

// push stores a list of core registers below SP.
func (d *decoder) push(list uint32) error {
	n := coreList(list).Count()
	if n == 0 {
		return errUndefined
	}
	d.access(uint32(n), 13, int32(-4*n))
	d.update(13, int32(-4*n))
	return d.set(StoreMulti, 0, coreList(list))
}

// pop loads a list of core registers from SP up.
func (d *decoder) pop(list uint32) error {
	n := coreList(list).Count()
	if n == 0 {
		return errUndefined
	}
	d.access(uint32(n), 13, 0)
	d.update(13, int32(4*n))
	d.Return = coreList(list)&PC != 0
	return d.set(LoadMulti, coreList(list), 0)
}
