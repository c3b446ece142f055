package advice

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tlslab/core/options"
	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// Candidate is a change that a run speaks for.
type Candidate struct {
	Change Change
	Why    string // what was seen: a sentence without its full stop
	Sure   bool   // by Why alone it can't connect
	// Less proposes smaller changes that may do, the smallest first, from a
	// conversation that connects with this one; nil: there is none.
	Less func(after *Evidence) []Change
}

// Candidates are the changes that a run speaks for, the likeliest first. Each is
// of one kind of fault; none repeats what is in force.
func (c *Core) Candidates(e *Evidence) []Candidate {
	var all []Candidate
	for _, topic := range []func(*Core, *Evidence) []Candidate{
		(*Core).builds, memory, (*Core).secrets, (*Core).certificates, (*Core).judged, (*Core).offers, (*Core).mixed, (*Core).lengths,
	} {
		all = append(all, topic(c, e)...)
	}
	var out []Candidate
	seen := map[string]bool{}
	for _, x := range all {
		if key := x.Change.String(); !x.Change.none() && !seen[key] {
			seen[key] = true
			out = append(out, x)
		}
	}
	return out
}

// heapMost is the largest heap that is tried: far more than a handshake has.
const heapMost = 1 << 20

// memory is a heap that is large enough.
func memory(_ *Core, e *Evidence) []Candidate {
	if !strings.HasPrefix(e.Outcome, "out-of-heap") || e.HeapB >= heapMost {
		return nil
	}
	return []Candidate{{Change: Change{HeapB: heapMost}, Why: fmt.Sprintf("a heap of %s is not enough", quantity.Bytes(e.HeapB))}}
}

// enabled are the options that have to go on for a part of the core; nil where
// it is there, or nothing puts it there.
func (c *Core) enabled(e *Evidence, part options.Rule, there bool) []profiles.Change {
	if !there {
		return nil
	}
	if absent, known := part.Violated(e.Settings); !known || !absent {
		return nil
	}
	m, err := c.options.With(append(c.parts.Rules(), part)).Mend(e.Settings, nil)
	if err != nil || len(m.Off) > 0 {
		return nil
	}
	var out []profiles.Change
	for _, name := range m.On {
		out = append(out, c.turnedOn(name))
	}
	return out
}

// turnedOn is an option on, with the core's own value where it has one.
func (c *Core) turnedOn(name string) profiles.Change {
	change := profiles.Change{Option: c.options.Short(name), On: true}
	if o, err := c.options.Find(name); err == nil {
		change.Value = o.Default
	}
	return change
}

// Complete adds to a change what the core demands with it: what it needs goes
// on, what it excludes goes off. It is nil where nothing makes it build.
func (c *Core) Complete(settings map[string]string, change Change) (Change, bool) {
	if len(change.Options) == 0 {
		return change, true
	}
	before, err := c.options.Mend(settings, nil)
	broken := err != nil
	fixed := map[string]bool{}
	for _, o := range change.Options {
		fixed[c.options.Full(o.Option)] = true
	}
	m, err := c.options.Mend(c.applied(settings, change.Options), fixed)
	if err != nil {
		return change, broken // what did not build before may yet
	}
	change.Along = nil
	for _, name := range m.On {
		change.Along = append(change.Along, c.turnedOn(name))
	}
	for _, name := range m.Off {
		change.Along = append(change.Along, profiles.Change{Option: c.options.Short(name)})
	}
	for _, r := range m.Raised {
		// What was too small for another option before is not this change's.
		if broken || !slices.ContainsFunc(before.Raised, func(x raised) bool { return x == r }) {
			change.Along = append(change.Along, profiles.Change{Option: c.options.Short(r.Name), On: true, Value: strconv.FormatInt(r.Value, 10)})
		}
	}
	return change, true
}

// larger is an option with a number, where that is more than what is in force.
func (c *Core) larger(e *Evidence, option string, need int) []profiles.Change {
	if !c.knows(option) {
		return nil
	}
	if has, ok := c.limit(e, option); ok && has >= need {
		return nil
	}
	return []profiles.Change{{Option: option, On: true, Value: strconv.Itoa(need)}}
}
