package thumb

// wideMultiple is ldm, stm, ldmdb, stmdb (ARMv7-M ARM, A5.3.5).
func (d *decoder) wideMultiple() error {
	order, writeback, load := d.w1>>7&3, bit(d.w1, 5) == 1, bit(d.w1, 4) == 1
	base, list := d.w1&15, d.w2
	n := uint32(coreList(list).Count())
	if n == 0 || order == 0 || order == 3 || coreList(list)&SP != 0 {
		return errUndefined
	}
	if base == 15 { // clrm of ARMv8.1-M: bit 15 is the flags
		if !load || writeback || order != 1 {
			return errUndefined
		}
		return d.set(ALU, coreList(list)&^PC|Flags*RegSet(bit(list, 15)), 0)
	}
	delta, lowest := int32(4*n), int32(0)
	if order == 2 { // decrement before
		delta, lowest = -delta, -delta
	}
	d.access(n, base, lowest)
	if writeback {
		d.update(base, delta)
	}
	if load {
		d.Return = base == 13 && coreList(list)&PC != 0
		return d.set(LoadMulti, coreList(list), 0)
	}
	if coreList(list)&PC != 0 {
		return errUndefined
	}
	return d.set(StoreMulti, 0, coreList(list))
}

// dualOrExclusive is ldrd, strd, exclusive and ordered accesses and table
// branches (A5.3.6).
func (d *decoder) dualOrExclusive() error {
	w1, w2 := d.w1, d.w2
	pre, up, writeback, load := bit(w1, 8) == 1, bit(w1, 7) == 1, bit(w1, 5) == 1, bit(w1, 4) == 1
	base, rt, rt2 := w1&15, Core(w2>>12), Core(w2>>8&15)
	if w1 == 0xe97f && w2 == 0xe97f { // sg
		return d.set(System, 0, 0)
	}
	if !pre && !writeback {
		if up {
			return d.exclusive(base)
		}
		if !load && rt == PC { // tt of ARMv8-M
			return d.set(System, rt2, Core(base))
		}
		d.access(1, base, int32(w2&0xff)*4)
		if load { // ldrex
			return d.set(LoadOne, rt, 0)
		}
		return d.set(StoreOne, rt2, rt) // strex
	}
	offset := int32(w2&0xff) * 4
	if !up {
		offset = -offset
	}
	d.indexed(2, base, offset, pre, writeback)
	if load {
		return d.set(LoadMulti, rt|rt2, 0)
	}
	if base == 15 {
		return errUndefined
	}
	return d.set(StoreMulti, 0, rt|rt2)
}

// indexed is an access of words with constant offset, before (pre) or after.
func (d *decoder) indexed(words, base uint32, offset int32, pre, writeback bool) {
	at := offset
	if !pre {
		at = 0
	}
	d.access(words, base, at)
	if writeback {
		d.update(base, offset)
	}
}

// exclusive is tbb, tbh, byte and halfword exclusives, and ARMv8-M's ordered
// accesses.
func (d *decoder) exclusive(base uint32) error {
	load, op := bit(d.w1, 4) == 1, d.w2>>4&15
	rt, status := Core(d.w2>>12), Core(d.w2&15)
	if load && op <= 1 { // tbb, tbh
		d.access(1, base, 0)
		d.Literal, d.SPAccess, d.Offset = false, false, true
		d.AddrReads |= Core(d.w2 & 15)
		return d.set(TableBranch, PC, 0)
	}
	switch op {
	case 4, 5, 8, 9, 10, 12, 13, 14: // exclusive b, h; ordered b, h, w; ordered exclusive b, h, w
	default:
		return errUndefined
	}
	d.access(1, base, 0)
	d.Part = op&3 != 2 // 10 and 14 are words
	if load {
		return d.set(LoadOne, rt, 0)
	}
	if op >= 8 && op <= 10 { // stl has no status
		status = 0
	}
	return d.set(StoreOne, status, rt)
}

// wideMemory is loads and stores of one register (A5.3.7 to A5.3.10).
func (d *decoder) wideMemory() error {
	w1, w2 := d.w1, d.w2
	sign, size, load := bit(w1, 8), w1>>5&3, bit(w1, 4) == 1
	base, rt := w1&15, w2>>12
	if size == 3 || sign == 1 && (size == 2 || !load) || !load && base == 15 {
		return errUndefined
	}
	d.Part = size != 2
	switch {
	case base == 15: // literal
		d.access(1, base, 0)
	case bit(w1, 7) == 1: // + 12 bits
		d.access(1, base, int32(w2&0xfff))
	case bit(w2, 11) == 1: // 8 bits, before or after, with writeback or not
		pre, writeback := bit(w2, 10) == 1, bit(w2, 8) == 1
		if !pre && !writeback {
			return errUndefined
		}
		offset := int32(w2 & 0xff)
		if bit(w2, 9) == 0 {
			offset = -offset
		}
		d.indexed(1, base, offset, pre, writeback)
	case w2>>6&0x3f == 0: // register, shifted
		d.access(1, base, 0)
		d.Offset, d.SPAccess = true, false
		d.AddrReads |= Core(w2 & 15)
	default:
		return errUndefined
	}
	if !load {
		return d.set(StoreOne, 0, Core(rt))
	}
	if rt == 15 && size != 2 { // pld, pli and hints without a name
		d.Words, d.Part, d.SPAccess, d.Literal = 0, false, false, false
		return d.set(Hint, 0, 0)
	}
	d.Return = rt == 15 && base == 13 && d.Writeback
	return d.set(LoadOne, Core(rt), 0)
}
