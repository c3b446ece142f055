package wasm

import (
	"fmt"
	"strings"
)

// opcode is the first byte of an instruction (Core Spec, section 5.4).
type opcode byte

const (
	opUnreachable  opcode = 0x00
	opNop          opcode = 0x01
	opBlock        opcode = 0x02
	opLoop         opcode = 0x03
	opIf           opcode = 0x04
	opElse         opcode = 0x05
	opEnd          opcode = 0x0b
	opBr           opcode = 0x0c
	opBrIf         opcode = 0x0d
	opBrTable      opcode = 0x0e
	opReturn       opcode = 0x0f
	opCall         opcode = 0x10
	opCallIndirect opcode = 0x11
	opDrop         opcode = 0x1a
	opSelect       opcode = 0x1b
	opLocalGet     opcode = 0x20
	opLocalSet     opcode = 0x21
	opLocalTee     opcode = 0x22
	opGlobalGet    opcode = 0x23
	opGlobalSet    opcode = 0x24
	opI32Load      opcode = 0x28
	opI64Store32   opcode = 0x3e
	opMemorySize   opcode = 0x3f
	opMemoryGrow   opcode = 0x40
	opI32Const     opcode = 0x41
	opI64Const     opcode = 0x42
	opI32LtU       opcode = 0x49
	opI32GtU       opcode = 0x4b
	opI64Eq        opcode = 0x51
	opI64LtS       opcode = 0x53
	opI64GtS       opcode = 0x55
	opI32Add       opcode = 0x6a
	opI32Sub       opcode = 0x6b
	opI64Add       opcode = 0x7c
	opI64Sub       opcode = 0x7d
)

func (o opcode) String() string {
	if s := opNames[o]; s != "" {
		return s
	}
	return fmt.Sprintf("opcode 0x%02x", byte(o))
}

// weight is what executing the instruction adds to the count: 0 for the
// control markers, which no machine executes, 1 for everything else.
func (o opcode) weight() uint64 {
	switch o {
	case opBlock, opLoop, opElse, opEnd:
		return 0
	}
	return 1
}

// immediate says what follows an opcode.
type immediate byte

const (
	immNone immediate = iota
	immBlock
	immLabel
	immLabels
	immFunc
	immIndirect
	immLocal
	immGlobal
	immMemory // alignment and offset
	immZero   // one zero byte, the memory's index
	immI32
	immI64
)

func (o opcode) immediate() immediate {
	switch o {
	case opBlock, opLoop, opIf:
		return immBlock
	case opBr, opBrIf:
		return immLabel
	case opBrTable:
		return immLabels
	case opCall:
		return immFunc
	case opCallIndirect:
		return immIndirect
	case opLocalGet, opLocalSet, opLocalTee:
		return immLocal
	case opGlobalGet, opGlobalSet:
		return immGlobal
	case opMemorySize:
		return immZero
	case opI32Const:
		return immI32
	case opI64Const:
		return immI64
	}
	if o >= opI32Load && o <= opI64Store32 {
		return immMemory
	}
	return immNone
}

// Reasons to refuse. A guest is integer-only MVP code: floats are not
// bit-exact over engines (NaN payloads), and every later proposal has costs
// that a count of instructions would hide.
const (
	noFloat = "floating point is not allowed in a guest"
	noGrow  = "a guest's memory is fixed"
)

// refusal returns why an opcode is not allowed, or "".
func (o opcode) refusal() string {
	name := opNames[o]
	switch {
	case o == 0xfc:
		return "bulk memory and saturating conversions are not allowed in a guest (compile with -mcpu=mvp)"
	case o == 0xfd:
		return "SIMD is not allowed in a guest (compile with -mcpu=mvp)"
	case o == 0xfe:
		return "threads are not allowed in a guest (compile with -mcpu=mvp)"
	case o >= 0xc0 && o <= 0xc4:
		return "sign extension opcodes are not MVP (compile with -mcpu=mvp)"
	case o == 0x12 || o == 0x13:
		return "tail calls are not allowed in a guest (compile with -mcpu=mvp)"
	case o == 0x1c || o == 0x25 || o == 0x26 || o >= 0xd0 && o <= 0xd2:
		return "reference types are not allowed in a guest (compile with -mcpu=mvp)"
	case o == opMemoryGrow:
		return noGrow
	case name == "":
		return "unknown opcode"
	case strings.Contains(name, "f32") || strings.Contains(name, "f64"):
		return noFloat
	}
	return ""
}

// refusals caches refusal for every opcode: the decoder asks once per
// instruction.
var refusals = func() (t [256]string) {
	for i := range t {
		t[i] = opcode(i).refusal()
	}
	return t
}()

func (t valType) String() string {
	switch t {
	case typeI32:
		return "i32"
	case typeI64:
		return "i64"
	case typeF32:
		return "f32"
	case typeF64:
		return "f64"
	case 0x7b:
		return "v128"
	case 0x70:
		return "funcref"
	case 0x6f:
		return "externref"
	}
	return fmt.Sprintf("type 0x%02x", byte(t))
}

// refusal returns why a value type is not allowed, or "".
func (t valType) refusal() string {
	switch t {
	case typeI32, typeI64:
		return ""
	case typeF32, typeF64:
		return noFloat
	}
	return "only i32 and i64 are allowed in a guest"
}
