// Package export writes a configuration as a header, or in the formats of the
// systems that carry Mbed TLS, and says of each option what the format can't:
// the names each knows are data, read from the system's own Kconfig.
package export

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tlslab/profiles"
)

// Formats are the names of the formats.
func Formats() []string { return []string{"header", "kconfig", "zephyr", "esp-idf"} }

// Write writes a configuration of a library's options in a format. unsaid are the lines of C that a
// header of the system's needs beside it: options that the format has no word
// for, or not for this value, and options it brings that the configuration
// does not have. The text names them too, in comments.
func Write(d *profiles.Dialect, name string, macros []profiles.Macro) (text []byte, unsaid []string, err error) {
	macros = slices.Clone(macros)
	slices.SortStableFunc(macros, func(a, b profiles.Macro) int { return strings.Compare(a.Name, b.Name) })
	if name == "header" {
		text, unsaid := writeHeader(d, macros)
		return text, unsaid, nil
	}
	f, err := load(name)
	if err != nil {
		return nil, nil, err
	}
	w := &writer{format: f, dialect: d, on: map[string]profiles.Macro{}, set: map[string]string{}}
	for _, m := range macros {
		w.on[d.Short(m.Name)] = m
	}
	w.options()
	w.choices()
	w.brings()
	return w.text(), w.unsaid, nil
}

// writer writes one configuration.
type writer struct {
	*format
	dialect *profiles.Dialect
	on      map[string]profiles.Macro // by names without MBEDTLS_
	set     map[string]string         // symbol -> value as written
	unsaid  []string
}

// options puts what each option is called.
func (w *writer) options() {
	for _, short := range slices.Sorted(maps.Keys(w.on)) {
		m := w.on[short]
		if w.chosen(short) || w.brought(short) && m.Value == "" && !m.Params {
			continue
		}
		s, known := w.Option[short]
		value, why := "", ""
		if known {
			value, why = s.value(w.dialect, m, w.on)
		}
		switch {
		case !known || why != "":
			w.unsaid = append(w.unsaid, define(m, why))
		default:
			for _, with := range s.With {
				w.set[with] = "y"
			}
			w.set[s.Symbol] = value
		}
	}
	for _, short := range slices.Sorted(maps.Keys(w.Option)) { // off, and perhaps on by default
		s := w.Option[short]
		if _, on := w.on[short]; !on && s.Kind != kindInt {
			if _, there := w.set[s.Symbol]; !there {
				w.set[s.Symbol] = ""
			}
		}
	}
}

// choices sets one symbol of each choice.
func (w *writer) choices() {
	for _, c := range w.Choice {
		_, first := w.on[c.First]
		_, second := w.on[c.Second]
		switch {
		case first && second:
			w.set[c.Both] = "y"
		case first:
			w.set[c.OnlyFirst] = "y"
		case second:
			w.set[c.OnlySecond] = "y"
		default:
			w.set[c.None] = "y"
		}
	}
}

// chosen reports whether a choice says an option.
func (w *writer) chosen(short string) bool {
	return slices.ContainsFunc(w.Choice, func(c choice) bool { return short == c.First || short == c.Second })
}

// brought reports whether the format defines an option of itself.
func (w *writer) brought(short string) bool {
	b, ok := w.Brings[short]
	return ok && (b.Always || slices.ContainsFunc(b.By, func(by string) bool { _, on := w.on[by]; return on }))
}

// brings names what the format brings and the configuration does not have, but
// for what it always brings: that the system itself needs.
func (w *writer) brings() {
	for _, short := range slices.Sorted(maps.Keys(w.Brings)) {
		if _, on := w.on[short]; !on && !w.Brings[short].Always && w.brought(short) {
			w.unsaid = append(w.unsaid, "#undef "+w.dialect.Full(short))
		}
	}
}

func (w *writer) text() []byte {
	var b bytes.Buffer
	b.WriteString("# Written by tlslab, with names as in " + w.Source + ".\n")
	for _, line := range w.Fixed {
		b.WriteString("CONFIG_" + line + "\n")
	}
	for _, symbol := range slices.Sorted(maps.Keys(w.set)) {
		if v := w.set[symbol]; v != "" {
			fmt.Fprintf(&b, "CONFIG_%s=%s\n", symbol, v)
		} else {
			b.WriteString(strings.Replace(w.Off, "%s", symbol, 1) + "\n")
		}
	}
	if len(w.unsaid) > 0 {
		fmt.Fprintf(&b, "\n# What this format can't say goes into %s:\n", w.Rest)
		for _, line := range w.unsaid {
			b.WriteString("#   " + line + "\n")
		}
	}
	return b.Bytes()
}

// value is a macro's value as Kconfig writes it, or why it can't be.
func (s symbol) value(d *profiles.Dialect, m profiles.Macro, on map[string]profiles.Macro) (value, why string) {
	switch {
	case m.Params:
		return "", "its text is at " + m.At
	case s.Kind == "" && m.Value == "":
		return "y", ""
	case s.Kind == "":
		return "", s.Symbol + " takes no value"
	case s.SameAs != "" && on[s.SameAs].Value != m.Value:
		return "", s.Symbol + " is for " + d.Full(s.SameAs) + " too"
	}
	n, err := strconv.ParseInt(strings.TrimRight(strings.Trim(m.Value, "()"), "uUlL"), 0, 64)
	switch {
	case err != nil:
		return "", s.Symbol + " takes a number"
	case s.Kind == kindBit && (n == 0 || n == 1):
		return []string{"", "y"}[n], ""
	case s.Kind == kindBit:
		return "", s.Symbol + " takes 0 and 1"
	case s.Min != s.Max && (n < s.Min || n > s.Max):
		return "", fmt.Sprintf("%s takes %d to %d", s.Symbol, s.Min, s.Max)
	}
	return strconv.FormatInt(n, 10), ""
}

// define is the line of C that defines m, with what is to be said about it.
func define(m profiles.Macro, note string) string {
	line := strings.TrimSpace("#define " + m.Name + " " + m.Value)
	if m.Maybe && note == "" {
		note = "behind a condition, at " + m.At
	}
	if m.Params {
		line, note = "#define "+m.Name+"(...)", "its text is at "+m.At
	}
	if note != "" {
		line += " /* " + note + " */"
	}
	return line
}
