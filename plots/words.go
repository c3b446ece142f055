package plots

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results"
)

// wrap breaks s at blanks (not at no-break spaces) into lines no wider than width. A word that is wider
// by itself keeps its own line.
func wrap(sty draw.TextStyle, s string, width vg.Length) []string {
	var lines []string
	line := ""
	for _, w := range strings.Split(s, " ") {
		next := w
		if line != "" {
			next = line + " " + w
		}
		if line != "" && sty.Width(next) > width {
			lines = append(lines, line)
			next = w
		}
		line = next
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// compareValues orders numbers by size, then "off" before "on", then words.
func compareValues(a, b string) int {
	x, ex := strconv.ParseInt(a, 0, 64)
	y, ey := strconv.ParseInt(b, 0, 64)
	switch {
	case ex == nil && ey == nil:
		return cmp.Compare(x, y)
	case ex == nil:
		return -1
	case ey == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// valueList writes an option's values short: "2…7", "256, 384".
func valueList(values []string) string {
	values = slices.Clone(values)
	slices.SortFunc(values, compareValues)
	values = slices.Compact(values)
	var out []string
	for i := 0; i < len(values); {
		j := i
		for j+1 < len(values) && follows(values[j], values[j+1]) {
			j++
		}
		if j-i >= 2 {
			out = append(out, values[i]+"…"+values[j])
		} else {
			out = append(out, values[i:j+1]...)
		}
		i = j + 1
	}
	return strings.Join(out, ", ")
}

func follows(a, b string) bool {
	x, ex := strconv.ParseInt(a, 10, 64)
	y, ey := strconv.ParseInt(b, 10, 64)
	return ex == nil && ey == nil && y == x+1
}

// variations names variations option by option: "ECP_WINDOW_SIZE=2…7". With
// more than one base among all cases, each is named with its base.
func variations(cases []*results.Case, severalBases bool) []string {
	type key struct{ base, option string }
	var keys []key
	values := map[key][]string{}
	for _, c := range cases {
		k := key{c.Base, c.Option}
		if values[k] == nil {
			keys = append(keys, k)
		}
		values[k] = append(values[k], c.Value)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(strings.Compare(a.base, b.base), strings.Compare(a.option, b.option))
	})
	var out []string
	for _, k := range keys {
		s := k.option + "=" + strings.ReplaceAll(valueList(values[k]), ", ", ",")
		if severalBases {
			s = k.base + " " + s
		}
		out = append(out, s)
	}
	return out
}

// isBase reports whether a variation is its base itself: the option's value is
// the one the base has.
func isBase(c *results.Case, base *results.Case) bool {
	return base != nil && c.Base == base.Config && c.ConfigDigest != "" && c.ConfigDigest == base.ConfigDigest
}

// severalBases reports whether the variations are of more than one base.
func severalBases(cases []*results.Case) bool {
	first := ""
	for _, c := range cases {
		if c.Base != "" && first != "" && c.Base != first {
			return true
		}
		if c.Base != "" {
			first = c.Base
		}
	}
	return false
}

// connected splits cases into those with the metrics and a sentence on each of
// the others: a case that can't be drawn is said, never left out in silence.
func connected(cases []*results.Case, metrics ...string) (ok []*results.Case, note string) {
	var why []string
	missing := map[string][]string{}
	failed := 0
	for _, c := range cases {
		if c.Outcome != results.OutcomeConnected {
			s := short(c) + " (" + string(c.Outcome)
			if c.Phase != "" {
				s += " in " + string(c.Phase)
			}
			why = append(why, s+")")
			failed++
			continue
		}
		has := true
		for _, m := range metrics {
			if _, ok := c.Metrics[m]; !ok {
				missing[m] = append(missing[m], short(c))
				has = false
			}
		}
		if has {
			ok = append(ok, c)
		}
	}
	var notes []string
	if failed > 0 {
		verb := " do not serve this scenario: "
		if failed == 1 {
			verb = " does not serve this scenario: "
		}
		notes = append(notes, strconv.Itoa(failed)+" of "+strconv.Itoa(len(cases))+" configurations"+verb+strings.Join(why, "; ")+".")
	}
	for _, m := range metrics {
		if len(missing[m]) > 0 {
			notes = append(notes, "No "+m+" was measured for "+strings.Join(missing[m], ", ")+".")
		}
	}
	return ok, strings.Join(notes, " ")
}

// short names a configuration in its own scenario.
func short(c *results.Case) string {
	if name, ok := strings.CutPrefix(c.Config, c.Base+"/"); ok && swept(c) {
		return name
	}
	if c.Option != "" {
		return c.Option + "=" + c.Value
	}
	return c.Config
}

// sentences joins what is not empty.
func sentences(s ...string) string {
	return strings.Join(slices.DeleteFunc(s, func(x string) bool { return x == "" }), " ")
}

// added says which options the scenario added to the configurations, and which
// the core demanded.
func added(cases []*results.Case) string {
	var names []string
	for _, c := range cases {
		for _, a := range c.Added {
			if !slices.Contains(names, a) {
				names = append(names, a)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	var scenario, core []string
	for _, n := range names {
		if change, ok := strings.CutSuffix(n, " (core)"); ok {
			core = append(core, change)
		} else {
			scenario = append(scenario, n)
		}
	}
	var out []string
	if len(scenario) > 0 {
		out = append(out, "Options the scenario adds: "+strings.Join(scenario, ", ")+".")
	}
	if len(core) > 0 {
		out = append(out, "Options the core demands: "+strings.Join(core, ", ")+".")
	}
	return strings.Join(out, " ")
}

// together names cases with the same numbers: bases, variations that differ from
// theirs, and how many variations have no effect (effectless names them).
func together(cases []*results.Case, severalBases bool) string {
	var names []string
	var others []*results.Case
	for _, c := range cases {
		switch {
		case c.Base == "":
			names = append(names, c.Config)
		case baseIn(cases, c) == nil:
			others = append(others, c)
		}
	}
	names = append(names, variations(others, severalBases)...)
	label := strings.Join(names, ", ")
	without := effectless(cases)
	switch vs := variations(without, severalBases); len(vs) {
	case 0:
	case 1:
		label += ", " + vs[0] + " (no effect)"
	default:
		label += " and " + strconv.Itoa(len(without)) + " variations without effect"
	}
	return label
}

// effectless is the variations among cases whose base is among them too, less
// those that are their base itself.
func effectless(cases []*results.Case) []*results.Case {
	var out []*results.Case
	for _, c := range cases {
		if b := baseIn(cases, c); b != nil && !isBase(c, b) {
			out = append(out, c)
		}
	}
	return out
}

func baseIn(cases []*results.Case, v *results.Case) *results.Case {
	for _, c := range cases {
		if v.Base != "" && c.Config == v.Base {
			return c
		}
	}
	return nil
}
