package profiles

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"tlslab/internal/strict"
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
	// Decided are the options that this variant is about, without MBEDTLS_, and
	// what each is: nothing a scenario needs changes them.
	Decided map[string]string
	// Swept are the options that a sweep varies, without MBEDTLS_, and what its
	// base has each at, as far as its header says; nil for what is no base of one.
	Swept map[string]string

	origin *origin // the user's own header or the core's, nil for a base list
}

// Dirs are where the #include "..." of a variant's header are looked for, in
// order; none for a base list.
func (v *Variant) Dirs() []string {
	if v.origin == nil {
		return nil
	}
	return v.origin.dirs
}

// Change puts one option to a value.
type Change struct {
	Option string // without MBEDTLS_
	On     bool   // defined
	Value  string // "" for one without a value
}

// String is a change as variant names spell it: "ECP_WINDOW_SIZE=3", "RSA_C=off".
func (c Change) String() string { return c.Option + "=" + setting{c.On, c.Value}.String() }

// Words is a change in words for people: "ECP_WINDOW_SIZE at 3", "RSA_C off".
func (c Change) Words() string {
	if c.On && c.Value != "" {
		return c.Option + " at " + c.Value
	}
	return c.Option + " " + setting{c.On, c.Value}.String()
}

// ToChange reads a value as profiles spell it: true and false for defined and
// not defined, an integer, or a string taken as it stands.
func ToChange(names Speller, option string, value any) (Change, error) {
	if err := checkOption(names, option); err != nil {
		return Change{}, err
	}
	s, err := toSetting(value)
	if err != nil {
		return Change{}, fmt.Errorf("%s: %w", option, err)
	}
	return Change{names.Short(option), s.defined, s.value}, nil
}

// With returns the variant with further options set on behalf of by; its name
// and what it is about stay.
func (v Variant) With(changes []Change, by string) Variant {
	w := v
	w.Settings = v.Settings.Clone()
	for _, c := range changes {
		w.Settings.apply(c.Option, setting{c.On, c.Value}, by)
	}
	return w
}

// Vary returns the variant with changes made, named after them, and with what
// has to go along with them: further changes that its name leaves out.
func (v Variant) Vary(changes, along []Change) Variant {
	w := v
	w.Settings, w.Decided, w.Swept = v.Settings.Clone(), map[string]string{}, nil
	for option, value := range v.Decided {
		w.Decided[option] = value
	}
	var names []string
	changed := false
	for i, c := range append(append([]Change(nil), changes...), along...) {
		set := setting{c.On, c.Value}
		changed = w.Settings.apply(c.Option, set, "axis") || changed
		w.Decided[c.Option] = set.String()
		if i < len(changes) {
			names = append(names, c.String())
		}
	}
	w.SameAsBase = !changed
	if len(changes) > 0 {
		w.Option, w.Value = changes[0].Option, setting{changes[0].On, changes[0].Value}.String()
		w.Name = v.Name + "/" + strings.Join(names, "+")
	}
	return w
}

// Expand returns the configs of the profile in order, each followed by its
// one-at-a-time variations, axis by axis.
func (p *Profile) Expand() ([]Variant, error) {
	var all []Variant
	for i := range p.Configs {
		own, err := p.expand(i)
		if err != nil {
			return nil, err
		}
		all = append(all, own...)
	}
	return all, nil
}

// expand is one config and its variations.
func (p *Profile) expand(i int) ([]Variant, error) {
	v, err := p.base(i)
	if err != nil {
		return nil, err
	}
	all := []Variant{v}
	for a := range p.Axes {
		axis := &p.Axes[a]
		if axis.Config != v.Name {
			continue
		}
		for k, value := range axis.Values {
			change, err := ToChange(p.Dialect(), axis.Option, value)
			if err != nil {
				return nil, p.errorf(fmt.Sprintf("axis[%d].values", a), "value %d: %w", k+1, err)
			}
			all = append(all, v.Vary([]Change{change}, nil))
		}
	}
	return all, nil
}

// usable is what is wrong with the configs. A refused header is wrong for whoever
// uses it, and here only where there is no other.
func (p *Profile) usable() error {
	var first *RefusedError
	refused := 0
	for i := range p.Configs {
		_, err := p.expand(i)
		var r *RefusedError
		switch {
		case errors.As(err, &r):
			first = cmp.Or(first, r)
			refused++
		case err != nil:
			return err
		}
	}
	if first != nil && refused == len(p.Configs) {
		return first
	}
	return nil
}

// Config is a configuration itself, by its name; "": the last. One whose header is
// refused (RefusedError) does not keep the others from being used.
func (p *Profile) Config(name string) (Variant, error) {
	if c := p.carried; c != nil && c.Base != nil && c.Base.Name == name {
		return *c.Base, nil
	}
	var names []string
	for i := range p.Configs {
		if p.Configs[i].Name == name || name == "" && i == len(p.Configs)-1 {
			return p.base(i)
		}
		names = append(names, p.Configs[i].Name)
	}
	return Variant{}, strict.Unknown("configuration", name, names)
}

// base is a config itself: its list or header with set and unset applied.
func (p *Profile) base(i int) (Variant, error) {
	c := &p.Configs[i]
	v := Variant{Name: c.Name, Base: c.Name, Settings: Settings{dialect: p.Dialect()}}
	if v.origin = p.origins[i]; v.origin != nil {
		v.Settings.list = v.origin.macros(p.Dialect())
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
	if v.origin != nil {
		return v, v.Settings.refused()
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

// ParseChange reads an option and its value as people write them: NAME=VALUE,
// NAME=on, NAME=off, or NAME alone for on.
func ParseChange(names Speller, text string) (Change, error) {
	name, value, given := strings.Cut(text, "=")
	if err := checkOption(names, name); err != nil {
		return Change{}, err
	}
	c := Change{Option: names.Short(name), On: value != "off"}
	if given && value == "" {
		return Change{}, errors.New("no value after =")
	}
	if value != "on" && value != "off" {
		c.Value = value
	}
	return c, nil
}

// Is is what a change puts its option to: a value, "on" or "off".
func (c Change) Is() string { return setting{c.On, c.Value}.String() }

// SetOptions puts options into every configuration, each of which is named
// after them from then on. Figures published for a configuration are not its
// own any more. It returns the new names by the old ones.
func (p *Profile) SetOptions(changes []Change) map[string]string {
	names, short := map[string]string{}, p.Dialect().Short
	for i := range p.Configs {
		c := &p.Configs[i]
		set, unset, name := map[string]any{}, []string(nil), c.Name
		for option, value := range c.Set {
			set[short(option)] = value
		}
		for _, option := range c.Unset {
			unset = append(unset, short(option))
		}
		for _, change := range changes {
			delete(set, change.Option)
			unset = slices.DeleteFunc(unset, func(option string) bool { return option == change.Option })
			switch {
			case !change.On:
				unset = append(unset, change.Option)
			case change.Value == "":
				set[change.Option] = true
			default:
				set[change.Option] = change.Value
			}
			name += "+" + change.String()
		}
		names[c.Name] = name
		c.Name, c.Set, c.Unset, c.Reference, c.ReferenceScenario = name, set, unset, nil, ""
	}
	for i := range p.Axes {
		p.Axes[i].Config = names[p.Axes[i].Config]
	}
	for i, name := range p.BudgetConfigs {
		p.BudgetConfigs[i] = names[name]
	}
	return names
}
