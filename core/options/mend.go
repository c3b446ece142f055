package options

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Mended is what has to change beside what is fixed: options by name with
// their prefix, in the order of mending.
type Mended struct {
	On, Off []string
	Raised  []Raised
}

// Raised is a number and what it has to be at least.
type Raised struct {
	Name  string // with its prefix
	Value int64
}

// LeastError says that two options that are fixed do not go together.
type LeastError struct {
	Number string // the option whose value is too small, with its prefix
	Least  int64
	With   string // the option that is on
}

func (e *LeastError) Error() string {
	return fmt.Sprintf("%s has to be at least %d with %s; fixed: both", e.Number, e.Least, e.With)
}

// Mend says what has to change beside the options that are fixed, so that no
// rule of the core is violated: what depends on something missing goes off;
// where that is fixed, what it needs goes on (Library.Mend). A number too small for
// what is on is raised; where it is fixed, what does not fit goes off. macros is
// the configuration (name with its prefix -> value). The error is
// the library's, which names the rule, or a *LeastError.
func (c *Catalogue) Mend(macros map[string]string, fixed map[string]bool) (*Mended, error) {
	out := new(Mended)
	macros, fixed = maps.Clone(macros), maps.Clone(fixed)
	if macros == nil {
		macros = map[string]string{}
	}
	if fixed == nil {
		fixed = map[string]bool{}
	}
	// What goes off for a number can have rules violated, and what these put on
	// can need a greater number. Nothing changes twice, so it ends.
	for {
		if err := c.fit(out, macros, fixed); err != nil {
			return nil, err
		}
		on, off, err := c.Library.Mend(c.rules, macros, func(name string, on bool) bool {
			_, known := c.options[name]
			return !fixed[name] && (known || !on)
		})
		if err != nil {
			return nil, err
		}
		for _, n := range on {
			macros[n], fixed[n] = "", true
		}
		for _, n := range off {
			delete(macros, n)
			fixed[n] = true
		}
		out.On, out.Off = append(out.On, on...), append(out.Off, off...)
		if len(on) == 0 {
			return out, nil
		}
	}
}

// fit has every number be at least what the options that are on need.
func (c *Catalogue) fit(out *Mended, macros map[string]string, fixed map[string]bool) error {
	for _, o := range c.Options() {
		value, err := number(macros[o.Name])
		if err != nil || len(o.Least) == 0 {
			continue // not set: the core fits it
		}
		least := value
		for _, short := range slices.Sorted(maps.Keys(o.Least)) {
			name := c.Full(short)
			if _, on := macros[name]; !on || o.Least[short] <= value {
				continue
			}
			switch {
			case !fixed[o.Name]:
				least = max(least, o.Least[short])
			case fixed[name]:
				return &LeastError{o.Name, o.Least[short], name}
			default:
				delete(macros, name)
				fixed[name] = true
				out.Off = append(out.Off, name)
			}
		}
		if least > value {
			macros[o.Name], fixed[o.Name] = strconv.FormatInt(least, 10), true
			out.Raised = append(out.Raised, Raised{o.Name, least})
		}
	}
	return nil
}

// Check says what is wrong with a setting, "on", "off" or a value: an option
// that the core does not have, a number out of its range. A number may be off,
// which leaves the core's default, and on, which keeps the value it has.
func (c *Catalogue) Check(name, value string) error {
	o, err := c.Find(name)
	if err != nil {
		return err
	}
	if o.Kind != Number || o.Min == 0 && o.Max == 0 || value == "on" || value == "off" {
		return nil
	}
	if n, err := number(value); err != nil || n < o.Min || n > o.Max {
		return fmt.Errorf("option %s: %q: not an integer in %d..%d", name, value, o.Min, o.Max)
	}
	return nil
}

// number reads an integer as C does.
func number(value string) (int64, error) {
	return strconv.ParseInt(strings.TrimRight(value, "uUlL"), 0, 64)
}
