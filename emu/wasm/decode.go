package wasm

import (
	"bytes"
	"fmt"
)

// Section numbers (Core Spec, section 5.5.2).
const (
	secCustom   = 0
	secType     = 1
	secImport   = 2
	secFunction = 3
	secTable    = 4
	secMemory   = 5
	secGlobal   = 6
	secExport   = 7
	secStart    = 8
	secElement  = 9
	secCode     = 10
	secData     = 11
	secCount    = 12 // data count: part of bulk memory
)

var sectionNames = [...]string{"custom", "type", "import", "function", "table", "memory",
	"global", "export", "start", "element", "code", "data"}

var preamble = []byte("\x00asm\x01\x00\x00\x00")

// decode reads a WebAssembly MVP module (Core Spec, section 5.5). It refuses
// whatever a guest may not have and says where. It checks what the rewriter
// relies on (indices, nesting, constant initialisers); types are left to
// wazero, which validates the rewritten module.
func decode(b []byte) (*module, error) {
	m, err := decodeModule(b)
	if err != nil {
		return nil, fmt.Errorf("wasm: %w", err)
	}
	return m, nil
}

func decodeModule(b []byte) (*module, error) {
	if len(b) > maxModuleBytes {
		return nil, fmt.Errorf("module of %d bytes: at most %d", len(b), maxModuleBytes)
	}
	if !bytes.HasPrefix(b, preamble) {
		return nil, fmt.Errorf("not a WebAssembly 1 module")
	}
	r := &reader{b: b, pos: len(preamble)}
	m := &module{}
	var code []byte // decoded last: error messages want the name section
	var names []byte
	last := byte(0)
	for r.left() > 0 {
		id := r.byte()
		p := r.bytes(r.count())
		if r.err != nil {
			return nil, fmt.Errorf("section %d at byte %d: %w", id, r.pos, r.err)
		}
		switch {
		case id == secCustom:
			s := &reader{b: p}
			name := s.name()
			if s.err != nil {
				return nil, fmt.Errorf("custom section: %w", s.err)
			}
			if name == "name" && names == nil {
				names = p[s.pos:]
				m.hasNames = true
			}
			continue
		case id == secCount:
			return nil, fmt.Errorf("data count section: bulk memory is not allowed in a guest (compile with -mcpu=mvp)")
		case id > secData:
			return nil, fmt.Errorf("section %d is not MVP", id)
		case id <= last:
			return nil, fmt.Errorf("%s section is out of order", sectionNames[id])
		}
		last = id
		if id == secCode {
			code = p
			continue
		}
		s := &reader{b: p}
		err := m.section(id, s)
		if err == nil {
			err = s.err
		}
		if err == nil && s.left() > 0 {
			err = fmt.Errorf("%d bytes too many", s.left())
		}
		if err != nil {
			return nil, fmt.Errorf("%s section: %w", sectionNames[id], err)
		}
	}
	if err := m.checkIndices(); err != nil {
		return nil, err
	}
	if m.hasNames {
		if err := m.decodeNames(names); err != nil {
			return nil, fmt.Errorf("name section: %w", err)
		}
	}
	return m, m.decodeCode(code)
}

// checkIndices checks every index outside code.
func (m *module) checkIndices() error {
	count := [...]uint32{kindFunc: m.functions(), kindTable: 0, kindMemory: 0, kindGlobal: uint32(len(m.globals))}
	if m.table != nil {
		count[kindTable] = 1
	}
	if m.memory != nil {
		count[kindMemory] = 1
	}
	for _, e := range m.exports {
		if int(e.kind) >= len(count) || e.index >= count[e.kind] {
			return fmt.Errorf("export %q: no such thing", e.name)
		}
	}
	if m.hasStart && m.start >= m.functions() {
		return fmt.Errorf("start section: no function %d", m.start)
	}
	if len(m.elements) > 0 && m.table == nil {
		return fmt.Errorf("element section without a table")
	}
	for _, e := range m.elements {
		for _, f := range e.funcs {
			if f >= m.functions() {
				return fmt.Errorf("element section: no function %d", f)
			}
		}
	}
	if len(m.data) > 0 && m.memory == nil {
		return fmt.Errorf("data section without a memory")
	}
	return nil
}

// decodeNames keeps the module name and the function names (Core Spec,
// appendix "Custom Sections"); names of locals and the rest are dropped.
func (m *module) decodeNames(b []byte) error {
	r := &reader{b: b}
	m.names = make([]string, m.functions())
	for r.left() > 0 && r.err == nil {
		id := r.byte()
		s := &reader{b: r.bytes(r.count())}
		if r.err != nil {
			break
		}
		switch id {
		case 0:
			m.name = s.name()
		case 1:
			for n := s.count(); n > 0 && s.err == nil; n-- {
				i, name := s.u32(), s.name()
				if s.err == nil && i >= m.functions() {
					return fmt.Errorf("no function %d", i)
				}
				if s.err == nil {
					m.names[i] = name
				}
			}
		}
		if s.err != nil {
			return s.err
		}
	}
	return r.err
}
