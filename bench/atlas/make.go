package atlas

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// columns are the metrics an atlas compares, those of them that were measured.
var columns = []string{
	results.Flash, results.RO, results.Static, results.HeapPeak, results.ShadowStackPeak, results.StackPeak, results.EstRAMPeak,
	results.RAMPeak, results.HandshakeOps, results.HandshakeInsns, results.EstHandshakeCycles, results.Wire, results.Allocs,
}

// Words are what is known of an option beside its price.
type Words struct {
	Advice     string
	WeakensOff string // what is lost by leaving it out or lowering it
	WeakensOn  string // what is lost by having it
}

// Make is the atlas of a results file that holds bases and, of each, flips: a
// case without an Option, and cases whose Base it is. It is an error when a
// base is missing or did not connect: nothing can be compared with it.
func Make(f *results.File, words func(option string) Words) (*File, error) {
	a := &File{Schema: Schema, Provenance: f.Provenance}
	bases := map[string]*results.Case{} // config + scenario
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
		bases[c.Config+" "+c.Scenario] = c
		at := slices.IndexFunc(a.Bases, func(b Base) bool { return b.Config == c.Config })
		if at < 0 {
			at = len(a.Bases)
			a.Bases = append(a.Bases, Base{Config: c.Config, Values: map[string]map[string]int64{}})
		}
		a.Bases[at].Values[c.Scenario] = c.Metrics
		for _, m := range columns {
			if _, ok := c.Metrics[m]; ok && !slices.Contains(a.Metrics, m) {
				a.Metrics = append(a.Metrics, m)
			}
		}
	}
	slices.Sort(a.Scenarios)
	slices.SortFunc(a.Metrics, func(x, y string) int { return cmp.Compare(slices.Index(columns, x), slices.Index(columns, y)) })
	entries := map[string]*Entry{}
	for i := range f.Cases {
		c := &f.Cases[i]
		if c.Option == "" {
			continue
		}
		base := bases[c.Base+" "+c.Scenario]
		if base == nil {
			return nil, fmt.Errorf("atlas: %s: its base %s was not measured in %s", c.Config, c.Base, c.Scenario)
		}
		e := entries[c.Config]
		if e == nil {
			e = newEntry(c, words(c.Option))
			entries[c.Config] = e
		}
		e.Cells = append(e.Cells, cell(c, base, a.Metrics))
	}
	for _, e := range entries {
		slices.SortFunc(e.Cells, func(x, y Cell) int { return strings.Compare(x.Scenario, y.Scenario) })
		a.Entries = append(a.Entries, *e)
	}
	slices.SortFunc(a.Entries, func(x, y Entry) int {
		return cmp.Or(strings.Compare(x.Base, y.Base), strings.Compare(x.Option, y.Option), cmp.Compare(len(x.Is), len(y.Is)), strings.Compare(x.Is, y.Is))
	})
	return a, nil
}

func newEntry(c *results.Case, w Words) *Entry {
	e := &Entry{Base: c.Base, Option: c.Option, Is: c.Value, Advice: w.Advice}
	switch c.Value {
	case "off":
		e.Was, e.Weakens = "on", w.WeakensOff
	case "on":
		e.Was, e.Weakens = "off", w.WeakensOn
	}
	for option, value := range c.Settings {
		if option == c.Option {
			continue
		}
		switch value {
		case "off":
			e.With = append(e.With, "-"+option)
		case "on":
			e.With = append(e.With, option)
		default:
			e.With = append(e.With, option+"="+value)
		}
	}
	slices.Sort(e.With)
	return e
}

// cell is what a flip changed in a scenario.
func cell(c, base *results.Case, metrics []string) Cell {
	k := Cell{Scenario: c.Scenario, Outcome: c.Outcome}
	if c.Outcome != results.OutcomeConnected {
		k.Detail = c.Detail
	}
	for _, m := range metrics {
		was, ok1 := base.Metrics[m]
		is, ok2 := c.Metrics[m]
		if ok1 && ok2 && was != is && (c.Outcome == results.OutcomeConnected || linked[m]) {
			if k.Change == nil {
				k.Change = map[string]int64{}
			}
			k.Change[m] = is - was
		}
	}
	if c.Outcome == results.OutcomeConnected {
		k.Lost, k.Gained = checks(base, c), checks(c, base)
		k.Same = k.Change == nil && k.Lost == nil && k.Gained == nil
	}
	return k
}

// linked are the metrics of an image, which a failed handshake has too.
var linked = map[string]bool{results.Flash: true, results.RO: true, results.Static: true}

// checks are those that a refuses and b accepts.
func checks(a, b *results.Case) []string {
	var out []string
	for _, k := range a.Checks {
		if !k.Refused {
			continue
		}
		for _, o := range b.Checks {
			if o.Name == k.Name && !o.Refused {
				out = append(out, k.Name)
			}
		}
	}
	return out
}
