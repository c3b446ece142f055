package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/internal/metric"
)

// scenarioDigest begins the digest's name of one scenario: it concerns its cases
// alone, all other provenance concerns every case.
const scenarioDigest = "scenario:"

// Keep adds to a new run's file the cases that an earlier file has of machines
// that the run did not use, as long as everything they were made from is as it
// was: a run on one machine does not drop what another measured. It returns one
// line on what was kept and one on each reason for which something was dropped.
func (f *File) Keep(old *File) []string {
	ran := f.Machines()
	headers := map[string]string{}
	for i := range f.Cases {
		c := &f.Cases[i]
		headers[c.place()] = c.ConfigDigest
	}
	changed := f.Provenance.changedFrom(&old.Provenance)
	kept, dropped := map[metric.Machine]int{}, map[string]map[metric.Machine]int{}
	for _, c := range old.Cases {
		if slices.Contains(ran, c.Machine) {
			continue
		}
		why := changed
		scenario := scenarioDigest + c.Scenario
		switch header, ok := headers[c.place()]; {
		case why != "":
		case f.Provenance.Digests[scenario] != old.Provenance.Digests[scenario]:
			why = "scenario " + c.Scenario + " changed"
		case !ok:
			why = "the profile does not have them any more"
		case header != c.ConfigDigest:
			why = "the header of " + c.Config + " changed"
		default:
			kept[c.Machine]++
			f.Cases = append(f.Cases, c)
			continue
		}
		if dropped[why] == nil {
			dropped[why] = map[metric.Machine]int{}
		}
		dropped[why][c.Machine]++
	}
	var notes []string
	if len(kept) > 0 {
		f.Provenance.join(&old.Provenance)
		notes = append(notes, "kept from an earlier run: "+casesOf(kept))
	}
	for _, why := range slices.Sorted(maps.Keys(dropped)) {
		notes = append(notes, fmt.Sprintf("dropped from an earlier run: %s: %s", casesOf(dropped[why]), why))
	}
	f.Cases = f.sorted().Cases
	return notes
}

// Machines are those of which the file has cases, by name.
func (f *File) Machines() []metric.Machine {
	var out []metric.Machine
	for i := range f.Cases {
		if !slices.Contains(out, f.Cases[i].Machine) {
			out = append(out, f.Cases[i].Machine)
		}
	}
	slices.Sort(out)
	return out
}

// place is a case without its machine.
func (c *Case) place() string {
	return c.Core + "/" + c.Board + "/" + c.Config + "/" + c.Scenario
}

// changedFrom names the first thing that two runs' cases were made from and that
// is not the same; "" for none. What only one of them names is a machine's own.
func (p *Provenance) changedFrom(old *Provenance) string {
	for _, what := range []struct{ name, is, was string }{{"tool", p.Tool, old.Tool}, {"profile", p.Profile, old.Profile}} {
		if what.is != what.was {
			return fmt.Sprintf("%s was %s, is %s", what.name, what.was, what.is)
		}
	}
	for _, m := range []struct {
		is, was map[string]string
		text    string
	}{{p.Digests, old.Digests, "%s changed"}, {p.Versions, old.Versions, "another version of %s"}, {p.Flags, old.Flags, "other flags of %s"}} {
		for _, name := range sortedKeys(m.is) {
			if was, ok := m.was[name]; ok && was != m.is[name] && !strings.HasPrefix(name, scenarioDigest) {
				return fmt.Sprintf(m.text, name)
			}
		}
	}
	return ""
}

// join adds what only the other run names.
func (p *Provenance) join(old *Provenance) {
	p.Cores, p.Boards, p.Scenarios = joined(p.Cores, old.Cores), joined(p.Boards, old.Boards), joined(p.Scenarios, old.Scenarios)
	for _, e := range old.Estimates {
		if !slices.ContainsFunc(p.Estimates, func(o Estimate) bool { return o.order(e) == 0 }) {
			p.Estimates = append(slices.Clone(p.Estimates), e)
		}
	}
	SortEstimates(p.Estimates)
	for _, m := range []struct {
		is  *map[string]string
		was map[string]string
	}{{&p.Digests, old.Digests}, {&p.Versions, old.Versions}, {&p.Flags, old.Flags}} {
		all := maps.Clone(m.was)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, *m.is)
		*m.is = all
	}
}

// joined has what either map has, and of both the first's.
func joined[V any](is, was map[string]V) map[string]V {
	all := maps.Clone(was)
	if all == nil {
		return is
	}
	maps.Copy(all, is)
	return all
}

func casesOf(n map[metric.Machine]int) string {
	var out []string
	for _, machine := range slices.Sorted(maps.Keys(n)) {
		cases := "cases"
		if n[machine] == 1 {
			cases = "case"
		}
		out = append(out, fmt.Sprintf("%d %s of %s", n[machine], cases, machine))
	}
	return strings.Join(out, ", ")
}
