package wasm

import "fmt"

// decodeCode reads the code section (Core Spec, section 5.5.13).
func (m *module) decodeCode(b []byte) error {
	r := &reader{b: b}
	n := 0
	if len(b) > 0 {
		n = r.count()
	}
	if r.err != nil || n != len(m.funcs) {
		return fmt.Errorf("code section: %d bodies for %d functions", n, len(m.funcs))
	}
	m.code = make([]body, n)
	for i := range m.code {
		p := r.bytes(r.count())
		err := r.err
		if err == nil {
			err = m.decodeBody(i, p)
		}
		if err != nil {
			return fmt.Errorf("function %q: %w", m.functionName(i), err)
		}
	}
	if r.left() > 0 {
		return fmt.Errorf("code section: %d bytes too many", r.left())
	}
	return nil
}

// functionName names defined function i: by the name section, else as
// wasm-objdump does, "func[N]" with N counting imports.
func (m *module) functionName(i int) string {
	f := i + len(m.imports)
	if f < len(m.names) && m.names[f] != "" {
		return m.names[f]
	}
	return fmt.Sprintf("func[%d]", f)
}

// localCount is the number of locals of defined function i, parameters
// included.
func (m *module) localCount(i int) uint32 {
	n := uint32(len(m.types[m.funcs[i]].params))
	for _, run := range m.code[i].locals {
		n += run.count
	}
	return n
}

func (m *module) decodeBody(i int, p []byte) error {
	r := &reader{b: p}
	b := &m.code[i]
	total := uint64(len(m.types[m.funcs[i]].params))
	for n := r.count(); n > 0 && r.err == nil; n-- {
		run := localRun{r.u32(), valType(r.byte())}
		if why := run.typ.refusal(); why != "" && r.err == nil {
			return fmt.Errorf("local of type %s: %s", run.typ, why)
		}
		if total += uint64(run.count); total > maxLocals {
			return fmt.Errorf("more than %d locals", maxLocals)
		}
		b.locals = append(b.locals, run)
	}
	d := &codeReader{reader: r, m: m, body: b, locals: uint32(total)}
	// One instruction takes one byte or more; two on average is a good guess.
	b.code = make([]instr, 0, r.left()/2+1)
	open := []opcode{opBlock} // the blocks around the next instruction
	for len(open) > 0 {
		op := opcode(r.byte())
		if r.err != nil {
			return r.err
		}
		if why := refusals[op]; why != "" {
			return fmt.Errorf("%s: %s", op, why)
		}
		switch op {
		case opBlock, opLoop, opIf:
			if open = append(open, op); len(open) > maxNesting {
				return fmt.Errorf("blocks nested more than %d deep", maxNesting)
			}
		case opElse:
			if open[len(open)-1] != opIf {
				return fmt.Errorf("else without if")
			}
			open[len(open)-1] = opElse
		case opEnd:
			open = open[:len(open)-1]
		}
		in, err := d.operands(op, len(open))
		if err == nil {
			err = r.err
		}
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		b.code = append(b.code, in)
	}
	if r.left() > 0 {
		return fmt.Errorf("%d bytes after the last end", r.left())
	}
	return nil
}

// codeReader reads immediates of one body and checks indices in them.
type codeReader struct {
	*reader
	m      *module
	body   *body
	locals uint32
}

// operands reads what follows op; depth is the number of enclosing blocks,
// the function's own included.
func (r *codeReader) operands(op opcode, depth int) (instr, error) {
	in := instr{op: op}
	index := func(what string, n uint32) error {
		v := r.u32()
		in.arg = uint64(v)
		if r.err == nil && v >= n {
			return fmt.Errorf("no %s %d", what, v)
		}
		return nil
	}
	switch op.immediate() {
	case immBlock:
		in.arg = uint64(r.byte())
		if t := valType(in.arg); in.arg != blockEmpty && r.err == nil {
			if t.refusal() == noFloat {
				return in, fmt.Errorf("block type %s: %s", t, noFloat)
			}
			if t.refusal() != "" {
				return in, fmt.Errorf("block type 0x%02x: multi-value is not allowed in a guest", byte(t))
			}
		}
	case immLabel:
		return in, index("label", uint32(depth))
	case immLabels:
		n := r.count()
		targets := make([]uint32, 0, n+1)
		for ; n >= 0; n-- {
			if err := index("label", uint32(depth)); err != nil || r.err != nil {
				return in, err
			}
			targets = append(targets, uint32(in.arg))
		}
		in.arg = uint64(len(r.body.tables))
		r.body.tables = append(r.body.tables, targets)
	case immFunc:
		return in, index("function", r.m.functions())
	case immIndirect:
		if err := index("type", uint32(len(r.m.types))); err != nil {
			return in, err
		}
		if r.byte() != 0 {
			return in, fmt.Errorf("several tables are not allowed in a guest")
		}
		if r.m.table == nil {
			return in, fmt.Errorf("no table")
		}
	case immLocal:
		return in, index("local", r.locals)
	case immGlobal:
		if err := index("global", uint32(len(r.m.globals))); err != nil || r.err != nil {
			return in, err
		}
		if op == opGlobalSet && !r.m.globals[in.arg].mutable {
			return in, fmt.Errorf("global %d is constant", in.arg)
		}
	case immMemory:
		in.arg, in.off = uint64(r.u32()), r.u32()
		if r.m.memory == nil {
			return in, fmt.Errorf("no memory")
		}
	case immZero:
		if r.byte() != 0 {
			return in, fmt.Errorf("several memories are not allowed in a guest")
		}
	case immI32:
		in.arg = uint64(int64(r.s32()))
	case immI64:
		in.arg = uint64(r.s64())
	}
	return in, nil
}
