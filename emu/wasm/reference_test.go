package wasm

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"testing"
)

// reference is a small interpreter of decoded modules, written for clarity.
// It counts every opcode it executes: what the metered module must agree with
// in sum and wabt in detail. It knows no host functions and panics where a
// guest would trap.
type reference struct {
	m       *module
	memory  []byte
	globals []uint64
	table   []int // function index or -1
	ends    []map[int]target
	count   [256]uint64
	self    []uint64          // by defined function
	path    string            // functions under way, the outermost first: " 3 5"
	ways    map[string]*spent // by path, what the innermost function executed itself
}

// spent is what the calls of one path executed, and their number.
type spent struct{ ops, calls uint64 }

// target is where a block ends and where its else branch starts (0 for none).
type target struct{ end, other int }

func newReference(t testing.TB, module []byte) *reference {
	t.Helper()
	m, err := decode(module)
	if err != nil {
		t.Fatal(err)
	}
	r := &reference{m: m, ways: map[string]*spent{}}
	if m.memory != nil {
		r.memory = make([]byte, m.memory.min*pageBytes)
	}
	for _, g := range m.globals {
		r.globals = append(r.globals, narrow(g.typ, uint64(g.init)))
	}
	for _, d := range m.data {
		copy(r.memory[d.offset:], d.bytes)
	}
	if m.table != nil {
		r.table = make([]int, m.table.min)
		for i := range r.table {
			r.table[i] = -1
		}
	}
	for _, e := range m.elements {
		for i, f := range e.funcs {
			r.table[int(e.offset)+i] = int(f)
		}
	}
	r.self = make([]uint64, len(m.code))
	for _, b := range m.code {
		r.ends = append(r.ends, matchBlocks(b.code))
	}
	return r
}

func narrow(t valType, v uint64) uint64 {
	if t == typeI32 {
		return uint64(uint32(v))
	}
	return v
}

func matchBlocks(code []instr) map[int]target {
	ends := map[int]target{}
	var open []int
	for i, in := range code {
		switch in.op {
		case opBlock, opLoop, opIf:
			open = append(open, i)
		case opElse:
			ends[open[len(open)-1]] = target{other: i + 1}
		case opEnd:
			if len(open) > 0 {
				at := open[len(open)-1]
				open = open[:len(open)-1]
				ends[at] = target{i, ends[at].other}
			}
		}
	}
	return ends
}

// total is the count as Meter defines it.
func (r *reference) total() (n uint64) {
	for op, k := range r.count {
		n += k * opcode(op).weight()
	}
	return n
}

func (r *reference) call(export string, args ...uint64) []uint64 {
	f, ok := r.m.export(kindFunc, export)
	if !ok {
		panic("no export " + export)
	}
	return r.invoke(int(f), args)
}

// frame is a block being executed.
type frame struct {
	height int // operands below the block
	arity  int // values a branch to it carries
	next   int // where a branch to it goes on
	loop   bool
}

func (r *reference) invoke(f int, args []uint64) []uint64 {
	i := f - len(r.m.imports)
	if i < 0 {
		panic("no host functions here")
	}
	before := r.path
	r.path += fmt.Sprintf(" %s", r.m.functionName(i))
	defer func() { r.path = before }()
	way := r.ways[r.path]
	if way == nil {
		way = new(spent)
		r.ways[r.path] = way
	}
	way.calls++
	t, b := r.m.types[r.m.funcs[i]], &r.m.code[i]
	locals := make([]uint64, r.m.localCount(i))
	copy(locals, args)
	var st []uint64
	pop := func() uint64 {
		v := st[len(st)-1]
		st = st[:len(st)-1]
		return v
	}
	push := func(v uint64) { st = append(st, v) }
	frames := []frame{{arity: len(t.results), next: len(b.code)}}
	pc := 0
	branch := func(depth int) {
		fr := frames[len(frames)-1-depth]
		st = append(st[:fr.height], st[len(st)-fr.arity:]...)
		frames = frames[:len(frames)-1-depth]
		if fr.loop {
			frames = append(frames, fr)
		}
		pc = fr.next
	}
	for pc < len(b.code) {
		at, in := pc, b.code[pc]
		pc++
		r.count[in.op]++
		r.self[i] += in.op.weight()
		way.ops += in.op.weight()
		switch in.op {
		case opUnreachable:
			panic("unreachable")
		case opNop:
		case opBlock, opLoop, opIf:
			cond := uint64(1)
			if in.op == opIf {
				cond = pop()
			}
			m := r.ends[i][at]
			fr := frame{height: len(st), next: m.end + 1}
			if in.arg != blockEmpty {
				fr.arity = 1
			}
			if in.op == opLoop {
				fr.loop, fr.arity, fr.next = true, 0, pc
			}
			if cond == 0 && m.other == 0 {
				pc = m.end + 1
				break
			}
			if cond == 0 {
				pc = m.other
			}
			frames = append(frames, fr)
		case opElse: // the first branch is through
			pc = frames[len(frames)-1].next
			frames = frames[:len(frames)-1]
		case opEnd:
			frames = frames[:len(frames)-1]
		case opBr:
			branch(int(in.arg))
		case opBrIf:
			if pop() != 0 {
				branch(int(in.arg))
			}
		case opBrTable:
			targets := b.tables[in.arg]
			branch(int(targets[min(pop(), uint64(len(targets)-1))]))
		case opReturn:
			branch(len(frames) - 1)
		case opCall, opCallIndirect:
			callee := int(in.arg)
			if in.op == opCallIndirect {
				callee = r.table[pop()]
			}
			n := len(r.m.function(uint32(callee)).params)
			args := append([]uint64(nil), st[len(st)-n:]...)
			st = append(st[:len(st)-n], r.invoke(callee, args)...)
		case opDrop:
			pop()
		case opSelect:
			c, y, x := pop(), pop(), pop()
			if c == 0 {
				x = y
			}
			push(x)
		case opLocalGet:
			push(locals[in.arg])
		case opLocalSet:
			locals[in.arg] = pop()
		case opLocalTee:
			locals[in.arg] = st[len(st)-1]
		case opGlobalGet:
			push(r.globals[in.arg])
		case opGlobalSet:
			r.globals[in.arg] = pop()
		case opMemorySize:
			push(uint64(len(r.memory) / pageBytes))
		case opI32Const:
			push(uint64(uint32(in.arg)))
		case opI64Const:
			push(in.arg)
		default:
			switch name := in.op.String(); in.op.immediate() {
			case immMemory:
				r.access(name, in.off, pop, push)
			default:
				arith(name, pop, push)
			}
		}
	}
	return st
}

// access executes a load or a store by its name.
func (r *reference) access(name string, off uint32, pop func() uint64, push func(uint64)) {
	bytes := map[string]int{"8": 1, "16": 2, "32": 4}
	typ, rest := name[:3], name[4:]
	size := 4
	if typ == "i64" {
		size = 8
	}
	var digits string
	for _, c := range rest {
		if c >= '0' && c <= '9' {
			digits += string(c)
		}
	}
	if n, ok := bytes[digits]; ok {
		size = n
	}
	var buf [8]byte
	if rest[0] == 's' {
		v := pop()
		p := r.memory[pop()+uint64(off):][:size]
		binary.LittleEndian.PutUint64(buf[:], v)
		copy(p, buf[:])
		return
	}
	copy(buf[:], r.memory[pop()+uint64(off):][:size])
	v := binary.LittleEndian.Uint64(buf[:])
	if name[len(name)-1] == 's' {
		shift := 64 - 8*size
		v = uint64(int64(v<<shift) >> shift)
	}
	if typ == "i32" {
		v = uint64(uint32(v))
	}
	push(v)
}

// arith executes an integer instruction by its name.
func arith(name string, pop func() uint64, push func(uint64)) {
	is32 := name[:3] == "i32"
	truth := func(b bool) {
		if b {
			push(1)
		} else {
			push(0)
		}
	}
	switch name {
	case "i32.wrap_i64", "i64.extend_i32_u":
		push(uint64(uint32(pop())))
		return
	case "i64.extend_i32_s":
		push(uint64(int32(pop())))
		return
	}
	signed := func(v uint64) int64 {
		if is32 {
			return int64(int32(v))
		}
		return int64(v)
	}
	put := func(v uint64) {
		if is32 {
			v = uint64(uint32(v))
		}
		push(v)
	}
	width := 64
	if is32 {
		width = 32
	}
	y := pop()
	op := name[4:]
	switch op {
	case "eqz":
		truth(y == 0)
		return
	case "clz":
		push(uint64(bits.LeadingZeros64(y) - (64 - width)))
		return
	case "ctz":
		push(uint64(min(bits.TrailingZeros64(y), width)))
		return
	case "popcnt":
		push(uint64(bits.OnesCount64(y)))
		return
	}
	x := pop()
	sx, sy := signed(x), signed(y)
	k := int(y) & (width - 1)
	switch op {
	case "eq":
		truth(x == y)
	case "ne":
		truth(x != y)
	case "lt_s":
		truth(sx < sy)
	case "lt_u":
		truth(x < y)
	case "gt_s":
		truth(sx > sy)
	case "gt_u":
		truth(x > y)
	case "le_s":
		truth(sx <= sy)
	case "le_u":
		truth(x <= y)
	case "ge_s":
		truth(sx >= sy)
	case "ge_u":
		truth(x >= y)
	case "add":
		put(x + y)
	case "sub":
		put(x - y)
	case "mul":
		put(x * y)
	case "div_s":
		put(uint64(sx / sy))
	case "div_u":
		put(x / y)
	case "rem_s":
		put(uint64(sx % sy))
	case "rem_u":
		put(x % y)
	case "and":
		put(x & y)
	case "or":
		put(x | y)
	case "xor":
		put(x ^ y)
	case "shl":
		put(x << k)
	case "shr_s":
		put(uint64(sx >> k))
	case "shr_u":
		put(x >> k)
	case "rotl":
		put(x<<k | x>>(width-k))
	case "rotr":
		put(x>>k | x<<(width-k))
	default:
		panic("reference: " + name)
	}
}
