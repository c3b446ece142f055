package plots

import (
	"slices"
	"strings"

	"tlslab/bench/results"
)

// step is a point of a front and what it changes against the one before.
type step struct {
	*spot
	number int
	words  string
}

// weaker says that c accepts a bad certificate that base refuses.
func weaker(base, c *results.Case) bool {
	if base == nil {
		return false
	}
	return slices.ContainsFunc(base.Checks, func(b results.Check) bool {
		return b.Refused && slices.ContainsFunc(c.Checks, func(k results.Check) bool {
			return k.Name == b.Name && k.Outcome == results.OutcomeAccepted
		})
	})
}

// stepsOf names the front's points, and says apart what all of them have.
// Nothing is said of options that do not matter.
func stepsOf(spots []*spot, base *results.Case, idle []string) (steps []step, constant string) {
	var chosen []*results.Case
	before := base
	for _, s := range spots {
		if !s.front {
			continue
		}
		c := nearest(s.cases, before, base)
		chosen = append(chosen, c)
		steps = append(steps, step{spot: s, number: len(steps) + 1})
		before = c
	}
	options, values := axesOf(chosen)
	options = slices.DeleteFunc(options, func(o string) bool { return slices.Contains(idle, o) })
	var same []string
	for _, o := range options {
		if len(values[o]) == 1 && !slices.ContainsFunc(chosen, func(c *results.Case) bool { return setting(c, o) == "" }) {
			same = append(same, o)
		}
	}
	// A single point has nothing to be distinguished from.
	if len(chosen) > 1 {
		var words []string
		for _, o := range same {
			words = append(words, o+"="+values[o][0])
		}
		constant = strings.Join(words, ", ")
		options = slices.DeleteFunc(options, func(o string) bool { return slices.Contains(same, o) })
	}
	for i := range steps {
		var prev *results.Case
		if i > 0 {
			prev = chosen[i-1]
		}
		steps[i].words = stepWords(options, prev, chosen[i])
	}
	return steps, constant
}

// nearest is the case that differs least from another; of equal ones and
// without another, one that refuses what the base refuses.
func nearest(cases []*results.Case, from, base *results.Case) *results.Case {
	rank := func(c *results.Case) int {
		n := 0
		if from != nil {
			n = 2 * len(differing(from, c))
		}
		if weaker(base, c) {
			n++
		}
		return n
	}
	return slices.MinFunc(cases, func(a, b *results.Case) int { return rank(a) - rank(b) })
}

func differing(a, b *results.Case) []string {
	options, _ := axesOf([]*results.Case{a, b})
	return slices.DeleteFunc(options, func(o string) bool { return setting(a, o) == setting(b, o) })
}

// stepWords is what a step of the front changes: "ECP_WINDOW_SIZE 4→3"; where
// there is no step before, or it does not tell its values, what the point has.
func stepWords(options []string, a, b *results.Case) string {
	var words []string
	if b.Base == "" {
		words = append(words, b.Config)
	}
	for _, o := range options {
		is, was := setting(b, o), ""
		if a != nil {
			was = setting(a, o)
		}
		switch {
		case is == "" || is == was:
		case was == "":
			if b.Base != "" {
				words = append(words, o+"="+is)
			}
		default:
			words = append(words, o+" "+was+"→"+is)
		}
	}
	return strings.Join(words, ", ")
}

// idle are the options that change none of the metrics, whatever the others are.
func idle(cases []*results.Case, metrics ...string) []string {
	options, values := axesOf(cases)
	var out []string
	for _, o := range varied(options, values) {
		seen := map[string][]int64{}
		if !slices.ContainsFunc(cases, func(c *results.Case) bool {
			if setting(c, o) == "" {
				return false // the base, which does not tell
			}
			key := ""
			for _, other := range options {
				if other != o {
					key += other + "=" + setting(c, other) + " "
				}
			}
			var numbers []int64
			for _, m := range metrics {
				numbers = append(numbers, c.Metrics[m])
			}
			if seen[key] == nil {
				seen[key] = numbers
			}
			return !slices.Equal(seen[key], numbers)
		}) {
			out = append(out, o)
		}
	}
	return out
}

func noEffect(idle []string) string {
	if len(idle) == 0 {
		return ""
	}
	return "Without any effect on either number: " + strings.Join(idle, ", ") + "."
}
