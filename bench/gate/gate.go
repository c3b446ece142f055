// Package gate compares a results file with a committed baseline. Exact metrics
// have no tolerance: whatever changed is a finding, better or worse, until a
// person accepts it or rewrites the baseline. What is missing fails.
//
// It reads results files only and measures nothing, so it runs where there is
// no compiler or emulator. Estimates (metrics named est-…) must be there but
// are not compared; budgets may name them.
package gate

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// Budget is a limit on one metric. Configs are globs ("*" matches anything,
// "/" too); none means every configuration, variations included.
type Budget struct {
	Metric  string
	Max     int64
	Configs []string
}

// Options are what a comparison takes beside the two files.
type Options struct {
	Accept  []Accept
	Budgets []Budget
	Update  string // the command that rewrites the baseline; "make update" if empty
}

// Kind says what a finding is about.
type Kind string

const (
	Changed    Kind = "changed"     // an exact metric of a case or phase
	Outcome    Kind = "outcome"     // connected or the error's name
	Rejection  Kind = "must-reject" // what a must-reject check said
	Missing    Kind = "missing"     // in the baseline, not in the results
	New        Kind = "new"         // in the results, not in the baseline
	OverBudget Kind = "over budget"
	Note       Kind = "note" // does not fail: explains
)

// Finding is one difference or one budget exceeded.
type Finding struct {
	Case     string // results.Case.Key
	Config   string
	Scenario string
	Kind     Kind
	What     string // metric, "outcome", or the check's name
	Phase    string // for a phase's metric whose case total did not change
	Old, New string // numbers with unit, or outcomes; empty where there is none
	Verdict  string // "improved", "worse" or "changed"
	Text     string // one line, complete without the rest
	Explain  []string
	Accepted *Accept
	Fails    bool

	oldN, newN int64
}

// Report is the outcome of one comparison.
type Report struct {
	Profile  string
	Update   string
	Causes   []string // provenance that differs: the likely reason, printed first
	Findings []Finding
	Stale    []Accept // accept entries that matched nothing
	Cases    []results.Case
	Compared int // exact numbers compared
}

// Failed reports whether anything is not as the baseline and the budgets say.
func (r *Report) Failed() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Fails })
}

// Compare compares new with the baseline old. An error means that nothing can
// be said: different profiles, no cases, a budget or accept entry that can't
// apply. It is not a regression.
func Compare(old, new *results.File, opt Options) (*Report, error) {
	if err := sane(old, new); err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	for i := range opt.Accept {
		if err := opt.Accept[i].check(); err != nil {
			return nil, fmt.Errorf("gate: accept %d: %w", i+1, err)
		}
	}
	r := &Report{Profile: new.Provenance.Profile, Update: opt.Update}
	if r.Update == "" {
		r.Update = "make update"
	}
	r.Causes = causes(old.Provenance, new.Provenance)
	c := &comparison{report: r, old: byKey(old), new: byKey(new)}
	for _, key := range keysOf(c.old, c.new) {
		was, is := c.old[key], c.new[key]
		switch {
		case is == nil:
			r.Cases = append(r.Cases, *was)
			c.add(was, Finding{Kind: Missing, What: "case", Old: was.Outcome, Verdict: "worse",
				Text: "case is in the baseline and was not measured", Fails: true})
		case was == nil:
			r.Cases = append(r.Cases, *is)
			c.newCase(is)
		default:
			r.Cases = append(r.Cases, *is)
			c.pair(was, is)
		}
	}
	if err := c.budgets(new, opt.Budgets); err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	r.accept(opt.Accept)
	return r, nil
}

// sane refuses what would give an answer that means nothing.
func sane(old, new *results.File) error {
	for _, f := range []struct {
		name string
		file *results.File
	}{{"baseline", old}, {"results", new}} {
		if f.file == nil {
			return fmt.Errorf("%s: none given", f.name)
		}
		if err := f.file.Check(); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if len(f.file.Cases) == 0 {
			return fmt.Errorf("%s: no cases: nothing was measured", f.name)
		}
	}
	if o, n := old.Provenance.Profile, new.Provenance.Profile; o != n {
		return fmt.Errorf("the baseline is of profile %q, the results of %q", o, n)
	}
	return nil
}

// causes lists what differs in what produced the numbers.
func causes(old, new results.Provenance) []string {
	var out []string
	differ := func(what, o, n string) {
		if o == n {
			return
		}
		if o == "" {
			o = "(none)"
		}
		if n == "" {
			n = "(none)"
		}
		out = append(out, fmt.Sprintf("%s: %s -> %s", what, o, n))
	}
	for _, m := range []struct {
		name     string
		old, new map[string]string
	}{{"version", old.Versions, new.Versions}, {"flags", old.Flags, new.Flags}, {"digest", old.Digests, new.Digests}} {
		for _, k := range keysOf(m.old, m.new) {
			o, n := m.old[k], m.new[k]
			if m.name == "digest" {
				o, n = shorten(o, n)
			}
			differ(m.name+" "+k, firstLine(o), firstLine(n))
			if firstLine(o) == firstLine(n) && o != n {
				out = append(out, m.name+" "+k+": differs after its first line")
			}
		}
	}
	differ("tool", old.Tool, new.Tool)
	return out
}

// shorten cuts two digests to twelve characters unless that hides where they differ.
func shorten(a, b string) (string, string) {
	const n = 12
	if len(a) > n && len(b) > n && a[:n] != b[:n] {
		return a[:n], b[:n]
	}
	return a, b
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func byKey(f *results.File) map[string]*results.Case {
	m := make(map[string]*results.Case, len(f.Cases))
	for i := range f.Cases {
		m[f.Cases[i].Key()] = &f.Cases[i]
	}
	return m
}

// keysOf is the sorted union of the keys.
func keysOf[V any](maps ...map[string]V) []string {
	var keys []string
	for _, m := range maps {
		for k := range m {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
