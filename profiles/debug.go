package profiles

import (
	"fmt"
	"maps"
)

// mostDebug is the library's most verbose debug level (the manual, 7.2.1).
const mostDebug = 4

// CheckDebug says whether a level is one of the library's.
func CheckDebug(level int) error {
	if level < 0 || level > mostDebug {
		return fmt.Errorf("%d: not in 0 (none) .. %d (verbose)", level, mostDebug)
	}
	return nil
}

// needDebug adds the option that a debug level needs.
func (s *Scenario) needDebug() {
	if s.DebugLevel == nil {
		return
	}
	if s.Needs == nil {
		s.Needs = map[string]any{}
	}
	s.Needs[s.Dialect().DebugOption] = true
}

// WithDebug is the scenario with another debug level.
func (s *Scenario) WithDebug(level int) *Scenario {
	c := s.WithNeed(s.Dialect().DebugOption)
	c.DebugLevel = &level
	c.data = fmt.Appendf(c.data, " debug_level = %d", level)
	return c
}

// WithNeed is the scenario with one more option that it needs.
func (s *Scenario) WithNeed(option string) *Scenario {
	c := *s
	c.Needs = maps.Clone(s.Needs)
	if c.Needs == nil {
		c.Needs = map[string]any{}
	}
	c.Needs[option] = true
	c.data = fmt.Appendf(append([]byte(nil), s.data...), " %s", option)
	return &c
}
