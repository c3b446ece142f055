package wasm

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// TestRefuse: what a guest may not have is refused with the place and the reason.
func TestRefuse(t *testing.T) {
	for _, c := range []struct{ name, wat, want string }{
		{"f64", `(module (func $x (param i64) local.get 0 f64.reinterpret_i64 drop))`,
			`wasm: function "x": f64.reinterpret_i64: floating point is not allowed in a guest`},
		{"f32 const", `(module (func $x f32.const 1 drop))`,
			`wasm: function "x": f32.const: floating point is not allowed in a guest`},
		{"float type", `(module (func $x (param f64)))`,
			`wasm: type section: type 0: f64: floating point is not allowed in a guest`},
		{"float local", `(module (func $x (local f32)))`,
			`wasm: function "x": local of type f32: floating point is not allowed in a guest`},
		{"float block", `(module (func $x (block (result f32) unreachable) drop))`,
			`wasm: function "x": block: block type f32: floating point is not allowed in a guest`},
		{"float global", `(module (global f32 (f32.const 1)))`,
			`wasm: global section: global 0: f32: floating point is not allowed in a guest`},
		{"SIMD", `(module (memory 1) (func $x i32.const 0 v128.load drop))`,
			`wasm: function "x": opcode 0xfd: SIMD is not allowed in a guest (compile with -mcpu=mvp)`},
		{"bulk", `(module (memory 1) (func $x i32.const 0 i32.const 0 i32.const 0 memory.fill))`,
			`wasm: function "x": opcode 0xfc: bulk memory and saturating conversions are not allowed in a guest (compile with -mcpu=mvp)`},
		{"threads", `(module (memory 1) (func $x i32.const 0 i32.atomic.load drop))`,
			`wasm: function "x": opcode 0xfe: threads are not allowed in a guest (compile with -mcpu=mvp)`},
		{"shared", `(module (memory 1 1 shared))`,
			`wasm: memory section: limits 0x03: threads and 64-bit memory are not allowed in a guest`},
		{"sign extension", `(module (func $x i32.const 0 i32.extend8_s drop))`,
			`wasm: function "x": i32.extend8_s: sign extension opcodes are not MVP (compile with -mcpu=mvp)`},
		{"grow", `(module (memory 1) (func $x i32.const 0 memory.grow drop))`,
			`wasm: function "x": memory.grow: a guest's memory is fixed`},
		{"reference", `(module (func $x ref.null func drop))`,
			`wasm: function "x": ref.null: reference types are not allowed in a guest (compile with -mcpu=mvp)`},
		{"tail call", `(module (func $x return_call $x))`,
			`wasm: function "x": return_call: tail calls are not allowed in a guest (compile with -mcpu=mvp)`},
		{"multi-value", `(module (func $x (result i32 i32) i32.const 0 i32.const 0))`,
			`wasm: type section: type 0: multi-value is not allowed in a guest`},
		{"multi-value block", `(module (func $x i32.const 0 (block (param i32) drop)))`,
			`wasm: function "x": block: block type 0x01: multi-value is not allowed in a guest`},
		{"tables", `(module (table 1 funcref) (table 1 funcref))`, `wasm: table section: one table of functions is allowed`},
		{"memories", `(module (memory 1) (memory 1))`, `wasm: memory section: 2 memories: one is allowed`},
		{"passive data", `(module (memory 1) (data "x"))`, `wasm: data section: segment kind 1 is not MVP`},
		{"big memory", `(module (memory 1 65536))`, `wasm: memory section: size 65536: at most 1024`},
		{"WASI", `(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))`,
			`wasm: import section: "wasi_snapshot_preview1"."proc_exit" is not a host function of port.h`},
		{"foreign", `(module (import "env" "host_send" (func (param i32 i32) (result i32))))`,
			`wasm: import section: "env"."host_send" is not a host function of port.h`},
		{"signature", `(module (import "tlslab" "host_exit" (func (param i64))))`,
			`wasm: import section: "tlslab"."host_exit" has signature [i64] -> [], want [i32] -> []`},
		{"imported memory", `(module (import "tlslab" "memory" (memory 1)))`,
			`wasm: import section: "tlslab"."memory": only functions may be imported`},
		{"own name", `(module (func (export "tlslab$fuel")))`, `wasm: export "tlslab$fuel": names with "tlslab$" are taken`},
		{"no name", `(module (func) (func f32.const 0 drop))`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Meter(buildWat(t, c.wat))
			want := c.want
			if c.name == "no name" {
				want = `wasm: function "func[1]": f32.const: floating point is not allowed in a guest`
			}
			if err == nil || err.Error() != want {
				t.Errorf("%v\nwant %s", err, want)
			}
		})
	}
}

// TestRoundTrip: encode is the inverse of decode, and what it writes runs as
// before (the reference interpreter reads either).
func TestRoundTrip(t *testing.T) {
	for _, k := range kernels {
		first := buildC(t, k.name, k.flags...)
		m, err := decode(first)
		if err != nil {
			t.Fatal(err)
		}
		second := encode(m)
		again, err := decode(second)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m, again) {
			t.Errorf("%s: decode of encode differs", k.name)
		}
		if !bytes.Equal(encode(again), second) {
			t.Errorf("%s: encode is not stable", k.name)
		}
		a, b := newReference(t, first), newReference(t, second)
		a.call("tlslab_step")
		b.call("tlslab_step")
		if a.count != b.count || !bytes.Equal(a.memory, b.memory) {
			t.Errorf("%s: the encoded module runs differently", k.name)
		}
		c, err := Meter(first)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := Meter(first)
		if !bytes.Equal(c.Module, d.Module) {
			t.Errorf("%s: metering twice gives different modules", k.name)
		}
		if _, err := decode(c.Module); err != nil {
			t.Errorf("%s: metered module: %v", k.name, err)
		}
	}
}

// TestKernelResults checks two kernels against published values, so that the
// counts are those of working code.
func TestKernelResults(t *testing.T) {
	g := start(t, program(t, Compiler, buildC(t, "sha256", "-DROUNDS=1")), &fakeHost{}, testLimits)
	step(t, g)
	b, _ := g.memory.Read(0, g.memory.Size())
	// FIPS 180-4 example: SHA-256("abc") begins ba7816bf 8f01cfea; words are little-endian.
	if !bytes.Contains(b, []byte("\xbf\x16\x78\xba\xea\xcf\x01\x8f")) {
		t.Error("SHA-256 of abc is wrong")
	}
}

func TestTruncated(t *testing.T) {
	module := buildC(t, "calls")
	for n := range len(module) {
		m, err := Meter(module[:n])
		if err == nil && n > 8 && len(m.Functions) > 0 && n < len(module)-200 {
			t.Errorf("%d of %d bytes were taken for a module", n, len(module))
		}
		if err != nil && !strings.HasPrefix(err.Error(), "wasm: ") {
			t.Errorf("%v", err)
		}
	}
}

func TestLEB(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 63, 64, -64, -65, 127, 128, 1<<31 - 1, -1 << 31, 1<<63 - 1, -1 << 63} {
		r := &reader{b: appendS64(nil, v)}
		if got := r.s64(); got != v || r.err != nil || r.left() != 0 {
			t.Errorf("%d became %d (%v)", v, got, r.err)
		}
	}
	for _, c := range []struct {
		bytes string
		want  int32
		ok    bool
	}{
		{"\x80\x80\x80\x80\x00", 0, true}, // as wasm-ld pads
		{"\xff\xff\xff\xff\x7f", -1, true},
		{"\xff\xff\xff\xff\x07", 1<<31 - 1, true},
		{"\xff\xff\xff\xff\x0f", 0, false},
		{"\x80\x80\x80\x80\x78", -1 << 31, true},
		{"\x80\x80\x80\x80\x70", 0, false},
		{"\x80\x80\x80\x80\x80\x00", 0, false},
		{"\x80", 0, false},
	} {
		r := &reader{b: []byte(c.bytes)}
		if got := r.s32(); got != c.want && c.ok || (r.err == nil) != c.ok {
			t.Errorf("%x: %d (%v)", c.bytes, got, r.err)
		}
	}
	if r := (&reader{b: []byte("\xff\xff\xff\xff\x1f")}); r.u32() != 0 || r.err == nil {
		t.Error("33 bits were taken for 32")
	}
}
