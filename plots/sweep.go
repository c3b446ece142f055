package plots

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// swept says that a case is a point of a space: it differs from its base in
// several options that its name tells. A single option with what had to go
// along has them in Settings too, but is named after the one.
func swept(c *results.Case) bool {
	return len(c.Settings) > 1 && c.Option != "" && c.Config != c.Base+"/"+c.Option+"="+c.Value
}

// sweep says that a group is a sweep's: hundreds of points, which take figures
// of their own. Phases and heap curves are not drawn for them: what they tell
// is one configuration's, and a sweep asks which one to take.
func (g *group) sweep() bool { return slices.ContainsFunc(g.cases, swept) }

// setting is what a case of a sweep has an option at, "" where that is not
// told: a base that is none of the points.
func setting(c *results.Case, option string) string {
	if c.Settings == nil && c.Option == option {
		return c.Value
	}
	return c.Settings[option]
}

// axesOf are the options a sweep's cases are expressed in, by name, and the values
// of each in order.
func axesOf(cases []*results.Case) (options []string, values map[string][]string) {
	values = map[string][]string{}
	seen := map[[2]string]bool{}
	note := func(option, value string) {
		if at := [2]string{option, value}; !seen[at] {
			seen[at] = true
			values[option] = append(values[option], value)
		}
	}
	for _, c := range cases {
		if c.Settings == nil && c.Option != "" {
			note(c.Option, c.Value)
		}
		for option, value := range c.Settings {
			note(option, value)
		}
	}
	for _, v := range values {
		slices.SortFunc(v, compareValues)
	}
	return slices.Sorted(maps.Keys(values)), values
}

// varied are the options with more than one value.
func varied(options []string, values map[string][]string) []string {
	return slices.DeleteFunc(slices.Clone(options), func(o string) bool { return len(values[o]) < 2 })
}

// sweepMeasures are the bytes a sweep's figures set against ticks.
func sweepMeasures() []measure {
	return []measure{measureOf(metric.HeapPeak), measureOf(metric.Flash)}
}

// sweepFigures are those of one scenario.
func sweepFigures(g *group, scenario string) []*figure {
	var out []*figure
	for _, m := range sweepMeasures() {
		if fig := sweepFront(g, scenario, m); fig != nil {
			out = append(out, fig)
		}
	}
	return append(append(out, multiples(g, scenario)...), heatMaps(g, scenario)...)
}

// baseOf is the configuration that a sweep's points vary, nil if there are
// several or it did not connect.
func baseOf(cases []*results.Case) *results.Case {
	var base *results.Case
	for _, c := range cases {
		if c.Base != "" {
			continue
		}
		if base != nil {
			return nil
		}
		base = c
	}
	if base == nil || base.Outcome != results.OutcomeConnected {
		return nil
	}
	return base
}

// unserved says how many points of a sweep do not serve its scenario, why, and
// what those that fail alike have in common.
func unserved(cases []*results.Case) string {
	of := map[string][]*results.Case{}
	failed := 0
	for _, c := range cases {
		if c.Outcome == results.OutcomeConnected {
			continue
		}
		how := string(c.Outcome)
		if c.Phase != "" {
			how += " in " + string(c.Phase)
		}
		of[string(how)] = append(of[string(how)], c)
		failed++
	}
	if failed == 0 {
		return ""
	}
	hows := slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		return cmp.Or(len(of[b])-len(of[a]), strings.Compare(a, b))
	})
	var out []string
	for _, how := range hows {
		s := fmt.Sprintf("%s (%d%s)", how, len(of[how]), inCommon(of[how], cases))
		out = append(out, s)
	}
	if more := len(out) - mostNamed; more > 0 {
		out = append(out[:mostNamed], fmt.Sprintf("%d more reasons", more))
	}
	return fmt.Sprintf("Not drawn, as they do not serve this scenario: %d of %d points: %s.", failed, len(cases), strings.Join(out, "; "))
}

// inCommon are the settings that some have all of and not all cases have:
// ", each with MPI_MAX_SIZE=256".
func inCommon(some, all []*results.Case) string {
	if len(some) == 1 && !swept(some[0]) {
		return ": " + short(some[0])
	}
	options, values := axesOf(all)
	var out []string
	for _, o := range varied(options, values) {
		_, own := axesOf(some)
		if vs := own[o]; len(vs) < len(values[o]) && len(vs) > 0 && !slices.ContainsFunc(some, func(c *results.Case) bool { return setting(c, o) == "" }) {
			out = append(out, o+"="+strings.ReplaceAll(valueList(vs), ", ", ","))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return ", each with " + strings.Join(out, ", ")
}

// unmeasured says of how many points that connect a metric is missing.
func unmeasured(cases []*results.Case, metrics ...string) string {
	var out []string
	for _, m := range metrics {
		n := 0
		for _, c := range cases {
			if _, ok := c.Metrics[m]; !ok && c.Outcome == results.OutcomeConnected {
				n++
			}
		}
		if n > 0 {
			out = append(out, fmt.Sprintf("No %s was measured for %d of %d points.", m, n, len(cases)))
		}
	}
	return strings.Join(out, " ")
}
