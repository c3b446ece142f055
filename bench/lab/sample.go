package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
)

// SampleRun is the manual's sample application, run once, and the measured
// client in the same scenario beside it.
type SampleRun struct {
	Transcript string
	Case       results.Case // the sample's
	Client     results.Case // the client's, whose contexts are static
	Unverified string       // X.509 flags in spite of which it connected; "": none
}

// Sample runs the sample of a job. check is one of certs.Variants, "" for the
// good certificates; required ends the connection where the manual's default
// goes on (core.SampleSettings).
func (l *Lab) Sample(ctx context.Context, plan *Plan, j *Job, check string, required bool) (*SampleRun, error) {
	machine, err := l.machine(ctx, j)
	if err != nil {
		return nil, err
	}
	spec, err := l.Spec(plan.Profile, j, machine)
	if err != nil {
		return nil, err
	}
	switch sc := j.Scenario; {
	case sc.Serves():
		return nil, fmt.Errorf("scenario %s: the device is the server; the manual's API is a client's", sc.Name)
	case sc.Datagram():
		return nil, fmt.Errorf("scenario %s: protocol %s: the manual's API connects by TCP alone (7.2.3)", sc.Name, sc.Protocol)
	case sc.Chain == "":
		return nil, fmt.Errorf("scenario %s: has no certificates; the manual's API has no place for a key", sc.Name)
	case spec.Material.Features != nil:
		return nil, fmt.Errorf("scenario %s: asks for more than the manual's API can be told", sc.Name)
	}
	client, _, err := l.runOnce(ctx, plan, j, machine, spec, check)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	own := *spec
	own.Role = core.Sample
	own.Material.Sample = &core.SampleSettings{TickHz: j.Board.RTOSTickHz, HeapBytes: plan.Profile.Memory.HeapBytes, Required: required}
	c, r, err := l.runOnce(ctx, plan, j, machine, &own, check)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	out := &SampleRun{Case: *c, Client: *client}
	if r != nil {
		out.Transcript = strings.Join(r.Record.Log, "")
		if r.Record.Connected && r.Record.Verify != 0 {
			out.Unverified = l.names.Flags(r.Record.Verify)
		}
	}
	return out, nil
}

// runOnce builds an image and has one conversation. What does not build or fit
// is a case without a run.
func (l *Lab) runOnce(ctx context.Context, plan *Plan, j *Job, machine emu.Machine, spec *core.Spec, check string) (*results.Case, *Run, error) {
	c := &results.Case{Metrics: map[string]int64{}}
	img, err := l.Builder.Build(ctx, spec)
	var build *core.BuildError
	if errors.As(err, &build) {
		c.Outcome, c.Phase, c.Detail = OutcomeNoBuild, "build", noBuildDetail(build)
		return l.label(plan, j, *c), nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	sizes(c, img.Sizes)
	if tooBig(c, machine) {
		return l.label(plan, j, *c), nil, nil
	}
	program, err := machine.Load(ctx, emu.Image{WASM: img.WASM, Firmware: img.Firmware, Identity: img.Identity})
	if err != nil {
		return nil, nil, err
	}
	defer program.Close(ctx)
	ref, suite, err := l.reference(ctx, j.Scenario)
	if err != nil {
		return nil, nil, err
	}
	s := &session{lab: l, program: program, options: img.Options, silent: j.Lean, scenario: j.Scenario, ref: ref, suite: suite,
		seed: plan.Profile.Run.Seed, limits: limits(plan.Profile)}
	r, err := s.run(ctx, check, s.limits.HeapBytes)
	if err != nil {
		return nil, nil, err
	}
	o := judge(r, l.names, suite)
	ran := &results.Case{Outcome: o.name, Phase: o.phase, Detail: o.detail, Metrics: map[string]int64{}}
	counts(ran, r, machine.Units(), j.Board)
	if machine == l.Machine {
		if err := l.predict(ran, r, plan.Profile, j.Board); err != nil {
			return nil, nil, err
		}
	}
	return l.label(plan, j, *join(c, ran, img.Sizes, machine.Units())), r, nil
}
