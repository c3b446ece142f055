package tune

import (
	"fmt"
	"maps"
	"strings"

	"tlslab/profiles"
)

// Move is one thing to try.
type Move struct {
	Changes []profiles.Change
	ARM, CA string            // "" leaves it
	Along   []profiles.Change // what the core's rules make go along
}

// String is the move as steps print it: "ECP_WINDOW_SIZE=3 (with ...)".
func (m Move) String() string {
	var words []string
	for _, c := range m.Changes {
		words = append(words, c.String())
	}
	if m.ARM != "" {
		words = append(words, "gcc "+m.ARM)
	}
	if m.CA != "" {
		words = append(words, "root certificate as "+strings.ToUpper(m.CA))
	}
	s := strings.Join(words, ", ")
	if len(m.Along) > 0 {
		words = nil
		for _, c := range m.Along {
			words = append(words, c.String())
		}
		s += " (with " + strings.Join(words, ", ") + ")"
	}
	return s
}

// on is the point after the move.
func (m Move) on(p Point) Point {
	return p.with(append(append([]profiles.Change(nil), m.Changes...), m.Along...), m.ARM, m.CA)
}

// Flag is an option that can be on or off.
type Flag struct {
	Option  string // without MBEDTLS_
	KeepOn  bool   // off gives up security,
	With    string // where this other option is on; "" for everywhere,
	Or      string // and that one is not; "" for none
	KeepOff bool   // on does
	Swap    string // the option that takes its place when it goes off; "" for none
}

// keepOn says that a configuration needs the flag.
func (f *Flag) keepOn(macros map[string]string) bool {
	_, on := macros[f.With]
	_, instead := macros[f.Or]
	return f.KeepOn && (f.With == "" || on) && (f.Or == "" || !instead)
}

// Number is an option with a value.
type Number struct {
	Option string
	Least  int64   // smallest value that makes sense
	Step   int64   // between values; 0: only those of Try
	Try    []int64 // values worth measuring
}

// Space is what a tuner may turn, and the rules of the core.
type Space struct {
	Flags   []Flag
	Numbers []Number
	ARM     []string // options of the ARM compiler
	Late    []string // those tried when the search is over, on what it found: their links take seconds
	CA      []string // further forms of the root certificate
	// Macros is what a point defines: option without MBEDTLS_ -> value.
	Macros func(Point) map[string]string
	// Default is the core's own value of a number that nothing sets.
	Default func(p Point, option string) (int64, bool)
	// Mend says what has to go along with changes to a point, so that the
	// core's rules hold; an error when nothing helps.
	Mend func(Point, []profiles.Change) ([]profiles.Change, error)
}

// allowed says whether changes keep what the flags protect.
func (s *Space) allowed(changes []profiles.Change, macros map[string]string) error {
	after := maps.Clone(macros)
	for _, c := range changes {
		if delete(after, c.Option); c.On {
			after[c.Option] = c.Value
		}
	}
	for _, f := range s.Flags {
		for _, c := range changes {
			if c.Option != f.Option {
				continue
			}
			_, on := macros[f.Option]
			if f.keepOn(after) && on && !c.On {
				return fmt.Errorf("%s off gives up security", f.Option)
			}
			if f.KeepOff && !on && c.On {
				return fmt.Errorf("%s on gives up security", f.Option)
			}
		}
	}
	return nil
}

// mended is the move with what has to go along, false where the core's rules
// or the flags' protection forbid it.
func (s *Space) mended(p Point, m Move) (Move, bool) {
	var err error
	if m.Along, err = s.Mend(p, m.Changes); err != nil {
		return m, false
	}
	return m, s.allowed(append(append([]profiles.Change(nil), m.Changes...), m.Along...), s.Macros(p)) == nil
}

// flips are the moves that turn flags over.
func (s *Space) flips(p Point) []Move {
	macros := s.Macros(p)
	var out []Move
	add := func(m Move) {
		if m, ok := s.mended(p, m); ok {
			out = append(out, m)
		}
	}
	for _, a := range s.ARM {
		if a != p.ARM {
			out = append(out, Move{ARM: a})
		}
	}
	for _, c := range s.CA {
		if c != p.CA {
			out = append(out, Move{CA: c})
		}
	}
	for _, f := range s.Flags {
		_, on := macros[f.Option]
		if !on && f.KeepOff {
			continue
		}
		add(Move{Changes: []profiles.Change{{Option: f.Option, On: !on}}})
		if on && f.Swap != "" {
			add(Move{Changes: []profiles.Change{{Option: f.Option}, {Option: f.Swap, On: true}}})
		}
	}
	for _, n := range s.Numbers {
		if n.Step > 0 {
			continue // searched by bisection
		}
		now, ok := s.Number(p, n.Option)
		for _, v := range n.Try {
			if !ok || v != now {
				add(Move{Changes: []profiles.Change{numbered(n.Option, v)}})
			}
		}
	}
	return out
}

func numbered(option string, v int64) profiles.Change {
	return profiles.Change{Option: option, On: true, Value: fmt.Sprint(v)}
}

// Number is what a point has a number at; false where that is not known.
func (s *Space) Number(p Point, option string) (int64, bool) {
	if text, ok := s.Macros(p)[option]; ok {
		var v int64
		if _, err := fmt.Sscan(strings.Trim(text, "()"), &v); err == nil {
			return v, true
		}
		return 0, false
	}
	return s.Default(p, option)
}
