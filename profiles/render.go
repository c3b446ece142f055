package profiles

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Render writes the header of a variant for a scenario (nil for none), and
// names what was added to the configuration: "ECDH_C", "NAME=VALUE", "-NAME"
// for one taken out. For a base list that is what the scenario changed, and what
// the core demanded (CoreNote); for a user's own header every change to the text of the file (its config's set and
// unset, the axis, the scenario and the lab, all but the scenario's marked), and
// where there is none the header is that file, byte for byte.
//
// A scenario's need that contradicts the option the variant varies is not
// met: the axis wins, and added says "(axis keeps NAME=VALUE)".
func Render(v Variant, s *Scenario) (header []byte, added []string, err error) {
	settings, kept, err := v.settle(s)
	if err != nil {
		return nil, nil, err
	}
	by := ""
	if s != nil {
		by = "scenario " + s.Name
	}
	for _, m := range settings.list {
		if m.By != "" && (v.origin != nil || m.By == by || m.By == ByCore) {
			added = append(added, settings.named(m)+byNote(m))
		}
	}
	for _, m := range settings.gone() {
		if v.origin != nil || m.By == by || m.By == ByCore {
			added = append(added, "-"+settings.Dialect().Short(m.Name)+byNote(m))
		}
	}
	if v.origin != nil {
		text := v.origin.text
		if h := &settings.Dialect().Header; slices.Contains(v.origin.read.Outside, h.BareName) {
			text = h.Bare.ReplaceAll(text, []byte(h.Whole))
		}
		header = wrap(text, &settings)
	} else {
		header = render(&settings)
	}
	return header, append(added, kept...), nil
}

// settle is a variant's settings in a scenario, as the lab has them.
func (v *Variant) settle(s *Scenario) (settings Settings, kept []string, err error) {
	if err := v.whole(); err != nil {
		return Settings{}, nil, err
	}
	settings = v.Settings.Clone()
	if s != nil {
		if kept, err = settings.meet(s, *v); err != nil {
			return Settings{}, nil, err
		}
	}
	if v.origin != nil {
		settings.suit(v.Decided)
	}
	return settings, kept, nil
}

// gone is what was taken out and did not come back.
func (s *Settings) gone() []Macro {
	var out []Macro
	for _, m := range s.removed {
		if _, back := s.Get(m.Name); !back {
			out = append(out, m)
		}
	}
	return out
}

// meet adds what a scenario needs and s doesn't have, and returns the notes
// on needs that the varied option contradicts.
func (s *Settings) meet(sc *Scenario, v Variant) (kept []string, err error) {
	for _, name := range sortedKeys(sc.Needs) {
		need, err := toSetting(sc.Needs[name])
		if err != nil {
			return nil, fmt.Errorf("scenario %s: needs.%s: %w", sc.Name, name, err)
		}
		value, has := s.Get(name)
		// A configuration that doesn't name its suites offers every one it is
		// built with, and the peer chooses the scenario's: so the list is replaced
		// where the base has one, and left alone where not.
		short := s.Dialect().Short(name)
		if short == s.Dialect().Suites && !has {
			continue
		}
		if decided, ok := v.Decided[short]; ok {
			met := has == need.defined && (need.value == "" || need.value == value)
			if !met {
				kept = append(kept, fmt.Sprintf("(axis keeps %s=%s)", short, decided))
			}
			continue
		}
		s.apply(name, need, "scenario "+sc.Name)
	}
	return kept, nil
}

// What ends an entry of added that no scenario is responsible for.
const (
	LabNote    = " (lab)"
	ConfigNote = " (config)"
	AxisNote   = " (axis)"
	CoreNote   = " (core)"
)

// ByCore is who changes what a core demands (see Variant.With).
const ByCore = "core"

func byNote(m Macro) string {
	return map[string]string{byLab: LabNote, "config": ConfigNote, "axis": AxisNote, ByCore: CoreNote}[m.By]
}

// named is a macro as Added lists it.
func (s *Settings) named(m Macro) string {
	short := s.Dialect().Short(m.Name)
	if m.Value == "" {
		return short
	}
	return short + "=" + m.Value
}

// define is the line that defines m.
func define(m Macro) string {
	if m.Value == "" {
		return "#define " + m.Name + "\n"
	}
	return "#define " + m.Name + " " + m.Value + "\n"
}

// render writes a whole header. It doesn't name the variant, so that equal
// settings are equal bytes.
func render(s *Settings) []byte {
	var b bytes.Buffer
	b.WriteString("/* Rendered by tlslab from a profile; edit the profile, not this file. */\n" + s.Dialect().Header.Begin)
	for _, m := range s.list {
		if m.By != "" {
			fmt.Fprintf(&b, "/* %s: */\n", m.By)
		}
		b.WriteString(define(m))
	}
	for _, m := range s.gone() {
		fmt.Fprintf(&b, "/* %s: without %s */\n", m.By, m.Name)
	}
	b.WriteString(s.Dialect().Header.End)
	return b.Bytes()
}

// wrap is a user's header with the changes in s put in before it has itself
// checked, so that they are checked too; at its end where it doesn't.
func wrap(header []byte, s *Settings) []byte {
	var b bytes.Buffer
	for _, m := range s.list {
		if m.By != "" {
			fmt.Fprintf(&b, "/* %s: */\n#undef %s\n%s", m.By, m.Name, define(m))
		}
	}
	for _, m := range s.gone() {
		fmt.Fprintf(&b, "/* %s: */\n#undef %s\n", m.By, m.Name)
	}
	if b.Len() == 0 {
		return bytes.Clone(header)
	}
	changes := append([]byte("/* Added by tlslab. */\n"), b.Bytes()...)
	at := len(header)
	// The last: it may be named in a comment above it.
	if all := s.Dialect().Header.Check.FindAllIndex(header, -1); len(all) > 0 {
		at = all[len(all)-1][0]
	} else if len(header) > 0 && header[len(header)-1] != '\n' {
		changes = append([]byte("\n"), changes...)
	}
	out := append([]byte(nil), header[:at]...)
	out = append(out, changes...)
	return append(out, header[at:]...)
}

// Effective are the macros of a variant in a scenario (nil for none), as Render
// writes them: name with its prefix -> value, "" for one without. Of a header it
// is what the text says, and both branches if a condition can't be decided.
func Effective(v Variant, s *Scenario) (map[string]string, error) {
	settings, _, err := v.settle(s)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, m := range settings.list {
		out[m.Name] = m.Value
	}
	return out, nil
}

// Needed are the changes that one configuration must have to serve all of some
// scenarios: what each needs, and all their suites together. Two scenarios that
// need one option differently are an error.
func Needed(scenarios []*Scenario) ([]Change, error) {
	var out []Change
	at := map[string]int{}
	by := map[string]string{}
	for _, s := range scenarios {
		for _, name := range sortedKeys(s.Needs) {
			c, err := ToChange(s.Dialect(), name, s.Needs[name])
			if err != nil {
				return nil, fmt.Errorf("scenario %s: needs.%s: %w", s.Name, name, err)
			}
			i, there := at[c.Option]
			switch {
			case !there:
				at[c.Option], by[c.Option] = len(out), s.Name
				out = append(out, c)
			case c.Option == s.Dialect().Suites:
				out[i].Value = joinLists(out[i].Value, c.Value)
			case out[i] != c:
				return nil, fmt.Errorf("scenarios %s and %s: one needs %s, the other %s: no configuration serves both", by[c.Option], s.Name, out[i], c)
			}
		}
	}
	return out, nil
}

// joinLists adds to a comma-separated list what it does not have.
func joinLists(list, more string) string {
	all := strings.Split(list, ",")
	for _, m := range strings.Split(more, ",") {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return strings.Join(all, ",")
}
