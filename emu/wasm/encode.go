package wasm

// encode writes m in the binary format with shortest integers. decode of the
// result gives m again.
func encode(m *module) []byte {
	out := append([]byte(nil), preamble...)
	section := func(id byte, p []byte) {
		out = append(out, id)
		out = appendU32(out, uint32(len(p)))
		out = append(out, p...)
	}
	// vector writes a section of n items, and nothing for none.
	vector := func(id byte, n int, item func(p []byte, i int) []byte) {
		if n == 0 {
			return
		}
		p := appendU32(nil, uint32(n))
		for i := range n {
			p = item(p, i)
		}
		section(id, p)
	}
	vector(secType, len(m.types), func(p []byte, i int) []byte {
		p = append(p, typeFunc)
		p = appendTypes(p, m.types[i].params)
		return appendTypes(p, m.types[i].results)
	})
	vector(secImport, len(m.imports), func(p []byte, i int) []byte {
		p = appendName(appendName(p, hostModule), m.imports[i].name)
		return appendU32(append(p, kindFunc), m.imports[i].typ)
	})
	vector(secFunction, len(m.funcs), func(p []byte, i int) []byte { return appendU32(p, m.funcs[i]) })
	if m.table != nil {
		section(secTable, appendLimits([]byte{1, typeAnyRef}, *m.table))
	}
	if m.memory != nil {
		section(secMemory, appendLimits([]byte{1}, *m.memory))
	}
	vector(secGlobal, len(m.globals), func(p []byte, i int) []byte {
		g := m.globals[i]
		p = append(p, byte(g.typ), 0)
		if g.mutable {
			p[len(p)-1] = 1
		}
		return appendConst(p, g.typ, g.init)
	})
	vector(secExport, len(m.exports), func(p []byte, i int) []byte {
		e := m.exports[i]
		return appendU32(append(appendName(p, e.name), e.kind), e.index)
	})
	if m.hasStart {
		section(secStart, appendU32(nil, m.start))
	}
	vector(secElement, len(m.elements), func(p []byte, i int) []byte {
		e := m.elements[i]
		p = appendConst(append(p, 0), typeI32, int64(e.offset))
		p = appendU32(p, uint32(len(e.funcs)))
		for _, f := range e.funcs {
			p = appendU32(p, f)
		}
		return p
	})
	var buf []byte
	vector(secCode, len(m.code), func(p []byte, i int) []byte {
		buf = appendBody(buf[:0], &m.code[i])
		return append(appendU32(p, uint32(len(buf))), buf...)
	})
	vector(secData, len(m.data), func(p []byte, i int) []byte {
		s := m.data[i]
		p = appendConst(append(p, 0), typeI32, int64(s.offset))
		return append(appendU32(p, uint32(len(s.bytes))), s.bytes...)
	})
	if m.hasNames {
		section(secCustom, appendNameSection(nil, m))
	}
	return out
}

func appendTypes(p []byte, list []valType) []byte {
	p = appendU32(p, uint32(len(list)))
	for _, t := range list {
		p = append(p, byte(t))
	}
	return p
}

func appendLimits(p []byte, l limits) []byte {
	if !l.hasMax {
		return appendU32(append(p, 0), l.min)
	}
	return appendU32(appendU32(append(p, 1), l.min), l.max)
}

func appendConst(p []byte, t valType, v int64) []byte {
	op := opI32Const
	if t == typeI64 {
		op = opI64Const
	}
	return append(appendS64(append(p, byte(op)), v), byte(opEnd))
}

func appendNameSection(p []byte, m *module) []byte {
	p = appendName(p, "name")
	if m.name != "" {
		s := appendName(nil, m.name)
		p = append(appendU32(append(p, 0), uint32(len(s))), s...)
	}
	var s []byte
	n := uint32(0)
	for i, name := range m.names {
		if name != "" {
			s = appendName(appendU32(s, uint32(i)), name)
			n++
		}
	}
	if n > 0 {
		s = append(appendU32(nil, n), s...)
		p = append(appendU32(append(p, 1), uint32(len(s))), s...)
	}
	return p
}

func appendBody(p []byte, b *body) []byte {
	p = appendU32(p, uint32(len(b.locals)))
	for _, run := range b.locals {
		p = append(appendU32(p, run.count), byte(run.typ))
	}
	for _, in := range b.code {
		p = appendInstr(p, b, in)
	}
	return p
}

func appendInstr(p []byte, b *body, in instr) []byte {
	p = append(p, byte(in.op))
	switch in.op.immediate() {
	case immBlock:
		p = append(p, byte(in.arg))
	case immLabel, immFunc, immLocal, immGlobal:
		p = appendU32(p, uint32(in.arg))
	case immLabels:
		targets := b.tables[in.arg]
		p = appendU32(p, uint32(len(targets)-1))
		for _, t := range targets {
			p = appendU32(p, t)
		}
	case immIndirect:
		p = append(appendU32(p, uint32(in.arg)), 0)
	case immMemory:
		p = appendU32(appendU32(p, uint32(in.arg)), in.off)
	case immZero:
		p = append(p, 0)
	case immI32, immI64:
		p = appendS64(p, int64(in.arg))
	}
	return p
}
