package mbedtls

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/core/options"
	"tlslab/internal/cexpr"
	"tlslab/internal/ctext"
)

// MendError says that a configuration cannot be made to pass check_config.h
// while what is fixed stays as it is.
type MendError struct {
	Rule  options.Rule // the first rule that nothing mends
	Fixed []string     // what it asks for that may not change, in its order
}

func (e *MendError) Error() string {
	s := fmt.Sprintf("%s: %s", e.Rule.At(), e.Rule.Message())
	if len(e.Fixed) > 0 {
		s += "; fixed: " + strings.Join(e.Fixed, ", ")
	}
	return s
}

// flip is an option that has to change.
type flip struct {
	name string
	on   bool
}

// way is a set of flips that together answer a condition as wanted.
type way []flip

// Bounds on the search: turning one option of 2.28.3's own configuration over
// changes at most 27 others.
const (
	maxWays  = 64
	maxSteps = 2000
)

// mend finds which options must go on and off beyond those of a configuration
// (macros, with MBEDTLS_) so that it violates no rule. Rules are mended in
// their order. Of a rule's ways the one with the fewest options turned on is
// taken, then the one with the fewest turned off, then the one after which the
// fewest rules are violated, then the one that the rule's message names first,
// then its condition: so what depends on something that is off goes off with
// it. may tells which options may change which way; an option changes once.
// Both lists are in the order of mending. The error is a *MendError.
func mend(rules []*rule, macros map[string]string, may func(name string, on bool) bool) (on, off []string, err error) {
	if len(rules) == 0 {
		return nil, nil, nil
	}
	m := &mender{rules: rules, macros: map[string]string{}, may: may, turned: map[string]bool{}}
	maps.Copy(m.macros, macros)
	if !m.mend() {
		e := &MendError{Rule: m.stuck}
		positive, negative := m.stuck.names()
		for _, name := range slices.Concat(positive, negative) {
			_, defined := macros[name]
			if !may(name, !defined) {
				e.Fixed = append(e.Fixed, name)
			}
		}
		return nil, nil, e
	}
	for _, f := range m.order {
		if f.on {
			on = append(on, f.name)
		} else {
			off = append(off, f.name)
		}
	}
	return on, off, nil
}

type mender struct {
	rules  []*rule
	macros map[string]string
	may    func(name string, on bool) bool
	turned map[string]bool // what was changed, and to what
	order  []flip          // the same, as it was changed
	steps  int
	stuck  *rule
}

// mend mends the first violated rule in each way it has until no rule is
// violated.
func (m *mender) mend() bool {
	violated := violations(m.rules, m.macros)
	if len(violated) == 0 {
		return true
	}
	first := m.rules[violated[0]]
	if m.steps++; m.steps > maxSteps {
		return false
	}
	for _, w := range m.ways(first) {
		before, changed := maps.Clone(m.macros), len(m.order)
		w.apply(m.macros)
		m.order = append(m.order, w...)
		for _, f := range w {
			m.turned[f.name] = f.on
		}
		if still, _ := first.Violated(m.macros); !still && m.mend() {
			return true
		}
		m.macros, m.order = before, m.order[:changed]
		for _, f := range w {
			delete(m.turned, f.name)
		}
	}
	if m.stuck == nil {
		m.stuck = first
	}
	return false
}

// ways lists how a violated rule can be mended, the best first.
func (m *mender) ways(r *rule) []way {
	s := &solver{reading: newReading(r.program, m.macros), m: m, known: map[question][]way{}}
	var all []way
	for _, b := range r.reached {
		all = append(all, s.answer(b.asked, !b.want)...)
	}
	type ranked struct {
		way
		cost []int
	}
	rank := make([]ranked, len(all))
	for i, w := range all {
		rank[i] = ranked{w, m.cost(r, w)}
	}
	slices.SortStableFunc(rank, func(a, b ranked) int { return slices.Compare(a.cost, b.cost) })
	for i := range rank {
		all[i] = rank[i].way
	}
	return all
}

// cost is what speaks against mending a rule in a way, the weightiest first.
func (m *mender) cost(r *rule, w way) []int {
	on, named := 0, len(r.message)
	for _, f := range w {
		if f.on {
			on++
		}
		if at := slices.Index(ctext.Identifier.FindAllString(r.message, -1), f.name); at >= 0 {
			named = min(named, at)
		}
	}
	after := maps.Clone(m.macros)
	w.apply(after)
	return []int{on, len(w), len(violations(m.rules, after)), named}
}

func (w way) apply(macros map[string]string) {
	for _, f := range w {
		if f.on {
			macros[f.name] = ""
		} else {
			delete(macros, f.name)
		}
	}
}

// solver finds the ways for one configuration.
type solver struct {
	*reading
	m     *mender
	known map[question][]way
}

// question is a condition and the answer that is wanted.
type question struct {
	asked *asked
	want  bool
}

func (s *solver) answer(q *asked, want bool) []way {
	k := question{q, want}
	ways, ok := s.known[k]
	if !ok {
		ways = s.ways(q.Cond, q.seq, want)
		s.known[k] = ways
	}
	return ways
}

// ways lists the ways to make c true, or false. The empty way says that it is.
func (s *solver) ways(c *cexpr.Cond, seq int, want bool) []way {
	switch c.Op {
	case cexpr.OpNot:
		return s.ways(c.A, seq, !want)
	case cexpr.OpAnd, cexpr.OpOr:
		if s.evaluate(c, seq) == cexpr.TruthOf(want) {
			return []way{nil}
		}
		a, b := s.ways(c.A, seq, want), s.ways(c.B, seq, want)
		if (c.Op == cexpr.OpOr) == want {
			return few(append(a[:len(a):len(a)], b...))
		}
		return cross(a, b)
	case cexpr.OpDefined:
		return s.define(c.Name, seq, want)
	}
	if s.evaluate(c, seq) == cexpr.TruthOf(want) {
		return []way{nil}
	}
	return nil
}

// define lists the ways to have a macro defined, or not, at a place in the
// headers: by the configuration, or by what makes the headers define it.
func (s *solver) define(name string, seq int, want bool) []way {
	if s.defined(name, seq) == cexpr.TruthOf(want) {
		return []way{nil}
	}
	_, given := s.macros[name]
	own := []way{nil}
	if given != want {
		own = nil
		if _, turned := s.m.turned[name]; !turned && s.m.may(name, want) {
			own = []way{{{name, want}}}
		}
	}
	var inHeaders []way
	if !want {
		inHeaders = []way{nil}
	}
	for _, e := range s.events[name] {
		if e.seq >= seq || !e.defined {
			continue
		}
		ways := s.reach(e.reached, want)
		if want {
			inHeaders = few(append(inHeaders, ways...))
		} else {
			inHeaders = cross(inHeaders, ways)
		}
	}
	if want {
		return few(append(own, inHeaders...))
	}
	return cross(own, inHeaders)
}

// reach lists the ways to have all of a guard hold, or not.
func (s *solver) reach(g guard, want bool) []way {
	ways := []way{nil}
	if !want {
		ways = nil
	}
	for _, b := range g {
		more := s.answer(b.asked, b.want == want)
		if want {
			ways = cross(ways, more)
		} else {
			ways = few(append(ways, more...))
		}
	}
	return ways
}

// cross joins each way of a with each of b; what contradicts itself is left out.
func cross(a, b []way) []way {
	var out []way
	for _, x := range a {
	pairs:
		for _, y := range b {
			joined := slices.Clone(x)
			for _, f := range y {
				if slices.Contains(joined, flip{f.name, !f.on}) {
					continue pairs
				}
				if !slices.Contains(joined, f) {
					joined = append(joined, f)
				}
			}
			out = append(out, joined)
		}
	}
	return few(out)
}

// few keeps the ways with the fewest flips, in order, where they are many.
func few(ways []way) []way {
	if len(ways) > maxWays {
		slices.SortStableFunc(ways, func(a, b way) int { return len(a) - len(b) })
		ways = ways[:maxWays]
	}
	return ways
}
