package compare

import (
	"maps"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// Pair is one case in both files, or in one of them.
type Pair struct {
	Old, New *results.Case // nil where its file has no such case

	Inputs   []Input // what was asked differently; no difference by itself
	Outcome  bool    // it ended otherwise; its numbers are not compared then
	Checks   []CheckChange
	Items    []*Item
	Compared int // exact numbers, outcomes and checks that both files have

	SamePhases, SameFunctions int
	// LackFunctions is "old" or "new" where that file alone has no functions of
	// the case, as a baseline has none of a variation's; "" otherwise.
	LackFunctions string
}

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

// Item is what changed in one family of metrics, with its parts.
type Item struct {
	Metrics   []Change // the case's own
	Phases    []Change // by metric, largest first; in order of execution where equal
	Functions []Change // of the whole run, or of the image; as Phases

	// Base says of a variation what the same metric did in the configuration
	// itself: "rtthread-optimised itself did not change". Empty where that is
	// not known, or where it changed alike.
	Base string

	pair *Pair
}

// Case is the new case, or the old one where there is no new one.
func (p *Pair) Case() *results.Case {
	if p.New != nil {
		return p.New
	}
	return p.Old
}

// Differs reports whether anything measured differs.
func (p *Pair) Differs() bool {
	return p.Old == nil || p.New == nil || p.Outcome || len(p.Checks)+len(p.Items) > 0
}

// Explained is the item a metric of the case belongs to, or nil where nothing
// of its family changed.
func (p *Pair) Explained(metric string) *Item {
	for _, it := range p.Items {
		if it.family() == lead(metric) {
			return it
		}
	}
	return nil
}

func (it *Item) family() string {
	for _, cs := range [][]Change{it.Metrics, it.Phases, it.Functions} {
		if len(cs) > 0 {
			return lead(cs[0].Metric)
		}
	}
	return ""
}

func (p *Pair) compare() {
	was, is := p.Old, p.New
	p.Inputs = inputs(was, is)
	p.checks()
	p.Compared++
	if was.Outcome != is.Outcome {
		p.Outcome = true // part of a handshake has no numbers to compare with a whole one's
		return
	}
	items := map[string]*Item{}
	of := func(c Change) *Item {
		it := items[lead(c.Metric)]
		if it == nil {
			it = &Item{pair: p}
			items[lead(c.Metric)] = it
		}
		return it
	}
	for _, c := range p.counted("", was.Metrics, is.Metrics) {
		it := of(c)
		it.Metrics = append(it.Metrics, c)
	}
	o, n := phases(was), phases(is)
	for _, name := range phaseOrder(was, is) {
		differ := p.counted(name, o[name], n[name])
		for _, c := range differ {
			it := of(c)
			it.Phases = append(it.Phases, c)
		}
		if len(differ) == 0 {
			p.SamePhases++
		}
	}
	p.functions(of)
	for _, m := range slices.SortedFunc(maps.Keys(items), Order) {
		bySize(items[m].Phases)
		bySize(items[m].Functions)
		p.Items = append(p.Items, items[m])
	}
}

// counted is changes, and counts what both files have and is exact.
func (p *Pair) counted(name string, old, new map[string]int64) []Change {
	for m := range old {
		if _, both := new[m]; both && !Estimate(m) {
			p.Compared++
		}
	}
	return changes(name, old, new)
}

func (p *Pair) functions(of func(Change) *Item) {
	o, n := functions(p.Old), functions(p.New)
	switch {
	case len(o) == 0 && len(n) == 0:
		return
	case len(o) == 0:
		p.LackFunctions = "old"
		return
	case len(n) == 0:
		p.LackFunctions = "new"
		return
	}
	for _, name := range keys(union(o, n)) {
		same := true
		for _, c := range changes(name, o[name], n[name]) {
			same = false
			if c.By() != 0 { // one that comes or goes with nothing explains nothing
				it := of(c)
				it.Functions = append(it.Functions, c)
			}
		}
		if same {
			p.SameFunctions++
		}
	}
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

// only leaves what a list of metrics names.
func (p *Pair) only(globs []string) {
	if len(globs) == 0 || p.Old == nil || p.New == nil {
		return
	}
	other := func(c Change) bool { return !anyGlob(globs, c.Metric) }
	p.Outcome = p.Outcome && anyGlob(globs, "outcome")
	p.Checks = slices.DeleteFunc(p.Checks, func(k CheckChange) bool { return !anyGlob(globs, "must-reject:"+k.Name) })
	for _, it := range p.Items {
		if it.Metrics = slices.DeleteFunc(it.Metrics, other); len(it.Metrics) == 0 {
			it.Phases, it.Functions = slices.DeleteFunc(it.Phases, other), slices.DeleteFunc(it.Functions, other)
		}
	}
	p.Items = slices.DeleteFunc(p.Items, func(it *Item) bool { return it.family() == "" })
}

// metrics adds the names of all that the case was compared in.
func (p *Pair) metrics(names map[string]bool) {
	for _, c := range []*results.Case{p.Old, p.New} {
		if c == nil {
			continue
		}
		sets := []map[string]int64{c.Metrics}
		for _, x := range c.Phases {
			sets = append(sets, x.Metrics)
		}
		for _, x := range c.Functions {
			sets = append(sets, x.Metrics)
		}
		for _, set := range sets {
			for m := range set {
				names[m] = true
			}
		}
		for _, k := range c.Checks {
			names["must-reject:"+k.Name] = true
		}
	}
}

// bases says of each variation's items what the configuration itself did.
func (r *Report) bases() {
	place := func(c *results.Case, config string) string {
		return strings.Join([]string{c.Core, c.Board, config, c.Scenario, c.Machine}, "/")
	}
	of := map[string]*Pair{}
	for _, p := range r.Pairs {
		of[place(p.Case(), p.Case().Config)] = p
	}
	for _, p := range r.Pairs {
		c := p.Case()
		base := of[place(c, c.Base)]
		if c.Base == "" || base == nil || base.Old == nil || base.New == nil || base.Outcome {
			continue
		}
		for _, it := range p.Items {
			if len(it.Metrics) == 0 {
				continue
			}
			m := it.Metrics[0].Metric
			if _, ok := base.New.Metrics[m]; !ok {
				continue
			}
			it.Base = c.Base + " itself did not change"
			if b := base.Explained(m); b != nil {
				for _, d := range b.Metrics {
					switch {
					case d.Metric != m:
					case d.same() == it.Metrics[0].same():
						it.Base = ""
					default:
						it.Base = c.Base + " itself: " + d.Metric + " " + d.short()
					}
				}
			}
		}
	}
}

// Variation names what a variation varies: "MPI_WINDOW_SIZE=3", or several
// for a point of a sweep; empty for a configuration itself.
func Variation(c *results.Case) string {
	if c.Option == "" {
		return ""
	}
	if len(c.Settings) == 0 {
		return c.Option + "=" + c.Value
	}
	var s []string
	for _, k := range keys(c.Settings) {
		s = append(s, k+"="+c.Settings[k])
	}
	return strings.Join(s, " ")
}

func phases(c *results.Case) map[string]map[string]int64 {
	m := make(map[string]map[string]int64, len(c.Phases))
	for _, p := range c.Phases {
		m[p.Name] = p.Metrics
	}
	return m
}

// phaseOrder is the phases in order of execution, the old case's own first.
func phaseOrder(cases ...*results.Case) []string {
	var names []string
	for _, c := range cases {
		for _, p := range c.Phases {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

func functions(c *results.Case) map[string]map[string]int64 {
	m := make(map[string]map[string]int64, len(c.Functions))
	for _, f := range c.Functions {
		m[f.Name] = f.Metrics
	}
	return m
}

func checks(c *results.Case) map[string]*results.Check {
	m := make(map[string]*results.Check, len(c.Checks))
	for i := range c.Checks {
		m[c.Checks[i].Name] = &c.Checks[i]
	}
	return m
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
