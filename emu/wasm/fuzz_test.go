package wasm

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// seeds are modules to fuzz from.
func seeds(f *testing.F) [][]byte {
	var list [][]byte
	paths, _ := filepath.Glob("testdata/*.wasm")
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		list = append(list, b)
	}
	if len(list) == 0 {
		f.Fatal("no seeds in testdata")
	}
	return list
}

func FuzzDecode(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(b)
		if err != nil {
			return
		}
		again, err := decode(encode(m))
		if err != nil {
			t.Fatalf("decode of encode: %v", err)
		}
		if !reflect.DeepEqual(m, again) {
			t.Fatal("decode of encode differs")
		}
	})
}

// around puts the code of a function, locals first, into constructs.wasm as
// its function b, (i32) -> i32. Mutating code alone keeps the sizes right.
func around(t testing.TB, code []byte) []byte {
	b, err := os.ReadFile("testdata/constructs.wasm")
	if err != nil {
		t.Fatal(err)
	}
	m, err := decode(b)
	if err != nil {
		t.Fatal(err)
	}
	const at = 3 // function b
	m.code[at] = body{}
	if err := m.decodeBody(at, code); err != nil {
		return nil
	}
	return encode(m)
}

// FuzzMeter: what wazero accepts it accepts metered.
func FuzzMeter(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
		m, err := decode(b)
		if err != nil {
			f.Fatal(err)
		}
		for i := range m.code {
			f.Add(appendBody(nil, &m.code[i]))
		}
	}
	for seed := range uint64(10) {
		for _, b := range randomGuest(seed, 3).code {
			f.Add(appendBody(nil, &b))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !bytes.HasPrefix(b, preamble[:4]) {
			if b = around(t, b); b == nil {
				return
			}
		}
		m, err := Meter(b)
		if err != nil {
			return
		}
		ctx := t.Context()
		e := engine(t, Interpreter) // validation is the same in both
		plain, err := e.runtime.CompileModule(ctx, b)
		if err != nil {
			return
		}
		plain.Close(ctx)
		metered, err := e.runtime.CompileModule(ctx, m.Module)
		if err != nil {
			t.Fatalf("wazero takes the module but not its metered form: %v", err)
		}
		metered.Close(ctx)
	})
}
