package thumb

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errUndefined is an encoding this package has no class for.
var errUndefined = errors.New("undefined or unknown encoding")

// ErrShort is code that ends within an instruction.
var ErrShort = errors.New("code ends within an instruction")

// decoder is one instruction in the making.
type decoder struct {
	Inst
	inIT   bool
	w1, w2 uint32 // the halfwords
	sp     bool   // SPDelta is known
}

// Decode classifies the instruction at addr; code begins there. it carries
// the IT state from one instruction to the next. An error comes with an Inst
// of class Unknown and the length the first halfword says, so that a caller
// may go on behind it; the IT state has then advanced too. ErrShort comes with
// length 0.
func Decode(code []byte, addr uint32, it *ITState) (Inst, error) {
	if len(code) < 2 {
		return Inst{Addr: addr}, fmt.Errorf("%#x: %w", addr, ErrShort)
	}
	d := decoder{w1: uint32(binary.LittleEndian.Uint16(code)), inIT: it.Active()}
	d.Addr, d.Len, d.Cond = addr, 2, d.inIT
	if d.w1 >= 0xe800 { // ARMv7-M ARM, A5.1: 0b11101, 0b11110, 0b11111
		if len(code) < 4 {
			return Inst{Addr: addr}, fmt.Errorf("%#x: %w", addr, ErrShort)
		}
		d.Len, d.w2 = 4, uint32(binary.LittleEndian.Uint16(code[2:]))
	}
	if d.inIT {
		it.advance()
	}
	var err error
	if d.Len == 2 {
		err = d.narrow()
	} else {
		err = d.wide()
	}
	if err != nil {
		return Inst{Addr: addr, Len: d.Len, Cond: d.Cond}, fmt.Errorf("%#x: %04x %04x: %w", addr, d.w1, d.w2, err)
	}
	if d.Class == IT {
		it.start(uint8(d.w1))
	}
	return d.finish(), nil
}

// finish derives what follows from the registers.
func (d *decoder) finish() Inst {
	if d.Cond {
		d.Reads |= Flags
	}
	d.Reads |= d.AddrReads
	d.WritesPC = d.WritesPC || d.Writes&PC != 0
	d.Reads &^= PC // a constant: nothing waits for it
	d.AddrReads &^= PC
	if d.Writes&SP != 0 && !d.sp {
		d.SPUnknown = true
	}
	return d.Inst
}

// set gives class and registers.
func (d *decoder) set(c Class, writes, reads RegSet) error {
	d.Class, d.Writes, d.Reads = c, d.Writes|writes, d.Reads|reads
	return nil
}

// addSP says that the instruction adds a constant to SP.
func (d *decoder) addSP(delta int32) {
	d.SPDelta, d.sp = delta, true
	d.Writes |= SP
}

// access describes a load or store of words at base + offset (lowest address).
func (d *decoder) access(words uint32, base uint32, offset int32) {
	d.Words = uint8(words)
	d.AddrReads |= Core(base)
	if base == 13 {
		d.SPAccess, d.SPOffset = true, offset
	}
	if base == 15 {
		d.Literal = true
	}
}

// update says that the base register is written with base + delta.
func (d *decoder) update(base uint32, delta int32) {
	d.Writeback = true
	d.Writes |= Core(base)
	if base == 13 {
		d.addSP(delta)
	}
}

// jump gives the target of a direct branch: offset from the instruction's
// address + 4.
func (d *decoder) jump(offset int32) {
	d.Target, d.HasTarget, d.WritesPC = d.Addr+4+uint32(offset), true, true
}

// signed extends the low n bits of v.
func signed(v uint32, n uint) int32 { return int32(v<<(32-n)) >> (32 - n) }

// bit returns bit n of v.
func bit(v uint32, n uint) uint32 { return v >> n & 1 }

// coreList is the set of a 16-bit register list.
func coreList(list uint32) RegSet { return RegSet(list & 0xffff) }
