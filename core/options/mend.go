package options

import (
	"fmt"
	"maps"
	"slices"

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

// Check says what is wrong with a setting: an option that the core does not
// have, a number out of its range.
func (c *Catalogue) Check(name, value string) error {
	o, err := c.Find(name)
	if err != nil {
		return err
	}
	var n int64
	if o.Kind != Number || o.Min == 0 && o.Max == 0 {
		return nil
	}
	if _, err := fmt.Sscan(value, &n); err != nil || n < o.Min || n > o.Max {
		return fmt.Errorf("option %s: %q: not in %d..%d", name, value, o.Min, o.Max)
	}
	return nil
}

// sortedNotes keeps errors in one order.
func sortedNotes(m map[string]Note) []string { return slices.Sorted(maps.Keys(m)) }
