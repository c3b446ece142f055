// Package compare sets two results files side by side: which cases differ, in
// which numbers, and which phases and functions make up the difference. Equal
// values are counted, and a change that many cases share is shown once.
//
// It reads results files only and measures nothing. It does not judge:
// bench/gate decides whether a change fails, is accepted or is over a budget.
package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// Options choose what is compared. Each is a list of globs ("*" matches
// anything, "/" too); none means all.
type Options struct {
	Only      []string // metrics, "outcome" or "must-reject:NAME"; cases that come or go are shown with all
	Scenarios []string
	Configs   []string // configurations, variations included
}

// Report is two files compared.
type Report struct {
	Causes    []string // what produced them differently: the likely reason of what follows
	Notes     []string // how the cases were paired, where that is not plain
	Lacks     []string // what the report cannot say, and why
	Pairs     []*Pair  // every case of either file, a configuration before its variations
	Paired    int      // pairs of which both files have the case; 0: nothing was compared
	Unchanged int      // pairs that don't differ
}

// Differs reports whether anything that was measured differs.
func (r *Report) Differs() bool { return r.Unchanged < len(r.Pairs) }

// Files compares two files. Cases are paired without the core's name, so that
// two cores can be compared, unless a file has several of them for one case.
// An error means that nothing can be said: no cases, or none that the options
// leave.
func Files(old, new *results.File, opt Options) (*Report, error) {
	r := &Report{}
	key := coreless
	for _, f := range []struct {
		name string
		file *results.File
	}{{"old", old}, {"new", new}} {
		if err := Usable(f.file); err != nil {
			return nil, fmt.Errorf("compare: the %s file: %w", f.name, err)
		}
		if c := severalCores(f.file); c != nil {
			key = results.Case.Key
			r.Notes = append(r.Notes, fmt.Sprintf("the %s file has several cores for one case (%s): cases are paired by their whole key", f.name, coreless(*c)))
		}
	}
	chosen := func(c *results.Case) bool {
		return anyGlob(opt.Scenarios, c.Scenario) && anyGlob(opt.Configs, c.Config)
	}
	r.Causes = Causes(old, new)
	o, n := index(old, key, chosen), index(new, key, chosen)
	for k := range union(o, n) {
		p := &Pair{Old: o[k], New: n[k]}
		if p.Old != nil && p.New != nil {
			r.Paired++
			p.compare()
		}
		r.Pairs = append(r.Pairs, p)
	}
	if len(r.Pairs) == 0 {
		return nil, fmt.Errorf("compare: no case is of scenario %s and configuration %s", words(opt.Scenarios), words(opt.Configs))
	}
	slices.SortFunc(r.Pairs, func(a, b *Pair) int { return byPlace(a.Case(), b.Case()) })
	r.bases()
	known := map[string]bool{"outcome": true}
	for _, p := range r.Pairs {
		p.metrics(known)
		p.only(opt.Only)
		if !p.Differs() {
			r.Unchanged++
		}
	}
	r.Lacks = r.lacks()
	for _, g := range opt.Only {
		if !slices.ContainsFunc(keys(known), func(m string) bool { return Glob(g, m) }) {
			return nil, fmt.Errorf("compare: no case has a metric %s; there are %s", g, strings.Join(keys(known), ", "))
		}
	}
	return r, nil
}

// Usable refuses a file that would give an answer that means nothing.
func Usable(f *results.File) error {
	if f == nil {
		return fmt.Errorf("none given")
	}
	if err := f.Check(); err != nil {
		return err
	}
	if len(f.Cases) == 0 {
		return fmt.Errorf("no cases: nothing was measured")
	}
	return nil
}

// coreless is a case's key without its core's name.
func coreless(c results.Case) string { return strings.TrimPrefix(c.Key(), c.Core+"/") }

// severalCores is a case that a file has for more than one core, or nil.
func severalCores(f *results.File) *results.Case {
	seen := map[string]bool{}
	for i := range f.Cases {
		k := coreless(f.Cases[i])
		if seen[k] {
			return &f.Cases[i]
		}
		seen[k] = true
	}
	return nil
}

func index(f *results.File, key func(results.Case) string, chosen func(*results.Case) bool) map[string]*results.Case {
	m := make(map[string]*results.Case, len(f.Cases))
	for i := range f.Cases {
		if c := &f.Cases[i]; chosen(c) {
			m[key(*c)] = c
		}
	}
	return m
}

// byPlace sorts cases as they are read: by what was varied, in which scenario,
// a configuration before its variations, numbers by size.
func byPlace(a, b *results.Case) int {
	for _, d := range []int{
		strings.Compare(a.Board, b.Board), strings.Compare(baseOf(a), baseOf(b)),
		strings.Compare(a.Scenario, b.Scenario), cmp.Compare(a.Machine, b.Machine), strings.Compare(a.Core, b.Core),
		strings.Compare(a.Option, b.Option), value(a.Value, b.Value), strings.Compare(a.Config, b.Config),
	} {
		if d != 0 {
			return d
		}
	}
	return 0
}

// baseOf is the configuration a case is or varies.
func baseOf(c *results.Case) string {
	if c.Base != "" {
		return c.Base
	}
	return c.Config
}

func words(globs []string) string {
	if len(globs) == 0 {
		return "*"
	}
	return strings.Join(globs, " or ")
}
