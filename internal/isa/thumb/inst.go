// Package thumb classifies Thumb instructions of Cortex-M cores: length, kind
// of work, registers used, effect on the stack pointer, and branch target. It
// covers ARMv6-M, ARMv7-M with the DSP extension, ARMv8-M, what compilers emit
// of ARMv8.1-M without vectors, and scalar floating-point instructions up to
// FPv5. It is no disassembler: it does not distinguish mnemonics, immediates
// and most encodings that the architecture calls unpredictable. It knows no
// timing.
package thumb

import "math/bits"

// Inst is one classified instruction.
type Inst struct {
	Addr  uint32
	Len   uint8 // bytes: 2 or 4
	Class Class
	Cond  bool  // in an IT block: may execute as nothing (a B<cond> is CondBranch instead)
	Words uint8 // 32-bit words moved by a load or store: 1 for ldrb and ldr, 2 for ldrd, n for multiples

	Part bool // a load or store of a byte or halfword

	Reads, Writes RegSet // with the program counter only where it is a destination
	AddrReads     RegSet // of Reads, those an address is computed from
	AccReads      RegSet // of Reads, what a multiplication is added to
	Offset        bool   // the address is base + register
	Writeback     bool   // the base register is written with the new address

	Shifted bool // data processing with a shifted second operand: add r0, r1, r2, lsl #3
	Float   bool // uses the floating-point unit, loads and stores included
	Double  bool // on double-precision values

	SPDelta   int32 // bytes added to SP when it executes; 0 when SPUnknown
	SPUnknown bool  // SP afterwards is not known from the code alone
	SPAccess  bool  // its memory accesses are at SP + constant
	SPOffset  int32 // lowest address accessed, relative to SP before the instruction

	Literal   bool   // loads from an address relative to the program counter
	Target    uint32 // of a direct branch, call or loop end
	HasTarget bool
	Return    bool // goes back to the caller: bx lr, pop {.., pc}, ldr pc, [sp], #n
	WritesPC  bool // may go on elsewhere than at Addr + Len
}

// Next is the address of the instruction behind this one.
func (i *Inst) Next() uint32 { return i.Addr + uint32(i.Len) }

// IsLoad says that the instruction reads memory for data: a load of any kind.
func (i *Inst) IsLoad() bool { return i.Class == LoadOne || i.Class == LoadMulti }

// IsStore says that the instruction writes memory.
func (i *Inst) IsStore() bool { return i.Class == StoreOne || i.Class == StoreMulti }

// RegSet is a set of registers: r0 to r15 are bits 0 to 15, then flags, then
// the single-precision registers; a double-precision register is its two
// halves.
type RegSet uint64

// The members of a RegSet that have names of their own.
const (
	SP    RegSet = 1 << 13
	LR    RegSet = 1 << 14
	PC    RegSet = 1 << 15
	Flags RegSet = 1 << 16 // APSR: N, Z, C, V and GE
	FPSCR RegSet = 1 << 17 // floating-point status, with the flags of vcmp
)

const (
	firstFloat = 20 // the bit of s0
	floats     = 32 // s0 to s31
)

// Core returns the set of core register n, 0 to 15.
func Core(n uint32) RegSet { return 1 << (n & 15) }

// Single returns the set of register s(n), 0 to 31.
func Single(n uint32) RegSet { return 1 << (firstFloat + n&(floats-1)) }

// Double returns the set of register d(n), 0 to 15: its two halves.
func Double(n uint32) RegSet { return 3 << (firstFloat + 2*(n&15)) }

// Count is the number of registers in the set.
func (s RegSet) Count() int { return bits.OnesCount64(uint64(s)) }

// Floats are the floating-point registers of the set.
func (s RegSet) Floats() RegSet { return s & ((1<<floats - 1) << firstFloat) }
