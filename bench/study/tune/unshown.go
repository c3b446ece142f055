package tune

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"tlslab/bench/results/tuned"
	"tlslab/core/options"
	"tlslab/profiles"
)

// curve is an option for a curve: a server or a chain may be on any.
var curve = regexp.MustCompile(`^ECP_DP_(\w+)_ENABLED$`)

// unshown are the options that the search turned off, and the bounds that it
// lowered, though a server may want them: no scenario asked for any, so nothing
// showed whether they are needed.
func (t *Trials) unshown(start, chosen Point) []tuned.Unshown {
	was, is, space := t.macros(start), t.macros(chosen), t.Space()
	var out []tuned.Unshown
	for _, o := range t.Catalogue.Options() {
		name := t.Catalogue.Short(o.Name)
		_, on := was[name]
		_, still := is[name]
		if o.Kind == options.Number && o.Bounds != "" {
			before, ok1 := space.Number(start, name)
			after, ok2 := space.Number(chosen, name)
			if ok1 && ok2 && after < before {
				out = append(out, tuned.Unshown{Option: name, Change: fmt.Sprintf("%d -> %d", before, after), Asks: o.Bounds})
			}
			continue
		}
		if !on || still || o.Kind == options.Number {
			continue
		}
		if asks := askedBy(t.Profile.Dialect(), name); asks != "" {
			out = append(out, tuned.Unshown{Option: name, Change: "off", Asks: asks})
		}
	}
	return out
}

// asksMost is how many ways to ask for an option are named.
const asksMost = 2

// askedBy says what in a scenario would ask for an option; "" where nothing can.
func askedBy(d *profiles.Dialect, option string) string {
	var words []string
	for _, a := range profiles.Asks(d, option) {
		if len(words) == asksMost {
			break
		}
		words = append(words, a.String())
	}
	text := strings.Join(words, ", ")
	if m := curve.FindStringSubmatch(option); m != nil {
		return cmp.Or(text, "a chain or a server on "+strings.ToLower(m[1]))
	}
	return text
}
