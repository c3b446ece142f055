package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tlslab/core"
	"tlslab/internal/strict"
)

// Entry is one word explained.
type Entry struct {
	Word   core.ErrorWord // Kind is Outcome for the lab's own
	Advice Advice         // zero where our data have nothing on it
	Core   string         // "3.6" where another release than the dictionary's has the word; "" for its own
}

// Outcome is the kind of a word of this lab.
const Outcome core.WordKind = "outcome of this lab"

// Dictionary explains the words of one core.
type Dictionary struct {
	Library string // the core's, for people: "Mbed TLS"
	Version string // the core's
	names   core.ErrorNames
	entries []Entry
	others  []Entry // words of other releases that this one does not have
}

// Load makes the dictionary of a core.
func Load(src *core.Source) (*Dictionary, error) {
	names, err := src.ErrorNames()
	if err != nil {
		return nil, err
	}
	all, err := advice()
	if err != nil {
		return nil, err
	}
	d := &Dictionary{Library: src.Library.Title(), Version: src.Version, names: names}
	for _, w := range names.Words() {
		d.entries = append(d.entries, Entry{w, all[names.Short(w.Name)], ""})
	}
	var own []string
	for name, a := range all {
		if a.Means != "" {
			own = append(own, name)
		}
	}
	slices.Sort(own)
	for _, name := range own {
		d.entries = append(d.entries, Entry{core.ErrorWord{Name: name, Kind: Outcome, Says: all[name].Means}, all[name], ""})
	}
	d.others, err = others(d, all)
	return d, err
}

// Short is a word's name as our data has it, without the library's prefix.
func (d *Dictionary) Short(w core.ErrorWord) string { return d.names.Short(w.Name) }

// UnknownError is what nothing is known of.
type UnknownError struct {
	Asked, Library, Version string
	nearest                 []string
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("%q: no error, flag or alert of %s %s, and no outcome of this lab", e.Asked, e.Library, e.Version)
	if len(e.nearest) > 0 {
		s += "; did you mean " + strings.Join(e.nearest, " or ") + "?"
	}
	return s
}

// numberPattern is a number as people copy it from a log. Four hexadecimal digits
// are a code even without their 0x: an error's decimal number never looks like that.
var (
	numberPattern = regexp.MustCompile(`^(-?)(0[xX][0-9a-fA-F]+|[0-9]+)$`)
	barePattern   = regexp.MustCompile(`^-?([0-9a-fA-F]{4})$`)
)

// IsNumber says that a word is a code: what a command line must not take for a
// flag.
func IsNumber(s string) bool { return numberPattern.MatchString(s) || barePattern.MatchString(s) }

// byNumber finds a code as it was typed; nil where it is none.
func (d *Dictionary) byNumber(asked string) (found []Entry, tried uint32) {
	if m := barePattern.FindStringSubmatch(asked); m != nil {
		if v, err := strconv.ParseUint(m[1], 16, 32); err == nil {
			if tried = uint32(v); v > lowMost {
				found = d.byValue(tried, true)
			}
		}
	}
	if m := numberPattern.FindStringSubmatch(asked); m != nil {
		if v, err := strconv.ParseUint(m[2], 0, 32); err == nil {
			if found == nil {
				tried = uint32(v)
			}
			for _, e := range d.byValue(uint32(v), m[1] == "-" || found != nil) {
				if !slices.ContainsFunc(found, func(f Entry) bool { return f.Word == e.Word }) {
					found = append(found, e)
				}
			}
		}
	}
	return found, tried
}

// Find explains what is asked: a code (-0x7200, 0x7200, 7200, -29184), a name with
// or without its prefix, an alert's registered name, an outcome as results have it
// (names joined by : and +), or a part of the core's own words. An *UnknownError
// where there is nothing.
func (d *Dictionary) Find(asked string) ([]Entry, error) {
	asked = strings.TrimSpace(asked)
	if IsNumber(asked) {
		found, tried := d.byNumber(asked)
		if found != nil {
			return found, nil
		}
		if numberPattern.MatchString(asked) {
			return nil, &UnknownError{asked, d.Library, d.Version, d.nearestCodes(tried)}
		}
	}
	if found := d.alert(asked); found != nil {
		return found, nil
	}
	if found := d.byName(asked); found != nil {
		return found, nil
	}
	if found := d.joined(asked); found != nil {
		return found, nil
	}
	if found := d.saying(asked); found != nil {
		return found, nil
	}
	var names []string
	for _, e := range d.entries {
		names = append(names, d.Short(e.Word))
	}
	return nil, &UnknownError{asked, d.Library, d.Version, strict.Nearest(d.names.Short(strings.ToUpper(asked)), names)}
}

// lowMost is the most a low-level error code can be (mbedtls/error.h).
const lowMost = 0x7f

// byValue finds a number: negative an error or a status. Without its minus it
// may be an alert or a set of verify flags as well, unless it is a high-level
// error's, which is not mistaken for one.
func (d *Dictionary) byValue(v uint32, negative bool) []Entry {
	var errors, alerts, flags []Entry
	for _, w := range d.names.Parts(v) {
		errors = append(errors, d.byName(w.Name)...)
	}
	errors = append(errors, d.elsewhere(v, errors)...)
	rest := v
	for _, e := range slices.Concat(d.entries, d.others) {
		switch {
		case e.Word.Kind == core.PSAStatus && e.Word.Value == v:
			errors = append(errors, e)
		case e.Word.Kind == core.AlertCode && e.Word.Value == v:
			alerts = append(alerts, e)
		case e.Word.Kind == core.VerifyFlag && v&e.Word.Value != 0:
			flags, rest = append(flags, e), rest&^e.Word.Value
		}
	}
	if negative || v > lowMost && len(errors) > 0 {
		return errors
	}
	if rest != 0 {
		flags = nil
	}
	return slices.Concat(alerts, flags, errors)
}

// byName finds a name, of another release where this one does not have it.
func (d *Dictionary) byName(name string) []Entry {
	for _, e := range slices.Concat(d.entries, d.others) {
		if d.Short(e.Word) == d.names.Short(name) || strings.EqualFold(d.Short(e.Word), d.names.Short(strings.ToUpper(name))) {
			return []Entry{e}
		}
	}
	return nil
}

// joined finds an outcome: several names in one word, each of them known.
func (d *Dictionary) joined(asked string) []Entry {
	parts := strings.FieldsFunc(asked, func(r rune) bool { return r == ':' || r == '+' || r == ' ' })
	if len(parts) < 2 {
		return nil
	}
	var found []Entry
	for _, p := range parts {
		e := d.byName(p)
		if e == nil {
			return nil
		}
		found = append(found, e...)
	}
	return found
}

// sayingLeast is the least that a text must have to be looked for.
const sayingLeast = 8

// saying finds the core's own words in a text, or a text in them.
func (d *Dictionary) saying(text string) []Entry {
	text = plain(text)
	if len(text) < sayingLeast {
		return nil
	}
	var found []Entry
	for _, e := range d.entries {
		says := plain(e.Word.Says)
		if len(says) >= sayingLeast && (strings.Contains(says, text) || strings.Contains(text, says)) {
			found = append(found, e)
		}
	}
	return found
}

// plain is a text without what a log may have changed in it.
func plain(s string) string {
	return strings.TrimRight(strings.ToLower(strings.Join(strings.Fields(s), " ")), ".! ")
}

// nearestCodes are the codes of the same module around one that is not known.
func (d *Dictionary) nearestCodes(v uint32) []string {
	const window = 0x80 // one step of a high-level code (mbedtls/error.h)
	var out []string
	for _, e := range d.entries {
		w := e.Word
		if w.Kind == core.ErrorCode && w.Value >= window && v+window >= w.Value && v <= w.Value+window && len(out) < 2 {
			out = append(out, fmt.Sprintf("-0x%04x (%s)", w.Value, d.names.Short(w.Name)))
		}
	}
	return out
}
