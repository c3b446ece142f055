package options

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tlslab/core"
)

// Mend says what has to change beside the options that are fixed, so that no
// rule of the core is violated: what depends on something missing goes off;
// where that is fixed, what it needs goes on (core.Mend). macros is the
// configuration (name with MBEDTLS_ -> value). The error is a *core.MendError.
func (c *Catalogue) Mend(macros map[string]string, fixed map[string]bool) (on, off []string, err error) {
	return core.Mend(c.rules, macros, func(name string, on bool) bool {
		_, known := c.options[name]
		return !fixed[name] && (known || !on)
	})
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

// sortedNotes keeps errors in one order.
func sortedNotes(m map[string]Note) []string { return slices.Sorted(maps.Keys(m)) }
