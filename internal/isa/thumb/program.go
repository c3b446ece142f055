package thumb

import (
	"sort"
)

// Program is the code of a linked image.
type Program struct {
	Base      uint32     // lowest address of code; 0 when there is none
	Insts     []Inst     // ordered by address, not overlapping
	Functions []Function // sorted by Start, not overlapping
	Unknown   []uint32   // addresses of instructions of class Unknown: vectors, custom coprocessors
}

// Function is a symbol's stretch of code.
type Function struct {
	Name       string
	Start, End uint32 // without the Thumb bit; End is behind the last byte
}

// At returns the instruction that begins at addr.
func (p *Program) At(addr uint32) (*Inst, bool) {
	i := sort.Search(len(p.Insts), func(i int) bool { return p.Insts[i].Addr >= addr })
	if i == len(p.Insts) || p.Insts[i].Addr != addr {
		return nil, false
	}
	return &p.Insts[i], true
}

// From returns the instructions of [start, end), a slice of Insts.
func (p *Program) From(start, end uint32) []Inst {
	at := func(addr uint32) int {
		return sort.Search(len(p.Insts), func(i int) bool { return p.Insts[i].Addr >= addr })
	}
	lo := at(start)
	return p.Insts[lo:max(lo, at(end))]
}

// FunctionAt returns the index of the function that addr lies in.
func (p *Program) FunctionAt(addr uint32) (int, bool) {
	i := sort.Search(len(p.Functions), func(i int) bool { return p.Functions[i].End > addr })
	if i == len(p.Functions) || p.Functions[i].Start > addr {
		return 0, false
	}
	return i, true
}

// decodeRange appends the instructions of code at addr. What can't be decoded
// becomes an instruction of class Unknown.
func (p *Program) decodeRange(code []byte, addr uint32) {
	var it ITState
	for len(code) >= 2 {
		inst, err := Decode(code, addr, &it)
		if err != nil {
			if inst.Len == 0 { // half of a 32-bit instruction
				inst.Len = 2
			}
			p.Unknown = append(p.Unknown, addr)
		}
		p.Insts = append(p.Insts, inst)
		code = code[inst.Len:]
		addr += uint32(inst.Len)
	}
}

// returnReach is how many instructions may lie between the pop of a return
// address and the bx that uses it: gcc's code for ARMv6-M has the correction
// of SP there after a function with variable arguments.
const returnReach = 3

// markReturns finds returns through a register other than lr, which ARMv6-M's
// pop can't load: pop {r3}; bx r3.
func (p *Program) markReturns() {
	for i := range p.Insts {
		bx := &p.Insts[i]
		if bx.Class != BranchReg || bx.Return || bx.Reads.Count() != 1 {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-returnReach; j-- {
			before := &p.Insts[j]
			if before.WritesPC || before.Next() != p.Insts[j+1].Addr {
				break
			}
			if before.Writes&bx.Reads != 0 {
				bx.Return = before.Class == LoadMulti && before.SPAccess && before.Writeback
				break
			}
		}
	}
}
