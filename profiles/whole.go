package profiles

import (
	"slices"
	"strings"
)

// Whole is a variant's settings in a scenario (nil for none), by name, as the
// lab has them: the macros, and those that were taken out, each with who did
// it.
func Whole(v Variant, s *Scenario) (macros, removed []Macro, err error) {
	settings, _, err := v.settle(s)
	if err != nil {
		return nil, nil, err
	}
	return sortMacros(settings.List()), sortMacros(settings.gone()), nil
}

// Own is a variant's settings in a scenario (nil for none), by name, without
// what the lab has otherwise: what a device is built with.
func Own(v Variant, s *Scenario) ([]Macro, error) {
	if err := v.whole(); err != nil {
		return nil, err
	}
	settings := v.Settings.Clone()
	if s != nil {
		if _, err := settings.meet(s, v); err != nil {
			return nil, err
		}
	}
	return sortMacros(settings.List()), nil
}

func sortMacros(all []Macro) []Macro {
	slices.SortFunc(all, func(a, b Macro) int { return strings.Compare(a.Name, b.Name) })
	return all
}
