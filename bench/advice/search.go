package advice

import (
	"context"
	"slices"
	"strings"

	"tlslab/core/options"
	"tlslab/profiles"
)

// Bounds on a search. Building and running one try takes some seconds.
const (
	mostSteps  = 3  // changes of different kinds, one upon the other
	leastAtAll = 1  // options of a change that can't be made smaller
	mostSaid   = 8  // options that a change may name: more is no advice
	MostTries  = 20 // where each is against the reference peer
	MostDials  = 3  // where each asks a real peer
)

// Search finds a change with which a conversation connects.
type Search struct {
	Core *Core
	// Try has the conversation again with a change, which builds by the core's
	// rules, and says what it showed. Its error is the lab's own.
	Try func(ctx context.Context, change Change) (*Evidence, error)
	// Most bounds the tries.
	Most int
	// Whole goes on, where nothing that the run speaks for helps, with what the
	// conversation needs, the varied configuration's own values, and the core's.
	Whole bool

	tries int
	known map[string]*Evidence
}

// Found is a change that was tried and connects.
type Found struct {
	Change Change
	Why    string // what was seen that it mends, a line each
	Tries  int
	After  *Evidence
}

// Find tries changes until one connects; nil where none does.
func (s *Search) Find(ctx context.Context, e *Evidence) (*Found, error) {
	s.tries, s.known = 0, map[string]*Evidence{}
	sofar, now := Change{}, e
	var whys []string
	for range mostSteps {
		var best *Evidence
		var step Candidate
		for _, c := range s.Core.Candidates(now) {
			after, err := s.try(ctx, e, sofar.and(c.Change))
			if err != nil {
				return nil, err
			}
			if after == nil {
				continue
			}
			if after.Connected {
				return s.smallest(ctx, e, sofar, c, strings.Join(append(whys, c.Why), "\n"), after)
			}
			if further(after, now) && (best == nil || further(after, best)) {
				best, step = after, c
			}
		}
		if best == nil {
			break
		}
		sofar, now, whys = sofar.and(step.Change), best, append(whys, step.Why)
	}
	if !s.Whole {
		return nil, nil
	}
	for _, g := range s.Core.groups(e) {
		after, err := s.try(ctx, e, g.Change)
		if err != nil {
			return nil, err
		}
		if after != nil && after.Connected {
			return s.least(ctx, e, g, after)
		}
	}
	return nil, nil
}

// Tries is how many the last Find made.
func (s *Search) Tries() int { return s.tries }

// try is Try once for each change; nil where it can't build by the core's rules,
// or no more may be tried.
func (s *Search) try(ctx context.Context, e *Evidence, change Change) (*Evidence, error) {
	whole, ok := s.Core.Complete(e.Settings, change)
	if !ok {
		return nil, nil
	}
	key := whole.String() + " " + Change{Options: whole.Along}.String()
	if after, ok := s.known[key]; ok {
		return after, nil
	}
	if s.tries == s.Most {
		return nil, nil
	}
	s.tries++
	after, err := s.Try(ctx, whole)
	if err == nil {
		s.known[key] = after
	}
	return after, err
}

// further says that a conversation went on for longer than another.
func further(a, b *Evidence) bool { return slices.Compare(a.reached(), b.reached()) > 0 }

// reached is how far it went: built, phases, messages.
func (e *Evidence) reached() []int {
	messages := 0
	if e.Seen != nil {
		messages = e.Seen.Messages
	}
	built := 1
	if e.NoBuild {
		built = 0
	}
	return []int{built, len(e.HeapPeaks), messages}
}

// smallest is the smallest of what a candidate's own conversation says may do.
func (s *Search) smallest(ctx context.Context, e *Evidence, sofar Change, c Candidate, why string, after *Evidence) (*Found, error) {
	f := &Found{sofar.and(c.Change), why, s.tries, after}
	if c.Less != nil {
		for _, smaller := range c.Less(after) {
			again, err := s.try(ctx, e, sofar.and(smaller))
			if err != nil {
				return nil, err
			}
			if again != nil && again.Connected {
				f = &Found{sofar.and(smaller), why, s.tries, again}
				break
			}
		}
	}
	return s.done(e, f), nil
}

// done says a change with what goes along.
func (s *Search) done(e *Evidence, f *Found) *Found {
	f.Change, _ = s.Core.Complete(e.Settings, f.Change)
	f.Tries = s.tries
	return f
}

// least makes a group of options smaller by halves while it connects; nil where
// what is left is too much to call it advice.
func (s *Search) least(ctx context.Context, e *Evidence, g Candidate, after *Evidence) (*Found, error) {
	f := &Found{g.Change, g.Why, s.tries, after}
	keep := func(some []profiles.Change) (bool, error) {
		c := g.Change
		c.Options = some
		again, err := s.try(ctx, e, c)
		if err != nil || again == nil || !again.Connected {
			return false, err
		}
		f.Change, f.After = c, again
		return true, nil
	}
	for n := 2; len(f.Change.Options) > leastAtAll && s.tries < s.Most-1; { // one is for the heap
		all := f.Change.Options
		smaller, err := false, error(nil)
		for _, part := range divided(all, n) {
			if smaller, err = keep(part); err != nil {
				return nil, err
			}
			if smaller {
				n = 2
				break
			}
		}
		for i := 0; n > 2 && !smaller && i < n; i++ { // two parts are each other's rest
			if smaller, err = keep(without(all, n, i)); err != nil {
				return nil, err
			}
			if smaller {
				n-- // never more parts than options: without an empty part is all of them
			}
		}
		if !smaller && n >= len(all) {
			break
		}
		if !smaller {
			n = min(2*n, len(all))
		}
	}
	if len(f.Change.Options) > mostSaid {
		return nil, nil
	}
	c := f.Change
	c.HeapB = 0
	again, err := s.try(ctx, e, c)
	if err != nil {
		return nil, err
	}
	if again != nil && again.Connected {
		f.Change, f.After = c, again
	}
	return s.done(e, f), nil
}

// divided is a list in n parts of about the same length.
func divided(all []profiles.Change, n int) (parts [][]profiles.Change) {
	for i := range n {
		if part := all[len(all)*i/n : len(all)*(i+1)/n]; len(part) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// without is a list without the i-th of its n parts.
func without(all []profiles.Change, n, i int) []profiles.Change {
	return slices.Concat(all[:len(all)*i/n], all[len(all)*(i+1)/n:])
}

// groups are many options at once, of which some may help: what the
// conversation needs, what the varied configuration has, what the core has by
// itself. None of them gives up security.
func (c *Core) groups(e *Evidence) (out []Candidate) {
	for _, g := range []struct {
		options []profiles.Change
		why     string
	}{
		{c.unmet(e), "the conversation needs it"},
		{c.varied(e), "the configuration that this one varies has it otherwise"},
		{c.lowered(e), "the core's own configuration has it otherwise"},
		{c.defaults(e), "the core's own configuration has it otherwise"},
	} {
		if len(g.options) > 0 {
			// With heap for all of them: the core's own records are long.
			out = append(out, Candidate{Change: Change{Options: g.options, HeapB: heapMost}, Why: g.why})
		}
	}
	return out
}

// unmet are the needs of the conversation that the configuration does not have.
func (c *Core) unmet(e *Evidence) (out []profiles.Change) {
	for _, name := range sorted(e.Needs) {
		change, err := profiles.ToChange(c.options, name, e.Needs[name])
		if err != nil || !c.knows(name) {
			continue
		}
		if change.Option == suitesOption {
			if c.has(e, suitesOption) {
				out = append(out, c.suite(e, e.Suite)...)
			}
			continue
		}
		value, on := e.Settings[c.options.Full(name)]
		if on != change.On || on && change.Value != "" && change.Value != value {
			out = append(out, change)
		}
	}
	return out
}

// varied are the options that a variation has otherwise.
func (c *Core) varied(e *Evidence) (out []profiles.Change) {
	if e.Base == nil {
		return nil
	}
	for _, name := range sorted(e.Base) {
		if value, on := e.Settings[name]; !on || value != e.Base[name] {
			out = append(out, profiles.Change{Option: c.options.Short(name), On: true, Value: e.Base[name]})
		}
	}
	for _, name := range sorted(e.Settings) {
		if _, on := e.Base[name]; !on {
			out = append(out, profiles.Change{Option: c.options.Short(name)})
		}
	}
	return out
}

// lowered are the core's own numbers where they are larger. They build where
// all that the core has may not.
func (c *Core) lowered(e *Evidence) []profiles.Change {
	return slices.DeleteFunc(c.defaults(e), func(change profiles.Change) bool { return change.Value == "" })
}

// defaults are the options that the core has on by itself, and its numbers where they
// are larger.
func (c *Core) defaults(e *Evidence) (out []profiles.Change) {
	for _, o := range c.options.Options() {
		value, on := e.Settings[o.Name]
		switch {
		case !o.Noted || o.NoFlip != "":
		case o.Kind == options.Number && on:
			has, okHas := integer(value)
			own, okOwn := integer(o.Default)
			if okHas && okOwn && own > has && o.WeakensOn == "" {
				out = append(out, profiles.Change{Option: c.options.Short(o.Name), On: true, Value: o.Default})
			}
		case o.Kind == options.Flag && o.On && !on && o.WeakensOn == "":
			out = append(out, profiles.Change{Option: c.options.Short(o.Name), On: true})
		case o.Kind == options.Flag && !o.On && on && o.Weakens == "":
			out = append(out, profiles.Change{Option: c.options.Short(o.Name)})
		}
	}
	return out
}
