package sweep

import (
	"strconv"
	"strings"

	"tlslab/core/options"
	"tlslab/profiles"
)

// Flips are the variants of a configuration that turn one option each: on what
// is off, off what is on, a number to each of the values worth measuring. What
// the core's rules demand goes along. macros is what the configuration defines
// in the scenario it is for (name with MBEDTLS_ -> value). Options that can't
// be turned, or that the rules tie to what is fixed, are left out: refused has
// each with the reason, in the catalogue's order.
func Flips(base profiles.Variant, macros map[string]string, cat *options.Catalogue) (flips []profiles.Variant, refused []Refusal) {
	for _, o := range cat.Options() {
		if !o.Noted {
			continue
		}
		name := cat.Short(o.Name)
		if o.NoFlip != "" {
			refused = append(refused, Refusal{Option: name, Why: o.NoFlip})
			continue
		}
		for _, c := range changes(cat, o, macros) {
			with := map[string]string{}
			for k, v := range macros {
				with[k] = v
			}
			if delete(with, o.Name); c.On {
				with[o.Name] = c.Value
			}
			mended, err := cat.Mend(with, map[string]bool{o.Name: true})
			if err != nil {
				refused = append(refused, Refusal{name, strings.TrimPrefix(c.String(), name+"="), err.Error()})
				continue
			}
			flips = append(flips, base.Vary([]profiles.Change{c}, Along(cat, mended)))
		}
	}
	return flips, refused
}

// Refusal is an option that was not turned.
type Refusal struct {
	Option string // without MBEDTLS_
	Is     string // what it would have been: "on", "off", a value; "" for anything
	Why    string
}

// changes are what an option can be turned to.
func changes(cat *options.Catalogue, o options.Option, macros map[string]string) []profiles.Change {
	name := cat.Short(o.Name)
	now, on := macros[o.Name]
	switch o.Kind {
	case options.Flag:
		return []profiles.Change{{Option: name, On: !on}}
	case options.Number:
		if !on {
			now = o.Default
		}
		var out []profiles.Change
		for _, v := range o.Try {
			if text := strconv.FormatInt(v, 10); text != now {
				out = append(out, profiles.Change{Option: name, On: true, Value: text})
			}
		}
		return out
	}
	return nil
}

// Along are the changes that a catalogue's Mend makes.
func Along(cat *options.Catalogue, m *options.Mended) []profiles.Change {
	var out []profiles.Change
	for _, n := range m.On {
		out = append(out, profiles.Change{Option: cat.Short(n), On: true})
	}
	for _, r := range m.Raised {
		out = append(out, profiles.Change{Option: cat.Short(r.Name), On: true, Value: strconv.FormatInt(r.Value, 10)})
	}
	for _, n := range m.Off {
		out = append(out, profiles.Change{Option: cat.Short(n)})
	}
	return out
}
