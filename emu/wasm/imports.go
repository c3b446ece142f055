package wasm

import (
	"fmt"
	"slices"
)

// hostModule is the only module a guest may import from.
const hostModule = "tlslab"

// hostSignatures are the host functions of core/port/port.h as clang lowers
// them for wasm32: pointers, uint32_t and int32_t are i32.
var hostSignatures = map[string]funcType{
	"host_entropy":      sig(typeI32, typeI32, typeI32),
	"host_monotonic_us": sig(typeI64),
	"host_rtc_s":        sig(typeI64),
	"host_send":         sig(typeI32, typeI32, typeI32),
	"host_recv":         sig(typeI32, typeI32, typeI32, typeI32),
	"host_event":        sig(0, typeI32, typeI32, typeI32),
	"host_log":          sig(0, typeI32, typeI32, typeI32),
	"host_exit":         sig(0, typeI32),
}

// sig is a signature: the result (0 for none) and the parameters.
func sig(result valType, params ...valType) funcType {
	t := funcType{params: params}
	if result != 0 {
		t.results = []valType{result}
	}
	return t
}

func (t funcType) equal(u funcType) bool {
	return slices.Equal(t.params, u.params) && slices.Equal(t.results, u.results)
}

func (t funcType) String() string {
	return fmt.Sprintf("%v -> %v", t.params, t.results)
}

func (m *module) decodeImports(r *reader) error {
	for n := r.count(); n > 0 && r.err == nil; n-- {
		mod, name, kind := r.name(), r.name(), r.byte()
		if r.err != nil {
			return r.err
		}
		if kind != kindFunc {
			return fmt.Errorf("%q.%q: only functions may be imported", mod, name)
		}
		want, ok := hostSignatures[name]
		if mod != hostModule || !ok {
			return fmt.Errorf("%q.%q is not a host function of port.h", mod, name)
		}
		t := r.u32()
		if r.err == nil && t >= uint32(len(m.types)) {
			return fmt.Errorf("%q.%q: no type %d", mod, name, t)
		}
		if r.err == nil && !m.types[t].equal(want) {
			return fmt.Errorf("%q.%q has signature %v, want %v", mod, name, m.types[t], want)
		}
		m.imports = append(m.imports, funcImport{name, t})
	}
	return nil
}
