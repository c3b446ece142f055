package gate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tlslab/bench/results"
)

type comparison struct {
	report   *Report
	old, new map[string]*results.Case
}

func (c *comparison) add(of *results.Case, f Finding) {
	f.Case, f.Config, f.Scenario = of.Key(), of.Config, of.Scenario
	c.report.Findings = append(c.report.Findings, f)
}

func (c *comparison) newCase(is *results.Case) {
	c.add(is, Finding{Kind: New, What: "case", New: is.Outcome, Verdict: "changed", Fails: true,
		Text: fmt.Sprintf("case is new (%s) and has no baseline: %s", is.Outcome, c.report.Update)})
	for _, k := range is.Checks {
		if !k.Refused {
			c.add(is, Finding{Kind: Note, What: k.Name, New: k.Outcome,
				Text: fmt.Sprintf("the new case accepts %q", k.Name)})
		}
	}
}

func (c *comparison) pair(was, is *results.Case) {
	c.inputs(was, is)
	c.checks(was, is)
	if c.outcome(was, is) {
		return // part of a handshake has no numbers to compare with a whole one's
	}
	for _, m := range keysOf(was.Metrics, is.Metrics) {
		if f, ok := c.metric(m, was.Metrics, is.Metrics); ok {
			if f.Kind == Changed {
				f.Explain = c.explain(was, is, m)
			}
			c.add(is, f)
		}
	}
	c.phases(was, is)
}

// inputs notes what was asked differently of one case; it does not fail by
// itself, the numbers do.
func (c *comparison) inputs(was, is *results.Case) {
	var d []string
	if was.ConfigDigest != is.ConfigDigest {
		o, n := shorten(was.ConfigDigest, is.ConfigDigest)
		d = append(d, fmt.Sprintf("config header %s -> %s", o, n))
	}
	if o, n := strings.Join(was.Added, " "), strings.Join(is.Added, " "); o != n {
		d = append(d, fmt.Sprintf("options the scenario adds: %q -> %q", o, n))
	}
	if was.Seed != is.Seed {
		d = append(d, fmt.Sprintf("seed %d -> %d", was.Seed, is.Seed))
	}
	if len(d) > 0 {
		c.add(is, Finding{Kind: Note, What: "inputs", Text: strings.Join(d, "; ")})
	}
}

func (c *comparison) outcome(was, is *results.Case) (changed bool) {
	c.report.Compared++
	if was.Outcome == is.Outcome {
		return false
	}
	f := Finding{Kind: Outcome, What: "outcome", Old: was.Outcome, New: is.Outcome, Verdict: "changed", Fails: true}
	switch results.OutcomeConnected {
	case was.Outcome:
		f.Verdict = "worse"
	case is.Outcome:
		f.Verdict = "improved"
	}
	f.Text = fmt.Sprintf("outcome: %s -> %s", was.Outcome, is.Outcome)
	if is.Phase != "" {
		f.Explain = append(f.Explain, "failed in phase "+is.Phase)
	}
	if is.Detail != "" {
		f.Explain = append(f.Explain, is.Detail)
	}
	f.Explain = append(f.Explain, option(is)...)
	f.Explain = append(f.Explain, "its numbers were not compared")
	c.add(is, f)
	return true
}

func (c *comparison) checks(was, is *results.Case) {
	index := func(ks []results.Check) map[string]results.Check {
		m := make(map[string]results.Check, len(ks))
		for _, k := range ks {
			m[k.Name] = k
		}
		return m
	}
	o, n := index(was.Checks), index(is.Checks)
	for _, name := range keysOf(o, n) {
		a, had := o[name]
		b, has := n[name]
		c.report.Compared++
		f := Finding{Kind: Rejection, What: name, Old: a.Outcome, New: b.Outcome, Verdict: "changed", Fails: true}
		switch {
		case !has:
			f.Kind, f.Verdict = Missing, "worse"
			f.Text = fmt.Sprintf("must-reject check %q was not made", name)
		case !had:
			f.Kind = New
			f.Text = fmt.Sprintf("must-reject check %q is new (%s): %s", name, b.Outcome, c.report.Update)
		case a.Refused && !b.Refused:
			f.Verdict = "worse"
			f.Text = fmt.Sprintf("ACCEPTS %q, which the baseline refused with %s; this can't be accepted", name, a.Outcome)
		case a == b:
			continue
		default:
			if b.Refused && !a.Refused {
				f.Verdict = "improved"
			}
			f.Text = fmt.Sprintf("must-reject check %q: %s -> %s", name, a.Outcome, b.Outcome)
		}
		c.add(is, f)
	}
}

// metric compares one number of two sets.
func (c *comparison) metric(name string, old, new map[string]int64) (Finding, bool) {
	o, had := old[name]
	n, has := new[name]
	f := Finding{Kind: Changed, What: name, Fails: true, oldN: o, newN: n}
	switch {
	case !has:
		f.Kind, f.Old, f.Verdict = Missing, number(o), "worse"
		f.Text = fmt.Sprintf("%s: %s -> missing", name, number(o))
		return f, true
	case !had:
		f.Kind, f.New, f.Verdict = New, number(n), "changed"
		f.Text = fmt.Sprintf("%s: %s is new: %s", name, number(n), c.report.Update)
		return f, true
	case Estimate(name):
		return f, false
	}
	c.report.Compared++
	if o == n {
		return f, false
	}
	f.Old, f.New, f.Verdict = number(o), number(n), "improved"
	if n > o {
		f.Verdict = "worse" // every metric is a cost
	}
	f.Text = fmt.Sprintf("%s: %s -> %s (%s)", name, number(o), number(n), delta(o, n))
	return f, true
}

// phases reports a phase's metric only where the case's own did not change:
// where it did, the phases are in that finding's explanation.
func (c *comparison) phases(was, is *results.Case) {
	o, n := phaseMap(was), phaseMap(is)
	for _, name := range phaseOrder(was, is) {
		a, had := o[name]
		b, has := n[name]
		f := Finding{Phase: name, What: "phase", Fails: true, Verdict: "changed"}
		switch {
		case !has:
			f.Kind, f.Verdict, f.Text = Missing, "worse", fmt.Sprintf("phase %s: missing", name)
			c.add(is, f)
			continue
		case !had:
			f.Kind, f.Text = New, fmt.Sprintf("phase %s: new: %s", name, c.report.Update)
			c.add(is, f)
			continue
		}
		for _, m := range keysOf(a, b) {
			f, ok := c.metric(m, a, b)
			if !ok || f.Kind == Changed && differs(was.Metrics, is.Metrics, m) {
				continue
			}
			f.Phase = name
			f.Text = "phase " + name + ": " + f.Text
			c.add(is, f)
		}
	}
}

// Estimate reports whether a metric is a model's, not a count.
func Estimate(metric string) bool { return strings.HasPrefix(metric, "est-") }

func differs(a, b map[string]int64, m string) bool {
	x, ok := a[m]
	y, has := b[m]
	return ok && has && x != y
}

func phaseMap(c *results.Case) map[string]map[string]int64 {
	m := make(map[string]map[string]int64, len(c.Phases))
	for _, p := range c.Phases {
		m[p.Name] = p.Metrics
	}
	return m
}

// phaseOrder is the phases in order of execution, the baseline's own first.
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

func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

func delta(o, n int64) string {
	d := number(n - o)
	if n > o {
		d = "+" + d
	}
	if o == 0 {
		return d
	}
	return fmt.Sprintf("%s, %+.3g %%", d, 100*(float64(n)-float64(o))/float64(o))
}
