package measure

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/boards"
	"tlslab/boards/timing"
	"tlslab/internal/metric"
)

// fillAbout fills what the names of a plan's cases stand for, and what the
// estimates among their metrics rest on.
func (l *Bench) fillAbout(p *results.Provenance, plan *lab.Plan) error {
	s := l.Source
	p.Cores = map[string]results.Core{s.Core: {Library: s.Library.Title(), Version: s.Version, Commit: s.Commit, Digest: s.Digest}}
	p.Boards, p.Scenarios = map[string]results.Board{}, map[string]results.Scenario{}
	for _, b := range plan.Boards {
		board := results.Board{Title: b.Title, CPU: b.CPU, ClockHz: b.ClockHz, RTOSTickHz: b.RTOSTickHz}
		for _, r := range b.Regions {
			board.Regions = append(board.Regions, results.Region{Name: r.Name, Kind: r.Kind, Origin: r.Origin, LengthB: r.LengthBytes})
		}
		p.Boards[b.Name] = board
		for _, machine := range plan.Profile.Machines {
			some, err := l.estimatesOn(plan, machine.Kind(), b.Name, b.Timing)
			if err != nil {
				return err
			}
			p.Estimates = append(p.Estimates, some...)
		}
	}
	results.SortEstimates(p.Estimates)
	for _, j := range plan.Jobs {
		s := j.Scenario
		p.Scenarios[s.Name] = results.Scenario{Title: s.Title, Protocol: string(s.Protocol), Suite: s.Suite, Chain: s.Chain, Serves: s.Serves(), RTTUS: s.Wire.RTTUS}
	}
	for _, name := range slices.Sorted(maps.Keys(plan.Profile.Budget)) {
		p.Budgets = append(p.Budgets, results.Budget{Metric: name, Most: plan.Profile.Budget[name], Configs: plan.Profile.BudgetConfigs})
	}
	return nil
}

// estimatesOn are what the estimates of a board on a machine rest on.
func (l *Bench) estimatesOn(plan *lab.Plan, machine metric.Machine, board, model string) ([]results.Estimate, error) {
	on := func(holds func(metric.Metric) bool) []string {
		names := metric.Where(func(m metric.Metric) bool { return m.Worth == metric.Estimated && m.On(machine) && holds(m) })
		slices.Sort(names)
		return names
	}
	var out []results.Estimate
	if ram := on(func(m metric.Metric) bool { return m.Role == metric.RAMAtOnce }); len(ram) > 0 {
		out = append(out, results.Estimate{Board: board, Machine: machine, Metrics: ram,
			Basis: "the WASM shadow stack stands in for the ARM stack, which holds spills and return addresses too"})
	}
	times := on(func(m metric.Metric) bool { return m.Family == metric.EstimatedTime })
	if model == "" || len(times) == 0 {
		return out, nil
	}
	m, err := timing.Load(model)
	if err != nil {
		return nil, err
	}
	e := results.Estimate{Board: board, Machine: machine, Metrics: times, Basis: fmt.Sprintf("timing model of %s: %s", m.Title, strings.Join(strings.Fields(m.Basis), " "))}
	if machine == l.Machine.Name() {
		i := slices.IndexFunc(plan.Boards, func(b *boards.Board) bool { return b.Name == board })
		f, err := l.Factors(plan.Profile, plan.Boards[i])
		if err != nil || f == nil {
			return out, err // nothing is predicted
		}
		if f.Errors != nil {
			e.MedianPercent, e.WorstPercent = &f.Errors.MedianHandshake, &f.Errors.WorstHandshake
		}
		e.Basis = "predicted from WASM by factors for each function, fitted to the emulated board; " + e.Basis
	}
	return append(out, e), nil
}
