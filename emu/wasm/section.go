package wasm

import "fmt"

// section decodes the contents of one section other than custom and code.
func (m *module) section(id byte, r *reader) error {
	switch id {
	case secType:
		return m.decodeTypes(r)
	case secImport:
		return m.decodeImports(r)
	case secFunction:
		n := r.count()
		if n > maxFunctions {
			return fmt.Errorf("%d functions: at most %d", n, maxFunctions)
		}
		for ; n > 0; n-- {
			t := r.u32()
			if r.err == nil && t >= uint32(len(m.types)) {
				return fmt.Errorf("function %d: no type %d", m.functions(), t)
			}
			m.funcs = append(m.funcs, t)
		}
	case secTable:
		if n := r.count(); n > 1 || n == 1 && r.byte() != typeAnyRef {
			return fmt.Errorf("one table of functions is allowed")
		} else if n == 1 {
			l, err := decodeLimits(r, maxTable)
			m.table = &l
			return err
		}
	case secMemory:
		if n := r.count(); n > 1 {
			return fmt.Errorf("%d memories: one is allowed", n)
		} else if n == 1 {
			l, err := decodeLimits(r, maxPages)
			m.memory = &l
			return err
		}
	case secGlobal:
		return m.decodeGlobals(r)
	case secExport:
		return m.decodeExports(r)
	case secStart:
		m.hasStart, m.start = true, r.u32()
	case secElement:
		return m.decodeElements(r)
	case secData:
		for n := r.count(); n > 0 && r.err == nil; n-- {
			if flag := r.u32(); flag != 0 {
				return fmt.Errorf("segment kind %d is not MVP", flag)
			}
			off, err := decodeConst(r, typeI32)
			if err != nil {
				return err
			}
			m.data = append(m.data, segment{int32(off), r.bytes(r.count())})
		}
	}
	return nil
}

func (m *module) decodeTypes(r *reader) error {
	values := func() (list []valType, err error) {
		for n := r.count(); n > 0; n-- {
			t := valType(r.byte())
			if why := t.refusal(); why != "" && r.err == nil {
				return nil, fmt.Errorf("type %d: %s: %s", len(m.types), t, why)
			}
			list = append(list, t)
		}
		return list, nil
	}
	for n := r.count(); n > 0 && r.err == nil; n-- {
		if form := r.byte(); form != typeFunc {
			return fmt.Errorf("type %d: form 0x%02x is not a function type", len(m.types), form)
		}
		params, err := values()
		if err != nil {
			return err
		}
		results, err := values()
		if err != nil {
			return err
		}
		if len(results) > 1 {
			return fmt.Errorf("type %d: multi-value is not allowed in a guest", len(m.types))
		}
		m.types = append(m.types, funcType{params, results})
	}
	return nil
}

func (m *module) decodeGlobals(r *reader) error {
	for n := r.count(); n > 0 && r.err == nil; n-- {
		g := global{typ: valType(r.byte())}
		if why := g.typ.refusal(); why != "" && r.err == nil {
			return fmt.Errorf("global %d: %s: %s", len(m.globals), g.typ, why)
		}
		switch r.byte() {
		case 0:
		case 1:
			g.mutable = true
		default:
			return fmt.Errorf("global %d: bad mutability", len(m.globals))
		}
		var err error
		if g.init, err = decodeConst(r, g.typ); err != nil {
			return fmt.Errorf("global %d: %w", len(m.globals), err)
		}
		m.globals = append(m.globals, g)
	}
	return nil
}

func (m *module) decodeExports(r *reader) error {
	seen := map[string]bool{}
	for n := r.count(); n > 0 && r.err == nil; n-- {
		e := export{name: r.name(), kind: r.byte(), index: r.u32()}
		if seen[e.name] {
			return fmt.Errorf("%q is exported twice", e.name)
		}
		seen[e.name] = true
		m.exports = append(m.exports, e)
	}
	return nil
}

func (m *module) decodeElements(r *reader) error {
	for n := r.count(); n > 0 && r.err == nil; n-- {
		if flag := r.u32(); flag != 0 {
			return fmt.Errorf("segment kind %d is not MVP", flag)
		}
		off, err := decodeConst(r, typeI32)
		if err != nil {
			return err
		}
		e := element{offset: int32(off)}
		for k := r.count(); k > 0; k-- {
			e.funcs = append(e.funcs, r.u32())
		}
		m.elements = append(m.elements, e)
	}
	return nil
}

// decodeConst reads a constant expression (Core Spec, section 3.3.10).
// global.get of an import is the only other form of the MVP, and a guest
// can't import globals.
func decodeConst(r *reader, t valType) (int64, error) {
	var v int64
	switch op := opcode(r.byte()); {
	case op == opI32Const && t == typeI32:
		v = int64(r.s32())
	case op == opI64Const && t == typeI64:
		v = r.s64()
	case r.err == nil:
		return 0, fmt.Errorf("initial value by %s: want %s.const", op, t)
	}
	if r.byte() != byte(opEnd) && r.err == nil {
		return 0, fmt.Errorf("initial value is not one constant")
	}
	return v, r.err
}

func decodeLimits(r *reader, most uint32) (limits, error) {
	var l limits
	switch flag := r.byte(); {
	case r.err != nil:
		return l, r.err
	case flag > 1:
		return l, fmt.Errorf("limits 0x%02x: threads and 64-bit memory are not allowed in a guest", flag)
	default:
		l.hasMax = flag == 1
	}
	l.min = r.u32()
	if l.hasMax {
		l.max = r.u32()
	}
	if r.err == nil && l.hasMax && l.max < l.min {
		return l, fmt.Errorf("maximum %d is below minimum %d", l.max, l.min)
	}
	if l.min > most || l.max > most {
		return l, fmt.Errorf("size %d: at most %d", max(l.min, l.max), most)
	}
	return l, nil
}
