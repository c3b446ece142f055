package lab

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// drawSeeds is how many seeds a spread is over: the profile's own and the ones
// after it.
const drawSeeds = 16

// varied are the configurations of a plan that others are a variation of.
func varied(jobs []Job) map[string]bool {
	bases := map[string]bool{}
	for i := range jobs {
		if v := &jobs[i].Variant; v.Option != "" && v.Name != v.Base {
			bases[v.Base] = true
		}
	}
	return bases
}

// spread puts into a varied configuration's case by how much its numbers differ
// between random draws: a smaller difference of a variation is no effect. They
// are drawn on the wasm machine. Of a count of another one (CPU instructions,
// cycles, time) it is the same share as of WASM instructions.
func (l *Lab) spread(ctx context.Context, plan *Plan, j *Job, c *results.Case) error {
	if c.Outcome != results.OutcomeConnected {
		return nil
	}
	drawn, err := l.Spread(ctx, plan, j)
	if err != nil {
		return err
	}
	if drawn.Outcome != results.OutcomeConnected {
		c.Warnings = append(slices.Clone(c.Warnings), drawn.Detail)
		return nil
	}
	c.DrawSpread = results.Spread{}
	units := l.Machine.Units()
	for name, n := range c.Metrics {
		if by, exact := drawn.DrawSpread[name]; exact {
			c.DrawSpread[name] = by
			continue
		}
		switch m := metric.Of(name); {
		case m.Computes():
			ops := units.Ops
			if m.Span == metric.Handshake {
				ops = units.Handshake
			}
			if all := drawn.Metrics[ops]; all > 0 {
				c.DrawSpread[name] = int64(float64(n)*float64(drawn.DrawSpread[ops])/float64(all) + 0.5)
			}
		case m.Role == metric.RAMAtOnce:
			c.DrawSpread[name] = drawn.DrawSpread[units.RAM]
		}
	}
	maps.DeleteFunc(c.DrawSpread, func(_ string, by int64) bool { return by == 0 })
	return nil
}

// Spread runs a job's image with drawSeeds seeds and returns the case of the
// first, with DrawSpread: the most less the least of each exact metric. Where one
// of them does not connect, the outcome and the detail are its.
func (l *Lab) Spread(ctx context.Context, plan *Plan, j *Job) (*results.Case, error) {
	drawn := *j
	drawn.Machine = l.Machine.Name()
	spec, err := l.Spec(plan.Profile, &drawn, l.Machine)
	if err != nil {
		return nil, err
	}
	ref, _, err := l.reference(ctx, j.Scenario)
	if err != nil {
		return nil, err
	}
	image, err := l.Builder.Key(spec)
	if err != nil {
		return nil, err
	}
	in := spreadInputs{caseInputs{l.conditions(plan, &drawn, l.Machine, ref), image}, drawSeeds}
	return l.kept(ctx, spreads.Name(), spreads.Key(in), func() (*results.Case, error) {
		d, err := l.Draws(ctx, plan, &drawn)
		if err != nil {
			return nil, err
		}
		defer d.Close(ctx)
		return d.spread(ctx, plan.Profile)
	})
}

func (d *Draws) spread(ctx context.Context, p *profiles.Profile) (*results.Case, error) {
	first := &results.Case{DrawSpread: results.Spread{}}
	var least, most map[string]int64
	for seed := p.Run.Seed; seed < p.Run.Seed+drawSeeds; seed++ {
		r, err := d.Run(ctx, seed)
		if err != nil {
			return nil, err
		}
		o := judge(r, d.session.lab.names, d.session.suite)
		if first.Outcome = o.name; o.name != results.OutcomeConnected {
			first.Phase, first.Detail = o.phase, fmt.Sprintf("with the random numbers of seed %d it ends with %s in %s", seed, o.name, o.phase)
			return first, nil
		}
		c := &results.Case{Metrics: map[string]int64{}}
		counts(c, r, d.session.lab.Machine.Units(), nil)
		if first.Metrics == nil {
			first.Metrics, least, most = c.Metrics, maps.Clone(c.Metrics), maps.Clone(c.Metrics)
		}
		for m, n := range c.Metrics {
			least[m], most[m] = min(least[m], n), max(most[m], n)
		}
	}
	for m := range most {
		first.DrawSpread[m] = most[m] - least[m]
	}
	return first, nil
}
