package cli

import (
	"context"
	"fmt"
	"time"

	"tlslab/bench/action"
	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/study/fault"
	"tlslab/internal/cache"
	"tlslab/internal/confine"
)

// The goals are for fault campaigns, in runs a second.
const (
	goalFaultsPSK   = 300
	goalFaultsECDHE = 30
)

// perfFaults measures fault campaigns, by runs drawn from all kinds.
func (s *settings) perfFaults(ctx context.Context, report reporter) error {
	l, plan, err := s.openPerf(ctx)
	if err != nil {
		return err
	}
	defer l.close()
	for _, c := range []struct {
		name, scenario string
		runs           int
		goal           float64
	}{
		{"psk-faults", perfPSK, 4000, goalFaultsPSK},
		{"ecdhe-faults", perfECDSA, 1000, goalFaultsECDHE},
	} {
		rate, err := l.faultRate(ctx, plan, c.scenario, c.runs)
		if err != nil {
			return err
		}
		report(c.name, rate, "/s", c.goal, true)
	}
	return nil
}

func (l *openedLab) faultRate(ctx context.Context, plan *lab.Plan, scenario string, runs int) (float64, error) {
	job, err := choose(plan, perfConfig, scenario)
	if err != nil {
		return 0, err
	}
	c, err := fault.NewCampaign(ctx, l.Lab, plan, job)
	if err != nil {
		return 0, err
	}
	defer c.Close(ctx)
	// Nothing that was run before.
	dir, remove, err := confine.Directory("", "tlslab-perf-*")
	if err != nil {
		return 0, err
	}
	defer remove()
	c.Actions = &action.Local{Store: &cache.Store{Dir: dir}}
	faults := c.Plan(fault.Choice{Bits: 8, Seed: 1, Runs: runs})
	start := time.Now()
	results, err := c.Run(ctx, faults, measure.Workers(), func(int) {})
	if err != nil {
		return 0, err
	}
	took := time.Since(start)
	for _, r := range results {
		if r.Verdict.Finding() {
			return 0, fmt.Errorf("perf: fault %s: %s", r.Fault, r.Verdict.Name)
		}
	}
	return float64(len(results)) / took.Seconds(), nil
}
