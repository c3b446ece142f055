package gate

import (
	"fmt"
	"slices"

	"tlslab/bench/compare"
	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// comparison turns what differs into findings.
type comparison struct {
	report    *Report
	otherCore bool // the two files' cores are not the same source
	new       map[string]*results.Case
}

func (c *comparison) add(of *results.Case, f Finding) {
	f.Case, f.Config, f.Scenario = of.Key(), of.Config, of.Scenario
	c.report.Findings = append(c.report.Findings, f)
}

func (c *comparison) newCase(is *results.Case) {
	c.add(is, Finding{Kind: New, What: "case", New: string(is.Outcome), Verdict: "changed", Fails: true,
		Text: fmt.Sprintf("case is new (%s) and has no baseline: %s", is.Outcome, c.report.Update)})
	for _, k := range is.Checks {
		if !k.Refused {
			c.add(is, Finding{Kind: Note, What: k.Name, New: k.Outcome,
				Text: fmt.Sprintf("the new case accepts %q", k.Name)})
		}
	}
}

func (c *comparison) pair(p *compare.Pair) {
	is := p.New
	c.report.Compared += p.Compared
	for _, in := range p.Inputs { // they don't fail by themselves, the numbers do
		c.add(is, Finding{Kind: Note, What: in.What, Text: in.Text})
	}
	for _, k := range p.Checks {
		c.check(is, k)
	}
	if p.Outcome {
		c.outcome(p.Old, is)
	}
	for _, it := range p.Items {
		if c.otherCore && predicts(is, it) {
			if !slices.Contains(c.report.Causes, unpredicted) {
				c.report.Causes = append(c.report.Causes, unpredicted)
			}
			continue
		}
		explain := slices.Concat(option(is), it.Lines(compare.Top))
		for _, ch := range it.Metrics {
			if f, ok := c.metric(ch); ok {
				if f.item = it; f.Kind == Changed {
					f.Explain = explain
				}
				c.add(is, f)
			}
		}
		c.phases(p, it)
	}
}

const unpredicted = "estimated cycles and time: of one core alone, the one whose factors they are predicted with"

// predicts says that an item is the wasm machine's predictions, which only one
// of the files has. The emulated board has estimates of every core.
func predicts(is *results.Case, it *compare.Item) bool {
	return is.Machine == metric.WASM && len(it.Metrics) > 0 &&
		!slices.ContainsFunc(it.Metrics, func(ch compare.Change) bool {
			return ch.Both() || metric.Of(ch.Metric).Family != metric.EstimatedTime
		})
}

func (c *comparison) outcome(was, is *results.Case) {
	f := Finding{Kind: Outcome, What: "outcome", Old: string(was.Outcome), New: string(is.Outcome), Verdict: "changed", Fails: true}
	switch results.OutcomeConnected {
	case was.Outcome:
		f.Verdict = "worse"
	case is.Outcome:
		f.Verdict = "improved"
	}
	f.Text = fmt.Sprintf("outcome: %s -> %s", was.Outcome, is.Outcome)
	f.Explain = slices.Concat(option(is), compare.Ended(is))
	c.add(is, f)
}

func (c *comparison) check(is *results.Case, k compare.CheckChange) {
	f := Finding{Kind: Rejection, What: k.Name, Verdict: "changed", Fails: true}
	if k.Old != nil {
		f.Old = k.Old.Outcome
	}
	if k.New != nil {
		f.New = k.New.Outcome
	}
	switch {
	case k.New == nil:
		f.Kind, f.Verdict = Missing, "worse"
		f.Text = fmt.Sprintf("must-reject check %q was not made", k.Name)
	case k.Old == nil:
		f.Kind = New
		f.Text = fmt.Sprintf("must-reject check %q is new (%s): %s", k.Name, f.New, c.report.Update)
	case k.Lost():
		f.Verdict = "worse"
		f.Text = fmt.Sprintf("ACCEPTS %q, which the baseline refused with %s; this can't be accepted", k.Name, f.Old)
	default:
		if k.Gained() {
			f.Verdict = "improved"
		}
		f.Text = fmt.Sprintf("must-reject check %q: %s -> %s", k.Name, f.Old, f.New)
	}
	c.add(is, f)
}

// metric is what one changed number means.
func (c *comparison) metric(ch compare.Change) (Finding, bool) {
	f := Finding{Kind: Changed, What: ch.Metric, Fails: true, oldN: ch.Old, newN: ch.New}
	switch {
	case !ch.Has:
		f.Kind, f.Old, f.Verdict = Missing, quantity.Count(ch.Old), "worse"
		f.Text = fmt.Sprintf("%s: %s -> missing", ch.Metric, f.Old)
		return f, true
	case !ch.Had:
		f.Kind, f.New, f.Verdict = New, quantity.Count(ch.New), "changed"
		f.Text = fmt.Sprintf("%s: %s is new: %s", ch.Metric, f.New, c.report.Update)
		return f, true
	case metric.Of(ch.Metric).Worth == metric.Estimated:
		return f, false
	}
	f.Old, f.New, f.Verdict = quantity.Count(ch.Old), quantity.Count(ch.New), "improved"
	if metric.Of(ch.Metric).Worse(ch.By()) {
		f.Verdict = "worse"
	}
	f.Text = ch.Metric + ": " + ch.String()
	return f, true
}

// phases reports a phase's metric only where the case's own did not change, or
// come or go: where it did, the phases are in that finding's explanation.
func (c *comparison) phases(p *compare.Pair, it *compare.Item) {
	for _, ch := range it.Phases {
		f, ok := c.metric(ch)
		own := func(m compare.Change) bool { return m.Metric == ch.Metric && m.Had == ch.Had && m.Has == ch.Has }
		if !ok || slices.ContainsFunc(it.Metrics, own) {
			continue
		}
		f.Phase = ch.Name
		f.Text = "phase " + ch.Name + ": " + f.Text
		switch {
		case !hasPhase(p.New, ch.Name):
			f.Kind, f.What, f.Verdict, f.Text = Missing, "phase", "worse", fmt.Sprintf("phase %s: missing", ch.Name)
			f.Old, f.New = "", ""
		case !hasPhase(p.Old, ch.Name):
			f.Kind, f.What, f.Verdict, f.Text = New, "phase", "changed", fmt.Sprintf("phase %s: new: %s", ch.Name, c.report.Update)
			f.Old, f.New = "", ""
		default:
			f.item = it
		}
		// A phase that comes or goes is said once, not for each of its numbers.
		said := f.What == "phase" && slices.ContainsFunc(c.report.Findings, func(g Finding) bool {
			return g.Case == p.New.Key() && g.What == "phase" && g.Phase == ch.Name
		})
		if !said {
			c.add(p.New, f)
		}
	}
}

func hasPhase(c *results.Case, name string) bool {
	return slices.ContainsFunc(c.Phases, func(p results.Phase) bool { return string(p.Name) == name })
}

// option names a variation's option.
func option(c *results.Case) []string {
	if c.Option == "" {
		return nil
	}
	return []string{fmt.Sprintf("varies %s: %s", c.Base, compare.Variation(c))}
}
