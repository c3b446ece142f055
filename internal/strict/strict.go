// Package strict decodes TOML data files so that nothing in them is ignored: an
// unknown key is an error with file, line and the nearest known key. It also
// finds the line of a key, for range checks, and the nearest of a set of names,
// for an unknown name. It does not know what a file means.
package strict

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Unmarshal decodes data, the bytes of file, into v. Every key of the file
// that v has no field for is an error of the form
//
//	FILE:LINE: key "x" is not known (did you mean "y"?)
//
// one line for each; a syntax error or a value of the wrong type reads
// FILE:LINE: message.
func Unmarshal(file string, data []byte, v any) error {
	err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(v)
	if err == nil {
		return nil
	}
	var missing *toml.StrictMissingError
	if errors.As(err, &missing) {
		var all []error
		for i := range missing.Errors {
			all = append(all, unknownKey(file, &missing.Errors[i], reflect.TypeOf(v)))
		}
		return errors.Join(all...)
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, _ := bad.Position()
		what := strings.TrimPrefix(bad.Error(), "toml: ")
		if key := bad.Key(); len(key) > 0 {
			what = strings.Join(key, ".") + ": " + what
		}
		return fmt.Errorf("%s:%d: %s", file, line, what)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// unknownKey words the error of one unknown key of a value of type t.
func unknownKey(file string, e *toml.DecodeError, t reflect.Type) error {
	line, _ := e.Position()
	path := e.Key()
	word := path[len(path)-1]
	hint := ""
	if near := Nearest(word, keysAt(t, path[:len(path)-1])); len(near) > 0 {
		hint = fmt.Sprintf(" (did you mean %q?)", near[0])
	}
	return fmt.Errorf("%s:%d: key %q is not known%s", file, line, word, hint)
}

// keysAt lists the keys a table at path may hold, by the struct tags of t.
func keysAt(t reflect.Type, path []string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		if len(path) > 0 && name == path[0] {
			return keysAt(f.Type, path[1:])
		}
		keys = append(keys, name)
	}
	if len(path) > 0 {
		return nil
	}
	return keys
}
