// Package cachetest tries keys: it changes every field of a value, one at a
// time, whatever the fields are.
package cachetest

import (
	"fmt"
	"reflect"
	"testing"
	"unsafe"

	"tlslab/internal/cache"
)

// depthMost bounds how deep values are filled: types may refer to themselves.
const depthMost = 12

// EveryField tests the keys made from a type: a value changed in any one place
// has another key; where the place is left out of keys, it has the same.
func EveryField(t *testing.T, kind string, typ reflect.Type) {
	t.Helper()
	base := cache.KeyOf(kind, full(typ))
	if again := cache.KeyOf(kind, full(typ)); again != base {
		t.Fatalf("%s: equal values have two keys", kind)
	}
	keys := map[string]string{base: "nothing"}
	eachChange(t, typ, func(v reflect.Value, m *mutator) {
		key := cache.KeyOf(kind, v)
		switch was, taken := keys[key]; {
		case m.out && key != base:
			t.Errorf("%s: %s is left out of keys, and changes the key", kind, m.at)
		case !m.out && taken:
			t.Errorf("%s: with %s changed the key is that with %s changed", kind, m.at, was)
		}
		if !m.out {
			keys[key] = m.at
		}
	})
}

// EveryFieldIsData tests a type as data: a value that is changed in any one place has the
// same key after it was written and read.
func EveryFieldIsData(t *testing.T, kind string, typ reflect.Type) {
	t.Helper()
	eachChange(t, typ, func(v reflect.Value, m *mutator) {
		data, blobs, err := cache.Encode(v.Interface())
		if err != nil {
			t.Errorf("%s: %s: %v", kind, m.at, err)
			return
		}
		again := reflect.New(typ)
		if err := cache.Decode(data, blobs, again.Interface()); err != nil {
			t.Errorf("%s: %s: %v", kind, m.at, err)
		} else if cache.KeyOf(kind, again.Elem()) != cache.KeyOf(kind, v) {
			t.Errorf("%s: with %s changed the value that is read has another key", kind, m.at)
		}
	})
}

// eachChange changes a value in each place in turn.
func eachChange(t *testing.T, typ reflect.Type, changed func(v reflect.Value, m *mutator)) {
	t.Helper()
	for n := 0; ; n++ {
		v := full(typ)
		m := mutator{left: n}
		m.value(v, typ.String(), false)
		if !m.done {
			if n == 0 {
				t.Errorf("%s has nothing that could change", typ)
			}
			return
		}
		changed(v, &m)
	}
}

// full is an addressable value of a type in which nothing is nil or empty.
func full(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	fill(v, 0)
	return v
}

// settable is a field that may be unexported, for writing.
func settable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

func fill(v reflect.Value, depth int) {
	if depth > depthMost {
		return
	}
	depth++
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(3)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(3)
	case reflect.String:
		v.SetString("three")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(int64(3)))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), depth)
		fill(v.Index(1), depth)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), depth)
		}
	case reflect.Map:
		k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(k, depth)
		fill(e, depth)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(k, e)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(settable(v.Field(i)), depth)
		}
	}
}

// mutator changes one place of a value: the one before which left others are.
type mutator struct {
	left int
	done bool
	at   string
	out  bool // the place is left out of keys
}

// here says whether this is the place.
func (m *mutator) here(at, what string, out bool) bool {
	if m.done {
		return false
	}
	if m.left > 0 {
		m.left--
		return false
	}
	m.done, m.at, m.out = true, fmt.Sprintf("%s (%s)", at, what), out
	return true
}

func (m *mutator) value(v reflect.Value, at string, out bool) {
	if m.done {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		if m.here(at, "turned", out) {
			v.SetBool(!v.Bool())
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if m.here(at, "plus 1", out) {
			v.SetInt(v.Int() + 1)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if m.here(at, "plus 1", out) {
			v.SetUint(v.Uint() + 1)
		}
	case reflect.Float32, reflect.Float64:
		if m.here(at, "plus 1", out) {
			v.SetFloat(v.Float() + 1)
		}
	case reflect.String:
		if m.here(at, "longer", out) {
			v.SetString(v.String() + "x")
		}
	case reflect.Pointer:
		if m.here(at, "nil", out) {
			v.SetZero()
		} else if !v.IsNil() {
			m.value(v.Elem(), at, out)
		}
	case reflect.Interface:
		m.held(v, at, out)
	case reflect.Slice:
		m.slice(v, at, out)
	case reflect.Array:
		for i := range v.Len() {
			m.value(v.Index(i), fmt.Sprintf("%s[%d]", at, i), out)
		}
	case reflect.Map:
		m.entries(v, at, out)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			_, no, err := cache.LeftOut(f)
			if err != nil {
				panic(err)
			}
			m.value(settable(v.Field(i)), at+"."+f.Name, out || no)
		}
	}
}

// held changes what an interface without methods holds: its value, its type.
func (m *mutator) held(v reflect.Value, at string, out bool) {
	if v.NumMethod() > 0 || v.IsNil() {
		return
	}
	for _, other := range []any{int64(4), "3", true, int32(3)} {
		if m.here(at, fmt.Sprintf("%T", other), out) {
			v.Set(reflect.ValueOf(other))
		}
	}
	if m.here(at, "nil", out) {
		v.SetZero()
	}
}

func (m *mutator) slice(v reflect.Value, at string, out bool) {
	if v.IsNil() {
		return
	}
	for _, to := range []reflect.Value{reflect.Zero(v.Type()), v.Slice(0, 0), v.Slice(0, 1)} {
		if m.here(at, fmt.Sprintf("nil: %v, %d left", to.IsNil(), to.Len()), out) {
			v.Set(to)
			return
		}
	}
	for i := range v.Len() {
		m.value(v.Index(i), fmt.Sprintf("%s[%d]", at, i), out)
	}
}

// entries changes a map's one entry, and takes it away.
func (m *mutator) entries(v reflect.Value, at string, out bool) {
	if v.Len() == 0 {
		return
	}
	for _, to := range []reflect.Value{reflect.Zero(v.Type()), reflect.MakeMap(v.Type())} {
		if m.here(at, fmt.Sprintf("nil: %v, empty", to.IsNil()), out) {
			v.Set(to)
			return
		}
	}
	key := v.MapKeys()[0]
	k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	k.Set(key)
	e.Set(v.MapIndex(key))
	m.value(k, at+"'s key", out)
	m.value(e, at+"'s entry", out)
	if m.done {
		v.SetZero()
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(k, e)
	}
}
