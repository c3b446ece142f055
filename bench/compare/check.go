package compare

import (
	"fmt"

	"tlslab/bench/results"
)

// CheckChange is a must-reject check that says something else.
type CheckChange struct {
	Name     string
	Old, New *results.Check // nil where it was not made
}

// Lost says that what was refused is refused no more.
func (k CheckChange) Lost() bool { return k.refused(k.Old) && !k.refused(k.New) }

// Gained says the reverse.
func (k CheckChange) Gained() bool { return !k.refused(k.Old) && k.refused(k.New) }

func (k CheckChange) refused(c *results.Check) bool { return c != nil && c.Refused }

func (k CheckChange) String() string {
	outcome := func(c *results.Check) string {
		if c == nil {
			return "not made"
		}
		return c.Outcome
	}
	word := ""
	switch {
	case k.Lost():
		word = " LOST"
	case k.Gained():
		word = " gained"
	}
	return fmt.Sprintf("must-reject %s%s: %s -> %s", k.Name, word, outcome(k.Old), outcome(k.New))
}

func (p *Pair) checks() {
	o, n := checks(p.Old), checks(p.New)
	for _, name := range keys(union(o, n)) {
		a, b := o[name], n[name]
		p.Compared++
		if a == nil || b == nil || *a != *b {
			p.Checks = append(p.Checks, CheckChange{name, a, b})
		}
	}
}

func checks(c *results.Case) map[string]*results.Check {
	m := make(map[string]*results.Check, len(c.Checks))
	for i := range c.Checks {
		m[c.Checks[i].Name] = &c.Checks[i]
	}
	return m
}
