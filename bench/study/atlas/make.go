package atlas

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// Words are what is known of an option beside its price.
type Words struct {
	Was        string // a number's value in the base; flags need none
	Advice     string // the manual's
	WeakensOff string // what is lost by leaving it out or lowering it
	WeakensOn  string // what is lost by having it
}

// Make is the atlas of a results file that holds bases and, of each, flips: a
// case without an Option, and cases whose Base it is. words tells of an option
// in one of the bases. A variation that is its base itself is no flip. It is an
// error when a base is missing or did not connect: nothing can be compared with
// it.
func Make(f *results.File, words func(base, option string) Words) (*File, error) {
	a := &File{Schema: Schema, Provenance: f.Provenance}
	bases, err := a.readBases(f)
	if err != nil {
		return nil, err
	}
	entries := map[string]*Entry{}
	for i := range f.Cases {
		c := &f.Cases[i]
		if c.Option == "" {
			continue
		}
		base := bases[place{c.Base, c.Scenario}]
		if base == nil {
			return nil, fmt.Errorf("atlas: %s: its base %s was not measured in %s", c.Config, c.Base, c.Scenario)
		}
		if c.ConfigDigest != "" && c.ConfigDigest == base.ConfigDigest {
			continue
		}
		e := entries[c.Config]
		if e == nil {
			e = newEntry(c, words(c.Base, c.Option))
			entries[c.Config] = e
		}
		e.goesAlong(c)
		e.Cells = append(e.Cells, cell(c, base, a.Metrics))
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		e := entries[name]
		slices.SortFunc(e.Cells, func(x, y Cell) int { return strings.Compare(x.Scenario, y.Scenario) })
		a.Entries = append(a.Entries, *e)
	}
	slices.SortStableFunc(a.Entries, func(x, y Entry) int {
		// 8 before 16: of numbers the shorter is the smaller.
		return cmp.Or(strings.Compare(x.Base, y.Base), strings.Compare(x.Option, y.Option), cmp.Compare(len(x.Is), len(y.Is)), strings.Compare(x.Is, y.Is))
	})
	return a, nil
}

// Skip notes an option that was not turned in a scenario.
func (a *File) Skip(base, option, is, why, scenario string) {
	i := slices.IndexFunc(a.NotFlipped, func(n NotFlipped) bool {
		return n.Base == base && n.Option == option && n.Is == is && n.Why == why
	})
	if i < 0 {
		i = len(a.NotFlipped)
		a.NotFlipped = append(a.NotFlipped, NotFlipped{Base: base, Option: option, Is: is, Why: why})
	}
	n := &a.NotFlipped[i]
	if !slices.Contains(n.Scenarios, scenario) {
		n.Scenarios = append(n.Scenarios, scenario)
		slices.Sort(n.Scenarios)
	}
	slices.SortStableFunc(a.NotFlipped, func(x, y NotFlipped) int {
		return cmp.Or(strings.Compare(x.Base, y.Base), strings.Compare(x.Option, y.Option), cmp.Compare(len(x.Is), len(y.Is)),
			strings.Compare(x.Is, y.Is), strings.Compare(x.Why, y.Why))
	})
}

type place struct{ config, scenario string }

// readBases fills in all but the entries.
func (a *File) readBases(f *results.File) (map[place]*results.Case, error) {
	bases := map[place]*results.Case{}
	values := map[string]map[string]map[string]int64{}
	for i := range f.Cases {
		c := &f.Cases[i]
		if a.Board, a.Machine = cmp.Or(a.Board, c.Board), cmp.Or(a.Machine, c.Machine); c.Board != a.Board || c.Machine != a.Machine {
			return nil, fmt.Errorf("atlas: cases of %s on %s and of %s on %s: an atlas is of one board and machine", a.Board, a.Machine, c.Board, c.Machine)
		}
		if !slices.Contains(a.Scenarios, c.Scenario) {
			a.Scenarios = append(a.Scenarios, c.Scenario)
		}
		if c.Option != "" {
			continue
		}
		if c.Outcome != results.OutcomeConnected {
			return nil, fmt.Errorf("atlas: %s itself does not connect in %s: %s", c.Config, c.Scenario, c.Outcome)
		}
		bases[place{c.Config, c.Scenario}] = c
		if values[c.Config] == nil {
			values[c.Config] = map[string]map[string]int64{}
		}
		values[c.Config][c.Scenario] = c.Metrics
		for m := range c.Metrics {
			if !slices.Contains(a.Metrics, m) {
				a.Metrics = append(a.Metrics, m)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		a.Bases = append(a.Bases, Base{Config: name, Values: values[name]})
	}
	slices.Sort(a.Scenarios)
	slices.SortFunc(a.Metrics, metric.Order)
	return bases, nil
}

func newEntry(c *results.Case, w Words) *Entry {
	e := &Entry{Base: c.Base, Option: c.Option, Was: w.Was, Is: c.Value, Advice: w.Advice}
	switch {
	case c.Value == "off":
		e.Was, e.Weakens = cmp.Or(w.Was, "on"), w.WeakensOff
	case c.Value == "on":
		e.Was, e.Weakens = "off", w.WeakensOn
	case lower(c.Value, w.Was):
		e.Weakens = w.WeakensOff
	}
	return e
}

// lower says that both are whole numbers and a is the less.
func lower(a, b string) bool {
	x, err1 := strconv.ParseInt(a, 0, 64)
	y, err2 := strconv.ParseInt(b, 0, 64)
	return err1 == nil && err2 == nil && x < y
}

// goesAlong notes what c had to change beside the option.
func (e *Entry) goesAlong(c *results.Case) {
	for option, value := range c.Settings {
		switch {
		case option == c.Option:
			continue
		case value == "off":
			option = "-" + option
		case value != "on":
			option += "=" + value
		}
		if !slices.Contains(e.With, option) {
			e.With = append(e.With, option)
		}
	}
	slices.Sort(e.With)
}

// cell is what a flip changed in a scenario.
func cell(c, base *results.Case, metrics []string) Cell {
	k := Cell{Scenario: c.Scenario, Outcome: results.Outcome(string(c.Outcome))}
	connected := c.Outcome == results.OutcomeConnected
	if !connected {
		k.Detail = c.Detail
	}
	for _, m := range metrics {
		was, ok := base.Metrics[m]
		if !ok {
			continue
		}
		is, ok := c.Metrics[m]
		if !ok || !connected && metric.Of(m).Source != metric.Image {
			k.Missing = append(k.Missing, m)
		} else if was != is {
			if k.Change == nil {
				k.Change = map[string]int64{}
			}
			k.Change[m] = is - was
			if base.WithinDraws(m, is-was) {
				k.Drawn = append(k.Drawn, m)
			}
		}
	}
	if connected {
		k.Lost, k.Gained, k.Unshown = compareChecks(base, c)
		k.Same = k.Change == nil && k.Missing == nil && k.Lost == nil && k.Gained == nil && k.Unshown == nil
	}
	return k
}

// compareChecks sets what a base and a flip do with bad certificates against
// each other.
func compareChecks(base, flip *results.Case) (lost, gained, unshown []string) {
	for _, b := range base.Checks {
		for _, c := range flip.Checks {
			switch {
			case b.Name != c.Name || b.Refused == c.Refused:
			case c.Refused && b.Outcome == results.OutcomeAccepted:
				gained = append(gained, c.Name)
			case b.Refused && c.Outcome == results.OutcomeAccepted:
				lost = append(lost, c.Name)
			case b.Refused:
				unshown = append(unshown, c.Name)
			}
		}
	}
	return lost, gained, unshown
}
