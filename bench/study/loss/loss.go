// Package loss runs a job over datagrams at several rates of loss. What it writes
// is a losscurve.Curve.
package loss

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/results/losscurve"
	"tlslab/profiles"
)

// Loss runs a job over datagrams with each of the rates of loss (percent, both
// ways) and the wire's seeds from 1 to seeds, and tells after each run. What
// else goes wrong on the wire is the scenario's. The entropy is the same in
// all runs. A conversation that fails is a result.
func Loss(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, ratesPct []int, seeds, workers int, ran func()) (*losscurve.Curve, error) {
	if !j.Scenario.Datagram() {
		return nil, fmt.Errorf("scenario %s: protocol %s has no datagrams to lose; choose one of dtls1.0 or dtls1.2", j.Scenario.Name, j.Scenario.Protocol)
	}
	p, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	if err := p.Load(ctx); err != nil {
		return nil, err
	}
	rates := slices.Sorted(slices.Values(ratesPct))
	runs := make([]*lab.Run, len(rates)*seeds)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i := range runs {
		g.Go(func() error {
			r, err := p.Converse(gctx, lab.Conversation{Scenario: lossy(j.Scenario, rates[i/seeds], uint64(i%seeds)+1), Bare: true})
			if err != nil {
				return fmt.Errorf("%s, loss %d %%, seed %d: %w", j.Scenario.Name, rates[i/seeds], i%seeds+1, err)
			}
			runs[i] = r
			ran()
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	c := &losscurve.Curve{Core: l.Source.Core, Config: j.Variant.Name, Scenario: j.Scenario.Name, Machine: l.Machine.Name(), Seeds: seeds,
		ReorderPct: j.Scenario.Wire.ReorderPct, DuplicatePct: j.Scenario.Wire.DuplicatePct,
		TimeoutMinMS: j.Scenario.DTLS.TimeoutMinMS, TimeoutMaxMS: j.Scenario.DTLS.TimeoutMaxMS}
	for i, rate := range rates {
		c.Points = append(c.Points, lossPoint(rate, runs[i*seeds:(i+1)*seeds], p.Judge))
	}
	return c, nil
}

// lossy is a scenario at a rate of loss, both ways, on a wire of one seed.
func lossy(s *profiles.Scenario, pct int, seed uint64) *profiles.Scenario {
	c := *s
	toServer, toClient := s.Wire.Troubles()
	toServer.LossPct, toClient.LossPct = pct, pct
	c.Wire.ToServer, c.Wire.ToClient, c.Wire.Seed = &toServer, &toClient, seed
	return &c
}

// lossPoint sums up the runs of one rate; the first has seed 1.
func lossPoint(pct int, runs []*lab.Run, judge func(*lab.Run) lab.Outcome) losscurve.Point {
	p := losscurve.Point{LossPct: pct, HandshakeUS: []int64{}}
	for i, r := range runs {
		p.Retransmits += int64(r.Datagrams.Log.Retransmits())
		p.Datagrams += int64(r.Datagrams.Log.Datagrams)
		p.LostDatagrams += int64(r.Datagrams.Log.LostDatagrams)
		if o := judge(r); o.Name != results.OutcomeConnected {
			p.Failed = append(p.Failed, losscurve.Failure{Seed: uint64(i) + 1, Outcome: string(o.Name), Phase: o.Phase, Detail: o.Detail})
			continue
		}
		p.HandshakeUS = append(p.HandshakeUS, r.Datagrams.HandshakeUS)
	}
	slices.Sort(p.HandshakeUS)
	return p
}
