package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/quantity"
)

// Fold groups items that are the same. Each group keeps the order of all, and groups
// are ordered by their first item. key returns a string and the same number of parts
// for every item. Items are the same if their strings are equal and so are their
// parts. An empty part is not known and matches any.
func Fold[T any](all []T, key func(T) (same string, parts []string)) [][]T {
	type group struct {
		parts   []string
		members []T
	}
	var groups []*group
	bySame := map[string][]*group{}
	for _, t := range all {
		same, parts := key(t)
		i := slices.IndexFunc(bySame[same], func(g *group) bool {
			return slices.EqualFunc(g.parts, parts, func(a, b string) bool { return a == b || a == "" || b == "" })
		})
		if i < 0 {
			i = len(bySame[same])
			to := &group{parts: make([]string, len(parts))}
			groups, bySame[same] = append(groups, to), append(bySame[same], to)
		}
		to := bySame[same][i]
		for k := range parts {
			to.parts[k] = cmp.Or(to.parts[k], parts[k])
		}
		to.members = append(to.members, t)
	}
	var out [][]T
	for _, g := range groups {
		out = append(out, g.members)
	}
	return out
}

// Same is an item's key for Fold: the differences without their numbers. The parts are
// the differences of functions and their callers.
func (it *Item) Same() (same string, parts []string) {
	var b strings.Builder
	for _, c := range slices.Concat(it.Metrics, it.Phases) {
		b.WriteString(c.foldKey())
	}
	b.WriteString(it.Base)
	same = b.String()
	if len(it.pair.Old.Functions) == 0 || len(it.pair.New.Functions) == 0 {
		return same, []string{"", ""}
	}
	b.Reset()
	b.WriteString("known\n")
	for _, c := range it.Functions {
		b.WriteString(c.foldKey())
	}
	return same, []string{b.String(), it.waysText()}
}

// How much SameIn names: options of one configuration, and configurations.
const (
	mostOptions = 12
	mostConfigs = 4
)

// alsoIn is a configuration and its variations, in one or more places where the
// same ones are meant.
type alsoIn struct {
	places []string
	names  []string
	option string // the last one named
	left   int    // further names, not kept
}

func (a *alsoIn) add(shown, c *results.Case) {
	name := Variation(c)
	switch {
	case name == "":
		name = c.Config
	case c.Option == a.option && len(c.Settings) == 0:
		a.names[len(a.names)-1] += " " + c.Value
		return
	case len(a.names) == 0 && baseOf(c) != baseOf(shown):
		name = baseOf(c) + "/" + name
	}
	if len(a.names) == mostOptions {
		a.left++
		return
	}
	a.names, a.option = append(a.names, name), c.Option
}

func (a *alsoIn) text() string {
	s := strings.Join(a.names, ", ")
	if a.left > 0 {
		s += fmt.Sprintf(" and %d more", a.left)
	}
	return s
}

// SameIn says in which further cases the same is true: "the same in 3 more
// cases: MPI_WINDOW_SIZE=2 3; psk: optimised". Empty for none.
func SameIn(shown *results.Case, more []*results.Case) string {
	if len(more) == 0 {
		return ""
	}
	var all []*alsoIn
	place, last := placer(shown, more), ""
	for _, c := range more {
		if key := place(c) + "\n" + baseOf(c); key != last {
			all, last = append(all, &alsoIn{places: []string{place(c)}}), key
		}
		all[len(all)-1].add(shown, c)
	}
	var merged []*alsoIn
	for _, a := range all {
		i := slices.IndexFunc(merged, func(b *alsoIn) bool { return a.text() == b.text() })
		if i < 0 {
			merged = append(merged, a)
		} else {
			merged[i].places = append(merged[i].places, a.places...)
		}
	}
	var parts []string
	for _, a := range merged[:min(mostConfigs, len(merged))] {
		if len(a.places) == 1 && a.places[0] == place(shown) {
			parts = append(parts, a.text())
			continue
		}
		parts = append(parts, strings.Join(a.places, ", ")+": "+a.text())
	}
	s := "the same in " + count(len(more), "more case") + ": " + strings.Join(parts, "; ")
	if len(merged) > mostConfigs {
		s += "; and others"
	}
	return s
}

// placer names what cases have besides their configuration, as far as it is not
// the same in all of them.
func placer(shown *results.Case, more []*results.Case) func(*results.Case) string {
	of := func(c *results.Case) [4]string {
		return [4]string{c.Core, c.Board, c.Scenario, string(c.Machine)}
	}
	var differ [4]bool
	for _, c := range more {
		for i, v := range of(c) {
			differ[i] = differ[i] || v != of(shown)[i]
		}
	}
	return func(c *results.Case) string {
		var s []string
		for i, v := range of(c) {
			if differ[i] {
				s = append(s, v)
			}
		}
		return strings.Join(s, " ")
	}
}

// count is a number of things: "1 case", "2 cases".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%s %ss", quantity.Count(int64(n)), what)
}
