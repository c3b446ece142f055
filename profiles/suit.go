package profiles

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A header of one's own was written for one's own system. What the lab has to
// have otherwise is changed and listed (in `tlslab config show`, and among a
// case's added options); what can't be here is refused with its line.

// byLab is who changes what the lab needs otherwise.
const byLab = "lab"

// Overridden says why the lab changed an option of a user's header; ok is false
// for a macro that somebody else is responsible for.
func Overridden(d *Dialect, m Macro) (reason string, ok bool) {
	for _, o := range d.Overrides {
		if m.By == byLab && o.Option == d.Short(m.Name) {
			return o.Reason, true
		}
	}
	return "", false
}

// suit changes in s what the lab needs otherwise, but for what decided names.
func (s *Settings) suit(decided map[string]string) {
	for _, o := range s.Dialect().Overrides {
		if _, on := s.Get(o.When); !on {
			continue
		}
		if _, there := decided[o.Option]; !there {
			s.apply(o.Option, setting{o.Defined, o.Value}, byLab)
		}
	}
}

// RefusedError is a header that needs what is not here: where it says so first, and
// why, with the options.
type RefusedError struct{ At, Reason string }

func (e *RefusedError) Error() string { return e.At + ": " + e.Reason }

// refused is a *RefusedError where options that are surely defined need what is not
// here: all of them, at the place of the first.
func (s *Settings) refused() error {
	var at string
	var names, reasons []string
	d := s.Dialect()
	for _, r := range d.Refusals {
		var own, unset []string
		for _, m := range s.list {
			if m.By != "" || m.Maybe || !r.Option.MatchString(d.Short(m.Name)) || d.Offered.MatchString(d.Short(m.Name)) || slices.ContainsFunc(names, func(n string) bool { return n == m.Name || strings.HasPrefix(n, m.Name+" (") }) {
				continue
			}
			name := m.Name
			if file, line, ok := cutPlace(m.At); at == "" {
				at = m.At
			} else if first, _, _ := cutPlace(at); ok && file == first {
				name += " (line " + line + ")"
			} else {
				name += " (" + m.At + ")"
			}
			names, own, unset = append(names, name), append(own, name), append(unset, strconv.Quote(d.Short(m.Name)))
		}
		if len(own) > 0 {
			reasons = append(reasons, strings.Join(own, ", ")+": "+fmt.Sprintf(r.Reason, strings.Join(unset, ", ")))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &RefusedError{At: at, Reason: strings.Join(reasons, "; ")}
}

// cutPlace takes "file:line" apart.
func cutPlace(at string) (file, line string, ok bool) {
	i := strings.LastIndex(at, ":")
	if i < 0 {
		return at, "", false
	}
	return at[:i], at[i+1:], true
}
