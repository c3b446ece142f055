package profiles

import (
	"maps"
	"reflect"
	"slices"
)

// Ask is something that a scenario can say and that needs an option.
type Ask struct {
	Key   string // of the scenario's file: "suite", "chain", "protocol", "sni"
	Value string // what it has to be or, of a suite, to hold
}

// String is the ask as a scenario's file has it: `sni = true`, `suite with GCM`.
func (a Ask) String() string {
	switch {
	case a.Key == "suite":
		return "suite with " + a.Value
	case a.Value == "":
		return a.Key
	}
	return a.Key + " = " + a.Value
}

// Asks lists what a scenario can say that needs an option (without its prefix), by
// the tables that say what each protocol, suite, chain and feature needs. None
// for an option that no scenario can show the need of.
func Asks(d *Dialect, option string) []Ask {
	var out []Ask
	add := func(options []string, key, value string) {
		if slices.Contains(options, option) {
			out = append(out, Ask{key, value})
		}
	}
	n := &d.Needs
	for _, p := range n.Protocols {
		add(append([]string{p.Option}, p.More...), "protocol", quoted(p.Protocol))
	}
	for _, p := range slices.Sorted(maps.Keys(n.Datagrams)) {
		add(n.DatagramOptions, "protocol", quoted(p))
	}
	for _, name := range slices.Sorted(maps.Keys(n.Exchanges)) {
		add(append(slices.Clone(n.Exchanges[name]), n.ExchangeOn(name)), "suite", name)
	}
	for _, c := range n.Ciphers {
		add(c.Options, "suite", c.Part)
	}
	for _, c := range n.Chains {
		if c.Part != "" {
			add(c.Options, "chain", quoted(c.Part))
		}
	}
	return append(out, featureAsks(d, option)...)
}

func quoted[Word ~string](s Word) string { return `"` + string(s) + `"` }

// featureAsks are the features that need an option: each is asked for alone.
func featureAsks(d *Dialect, option string) []Ask {
	var out []Ask
	t := reflect.TypeFor[Features]()
	for i := range t.NumField() {
		var f Features
		field, value := reflect.ValueOf(&f).Elem().Field(i), ""
		switch field.Kind() {
		case reflect.Bool:
			field.SetBool(true)
			value = "true"
		case reflect.Int:
			field.SetInt(1)
		case reflect.Slice:
			field.Set(reflect.ValueOf([]string{"x"}))
		case reflect.String:
			for _, word := range []string{"ticket", "x"} { // what a feature needs may depend on its value
				field.SetString(word)
				if slices.Contains(f.own(d), option) {
					break
				}
			}
		}
		if slices.Contains(f.own(d), option) {
			out = append(out, Ask{t.Field(i).Tag.Get("toml"), value})
		}
	}
	return out
}
