package profiles

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var optionPattern = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// Macro is one defined macro of a configuration.
type Macro struct {
	Name  string // with its prefix
	Value string // "" for one without a value
	By    string // who set it beyond the base: "config", "axis", "scenario NAME", "lab"; "" for the base
	At    string // FILE:LINE of the base that defines it; "" where By is not
	// Maybe: what the header's text doesn't tell decides whether it is defined,
	// or its value.
	Maybe  bool
	Params bool // it has parameters: Value is empty, its text stays the header's
}

// Settings is an ordered set of macros with their values: a configuration.
// Macros keep the place they were first set at. The zero value is empty.
type Settings struct {
	list    []Macro
	removed []Macro  // what was taken out, Value as it was, By who did it
	dialect *Dialect `key:"-,macros have their whole names"`
}

// Get returns the value of a macro (with or without its prefix) and whether it
// is defined.
func (s *Settings) Get(name string) (value string, defined bool) {
	if i := s.find(name); i >= 0 {
		return s.list[i].Value, true
	}
	return "", false
}

// List returns the macros in order. The caller may keep it.
func (s *Settings) List() []Macro { return append([]Macro(nil), s.list...) }

// Removed returns what was taken out of the base, in order of removal.
func (s *Settings) Removed() []Macro { return append([]Macro(nil), s.removed...) }

// Set defines a macro, or gives it another value, on behalf of by, and reports
// whether that changed anything.
func (s *Settings) Set(name, value, by string) bool {
	i := s.find(name)
	if i < 0 {
		s.list = append(s.list, Macro{Name: s.Dialect().Full(name), Value: value, By: by})
		return true
	}
	if m := s.list[i]; m.Value == value && !m.Maybe && !m.Params {
		return false
	}
	s.list[i] = Macro{Name: s.list[i].Name, Value: value, By: by}
	return true
}

// Unset takes a macro out on behalf of by, and reports whether it was there.
func (s *Settings) Unset(name, by string) bool {
	i := s.find(name)
	if i < 0 {
		return false
	}
	s.removed = append(s.removed, Macro{Name: s.list[i].Name, Value: s.list[i].Value, By: by})
	s.list = append(s.list[:i:i], s.list[i+1:]...)
	return true
}

// Clone returns a copy that shares nothing with s.
func (s *Settings) Clone() Settings {
	return Settings{s.List(), s.Removed(), s.dialect}
}

func (s *Settings) find(name string) int {
	full := s.Dialect().Full(name)
	for i, m := range s.list {
		if m.Name == full {
			return i
		}
	}
	return -1
}

// checkOption says what is wrong with an option's name.
func checkOption(names Speller, name string) error {
	if !optionPattern.MatchString(names.Short(name)) {
		return fmt.Errorf("option %q: not a macro's name (capitals, digits and _)", name)
	}
	return nil
}

// setting is a value from a data file: how a macro is to be defined, or that
// it is not to be.
type setting struct {
	defined bool
	value   string // "" for a macro without a value
}

// toSetting reads a value of `set`, `needs` or an axis: true and false for
// defined and undefined, an integer, or a string taken as it stands.
func toSetting(v any) (setting, error) {
	switch v := v.(type) {
	case bool:
		return setting{defined: v}, nil
	case int64:
		if v < math.MinInt32 || v > math.MaxUint32 {
			return setting{}, fmt.Errorf("%d: no 32-bit integer", v)
		}
		return setting{true, strconv.FormatInt(v, 10)}, nil
	case string:
		// The value becomes the rest of a #define line.
		if v == "" || strings.ContainsAny(v, "\n\r\\#") || strings.Contains(v, "/*") || strings.Contains(v, "//") {
			return setting{}, fmt.Errorf("%q: can't be a macro's value (empty, or with a line break, \\, # or a comment)", v)
		}
		return setting{true, strings.TrimSpace(v)}, nil
	}
	return setting{}, fmt.Errorf("%v: neither true, false, an integer nor a string", v)
}

// String is the setting as variant names and tables print it.
func (s setting) String() string {
	switch {
	case !s.defined:
		return "off"
	case s.value == "":
		return "on"
	}
	return s.value
}

// apply puts a setting into s and reports whether that changed anything. A
// macro that is to be defined without a value keeps the one it has.
func (s *Settings) apply(name string, v setting, by string) bool {
	if !v.defined {
		return s.Unset(name, by)
	}
	if i := s.find(name); i >= 0 && v.value == "" && !s.list[i].Maybe {
		return false
	}
	return s.Set(name, v.value, by)
}
