// Package trace follows every message of one conversation, with what each step
// took, for sequence diagrams and captures.
package trace

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/results/sequence"
	"tlslab/bench/scenario"
	"tlslab/emu/capture"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
)

// Followed is one run as it went.
type Followed struct {
	Sequence *sequence.File
	Capture  *capture.Capture
	Outcome  results.Outcome
	Detail   string
}

// Follow runs one job and follows every message.
func Follow(ctx context.Context, l *measure.Bench, plan *lab.Plan, j *lab.Job) (*Followed, error) {
	var f *follower
	t, err := l.TraceFrom(ctx, plan, j, func(w *wire.Wire, guest, other *peer.Endpoint) {
		f = newFollower(w, guest, other, j.Scenario.Datagram())
	})
	if err != nil {
		return nil, err
	}
	f.end()
	machine, err := l.MachineOf(ctx, j)
	if err != nil {
		return nil, err
	}
	if err := estimateSteps(l, plan, j, t.Run, f.steps); err != nil {
		return nil, err
	}
	s := &sequence.File{Schema: sequence.Schema, Profile: plan.Profile.Name, Board: j.Board.Name,
		Core: l.Source.Library.Title() + " " + l.Source.Version, Machine: j.Machine.Kind(), Config: j.Variant.Name, Scenario: j.Scenario.Name, Guest: []string{sequence.Client, sequence.Server}[f.guest],
		Protocol: string(j.Scenario.Protocol), Suite: j.Scenario.Suite, Wire: scenario.WireSpec(j.Scenario, plan.Profile.Run.Seed).String(),
		Outcome: string(t.Outcome), Detail: t.Detail, Ops: machine.Units().Ops, Rows: f.rows}
	if f.cut {
		s.Notes = append(s.Notes, fmt.Sprintf("cut after %d rows", mostRows))
	}
	if j.Scenario.DebugLevel != nil {
		d := j.Scenario.Dialect()
		s.Notes = append(s.Notes, fmt.Sprintf("with %s at level %d: %s and heap include what its messages take", d.Full(d.DebugOption), *j.Scenario.DebugLevel, machine.Units().Ops))
	}
	slices.SortStableFunc(f.packets, func(a, b capture.Packet) int { return cmp.Compare(a.US, b.US) })
	return &Followed{Sequence: s, Outcome: t.Outcome, Detail: t.Detail, Capture: &capture.Capture{
		Comment:  fmt.Sprintf("%s, %s, %s, %s: simulated; secrets included", s.Profile, s.Config, s.Scenario, s.Core),
		Datagram: j.Scenario.Datagram(), StartUS: j.Scenario.RTCSeconds() * 1_000_000, RTTUS: j.Scenario.Wire.RTTUS,
		Packets: f.packets, KeyLog: t.KeyLog}}, nil
}

// estimateSteps gives each step its time on the board: by the board's own model,
// or by its factors.
func estimateSteps(l *measure.Bench, plan *lab.Plan, j *lab.Job, r *lab.Run, steps []*sequence.Step) error {
	model, err := l.Factors(plan.Profile, j.Board)
	if err != nil {
		return err
	}
	before := uint64(0)
	for i, p := range r.Record.HeapCurve {
		milli := p.MilliCycles - before
		before = p.MilliCycles
		if milli == 0 && model != nil && j.Machine == l.Machine.Name() && i < len(r.PhaseFunctions) {
			milli, _ = model.MilliCycles(r.PhaseFunctions[i].Functions)
		}
		if i < len(steps) {
			steps[i].EstUS = measure.EstMicroseconds(milli, j.Board)
		}
	}
	return nil
}
