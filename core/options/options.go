// Package options is the catalogue of a core's build-time options: what each is
// by the core's own header, what the RT-Thread manual advises about it, what
// security hangs on it, and which of it a lab may turn. The rules by which one
// option needs another are the core's own (check_config.h), never copied.
package options

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/core"
	"tlslab/internal/strict"
)

// Kind is what an option may be.
type Kind string

const (
	Flag   Kind = "flag"   // defined or not
	Number Kind = "number" // has an integer
	Other  Kind = "other"  // has another value: a list, a name
)

// Option is one macro of the core's configuration header.
type Option struct {
	Name     string // with MBEDTLS_
	Kind     Kind
	On       bool   // defined in the header as it comes
	Default  string // its value there, also where it is commented out
	Says     string // the header's own first sentence
	Requires string // the header's own "Requires:"
	Note            // what our data has on it, zero where nothing
	Noted    bool   // it has
}

// Note is our data on an option.
type Note struct {
	Table     string  `toml:"table"`      // of the manual, "6.4.3"; "" where it has none
	Buys      string  `toml:"buys"`       // what it is and what leaving it out, or lowering it, saves
	Advice    string  `toml:"advice"`     // the manual's
	Weakens   string  `toml:"weakens"`    // security lost by leaving it out or lowering it; "" for none
	With      string  `toml:"with"`       // the option without which Weakens is nothing to anybody; "" for always
	Or        string  `toml:"or"`         // the option that does as well
	WeakensOn string  `toml:"weakens_on"` // security lost by having it or raising it
	Min       int64   `toml:"min"`        // of a number; both 0 where unbounded
	Max       int64   `toml:"max"`
	Try       []int64 `toml:"try"` // values worth measuring
	// Bounds says what a number keeps a peer from: what is bounded, then the keys
	// of a scenario's file that show how much is needed; "" where it is no bound.
	Bounds string `toml:"bounds"`
	// Least is what a number has to be at least, by the option that needs it
	// (without MBEDTLS_) where that is on.
	Least  map[string]int64 `toml:"least"`
	NoFlip string           `toml:"no_flip"` // why a lab can't turn it alone; "" where it can
}

// Catalogue is the options of one core.
type Catalogue struct {
	Version string // the core's
	options map[string]Option
	rules   []core.Rule
	missing []string // noted options this core does not have
}

// Load reads the catalogue of a core.
func Load(src *core.Source) (*Catalogue, error) {
	notes, err := loadNotes()
	if err != nil {
		return nil, err
	}
	_, data, err := src.Header()
	if err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	c := &Catalogue{Version: src.Version, options: map[string]Option{}}
	for _, o := range parseHeader(data) {
		o.Note, o.Noted = notes[o.Name]
		c.options[o.Name] = o
	}
	for name := range notes {
		if _, ok := c.options[name]; !ok {
			c.missing = append(c.missing, name)
		}
	}
	slices.Sort(c.missing)
	c.rules, err = src.Rules()
	return c, err
}

// Options lists every macro of the core's header by name.
func (c *Catalogue) Options() []Option {
	var out []Option
	for _, o := range c.options {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Option) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// UnknownOptionError is an option that the core does not have.
type UnknownOptionError struct {
	Option, Version string
	Known           string // the releases that have it: "2.16.0 to 2.28.10"; "" where none is known to
	near            []string
}

func (e *UnknownOptionError) Error() string {
	s := fmt.Sprintf("option %s: Mbed TLS %s does not have it", e.Option, e.Version)
	if e.Known != "" {
		return s + "; " + e.Known + " do"
	}
	if len(e.near) > 0 {
		s += "; did you mean " + strings.Join(e.near, " or ") + "?"
	}
	return s
}

// Find is an option by its name, with or without MBEDTLS_; an
// *UnknownOptionError where the core has none such.
func (c *Catalogue) Find(name string) (Option, error) {
	short := strings.TrimPrefix(name, "MBEDTLS_")
	if o, ok := c.options["MBEDTLS_"+short]; ok {
		return o, nil
	}
	var names []string
	for n := range c.options {
		names = append(names, strings.TrimPrefix(n, "MBEDTLS_"))
	}
	slices.Sort(names)
	return Option{}, &UnknownOptionError{short, c.Version, releases()["MBEDTLS_"+short], strict.Nearest(short, names)}
}

// Missing are the options of our data that this core does not have, by name.
func (c *Catalogue) Missing() []string { return slices.Clone(c.missing) }

// Rules are the core's rules that mention an option.
func (c *Catalogue) Rules(name string) []core.Rule {
	full := "MBEDTLS_" + strings.TrimPrefix(name, "MBEDTLS_")
	return slices.DeleteFunc(slices.Clone(c.rules), func(r core.Rule) bool { return !r.Mentions(full) })
}

// With is the catalogue with other rules: the core's own and more of the same
// reading (core.Parts).
func (c *Catalogue) With(rules []core.Rule) *Catalogue {
	some := *c
	some.rules = rules
	return &some
}

// Releases says which releases of Mbed TLS have an option, in words; "" where
// none is known to.
func (c *Catalogue) Releases(name string) string {
	return releases()["MBEDTLS_"+strings.TrimPrefix(name, "MBEDTLS_")]
}

// Only is the catalogue with our data on the named options alone: the others
// are there, not noted. No names leave all.
func (c *Catalogue) Only(names []string) (*Catalogue, error) {
	if len(names) == 0 {
		return c, nil
	}
	some := *c
	some.options = map[string]Option{}
	for name, o := range c.options {
		o.Noted = false
		some.options[name] = o
	}
	for _, name := range names {
		o, err := c.Find(name)
		if err != nil {
			return nil, err
		}
		some.options[o.Name] = o
	}
	return &some, nil
}
