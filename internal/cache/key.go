// Package cache keeps what is expensive to make: entries by the digest of
// everything they are made from, in a directory that several processes share.
//
// A key is the digest of a whole value (Kind), never of a list of its fields:
// a field that is added to a type is in the keys made from it. An entry carries
// the digest of its own bytes in its file's name (Store): a damaged one is a
// miss. The size of the directory is bounded (Trim); what a running process has
// used is never removed.
package cache

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// KeyTag is the struct tag that keeps a field out of keys. Its value is "-", a
// comma and the reason: `key:"-,where it lies changes nothing"`.
const KeyTag = "key"

// depthMost bounds how deep a value may be: a deeper one has a cycle.
const depthMost = 64

// Kind is one kind of entry: what its keys are made from is a T.
type Kind[T any] struct{ name string }

var kinds struct {
	sync.Mutex
	types map[string]reflect.Type
}

// NewKind names a kind of entry. It panics where T has a field that can't be in
// a key, where a field is left out without a reason, and for a name that is
// taken: all of them are mistakes of a programmer, found at start-up.
func NewKind[T any](name string) Kind[T] {
	t := reflect.TypeFor[T]()
	if err := checkType(t, t.String(), map[reflect.Type]bool{}); err != nil {
		panic(fmt.Sprintf("cache: kind %s: %v", name, err))
	}
	kinds.Lock()
	defer kinds.Unlock()
	if _, taken := kinds.types[name]; taken {
		panic(fmt.Sprintf("cache: kind %s: declared twice", name))
	}
	if kinds.types == nil {
		kinds.types = map[string]reflect.Type{}
	}
	kinds.types[name] = t
	return Kind[T]{name}
}

// Kinds are the types that keys of this program are made from, by the names of
// their kinds.
func Kinds() map[string]reflect.Type {
	kinds.Lock()
	defer kinds.Unlock()
	all := map[string]reflect.Type{}
	for name, t := range kinds.types {
		all[name] = t
	}
	return all
}

// Name is the kind's name, as Store takes it.
func (k Kind[T]) Name() string { return k.name }

// Key is the hex SHA-256 of the kind's name and of v, whole: of every field, of
// what pointers point to, of each element. nil differs from empty. It panics
// where v holds, in an interface, a value that can't be in a key.
func (k Kind[T]) Key(v T) string { return KeyOf(k.name, reflect.ValueOf(&v).Elem()) }

// KeyOf is Kind.Key for a value that reflection has made, which must be
// addressable where it holds unexported byte slices.
func KeyOf(kind string, v reflect.Value) string {
	h := sha256.New()
	w := bufio.NewWriter(h)
	e := encoder{w: w}
	e.text(kind)
	e.text(typeName(v.Type()))
	e.value(v, 0)
	w.Flush()
	return sum(h)
}

// SHA256 is the hex digest of b.
func SHA256(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// typeName tells types of one name in two packages apart.
func typeName(t reflect.Type) string { return t.PkgPath() + " " + t.String() }

// LeftOut says whether a field is kept out of keys, and why. An error means that
// its tag is neither absent nor "-" with a reason.
func LeftOut(f reflect.StructField) (reason string, out bool, err error) {
	tag, ok := f.Tag.Lookup(KeyTag)
	if !ok {
		return "", false, nil
	}
	mark, reason, _ := strings.Cut(tag, ",")
	if reason = strings.TrimSpace(reason); mark != "-" || reason == "" {
		return "", false, fmt.Errorf(`the tag key:%q is not "-" with a reason`, tag)
	}
	return reason, true, nil
}

// checkType finds what can't be in a key before there is a value.
func checkType(t reflect.Type, at string, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			_, out, err := LeftOut(f)
			if err != nil {
				return fmt.Errorf("%s.%s: %w", at, f.Name, err)
			}
			if out {
				continue
			}
			if err := checkType(f.Type, at+"."+f.Name, seen); err != nil {
				return err
			}
		}
		return nil
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return checkType(t.Elem(), at, seen)
	case reflect.Map:
		if err := checkType(t.Key(), at, seen); err != nil {
			return err
		}
		return checkType(t.Elem(), at, seen)
	case reflect.Interface:
		return nil // what it holds is told when it is there
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128, reflect.Invalid:
		return fmt.Errorf("%s: a %s can't be in a key", at, t)
	}
	return nil
}

// encoder writes values so that no two of one type share an encoding: each
// begins with its kind, and whatever has a length says it first.
type encoder struct {
	w interface {
		Write([]byte) (int, error)
		WriteByte(byte) error
		WriteString(string) (int, error)
	}
}

func (e *encoder) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	e.w.Write(b[:])
}

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.w.WriteString(s)
}

func (e *encoder) bool(b bool) {
	if b {
		e.w.WriteByte(1)
	} else {
		e.w.WriteByte(0)
	}
}

func (e *encoder) value(v reflect.Value, depth int) {
	if depth > depthMost {
		panic(fmt.Sprintf("cache: a %s is deeper than %d: it has a cycle", v.Type(), depthMost))
	}
	depth++
	e.w.WriteByte(byte(v.Kind()))
	switch v.Kind() {
	case reflect.Bool:
		e.bool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		e.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		e.number(math.Float64bits(v.Float()))
	case reflect.String:
		e.text(v.String())
	case reflect.Pointer:
		if e.bool(!v.IsNil()); !v.IsNil() {
			e.value(v.Elem(), depth)
		}
	case reflect.Interface:
		if e.bool(!v.IsNil()); !v.IsNil() {
			e.text(typeName(v.Elem().Type()))
			e.value(v.Elem(), depth)
		}
	case reflect.Slice:
		if e.bool(!v.IsNil()); v.IsNil() {
			return
		}
		e.elements(v, depth)
	case reflect.Array:
		e.elements(v, depth)
	case reflect.Map:
		e.entries(v, depth)
	case reflect.Struct:
		e.fields(v, depth)
	default:
		panic(fmt.Sprintf("cache: a %s can't be in a key", v.Type()))
	}
}

func (e *encoder) elements(v reflect.Value, depth int) {
	e.number(uint64(v.Len()))
	if v.Type().Elem().Kind() == reflect.Uint8 && (v.Kind() == reflect.Slice || v.CanAddr()) {
		e.w.Write(v.Bytes())
		return
	}
	for i := range v.Len() {
		e.value(v.Index(i), depth)
	}
}

// entries writes a map in the order of its keys' encodings.
func (e *encoder) entries(v reflect.Value, depth int) {
	if e.bool(!v.IsNil()); v.IsNil() {
		return
	}
	var all [][]byte
	for iter := v.MapRange(); iter.Next(); {
		var b bytes.Buffer
		one := encoder{w: &b}
		one.value(iter.Key(), depth)
		one.value(iter.Value(), depth)
		all = append(all, b.Bytes())
	}
	slices.SortFunc(all, bytes.Compare)
	e.number(uint64(len(all)))
	for _, b := range all {
		e.number(uint64(len(b)))
		e.w.Write(b)
	}
}

func (e *encoder) fields(v reflect.Value, depth int) {
	t := v.Type()
	e.text(typeName(t))
	for i := range t.NumField() {
		f := t.Field(i)
		_, out, err := LeftOut(f)
		if err != nil {
			panic(fmt.Sprintf("cache: %s.%s: %v", t, f.Name, err))
		}
		if out {
			continue
		}
		e.text(f.Name)
		e.value(v.Field(i), depth)
	}
	e.number(math.MaxUint64) // no name is so long: the fields end
}
