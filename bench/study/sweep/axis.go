// Package sweep lays out the points of a configuration space: the axes, their
// full product or one axis at a time, or a shard of either. It also puts the
// results of shards together again. It runs nothing.
package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tlslab/profiles"
)

// Axis is one option and what it is to be, in order.
type Axis struct {
	Option  string // without MBEDTLS_
	Changes []profiles.Change
}

// valuesMost bounds one axis: no option of Mbed TLS has so many values worth
// telling apart, so more is a slip.
const valuesMost = 256

// ParseAxis reads NAME=VALUES: "ECP_WINDOW_SIZE=2..7", "MPI_MAX_SIZE=256,512",
// "SSL_IN_CONTENT_LEN=1024..4096+512" (in steps), "AES_ROM_TABLES=on,off".
func ParseAxis(names profiles.Speller, text string) (Axis, error) {
	name, values, ok := strings.Cut(text, "=")
	if !ok || values == "" {
		return Axis{}, fmt.Errorf("axis %q: not NAME=VALUES (ECP_WINDOW_SIZE=2..7, AES_ROM_TABLES=on,off)", text)
	}
	var list []any
	for _, part := range strings.Split(values, ",") {
		more, err := parseValues(part)
		if err != nil {
			return Axis{}, fmt.Errorf("axis %s: %w", name, err)
		}
		if list = append(list, more...); len(list) > valuesMost {
			return Axis{}, fmt.Errorf("axis %s: more than %d values", name, valuesMost)
		}
	}
	return NewAxis(names, name, list)
}

// NewAxis is an axis of values as profiles spell them.
func NewAxis(names profiles.Speller, option string, values []any) (Axis, error) {
	a := Axis{Option: names.Short(option)}
	seen := map[string]bool{}
	for _, v := range values {
		c, err := profiles.ToChange(names, option, v)
		if err != nil {
			return a, fmt.Errorf("axis %s: %w", a.Option, err)
		}
		if seen[c.String()] {
			return a, fmt.Errorf("axis %s: %s is there twice", a.Option, c)
		}
		seen[c.String()] = true
		a.Changes = append(a.Changes, c)
	}
	if len(a.Changes) == 0 {
		return a, fmt.Errorf("axis %s: has no values", a.Option)
	}
	return a, nil
}

// parseValues reads one of an axis's values, or a range of them.
func parseValues(text string) ([]any, error) {
	switch text {
	case "on":
		return []any{true}, nil
	case "off":
		return []any{false}, nil
	}
	from, rest, ranged := strings.Cut(text, "..")
	first, err := strconv.ParseInt(from, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("%q: neither on, off, a number nor a range (2..7, 1024..4096+512)", text)
	}
	if !ranged {
		return []any{first}, nil
	}
	to, by, stepped := strings.Cut(rest, "+")
	last, err := strconv.ParseInt(to, 10, 32)
	step := int64(1)
	if err == nil && stepped {
		step, err = strconv.ParseInt(by, 10, 32)
	}
	if err != nil || last < first || step < 1 {
		return nil, fmt.Errorf("%q: not a range: FROM..TO or FROM..TO+STEP, rising", text)
	}
	if (last-first)/step >= valuesMost {
		return nil, fmt.Errorf("%q: more than %d values", text, valuesMost)
	}
	var out []any
	for v := first; v <= last; v += step {
		out = append(out, v)
	}
	return out, nil
}

// pointsMost bounds a sweep: at a point a second, a day and more.
const pointsMost = 100_000

// Product is the base and every combination of the axes' values, the last axis
// fastest. A combination that is the base itself is left out: the base is it.
func Product(base profiles.Variant, axes []Axis) ([]profiles.Variant, error) {
	n := 1
	for _, a := range axes {
		if n *= len(a.Changes); n > pointsMost {
			return nil, fmt.Errorf("sweep: more than %d points", pointsMost)
		}
	}
	out := []profiles.Variant{telling(base, axes)}
	changes := make([]profiles.Change, len(axes))
	var fill func(int)
	fill = func(i int) {
		if i == len(axes) {
			v := base.Vary(changes, nil)
			if v.SameAsBase {
				out[0].Decided = v.Decided // the base is this point
				return
			}
			out = append(out, v)
			return
		}
		for _, c := range axes[i].Changes {
			changes[i] = c
			fill(i + 1)
		}
	}
	if len(axes) > 0 {
		fill(0)
	}
	return out, nil
}

// telling is a base that tells where it is on the axes. Of a number that its
// header leaves to the library it does not.
func telling(base profiles.Variant, axes []Axis) profiles.Variant {
	base.Swept = map[string]string{}
	for _, a := range axes {
		value, defined := base.Settings.Get(a.Option)
		switch {
		case defined && value != "":
			base.Swept[a.Option] = value
		case defined:
			base.Swept[a.Option] = "on"
		case !slices.ContainsFunc(a.Changes, func(c profiles.Change) bool { return c.Value != "" }):
			base.Swept[a.Option] = "off"
		}
	}
	return base
}

// OneAtATime is the base and every value of every axis alone.
func OneAtATime(base profiles.Variant, axes []Axis) []profiles.Variant {
	out := []profiles.Variant{telling(base, axes)}
	for _, a := range axes {
		for _, c := range a.Changes {
			out = append(out, base.Vary([]profiles.Change{c}, nil))
		}
	}
	return out
}
