package measure

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// varied are the configurations of a plan that others are a variation of.
func varied(jobs []lab.Job) map[string]bool {
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
func (l *Bench) spread(ctx context.Context, plan *lab.Plan, j *lab.Job, c *results.Case) error {
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

// Spread runs a job's image with results.DrawSeeds seeds and returns the case of the
// first, with DrawSpread: the most less the least of each exact metric. Where one
// of them does not connect, the outcome and the detail are its.
func (l *Bench) Spread(ctx context.Context, plan *lab.Plan, j *lab.Job) (*results.Case, error) {
	drawn := *j
	drawn.Machine = l.Machine.Name()
	p, err := l.prepare(ctx, plan, &drawn)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	c, err := execute(ctx, spreadKind, p)
	return c, p.Named(err)
}

func (p *prepared) spread(ctx context.Context) (*results.Case, error) {
	first := &results.Case{DrawSpread: results.Spread{}}
	var least, most map[string]int64
	own := p.Plan.Profile.Run.Seed
	for seed := own; seed < own+results.DrawSeeds; seed++ {
		r, err := p.Draw(ctx, seed)
		if err != nil {
			return nil, err
		}
		o := p.Judge(r)
		if first.Outcome = o.Name; o.Name != results.OutcomeConnected {
			first.Phase, first.Detail = o.Phase, fmt.Sprintf("with the random numbers of seed %d it ends with %s in %s", seed, o.Name, o.Phase)
			return first, nil
		}
		c := &results.Case{Metrics: map[string]int64{}}
		counts(c, r, p.Machine.Units(), nil)
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
