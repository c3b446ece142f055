package plots

import (
	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// acrossScenarios draws what each scenario of a group takes, where one
// configuration serves them all: the rows of a matrix side by side.
func acrossScenarios(g *group) []*figure {
	var cases []*results.Case
	for _, c := range g.cases {
		if c.Base == "" {
			cases = append(cases, c)
		}
	}
	ran := thatRan(cases)
	if len(ran) == 0 {
		return nil
	}
	d := &boardsDrawing{what: "scenario"}
	note := d.arrange(cases, []boardPanel{
		{ticksOf(g.machine, ran), "time per handshake"},
		{ramOf(g.machine), "RAM"},
		{measureOf(metric.ROM), "ROM"},
	}, func(c *results.Case) (key, name string) { return c.Scenario, c.Scenario })
	if len(d.rows) < 2 || len(d.configs) > 1 || len(d.panels) == 0 {
		return nil
	}
	return []*figure{{
		name:    "scenarios",
		title:   "Scenarios compared: " + d.configs[0],
		caption: sentences(d.caption(), note),
		height:  d.height(),
		draw:    d.draw,
	}}
}
