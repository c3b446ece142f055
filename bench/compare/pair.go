package compare

import (
	"maps"
	"slices"

	"tlslab/bench/results"
	"tlslab/internal/metric"
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
func (p *Pair) Explained(name string) *Item {
	for _, it := range p.Items {
		if it.family() == metric.Lead(name) {
			return it
		}
	}
	return nil
}

func (it *Item) family() string {
	for _, cs := range [][]Change{it.Metrics, it.Phases, it.Functions} {
		if len(cs) > 0 {
			return metric.Lead(cs[0].Metric)
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
		it := items[metric.Lead(c.Metric)]
		if it == nil {
			it = &Item{pair: p}
			items[metric.Lead(c.Metric)] = it
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
	for _, m := range slices.SortedFunc(maps.Keys(items), metric.Order) {
		bySize(items[m].Phases)
		bySize(items[m].Functions)
		p.Items = append(p.Items, items[m])
	}
}

// counted is changes, and counts what both files have and is exact.
func (p *Pair) counted(name string, old, new map[string]int64) []Change {
	for m := range old {
		if _, both := new[m]; both && metric.Of(m).Worth != metric.Estimated {
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
	lacks := estimatesLacking(o, n)
	for _, name := range keys(union(o, n)) {
		same := true
		for _, c := range changes(name, o[name], n[name]) {
			if lacks[c.Metric] {
				continue
			}
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

// estimatesLacking are the estimates that no function of one side has, as none
// of a baseline's has any: they can't be compared.
func estimatesLacking(old, new map[string]map[string]int64) map[string]bool {
	o, n := metricsOf(old), metricsOf(new)
	lacks := map[string]bool{}
	for m := range union(o, n) {
		lacks[m] = metric.Of(m).Worth == metric.Estimated && o[m] != n[m]
	}
	return lacks
}

// metricsOf are the names of all metrics of some parts.
func metricsOf(parts map[string]map[string]int64) map[string]bool {
	all := map[string]bool{}
	for _, p := range parts {
		for m := range p {
			all[m] = true
		}
	}
	return all
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
