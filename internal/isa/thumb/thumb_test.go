package thumb

import (
	"encoding/binary"
	"errors"
	"testing"
)

// encode lays halfwords out as code.
func encode(halfwords ...uint16) []byte {
	var code []byte
	for _, h := range halfwords {
		code = binary.LittleEndian.AppendUint16(code, h)
	}
	return code
}

// one decodes one instruction at 0x1000.
func one(t *testing.T, halfwords ...uint16) Inst {
	t.Helper()
	inst, err := Decode(encode(halfwords...), 0x1000, new(ITState))
	if err != nil {
		t.Fatal(err)
	}
	if int(inst.Len) != 2*len(halfwords) {
		t.Fatalf("length %d", inst.Len)
	}
	return inst
}

func TestStackPointer(t *testing.T) {
	for _, c := range []struct {
		text   string
		code   []uint16
		class  Class
		delta  int32
		access bool
		offset int32
		words  uint8
	}{
		{"push {r4, r5, lr}", []uint16{0xb530}, StoreMulti, -12, true, -12, 3},
		{"pop {r4, r5, pc}", []uint16{0xbd30}, LoadMulti, 12, true, 0, 3},
		{"push.w {r4-r8, lr}", []uint16{0xe92d, 0x41f0}, StoreMulti, -24, true, -24, 6},
		{"ldmia.w sp!, {r4-r8, pc}", []uint16{0xe8bd, 0x81f0}, LoadMulti, 24, true, 0, 6},
		{"sub sp, #24", []uint16{0xb086}, ALU, -24, false, 0, 0},
		{"add sp, #24", []uint16{0xb006}, ALU, 24, false, 0, 0},
		{"sub.w sp, sp, #1024", []uint16{0xf5ad, 0x6d80}, ALU, -1024, false, 0, 0},
		{"addw sp, sp, #1028", []uint16{0xf20d, 0x4d04}, ALU, 1028, false, 0, 0},
		{"ldr r0, [sp, #8]", []uint16{0x9802}, LoadOne, 0, true, 8, 1},
		{"str.w r0, [sp, #-4]!", []uint16{0xf84d, 0x0d04}, StoreOne, -4, true, -4, 1},
		{"ldr.w pc, [sp], #4", []uint16{0xf85d, 0xfb04}, LoadOne, 4, true, 0, 1},
		{"ldr.w pc, [sp], #20", []uint16{0xf85d, 0xfb14}, LoadOne, 20, true, 0, 1},
		{"strd r0, r1, [sp, #-16]!", []uint16{0xe96d, 0x0104}, StoreMulti, -16, true, -16, 2},
		{"ldrd r4, r5, [sp], #8", []uint16{0xe8fd, 0x4502}, LoadMulti, 8, true, 0, 2},
		{"ldrd r0, r1, [sp, #8]", []uint16{0xe9dd, 0x0102}, LoadMulti, 0, true, 8, 2},
		{"vpush {d8}", []uint16{0xed2d, 0x8b02}, StoreMulti, -8, true, -8, 2},
		{"vpop {s16-s18}", []uint16{0xecbd, 0x8a03}, LoadMulti, 12, true, 0, 3},
		{"vldr s0, [sp, #12]", []uint16{0xed9d, 0x0a03}, LoadOne, 0, true, 12, 1},
		{"vstr d0, [sp, #-8]", []uint16{0xed0d, 0x0b02}, StoreOne, 0, true, -8, 2},
		{"str.w r0, [sp, r1]", []uint16{0xf84d, 0x0001}, StoreOne, 0, false, 0, 1},
		{"ldr r0, [r1, r2]", []uint16{0x5888}, LoadOne, 0, false, 0, 1},
	} {
		got := one(t, c.code...)
		if got.Class != c.class || got.SPDelta != c.delta || got.SPUnknown || got.SPAccess != c.access ||
			got.SPOffset != c.offset || got.Words != c.words {
			t.Errorf("%s: %+v", c.text, got)
		}
	}
	for text, code := range map[string][]uint16{
		"mov sp, r7":       {0x46bd},
		"add sp, r3":       {0x449d},
		"sub.w sp, sp, r3": {0xebad, 0x0d03},
		"sub.w sp, r7, #8": {0xf1a7, 0x0d08},
		"ldr sp, [r0]":     {0xf8d0, 0xd000},
		"msr MSP, r0":      {0xf380, 0x8808},
	} {
		if got := one(t, code...); !got.SPUnknown || got.SPDelta != 0 {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestBranches(t *testing.T) {
	for _, c := range []struct {
		text   string
		code   []uint16
		class  Class
		target uint32 // 0: none
		ret    bool
	}{
		{"b.n 0xff0", []uint16{0xe7f6}, Branch, 0xff0, false},
		{"beq.n 0x1010", []uint16{0xd006}, CondBranch, 0x1010, false},
		{"cbnz r3, 0x1042", []uint16{0xb9fb}, CondBranch, 0x1042, false},
		{"bl 0x800", []uint16{0xf7ff, 0xfbfe}, Call, 0x800, false},
		{"b.w 0x101000", []uint16{0xf0ff, 0xbffe}, Branch, 0x101000, false},
		{"bne.w 0x0", []uint16{0xf47e, 0xaffe}, CondBranch, 0, false},
		{"bx lr", []uint16{0x4770}, BranchReg, 0, true},
		{"bx r3", []uint16{0x4718}, BranchReg, 0, false},
		{"blx r3", []uint16{0x4798}, Call, 0, false},
		{"mov pc, lr", []uint16{0x46f7}, BranchReg, 0, true},
		{"pop {pc}", []uint16{0xbd00}, LoadMulti, 0, true},
		{"ldr.w pc, [sp], #4", []uint16{0xf85d, 0xfb04}, LoadOne, 0, true},
		{"ldr.w pc, [r3]", []uint16{0xf8d3, 0xf000}, LoadOne, 0, false},
		{"ldr.w pc, [pc, #0]", []uint16{0xf8df, 0xf000}, LoadOne, 0, false},
		{"tbb [pc, r0]", []uint16{0xe8df, 0xf000}, TableBranch, 0, false},
		{"tbh [pc, r0, lsl #1]", []uint16{0xe8df, 0xf010}, TableBranch, 0, false},
	} {
		got := one(t, c.code...)
		if got.Class != c.class || got.Target != c.target || got.Return != c.ret || !got.WritesPC {
			t.Errorf("%s: %+v", c.text, got)
		}
	}
}

func TestRegisters(t *testing.T) {
	r := Core
	for _, c := range []struct {
		text                string
		code                []uint16
		class               Class
		reads, writes, addr RegSet
	}{
		{"adds r0, r1, r2", []uint16{0x1888}, ALU, r(1) | r(2), r(0) | Flags, 0},
		{"adcs r0, r1", []uint16{0x4148}, ALU, r(0) | r(1) | Flags, r(0) | Flags, 0},
		{"mov r8, r0", []uint16{0x4680}, ALU, r(0), r(8), 0},
		{"ldr.w r0, [r1, r2, lsl #2]", []uint16{0xf851, 0x0022}, LoadOne, r(1) | r(2), r(0), r(1) | r(2)},
		{"str.w r0, [r1], #4", []uint16{0xf841, 0x0b04}, StoreOne, r(0) | r(1), r(1), r(1)},
		{"umull r0, r1, r2, r3", []uint16{0xfba2, 0x0103}, MulLong, r(2) | r(3), r(0) | r(1), 0},
		{"umaal r0, r1, r2, r3", []uint16{0xfbe2, 0x0163}, MulLongAcc, r(0) | r(1) | r(2) | r(3), r(0) | r(1), 0},
		{"mla r0, r1, r2, r3", []uint16{0xfb01, 0x3002}, MulAcc, r(1) | r(2) | r(3), r(0), 0},
		{"mul.w r0, r1, r2", []uint16{0xfb01, 0xf002}, Mul, r(1) | r(2), r(0), 0},
		{"udiv r0, r1, r2", []uint16{0xfbb1, 0xf0f2}, Div, r(1) | r(2), r(0), 0},
		{"bfi r0, r1, #8, #8", []uint16{0xf361, 0x200f}, Bits, r(0) | r(1), r(0), 0},
		{"ubfx r0, r1, #8, #8", []uint16{0xf3c1, 0x2007}, Bits, r(1), r(0), 0},
		{"strex r0, r1, [r2]", []uint16{0xe842, 0x1000}, StoreOne, r(1) | r(2), r(0), r(2)},
		{"ldmia r0!, {r1, r2}", []uint16{0xc806}, LoadMulti, r(0), r(0) | r(1) | r(2), r(0)},
		{"vmov s0, r0", []uint16{0xee00, 0x0a10}, FloatMove, r(0), Single(0), 0},
		{"vmov r0, r1, d2", []uint16{0xec51, 0x0b12}, FloatMove, Single(4) | Single(5), r(0) | r(1), 0},
		{"vmla.f32 s0, s1, s2", []uint16{0xee00, 0x0a81}, FloatMulAcc, Single(0) | Single(1) | Single(2), Single(0), 0},
		{"vdiv.f64 d0, d1, d2", []uint16{0xee81, 0x0b02}, FloatDiv, Double(1) | Double(2), Double(0), 0},
		{"vmrs APSR_nzcv, fpscr", []uint16{0xeef1, 0xfa10}, FloatMove, FPSCR, Flags, 0},
	} {
		got := one(t, c.code...)
		if got.Class != c.class || got.Reads != c.reads || got.Writes != c.writes || got.AddrReads != c.addr {
			t.Errorf("%s: class %v reads %#x writes %#x addr %#x", c.text, got.Class, got.Reads, got.Writes, got.AddrReads)
		}
	}
}

func TestAccumulator(t *testing.T) {
	for text, c := range map[string]struct {
		code []uint16
		want RegSet
	}{
		"mla r0, r1, r2, r3":     {[]uint16{0xfb01, 0x3002}, Core(3)},
		"mul.w r0, r1, r2":       {[]uint16{0xfb01, 0xf002}, 0},
		"umaal r0, r1, r2, r3":   {[]uint16{0xfbe2, 0x0163}, Core(0) | Core(1)},
		"vmla.f32 s0, s1, s2":    {[]uint16{0xee00, 0x0a81}, Single(0)},
		"usada8 r1, r2, r3, r4":  {[]uint16{0xfb72, 0x4103}, Core(4)},
		"smlalbb r1, r2, r3, r4": {[]uint16{0xfbc3, 0x1284}, Core(1) | Core(2)},
	} {
		if got := one(t, c.code...); got.AccReads != c.want || got.AccReads&^got.Reads != 0 {
			t.Errorf("%s: accumulates on %#x", text, got.AccReads)
		}
	}
}

// ite ne; addne r0, r0, r1; popeq {pc}; adds r0, r0, r1
func TestIT(t *testing.T) {
	code := encode(0xbf14, 0x1840, 0xbd00, 0x1840)
	var it ITState
	var got []Inst
	for len(code) > 0 {
		inst, err := Decode(code, 0, &it)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, inst)
		code = code[inst.Len:]
	}
	for i, cond := range []bool{false, true, true, false} {
		if got[i].Cond != cond {
			t.Errorf("instruction %d: conditional %v", i, got[i].Cond)
		}
	}
	if got[0].Class != IT || got[1].Writes&Flags != 0 || got[1].Reads&Flags == 0 {
		t.Errorf("it, addne: %+v, %+v", got[0], got[1])
	}
	if !got[2].Return || got[2].SPDelta != 4 {
		t.Errorf("popeq {pc}: %+v", got[2])
	}
	if got[3].Writes&Flags == 0 || it.Active() {
		t.Errorf("adds behind the block: %+v", got[3])
	}
}

func TestErrors(t *testing.T) {
	var it ITState
	for _, code := range [][]byte{nil, {1}, encode(0xf000)} {
		if inst, err := Decode(code, 0, &it); !errors.Is(err, ErrShort) || inst.Len != 0 {
			t.Errorf("% x: %v, %d bytes", code, err, inst.Len)
		}
	}
	for text, code := range map[string][]uint16{
		"vadd.i32 q0, q1, q2": {0xef22, 0x0844},
		"blx 0x1000":          {0xf000, 0xe800},
		"hlt":                 {0xba80},
		"vadd.f64 d16":        {0xee71, 0x0b00},
	} {
		inst, err := Decode(encode(code...), 0, &it)
		if !errors.Is(err, errUndefined) || inst.Class != Unknown || int(inst.Len) != 2*len(code) {
			t.Errorf("%s: %v, %+v", text, err, inst)
		}
	}
}

func TestClassNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Classes() {
		name := c.String()
		if name == "" || seen[name] {
			t.Errorf("class %d: name %q", c, name)
		}
		seen[name] = true
	}
	if Class(200).String() != "class?" {
		t.Error(Class(200))
	}
}
