package options

import (
	"fmt"
	"maps"
	"slices"

	"tlslab/core"
)

// mendsMost bounds how many options go along with a change; the core has some
// 170 rules.
const mendsMost = 200

// Mend says what has to change beside the options that are fixed, so that no
// rule of the core is violated: what depends on something missing goes off;
// where that is fixed, what it needs goes on. macros is the configuration
// (name with MBEDTLS_ -> value). The error names the rule that nothing mends.
func (c *Catalogue) Mend(macros map[string]string, fixed map[string]bool) (on, off []string, err error) {
	now := maps.Clone(macros)
	fixed = maps.Clone(fixed)
	for range mendsMost {
		r := c.violated(now)
		if r == nil {
			return on, off, nil
		}
		name, set := c.mending(r, now, fixed)
		if name == "" {
			return nil, nil, fmt.Errorf("check_config.h:%d: %s", r.Line, r.Message)
		}
		fixed[name] = true // each once: no going round in circles
		if set {
			now[name] = c.options[name].Default
			on = append(on, name)
		} else {
			delete(now, name)
			off = append(off, name)
		}
	}
	return nil, nil, fmt.Errorf("check_config.h: more than %d options would have to go along", mendsMost)
}

func (c *Catalogue) violated(macros map[string]string) *core.Rule {
	for i := range c.rules {
		if bad, known := c.rules[i].Violated(macros); bad && known {
			return &c.rules[i]
		}
	}
	return nil
}

// mending is the option to turn so that a rule holds: off the first that asks
// for something; else on what by itself is enough; else on the first that is
// missing.
func (c *Catalogue) mending(r *core.Rule, macros map[string]string, fixed map[string]bool) (name string, on bool) {
	positive, negative := r.Names()
	for _, n := range positive {
		if _, has := macros[n]; has && !fixed[n] {
			return n, false
		}
	}
	first := ""
	for _, n := range negative {
		o, known := c.options[n]
		if _, has := macros[n]; has || fixed[n] || !known {
			continue
		}
		with := maps.Clone(macros)
		with[n] = o.Default
		if bad, _ := r.Violated(with); !bad {
			return n, true
		}
		if first == "" {
			first = n
		}
	}
	return first, true
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
