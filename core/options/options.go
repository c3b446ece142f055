// Package options is the catalogue of a core's build-time options: what each
// one is according to the core's own header, what the RT-Thread manual advises,
// how it affects security, and which options a lab may change. The rules by
// which one option needs another are the core's own, never copied. Libraries
// make catalogues; this package does not know which.
package options

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	Name     string // with the library's prefix
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
	// of a scenario's file that show how much is needed; "" if it is no bound.
	Bounds string `toml:"bounds"`
	// Least is what a number has to be at least, by the option that needs it
	// (without its prefix) where that is on.
	Least  map[string]int64 `toml:"least"`
	NoFlip string           `toml:"no_flip"` // why a lab can't turn it alone; "" where it can
}

// Catalogue is the options of one core.
type Catalogue struct {
	Version string // the core's
	Library
	options map[string]Option
	rules   []Rule
}

// Library is what a TLS library says of its options.
type Library struct {
	Title  string // "Mbed TLS"
	Prefix string // that options' names begin with: "MBEDTLS_"
	// Missing are the options of our data that the core does not have, sorted.
	Missing []string
	// Releases say which releases have an option, in words, by its name.
	Releases map[string]string
	// Mend finds which options must go on and off beyond those of a configuration
	// so that it violates none of the rules. may tells which options may change
	// which way.
	Mend func(rules []Rule, macros map[string]string, may func(name string, on bool) bool) (on, off []string, err error)
}

// Rule is one condition under which a library refuses a configuration.
type Rule interface {
	// At is where the library says it, its message there: "check_config.h:67".
	At() string
	Message() string
	// Condition is when the rule is violated, in C without defined():
	// "A && !(B || C)", with prefixes.
	Condition() string
	// Mentions tells whether the condition or the message names a macro.
	Mentions(name string) bool
	// Violated tells whether a configuration that defines macros ("" for no value)
	// and no other of the library's violates the rule. known is false where the
	// compiler's own macros decide. It is safe for concurrent use.
	Violated(macros map[string]string) (violated, known bool)
}

// New is the catalogue of a core at a version.
func New(version string, l Library, all []Option, rules []Rule) *Catalogue {
	c := &Catalogue{Version: version, Library: l, options: map[string]Option{}, rules: rules}
	for _, o := range all {
		c.options[o.Name] = o
	}
	return c
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
	Title, Option, Version string
	Known                  string // the releases that have it: "2.16.0 to 2.28.10"; "" where none is known to
	near                   []string
}

func (e *UnknownOptionError) Error() string {
	s := fmt.Sprintf("option %s: %s %s does not have it", e.Option, e.Title, e.Version)
	if e.Known != "" {
		return s + "; " + e.Known + " do"
	}
	if len(e.near) > 0 {
		s += "; did you mean " + strings.Join(e.near, " or ") + "?"
	}
	return s
}

// Full is an option's name with the library's prefix, Short without it.
func (c *Catalogue) Full(name string) string { return c.Prefix + c.Short(name) }

// Short is an option's name without the library's prefix.
func (c *Catalogue) Short(name string) string { return strings.TrimPrefix(name, c.Prefix) }

// Find is an option by its name, with or without its prefix; an
// *UnknownOptionError where the core has none such.
func (c *Catalogue) Find(name string) (Option, error) {
	short := c.Short(name)
	if o, ok := c.options[c.Full(name)]; ok {
		return o, nil
	}
	var names []string
	for n := range c.options {
		names = append(names, c.Short(n))
	}
	slices.Sort(names)
	return Option{}, &UnknownOptionError{c.Title, short, c.Version, c.ReleasesWith(name), strict.Nearest(short, names)}
}

// Rules are the core's rules that mention an option.
func (c *Catalogue) Rules(name string) []Rule {
	full := c.Full(name)
	return slices.DeleteFunc(slices.Clone(c.rules), func(r Rule) bool { return !r.Mentions(full) })
}

// With is the catalogue with other rules: the core's own and more of the same
// reading (core.Parts).
func (c *Catalogue) With(rules []Rule) *Catalogue {
	some := *c
	some.rules = rules
	return &some
}

// ReleasesWith says which releases of the library have an option, in words; ""
// where none is known to.
func (c *Catalogue) ReleasesWith(name string) string { return c.Library.Releases[c.Full(name)] }

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

// Named are the options, whether the core has them or not, that a text names.
func (c *Catalogue) Named(text string) []string {
	return regexp.MustCompile(regexp.QuoteMeta(c.Prefix)+`[A-Z0-9_]+`).FindAllString(text, -1)
}
