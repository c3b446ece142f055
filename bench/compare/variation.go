package compare

import (
	"strings"

	"tlslab/bench/results"
)

// bases says of each variation's items what the configuration itself did, and
// which changes are no more than random draws of that configuration make.
func (r *Report) bases() {
	place := func(c *results.Case, config string) string {
		return strings.Join([]string{c.Core, c.Board, config, c.Scenario, string(c.Machine)}, "/")
	}
	of := map[string]*Pair{}
	for _, p := range r.Pairs {
		of[place(p.Case(), p.Case().Config)] = p
	}
	for _, p := range r.Pairs {
		c := p.Case()
		base := of[place(c, baseOf(c))]
		if base != nil {
			for _, it := range p.Items {
				for i := range it.Metrics {
					m := &it.Metrics[i]
					m.Drawn = m.Both() && (base.Old.WithinDraws(m.Metric, m.By()) || base.New.WithinDraws(m.Metric, m.By()))
				}
			}
		}
		if c.Base == "" || base == nil || base.Old == nil || base.New == nil || base.Outcome {
			continue
		}
		for _, it := range p.Items {
			if len(it.Metrics) == 0 {
				continue
			}
			m := it.Metrics[0].Metric
			if _, ok := base.New.Metrics[m]; !ok {
				continue
			}
			it.Base = c.Base + " itself did not change"
			if b := base.Explained(m); b != nil {
				for _, d := range b.Metrics {
					switch {
					case d.Metric != m:
					case d.foldKey() == it.Metrics[0].foldKey():
						it.Base = ""
					default:
						it.Base = c.Base + " itself: " + d.Metric + " " + d.short()
					}
				}
			}
		}
	}
}

// Variation names what a variation varies: "MPI_WINDOW_SIZE=3", or several
// for a point of a sweep; empty for a configuration itself.
func Variation(c *results.Case) string {
	if c.Option == "" {
		return ""
	}
	if len(c.Settings) == 0 {
		return c.Option + "=" + c.Value
	}
	var s []string
	for _, k := range keys(c.Settings) {
		s = append(s, k+"="+c.Settings[k])
	}
	return strings.Join(s, " ")
}
