package profiles

import (
	"fmt"
	"sort"

	"tlslab/profiles/strict"
)

// Variant is one configuration to measure: a config of the profile, or one
// with one option changed.
type Variant struct {
	Name     string   // "rtthread-optimised" or "rtthread-optimised/MPI_WINDOW_SIZE=3"
	Base     string   // the config's name
	Option   string   // the option changed, without MBEDTLS_; "" for the config itself
	Value    string   // its value, "on" or "off" for defined and undefined without a value
	Settings Settings // what the header defines before a scenario adds its needs
	// SameAsBase: the config has this value itself, so the headers are equal
	// byte for byte and one run serves both.
	SameAsBase bool

	header []byte // the user's own header, nil for a base list
}

// Expand returns the configs of the profile in order, each followed by its
// one-at-a-time variations, axis by axis.
func (p *Profile) Expand() ([]Variant, error) {
	var all []Variant
	for i := range p.Configs {
		c := &p.Configs[i]
		v, err := p.base(i)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
		for a := range p.Axes {
			axis := &p.Axes[a]
			if axis.Config != c.Name {
				continue
			}
			for k, value := range axis.Values {
				set, err := toSetting(value)
				if err != nil {
					return nil, p.errorf(fmt.Sprintf("axis[%d].values", a), "value %d: %w", k+1, err)
				}
				w := Variant{
					Base:     c.Name,
					Option:   Short(axis.Option),
					Value:    set.String(),
					Settings: v.Settings.Clone(),
					header:   v.header,
				}
				w.Name = w.Base + "/" + w.Option + "=" + w.Value
				w.SameAsBase = !w.Settings.apply(w.Option, set, "axis")
				all = append(all, w)
			}
		}
	}
	return all, nil
}

// base is a config itself: its list or header with set and unset applied.
func (p *Profile) base(i int) (Variant, error) {
	c := &p.Configs[i]
	v := Variant{Name: c.Name, Base: c.Name}
	if c.Header != "" {
		v.header = p.header[c.Header]
		v.Settings.list = append(v.Settings.list, macroList(v.header)...)
	} else {
		v.Settings.list = append(v.Settings.list, p.lists[c.Base]...)
	}
	for _, name := range sortedKeys(c.Set) {
		set, err := toSetting(c.Set[name])
		if err != nil {
			return Variant{}, p.errorf(fmt.Sprintf("config[%d].set.%s", i, name), "%w", err)
		}
		v.Settings.apply(name, set, "config")
	}
	for _, name := range c.Unset {
		v.Settings.Unset(name, "config")
	}
	return v, nil
}

// errorf is an error about one key of the profile.
func (p *Profile) errorf(key, format string, args ...any) error {
	return strict.Errorf(p.file, p.data, key, format, args...)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
