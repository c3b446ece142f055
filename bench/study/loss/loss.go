// Package loss runs a job over datagrams at several rates of loss. What it writes
// is a losscurve.Curve.
package loss

import (
	"context"
	"fmt"
	"slices"

	"tlslab/bench/action"
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/results/losscurve"
	"tlslab/profiles"
)

// Loss runs a job over datagrams with each of the rates of loss (percent, both
// ways) and the wire's seeds from 1 to seeds; ran is told of each so many. What
// else goes wrong on the wire is the scenario's. The entropy is the same in
// all runs. A conversation that fails is a result.
func Loss(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, ratesPct []int, seeds, workers int, ran func(n int)) (*losscurve.Curve, error) {
	if !j.Scenario.Datagram() {
		return nil, fmt.Errorf("scenario %s: protocol %s has no datagrams to lose; choose one of dtls1.0 or dtls1.2", j.Scenario.Name, j.Scenario.Protocol)
	}
	p, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	rates := slices.Sorted(slices.Values(ratesPct))
	runs := make([]conversation, len(rates)*seeds)
	var actions []*action.Action
	var begins []int // of each action, among the runs
	for i, rate := range rates {
		for first := 0; first < seeds; first += seedsEach {
			a, err := conversations.Action(p, point{rate, uint64(first) + 1, min(seedsEach, seeds-first)})
			if err != nil {
				return nil, err
			}
			actions, begins = append(actions, a), append(begins, i*seeds+first)
		}
	}
	err = action.All(ctx, l.Actions, workers, actions, func(i int, output []conversation) error {
		copy(runs[begins[i]:], output)
		ran(len(output))
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := &losscurve.Curve{Core: l.Source.Core, Config: j.Variant.Name, Scenario: j.Scenario.Name, Machine: l.Machine.Name(), Seeds: seeds,
		ReorderPct: j.Scenario.Wire.ReorderPct, DuplicatePct: j.Scenario.Wire.DuplicatePct,
		TimeoutMinMS: j.Scenario.DTLS.TimeoutMinMS, TimeoutMaxMS: j.Scenario.DTLS.TimeoutMaxMS}
	for i, rate := range rates {
		c.Points = append(c.Points, lossPoint(rate, runs[i*seeds:(i+1)*seeds]))
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

// seedsEach is how many seeds are one action: some tenths of a second of work.
const seedsEach = 25

// point is some seeds at one rate of loss.
type point struct {
	LossPct int
	Seed    uint64 // the first
	Seeds   int
}

var conversations = lab.Declare("loss", converse)

// conversation is one run as an action's output has it.
type conversation struct {
	HandshakeUS                           int64 // where it connected
	Retransmits, Datagrams, LostDatagrams int64
	Failure                               *losscurve.Failure // nil: it connected
}

// converse has the conversations of one action.
func converse(ctx context.Context, p *lab.Prepared, in point) (out []conversation, keep bool, err error) {
	keep = true
	for seed := in.Seed; seed < in.Seed+uint64(in.Seeds); seed++ {
		s := lossy(p.Job.Scenario, in.LossPct, seed)
		r, err := p.Converse(ctx, lab.Conversation{Scenario: s, Bare: true})
		if err != nil {
			return nil, false, fmt.Errorf("%s, loss %d %%, seed %d: %w", s.Name, in.LossPct, seed, err)
		}
		log := &r.Datagrams.Log
		c := conversation{HandshakeUS: r.Datagrams.HandshakeUS, Retransmits: int64(log.Retransmits()),
			Datagrams: int64(log.Datagrams), LostDatagrams: int64(log.LostDatagrams)}
		if o := p.Judge(r); o.Name != results.OutcomeConnected {
			c.Failure = &losscurve.Failure{Seed: seed, Outcome: string(o.Name), Phase: o.Phase, Detail: o.Detail}
		}
		out, keep = append(out, c), keep && !r.Unrepeatable()
	}
	return out, keep, nil
}

// lossPoint sums up the runs of one rate.
func lossPoint(pct int, runs []conversation) losscurve.Point {
	p := losscurve.Point{LossPct: pct, HandshakeUS: []int64{}}
	for _, r := range runs {
		p.Retransmits += r.Retransmits
		p.Datagrams += r.Datagrams
		p.LostDatagrams += r.LostDatagrams
		if r.Failure != nil {
			p.Failed = append(p.Failed, *r.Failure)
			continue
		}
		p.HandshakeUS = append(p.HandshakeUS, r.HandshakeUS)
	}
	slices.Sort(p.HandshakeUS)
	return p
}
