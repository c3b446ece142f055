package compare

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// Fold groups what is the same in several cases, each group in the order of
// all and groups by their first. key gives two strings: what is the same where
// the first are equal, and the second too unless one of them is empty, which
// is where that part is not known.
func Fold[T any](all []T, key func(T) (same, part string)) [][]T {
	type group struct {
		part    string
		members []T
	}
	var groups []*group
	bySame := map[string][]*group{}
	for _, t := range all {
		same, part := key(t)
		var to *group
		for _, g := range bySame[same] {
			if g.part == part || g.part == "" || part == "" {
				to = g
				break
			}
		}
		if to == nil {
			to = &group{}
			groups, bySame[same] = append(groups, to), append(bySame[same], to)
		}
		if to.part == "" {
			to.part = part
		}
		to.members = append(to.members, t)
	}
	var out [][]T
	for _, g := range groups {
		out = append(out, g.members)
	}
	return out
}

// Same is an item's key for Fold: differences alike, whatever they are
// differences of, and the functions' beside it.
func (it *Item) Same() (same, functions string) {
	var b strings.Builder
	for _, c := range slices.Concat(it.Metrics, it.Phases) {
		b.WriteString(c.same())
	}
	b.WriteString(it.Base)
	same = b.String()
	if it.pair.LackFunctions != "" {
		return same, ""
	}
	b.Reset()
	b.WriteString("known\n")
	for _, c := range it.Functions {
		b.WriteString(c.same())
	}
	return same, b.String()
}

// mostNames is how many places SameIn names.
const mostNames = 12

// SameIn says in which further cases the same is true: "the same in 3 more
// cases: MPI_WINDOW_SIZE=2 3; psk: optimised". Empty for none.
func SameIn(shown *results.Case, more []*results.Case) string {
	if len(more) == 0 {
		return ""
	}
	var where, names []string // names: what is said of the place, same index
	option := ""
	said, left := 0, 0
	for _, c := range more {
		place := placeOf(shown, c)
		if len(where) == 0 || where[len(where)-1] != place {
			where, names, option = append(where, place), append(names, ""), ""
		}
		at := &names[len(names)-1]
		switch key := c.Base + " " + c.Option; {
		case c.Option != "" && len(c.Settings) == 0 && key == option && *at != "":
			if left == 0 {
				*at += " " + c.Value
			}
		case said == mostNames:
			left++
		default:
			said++
			name := Variation(c)
			option = key
			if name == "" || baseOf(c) != baseOf(shown) {
				name = c.Config
			}
			*at = strings.TrimPrefix(*at+", "+name, ", ")
		}
	}
	var parts []string
	for i, n := range names {
		switch {
		case n == "":
		case where[i] == "":
			parts = append(parts, n)
		default:
			parts = append(parts, where[i]+": "+n)
		}
	}
	s := "the same in " + count(len(more), "more case") + ": " + strings.Join(parts, "; ")
	if left > 0 {
		s += "; and others"
	}
	return s
}

// placeOf names what a case differs in from the one shown, its configuration
// left out.
func placeOf(shown, c *results.Case) string {
	var s []string
	for _, d := range [][2]string{{shown.Core, c.Core}, {shown.Board, c.Board}, {shown.Scenario, c.Scenario}, {shown.Machine, c.Machine}} {
		if d[0] != d[1] {
			s = append(s, d[1])
		}
	}
	return strings.Join(s, " ")
}

// count is a number of things: "1 case", "2 cases".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%s %ss", results.Group(int64(n)), what)
}
