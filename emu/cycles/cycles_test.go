package cycles

import (
	"encoding/binary"
	"strings"
	"testing"

	"tlslab/boards"
	"tlslab/boards/timing"
	"tlslab/internal/isa/thumb"
)

// code decodes instructions written as hexadecimal halfwords: "2001, fba2
// 0103".
func code(t testing.TB, addr uint32, text string) []thumb.Inst {
	t.Helper()
	var raw []byte
	for _, h := range strings.Fields(strings.ReplaceAll(text, ",", " ")) {
		var v uint16
		for _, c := range []byte(h) {
			v = v<<4 | uint16(strings.IndexByte("0123456789abcdef", c))
		}
		raw = binary.LittleEndian.AppendUint16(raw, v)
	}
	var it thumb.ITState
	var out []thumb.Inst
	for len(raw) > 0 {
		in, err := thumb.Decode(raw, addr, &it)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, in)
		raw, addr = raw[in.Len:], in.Next()
	}
	return out
}

// model is a core's model with a board's memories or none.
func model(t testing.TB, name string, b *boards.Board) *Model {
	t.Helper()
	tm, err := timing.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(tm, b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Instructions of the tests, by their text.
const (
	movs    = "2001 "      // movs r0, #1
	adds    = "191a "      // adds r2, r3, r4
	ldr0    = "6808 "      // ldr r0, [r1]
	ldr2    = "681a "      // ldr r2, [r3]
	chase   = "6802 "      // ldr r2, [r0]
	ldrb0   = "7808 "      // ldrb r0, [r1]
	str0    = "6008 "      // str r0, [r1]
	str5    = "601d "      // str r5, [r3]
	strx    = "5088 "      // str r0, [r1, r2]
	base    = "3104 "      // adds r1, #4
	use0    = "1846 "      // adds r6, r0, r1
	push    = "b510 "      // push {r4, lr}
	pop     = "bd10 "      // pop {r4, pc}
	pop5    = "bdf0 "      // pop {r4-r7, pc}
	bne     = "d1fa "      // bne
	bl      = "f000 f800 " // bl
	ret     = "4770 "      // bx lr
	muls    = "4348 "      // muls r0, r1, r0
	mla     = "fb01 3002 " // mla r0, r1, r2, r3
	umull   = "fba2 0103 " // umull r0, r1, r2, r3
	umlal   = "fbe2 0103 " // umlal r0, r1, r2, r3
	udiv    = "fbb1 f0f2 " // udiv r0, r1, r2
	addlsl  = "eb02 1043 " // add.w r0, r2, r3, lsl #5
	cmp     = "2b00 "      // cmp r3, #0
	itEQ    = "bf08 "      // it eq
	addseq  = "191a "
	vadd    = "ee30 0a81 " // vadd.f32 s0, s1, s2
	vmulUse = "ee60 1a00 " // vmul.f32 s3, s0, s0
	vdiv    = "ee80 0a81 " // vdiv.f32 s0, s1, s2
	vmla    = "ee00 0a81 " // vmla.f32 s0, s1, s2
	ldrd    = "e9d3 4502 " // ldrd r4, r5, [r3, #8]
	nop     = "bf00 "
)

// What the manuals' tables give, added up by hand.
func TestHandComputed(t *testing.T) {
	for _, c := range []struct {
		core, text string
		want       int64 // cycles
	}{
		{"cortex-m0", movs + adds + muls, 3},
		{"cortex-m0", ldr0 + ldr2 + use0, 5},
		{"cortex-m0", push + str0 + bne, 3 + 2 + 1},
		{"cortex-m0plus", ldr0 + push + bl, 2 + 3 + 1},

		{"cortex-m3", movs + adds, 2},
		{"cortex-m3", ldr0 + adds, 3},         // ldr 2
		{"cortex-m3", ldr0 + ldr2, 3},         // pipelined
		{"cortex-m3", ldr0 + ldr2 + ldr0, 4},  // 1 each behind the first
		{"cortex-m3", ldr0 + chase, 4},        // its address is the first one's result
		{"cortex-m3", ldr0 + use0, 3},         //
		{"cortex-m3", base + ldr0, 1 + 1 + 2}, // address fresh from the ALU
		{"cortex-m3", str0 + adds, 2},         // write buffer
		{"cortex-m3", ldr0 + str5, 3},         // the manual's own examples
		{"cortex-m3", "5888 " + "6158", 3},    // ldr r0, [r1, r2]; str r0, [r3, #20]
		{"cortex-m3", "5888 " + "5099", 3},    // ldr r0, [r1, r2]; str r1, [r3, r2]
		{"cortex-m3", "5948 6811 685a", 4},    // ldr r0, [r1, r5]; ldr r1, [r2]; ldr r2, [r3, #4]
		{"cortex-m3", "f851 0b04 " + ldr2, 4}, // ldr r0, [r1], #4: not pipelined
		{"cortex-m4", "f851 0b04 " + ldr2, 3},
		{"cortex-m3", str0 + ldr2, 1 + 1 + 2},
		{"cortex-m3", strx + adds, 3},
		{"cortex-m3", push + adds, 3 + 1},
		{"cortex-m3", muls + umull + umlal, 1 + 5 + 7},
		{"cortex-m3", mla + udiv, 2 + 7},
		{"cortex-m3", adds + itEQ + addseq, 2}, // folded
		{"cortex-m3", ldrd + adds, 3 + 1},

		{"cortex-m4", umull + umlal + mla, 3},
		{"cortex-m4", udiv, 7},
		{"cortex-m4", vadd + adds, 2},
		{"cortex-m4", vadd + vmulUse, 3}, // the result a cycle later
		{"cortex-m4", vdiv + adds, 15},
		{"cortex-m4", vmla + vmla, 7},
		{"cortex-m4", umull + itEQ + addseq, 3},        // not behind 32 bits
		{"cortex-m4", movs + umull + umull + umull, 5}, // across words, three in a row

		{"cortex-m7", movs + adds, 1},                // a pair
		{"cortex-m7", movs + adds + movs, 2},         //
		{"cortex-m7", movs + use0, 2},                // needs the first one's result
		{"cortex-m7", cmp + bne, 1},                  // plus the mean of mispredictions
		{"cortex-m7", ldr0 + ldr2, 1},                // two banks
		{"cortex-m7", ldr0 + use0, 2},                //
		{"cortex-m7", ldrb0 + use0, 3},               // bytes a cycle later
		{"cortex-m7", ldr0 + chase, 3},               // into an address a cycle later
		{"cortex-m7", str0 + str5, 2},                // one store port
		{"cortex-m7", umull + umlal + umlal, 3},      // accumulators chain
		{"cortex-m7", umull + "1846", 3},             // adds r6, r0, r1: latency 2
		{"cortex-m7", push + movs, 2},                // alone
		{"cortex-m7", "e92d 41f0 " + movs, 3 + 1},    // push.w of 6
		{"cortex-m7", vadd + movs, 1},                //
		{"cortex-m7", vadd + vmulUse, 3 + 1},         //
		{"cortex-m7", addlsl + addlsl, 2},            // one shifter
		{"cortex-m7", ldr0 + "eb02 1040", 1 + 1 + 1}, // add.w r0, r2, r0, lsl #5 reads early

		{"cortex-m33", movs + adds, 2},
		{"cortex-m33", cmp + bne, 1},
		{"cortex-m33", ldr0 + adds, 2},
		{"cortex-m33", ldr0 + use0, 3},
		{"cortex-m33", ldr0 + str0, 2},        // a store takes it a cycle early
		{"cortex-m33", umull + umlal, 2},      // accumulators chain
		{"cortex-m33", umull + use0, 3},       //
		{"cortex-m33", addlsl + use0, 3},      //
		{"cortex-m33", push + ldrd, 2 + 2},    //
		{"cortex-m33", umull + bne, 2},        // 32 bits don't pair
		{"cortex-m55", adds + movs, 1},        // movs is simple
		{"cortex-m55", adds + "192d", 2},      // adds r5, r5, r4 is not
		{"cortex-m55", ldr0 + movs + adds, 2}, //
	} {
		m := model(t, c.core, nil)
		insts := code(t, 0x1000, c.text)
		got := m.Block(insts)
		for _, in := range insts {
			got -= m.cost(&in).Stall
		}
		if got != c.want*cycle {
			t.Errorf("%s: %s: %d thousandths, want %d cycles", c.core, c.text, got, c.want)
		}
	}
}

func TestTaken(t *testing.T) {
	for _, c := range []struct {
		core, text string
		want       int64 // cycles, with the branch taken
	}{
		{"cortex-m0", bne, 3}, {"cortex-m0", bl, 4}, {"cortex-m0", ret, 3}, {"cortex-m0", pop, 4 + 2}, {"cortex-m0", pop5, 4 + 5},
		{"cortex-m0plus", bne, 2}, {"cortex-m0plus", bl, 3}, {"cortex-m0plus", ret, 2}, {"cortex-m0plus", pop, 3 + 2},
		{"cortex-m3", bne, 2}, {"cortex-m3", ret, 3}, {"cortex-m3", pop, 1 + 2 + 3}, {"cortex-m3", "f85d fb04", 5},
		{"cortex-m4", bne, 2}, {"cortex-m4", bl, 2}, {"cortex-m4", "e8df f000", 6},
		{"cortex-m33", cmp + bne, 3},
	} {
		m := model(t, c.core, nil)
		at := uint32(0x1000)
		if strings.HasSuffix(c.text, bne) { // to an aligned place
			at = 0x1000 + 4 - uint32(2*len(strings.Fields(c.text)))&2
		}
		insts := code(t, at, c.text)
		last := insts[len(insts)-1]
		last.Target &^= 3
		if got := m.Block(insts) + m.Taken(&last); got != c.want*cycle {
			t.Errorf("%s: %s: %d thousandths, want %d cycles", c.core, c.text, got, c.want)
		}
	}
	m := model(t, "cortex-m4", nil)
	in := thumb.Inst{Class: thumb.Branch, HasTarget: true, Target: 2}
	if got := m.Taken(&in); got != 1500 {
		t.Errorf("to an unaligned target: %d", got)
	}
}

// f103 is a Cortex-M3 with flash of two wait states behind lines of 8 bytes.
func f103(prefetch bool, icache *boards.Cache) *boards.Board {
	return &boards.Board{Name: "f103", CPU: "cortex-m3", ICache: icache, DCache: icache, Regions: []boards.Region{
		{Kind: boards.KindFlash, WaitStates: 2, WidthBytes: 8, Prefetch: prefetch, Cached: icache != nil}}}
}

func TestFlash(t *testing.T) {
	narrow := strings.Repeat(adds, 8) // two lines of four
	wide := strings.Repeat(umull, 4)  // two lines of two, on a Cortex-M3 of 5 cycles each
	for _, c := range []struct {
		name     string
		prefetch bool
		at       uint32
		text     string
		want     int64
	}{
		{"no prefetch", false, 0x1000, narrow, 8 + 2},
		{"prefetch hides it", true, 0x1000, narrow, 8},
		{"the first line is short", true, 0x1006, narrow, 8 + 2},
		{"slow instructions hide it", true, 0x1000, wide, 20},
		{"within a line", false, 0x1000, adds + adds, 2},
		{"across lines", false, 0x1006, umull, 5 + 2},
	} {
		m := model(t, "cortex-m3", f103(c.prefetch, nil))
		if got := m.Block(code(t, c.at, c.text)); got != c.want*cycle {
			t.Errorf("%s: %d thousandths, want %d cycles", c.name, got, c.want)
		}
		insts := code(t, c.at, c.text)
		if m.FetchMiss(insts) != 0 || m.NextMiss(insts) != 0 || m.DataMiss() != 2*cycle {
			t.Errorf("%s: misses %d, %d, %d", c.name, m.FetchMiss(insts), m.NextMiss(insts), m.DataMiss())
		}
	}
	m := model(t, "cortex-m3", f103(true, nil))
	far := thumb.Inst{Addr: 0x1004, Class: thumb.Branch, HasTarget: true, Target: 0x2000}
	near := thumb.Inst{Addr: 0x1004, Class: thumb.Branch, HasTarget: true, Target: 0x1000}
	if m.Taken(&far) != 3*cycle || m.Taken(&near) != cycle {
		t.Errorf("taken: %d far, %d near", m.Taken(&far), m.Taken(&near))
	}
	cached := model(t, "cortex-m3", f103(true, &boards.Cache{LineBytes: 32, Sets: 1, Ways: 1}))
	if got := cached.Block(code(t, 0x1006, narrow)); got != 8*cycle || cached.Taken(&far) != cycle {
		t.Errorf("with a cache: %d, taken %d", got, cached.Taken(&far))
	}
	if cached.DataMiss() != 8*cycle { // 32 bytes, 8 an access of 2
		t.Errorf("a line's fill: %d", cached.DataMiss())
	}
}

// Lines missed: what a prefetch hides of the next one, and what it costs a
// branch that comes while it is under way.
func TestMisses(t *testing.T) {
	line := boards.Cache{LineBytes: 8, Sets: 1, Ways: 1}
	fast := code(t, 0x1000, strings.Repeat(umull, 2)) // a line in 10 cycles
	slow := code(t, 0x1000, adds)                     // four to a line, in 4
	for _, c := range []struct {
		name        string
		prefetch    bool
		insts       []thumb.Inst
		fetch, next int64
	}{
		{"no prefetch", false, slow, 2000, 2000},
		{"busy for 3 cycles of 4, half of them left", true, slow, 2000 + 1125, 0},
		{"busy for 3 cycles of 10", true, fast, 2000 + 450, 0},
	} {
		m := model(t, "cortex-m3", f103(c.prefetch, &line))
		if fetch, next := m.FetchMiss(c.insts), m.NextMiss(c.insts); fetch != c.fetch || next != c.next {
			t.Errorf("%s: %d after a branch, %d in a row; want %d, %d", c.name, fetch, next, c.fetch, c.next)
		}
	}
	b := f103(true, &line)
	b.Regions[0].WaitStates = 5 // read in 6 cycles, used up in 4
	if m := model(t, "cortex-m3", b); m.NextMiss(slow) != 2*cycle || m.FetchMiss(slow) != 8*cycle {
		t.Errorf("slow flash: %d in a row, %d after a branch", m.NextMiss(slow), m.FetchMiss(slow))
	}
}

func TestNew(t *testing.T) {
	tm, err := timing.Load("cortex-m4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(tm, f103(true, nil)); err == nil {
		t.Error("a Cortex-M4's timing for a Cortex-M3")
	}
	tm.Costs = tm.Costs[1:]
	if _, err := New(tm, nil); err == nil {
		t.Error("a model with a class missing")
	}
	m := model(t, "cortex-m0", nil)
	if in, ok := m.Missing(code(t, 0, movs+udiv)); !ok || in.Class != thumb.Div {
		t.Errorf("division on a Cortex-M0: %v, %v", in.Class, ok)
	}
	if _, ok := m.Missing(code(t, 0, movs+push)); ok {
		t.Error("push is missing")
	}
}

// Every built-in board that names a timing model can be estimated.
func TestBoards(t *testing.T) {
	for _, name := range boards.Names() {
		b, err := boards.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if b.Timing == "" {
			continue
		}
		m := model(t, b.Timing, b)
		insts := code(t, 0, movs+adds)
		if m.FetchMiss(insts) < m.NextMiss(insts) || m.NextMiss(insts) < 0 || m.DataMiss() < 0 || m.Block(insts) < cycle {
			t.Errorf("%s: misses %d, %d, %d", name, m.FetchMiss(insts), m.NextMiss(insts), m.DataMiss())
		}
	}
}
