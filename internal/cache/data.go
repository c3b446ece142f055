package cache

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Blobs are the long byte strings that JSON names by their SHA-256.
type Blobs map[string][]byte

// blobBytes is the length from which a byte string is a blob. A digest in place of a
// shorter one saves nothing.
const blobBytes = 256

// Encode writes a value as canonical JSON: everything that Key makes a key of, including
// unexported fields, and nothing that is kept out of keys. Equal values give equal bytes.
// Long byte strings are returned as blobs. What JSON cannot hold exactly is an error: text
// that is not UTF-8, a number that is not finite, a map whose keys are not strings.
func Encode(v any) ([]byte, Blobs, error) {
	if v == nil {
		return nil, nil, errors.New("cache: nil can't be data")
	}
	w := dataWriter{blobs: Blobs{}}
	tree, err := w.tree(reflect.ValueOf(v), 0)
	if err != nil {
		return nil, nil, fmt.Errorf("cache: %T as data: %w", v, err)
	}
	data, err := json.Marshal(tree)
	return data, w.blobs, err
}

// Decode reads what Encode wrote into the value that v points to, which then has the same
// key as the encoded value. A missing field, a field that the type does not have, and a
// blob that does not match its digest are errors.
func Decode(data []byte, blobs Blobs, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return fmt.Errorf("cache: data: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("cache: data: has more after its end")
	}
	to := reflect.ValueOf(v).Elem()
	if err := (&dataReader{blobs}).value(to, tree, 0); err != nil {
		return fmt.Errorf("cache: data: %s: %w", to.Type(), err)
	}
	return nil
}

type dataWriter struct{ blobs Blobs }

type dataReader struct{ blobs Blobs }

// tomlTypes are the types that a value in an interface may have: those of a TOML file.
var tomlTypes = map[string]reflect.Type{}

func init() {
	for _, v := range []any{false, 0, int32(0), int64(0), float64(0), "", []any{}, map[string]any{}} {
		tomlTypes[reflect.TypeOf(v).String()] = reflect.TypeOf(v)
	}
}

// nilable reports whether a kind has the value nil.
func nilable(k reflect.Kind) bool {
	return k == reflect.Pointer || k == reflect.Interface || k == reflect.Slice || k == reflect.Map
}

func isBytes(t reflect.Type) bool { return t.Elem().Kind() == reflect.Uint8 }

// tree converts a value into maps, slices and scalars, which encoding/json writes
// canonically.
func (w *dataWriter) tree(v reflect.Value, depth int) (any, error) {
	if depth > depthMost {
		return nil, fmt.Errorf("a %s is deeper than %d: it has a cycle", v.Type(), depthMost)
	}
	depth++
	if nilable(v.Kind()) && v.IsNil() {
		return nil, nil
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return json.Number(strconv.FormatInt(v.Int(), 10)), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return json.Number(strconv.FormatUint(v.Uint(), 10)), nil
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, fmt.Errorf("%v is not finite", f)
		}
		return json.Number(strconv.FormatFloat(v.Float(), 'g', -1, 64)), nil
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return nil, fmt.Errorf("%q is not UTF-8", v.String())
		}
		return v.String(), nil
	case reflect.Pointer:
		if nilable(v.Type().Elem().Kind()) {
			return nil, fmt.Errorf("a %s can't be told from one to nil", v.Type())
		}
		return w.tree(v.Elem(), depth)
	case reflect.Interface:
		name := v.Elem().Type().String()
		if tomlTypes[name] != v.Elem().Type() {
			return nil, fmt.Errorf("a %s in an interface", name)
		}
		of, err := w.tree(v.Elem(), depth)
		return map[string]any{"type": name, "value": of}, err
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && isBytes(v.Type()) {
			return w.bytes(v.Bytes()), nil
		}
		all := make([]any, v.Len())
		for i := range all {
			var err error
			if all[i], err = w.tree(v.Index(i), depth); err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
		}
		return all, nil
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return nil, fmt.Errorf("a %s", v.Type())
		}
		all := map[string]any{}
		for iter := v.MapRange(); iter.Next(); {
			name, err := w.tree(iter.Key(), depth)
			if err == nil {
				all[iter.Key().String()], err = w.tree(iter.Value(), depth)
			}
			if err != nil {
				return nil, fmt.Errorf("%v: %w", name, err)
			}
		}
		return all, nil
	case reflect.Struct:
		all := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			_, out, err := LeftOut(f)
			if err == nil && !out {
				all[f.Name], err = w.tree(v.Field(i), depth)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
		}
		return all, nil
	}
	return nil, fmt.Errorf("a %s", v.Type())
}

// bytes returns a byte string itself, or the digest of its blob.
func (w *dataWriter) bytes(b []byte) any {
	if len(b) < blobBytes {
		return base64.StdEncoding.EncodeToString(b)
	}
	digest := SHA256(b)
	w.blobs[digest] = b
	return map[string]any{"sha256": digest}
}

// unlike is the error for a tree that is not of a type.
func unlike(t reflect.Type, tree any) error { return fmt.Errorf("a %T for a %s", tree, t) }

// value sets a value from the tree of one of its type.
func (r *dataReader) value(to reflect.Value, tree any, depth int) error {
	if depth > depthMost {
		return fmt.Errorf("deeper than %d", depthMost)
	}
	depth++
	t := to.Type()
	if nilable(t.Kind()) && tree == nil {
		to.SetZero()
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(t.Elem()))
		return r.value(to.Elem(), tree, depth)
	case reflect.Interface:
		return r.held(to, tree, depth)
	case reflect.Slice, reflect.Array:
		return r.elements(to, tree, depth)
	case reflect.Map, reflect.Struct:
		all, ok := tree.(map[string]any)
		if !ok {
			return unlike(t, tree)
		}
		if t.Kind() == reflect.Struct {
			return r.fields(to, all, depth)
		}
		to.Set(reflect.MakeMap(t))
		for name, of := range all {
			key, v := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			key.SetString(name)
			if err := r.value(v, of, depth); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			to.SetMapIndex(key, v)
		}
		return nil
	}
	return scalar(to, tree)
}

func scalar(to reflect.Value, tree any) (err error) {
	number, isNumber := tree.(json.Number)
	text, isText := tree.(string)
	truth, isBool := tree.(bool)
	t := to.Type()
	switch k := t.Kind(); {
	case k == reflect.Bool && isBool:
		to.SetBool(truth)
	case k == reflect.String && isText:
		to.SetString(text)
	case to.CanInt() && isNumber:
		var n int64
		n, err = strconv.ParseInt(number.String(), 10, t.Bits())
		to.SetInt(n)
	case to.CanUint() && isNumber:
		var n uint64
		n, err = strconv.ParseUint(number.String(), 10, t.Bits())
		to.SetUint(n)
	case to.CanFloat() && isNumber:
		var n float64
		n, err = strconv.ParseFloat(number.String(), t.Bits())
		to.SetFloat(n)
	default:
		return unlike(t, tree)
	}
	return err
}

func (r *dataReader) held(to reflect.Value, tree any, depth int) error {
	all, ok := tree.(map[string]any)
	if !ok || len(all) != 2 {
		return unlike(to.Type(), tree)
	}
	name, _ := all["type"].(string)
	t := tomlTypes[name]
	if t == nil || !t.AssignableTo(to.Type()) {
		return fmt.Errorf("a %q in an interface", name)
	}
	v := reflect.New(t).Elem()
	if err := r.value(v, all["value"], depth); err != nil {
		return err
	}
	to.Set(v)
	return nil
}

func (r *dataReader) elements(to reflect.Value, tree any, depth int) error {
	t := to.Type()
	if t.Kind() == reflect.Slice && isBytes(t) {
		b, err := r.bytes(tree)
		to.SetBytes(b)
		return err
	}
	all, ok := tree.([]any)
	if !ok || t.Kind() == reflect.Array && len(all) != t.Len() {
		return unlike(t, tree)
	}
	if t.Kind() == reflect.Slice {
		to.Set(reflect.MakeSlice(t, 0, 0))
	}
	for i, of := range all {
		if t.Kind() == reflect.Slice { // not all at once: a byte of JSON may ask for a large element
			to.Set(reflect.Append(to, reflect.Zero(t.Elem())))
		}
		if err := r.value(to.Index(i), of, depth); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

func (r *dataReader) bytes(tree any) ([]byte, error) {
	switch is := tree.(type) {
	case string:
		return base64.StdEncoding.Strict().DecodeString(is)
	case map[string]any:
		digest, _ := is["sha256"].(string)
		b, there := r.blobs[digest]
		if len(is) != 1 || !there {
			return nil, fmt.Errorf("the blob %.12q is missing", digest)
		}
		if SHA256(b) != digest {
			return nil, fmt.Errorf("the blob %.12s does not match its digest", digest)
		}
		return bytes.Clone(b), nil
	}
	return nil, unlike(reflect.TypeFor[[]byte](), tree)
}

func (r *dataReader) fields(to reflect.Value, all map[string]any, depth int) error {
	known := 0
	for i := range to.NumField() {
		f := to.Type().Field(i)
		_, out, err := LeftOut(f)
		if err != nil || out {
			continue // a key of the type would have found a bad tag
		}
		of, there := all[f.Name]
		if !there {
			return fmt.Errorf("%s: missing", f.Name)
		}
		known++
		// Unexported fields are part of a key, and so of the data.
		field := reflect.NewAt(f.Type, unsafe.Pointer(to.Field(i).UnsafeAddr())).Elem()
		if err := r.value(field, of, depth); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if known != len(all) {
		return fmt.Errorf("has %d fields, %s has %d", len(all), to.Type(), known)
	}
	return nil
}
