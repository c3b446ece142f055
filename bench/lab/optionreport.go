package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/emu"
)

// MismatchError says the guest was not built as asked. Asked and Reported are
// an option as the report spells it, "NAME VALUE", or "" where it is not set.
type MismatchError struct{ Option, Asked, Reported string }

func (e *MismatchError) Error() string {
	say := func(s string) string {
		if s == "" {
			return "no " + e.Option
		}
		return s
	}
	return fmt.Sprintf("guest reports %s, asked for %s", say(e.Reported), say(e.Asked))
}

// OptionsMatch refuses a guest whose report differs from what was asked.
func OptionsMatch(asked map[string]string) func(emu.EventKind, *emu.Record) error {
	return func(kind emu.EventKind, r *emu.Record) error {
		if kind != emu.EventOptions {
			return nil
		}
		return checkOptions(asked, r.Options)
	}
}

// checkOptions compares the guest's report with what it was to be built with.
func checkOptions(asked map[string]string, report string) error {
	got := map[string]string{}
	for _, line := range strings.Split(strings.TrimSuffix(report, "\n"), "\n") {
		name, value, _ := strings.Cut(line, " ")
		got[name] = squeeze(value)
	}
	spell := func(name, value string) string { return strings.TrimSpace(name + " " + value) }
	for _, name := range slices.Sorted(maps.Keys(asked)) { // the same error in every run
		switch v, ok := got[name]; {
		case !ok:
			return &MismatchError{name, spell(name, asked[name]), ""}
		case v != squeeze(asked[name]):
			return &MismatchError{name, spell(name, asked[name]), spell(name, v)}
		}
		delete(got, name)
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if name != "" {
			return &MismatchError{name, "", spell(name, got[name])}
		}
	}
	return nil
}

// squeeze drops the blanks in which two preprocessors may differ.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
