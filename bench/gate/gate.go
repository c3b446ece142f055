// Package gate compares a results file with a committed baseline. Exact metrics
// have no tolerance: any change is a finding, better or worse, until a person
// accepts it or rewrites the baseline. A missing number fails.
//
// bench/compare finds the differences and their causes, and the gate judges
// them. A baseline of one core can judge the results of another. The core is
// then the first cause that is printed.
//
// It reads results files only and measures nothing, so it runs without a
// compiler and an emulator. Estimates (metrics named est-...) must be present
// but are not compared; budgets may name them.
package gate

import (
	"fmt"
	"slices"

	"tlslab/bench/compare"
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
	item       *compare.Item // that explains it; nil for none
}

// Report is the outcome of one comparison.
type Report struct {
	Profile  string
	Update   string
	Causes   []string // provenance that differs: the likely reason, printed first
	Lacks    []string // what the findings cannot say, and why
	Findings []Finding
	Stale    []Accept       // accept entries that matched nothing
	Cases    []results.Case // every case of either file, a configuration before its variations
	Compared int            // exact numbers compared
	Budgets  int            // budgets held against the cases where there is no baseline; 0 where there is one

	pairs map[string]*compare.Pair // by the keys of Cases
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
	all, err := compare.Files(old, new, compare.Options{})
	if err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	r.Causes, r.Lacks = append(all.Causes, all.Notes...), all.Lacks
	c := &comparison{report: r, new: map[string]*results.Case{},
		otherCore: old.Provenance.Digests["core"] != new.Provenance.Digests["core"]}
	for i := range new.Cases {
		c.new[new.Cases[i].Key()] = &new.Cases[i]
	}
	r.pairs = map[string]*compare.Pair{}
	for _, p := range all.Pairs {
		r.pairs[p.Case().Key()] = p
		r.Cases = append(r.Cases, *p.Case())
		switch {
		case p.New == nil:
			c.add(p.Old, Finding{Kind: Missing, What: "case", Old: string(p.Old.Outcome), Verdict: "worse",
				Text: "case is in the baseline and was not measured", Fails: true})
		case p.Old == nil:
			c.newCase(p.New)
		default:
			c.pair(p)
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
	if err := compare.Usable(old); err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	if err := compare.Usable(new); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	if o, n := old.Provenance.Profile, new.Provenance.Profile; o != n {
		return fmt.Errorf("the baseline is of profile %q, the results of %q", o, n)
	}
	return nil
}
