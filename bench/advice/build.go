package advice

import (
	"slices"

	"tlslab/core/options"
	"tlslab/profiles"
)

type raised = options.Raised

// builds are changes for a configuration that does not build: what the core's
// rules ask for, and the options that the compiler's words name.
func (c *Core) builds(e *Evidence) (out []Candidate) {
	if !e.NoBuild {
		return nil
	}
	// What depends on something missing may go off, or what is missing may come
	// on: that is the user's own wish more often.
	on := Change{}
	if m, err := c.options.Mend(e.Settings, c.allOn(e)); err == nil {
		for _, name := range m.On {
			on.Options = append(on.Options, c.turnedOn(name))
		}
	}
	if len(on.Options) > 0 {
		out = append(out, Candidate{Change: on, Why: "the core's check_config.h asks for it"})
	}
	for _, name := range slices.Compact(c.options.Named(e.BuildSays)) {
		if o, err := c.options.Find(name); err == nil && o.Kind == options.Flag && !c.has(e, name) && o.WeakensOn == "" {
			out = append(out, Candidate{Change: Change{Options: []profiles.Change{{Option: c.options.Short(name), On: true}}}, Why: "the compiler's message names it"})
		}
	}
	if m, err := c.options.Mend(e.Settings, nil); err == nil {
		off := Change{}
		for _, name := range m.Off {
			if o, err := c.options.Find(name); err != nil || o.Weakens != "" {
				return out
			}
			off.Options = append(off.Options, profiles.Change{Option: c.options.Short(name)})
		}
		if len(off.Options) > 0 && len(m.On) == 0 {
			out = append(out, Candidate{Change: off, Why: "what it needs is not there, by the core's check_config.h"})
		}
	}
	return out
}

// allOn are the options that are on, as fixed.
func (c *Core) allOn(e *Evidence) map[string]bool {
	fixed := map[string]bool{}
	for name := range e.Settings {
		fixed[name] = true
	}
	return fixed
}
