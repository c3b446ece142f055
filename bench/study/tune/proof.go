package tune

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/bench/results/tuned"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Proven measures the chosen configuration in full, and is the result of the
// search with its header.
func (t *Trials) Proven(ctx context.Context, out *Outcome) (f *tuned.File, header []byte, err error) {
	plan, err := t.plan(out.Chosen.ARM, []Point{out.Chosen.Point}, []string{"tuned"}, true, false, t.Profile.Machines)
	if err != nil {
		return nil, nil, err
	}
	f = t.file(out)
	if f.Proof, err = t.lab.Matrix(ctx, plan, t.Jobs, func(*results.Case) {}); err != nil {
		return nil, nil, err
	}
	for _, c := range f.Proof {
		if c.Outcome != results.OutcomeConnected {
			return nil, nil, fmt.Errorf("%s: the chosen configuration did not connect when measured in full: %s", c.Scenario, c.Ended())
		}
	}
	if f.Provenance, err = t.lab.Provenance(ctx, plan); err != nil {
		return nil, nil, err
	}
	if f.Served != nil {
		for _, bind := range t.Held.Binds(f.Served.Chosen.Metrics) {
			f.Binds = append(f.Binds, "with "+f.Served.Server+" "+bind)
		}
	}
	t.losses(f, t.macros(out.Start.Point), t.macros(out.Chosen.Point))
	if f.DrawSpread, err = t.spread(ctx, out.Start.Point); err != nil {
		return nil, nil, err
	}
	f.Unshown = t.unshown(out.Start.Point, out.Chosen.Point)
	return f, plan.Jobs[0].Header, nil
}

// Unproven is what a search found until it stopped, and why it did.
func (t *Trials) Unproven(ctx context.Context, out *Outcome, why error) (*tuned.File, error) {
	f := t.file(out)
	f.Unfinished = why.Error()
	ctx = context.WithoutCancel(ctx) // an interrupted search is kept too
	plan, err := t.plan(out.Chosen.ARM, []Point{out.Chosen.Point}, []string{"tuned"}, true, false, t.Profile.Machines)
	if err == nil {
		f.Provenance, err = t.lab.Provenance(ctx, plan)
	}
	return f, err
}

// losses are the protections that a search gave up, and those that its start
// lacks too.
func (t *Trials) losses(f *tuned.File, start, chosen map[string]string) {
	for _, line := range weakening(t.Catalogue, chosen) {
		name, _, _ := strings.Cut(line, ":")
		if _, had := start[name]; had {
			f.Losses = append(f.Losses, line)
		} else {
			f.Without = append(f.Without, line)
		}
	}
	if t.Asked.Floor != FloorManual || !t.Chains() {
		return
	}
	for _, name := range profiles.CommonChecks() {
		if !slices.Contains(t.Refuse, name) && raises[name] != "" {
			if _, has := chosen[raises[name]]; !has {
				f.Losses = append(f.Losses, fmt.Sprintf("%s certificates are accepted (%s is off)", name, raises[name]))
			}
		}
	}
}

// file is the result of a search, without what is measured at its end.
func (t *Trials) file(out *Outcome) *tuned.File {
	f := NewFile(out, t.Asked.Goal)
	f.Profile, f.Config, f.Floor, f.Raised = t.Profile.Name, cmp.Or(t.base.Base, t.base.Name), t.Asked.Floor, t.RaisedFor
	f.Only, f.Asked = t.Asked.Options, t.Asked.Again
	f.Scenarios = t.Profile.Scenarios
	if t.Served != nil {
		f.Served = t.Served.file(out.Start.Point, out.Chosen.Point)
	}
	return f
}

// spread is by how much the start's quantities differ between random draws, the
// most over the scenarios.
func (t *Trials) spread(ctx context.Context, start Point) (results.Spread, error) {
	plan, err := t.plan(start.ARM, []Point{start}, []string{"start"}, true, true, []metric.Machine{t.lab.Machine.Name()})
	if err != nil {
		return nil, err
	}
	most := results.Spread{}
	for i := range plan.Jobs {
		c, err := t.lab.Spread(ctx, plan, &plan.Jobs[i])
		if err != nil {
			return nil, err
		}
		for _, q := range Quantities {
			if by := c.DrawSpread[q.Metric]; by > most[q.Name] {
				most[q.Name] = by
			}
		}
	}
	return most, nil
}
