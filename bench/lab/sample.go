package lab

import (
	"context"
	"fmt"
	"strings"

	"tlslab/bench/results"
	"tlslab/core"
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
	measured, err := l.Prepare(ctx, plan, j)
	if err != nil {
		return nil, err
	}
	defer measured.Close(ctx)
	sample, err := l.Prepare(ctx, plan, j)
	if err != nil {
		return nil, err
	}
	defer sample.Close(ctx)
	switch sc := j.Scenario; {
	case sc.Serves():
		return nil, fmt.Errorf("scenario %s: the device is the server; the manual's API is a client's", sc.Name)
	case sc.Datagram():
		return nil, fmt.Errorf("scenario %s: protocol %s: the manual's API connects by TCP alone (7.2.3)", sc.Name, sc.Protocol)
	case sc.Chain == "":
		return nil, fmt.Errorf("scenario %s: has no certificates; the manual's API has no place for a key", sc.Name)
	case measured.Spec.Material.Features != nil:
		return nil, fmt.Errorf("scenario %s: asks for more than the manual's API can be told", sc.Name)
	}
	client, _, err := measured.once(ctx, check)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	sample.Spec.Role = core.Sample
	sample.Spec.Material.Sample = &core.SampleSettings{TickHz: j.Board.RTOSTickHz, HeapBytes: plan.Profile.Memory.HeapBytes, Required: required}
	c, r, err := sample.once(ctx, check)
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

// once builds the image and has one conversation. What does not build or fit is
// a case without a run.
func (p *Prepared) once(ctx context.Context, check string) (*results.Case, *Run, error) {
	l := p.lab
	err := p.Build(ctx)
	if build, ok := doesNotBuild(err); ok {
		return l.label(p.Plan, p.Job, *noBuild(build)), nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	c := &results.Case{Metrics: map[string]int64{}}
	sizes(c, p.Image.Sizes)
	if tooBig(c, p.Machine) {
		return l.label(p.Plan, p.Job, *c), nil, nil
	}
	r, err := p.Converse(ctx, Conversation{Certificate: check})
	if err != nil {
		return nil, nil, err
	}
	o := p.Judge(r)
	ran := &results.Case{Outcome: o.Name, Phase: o.Phase, Detail: o.Detail, Metrics: map[string]int64{}}
	counts(ran, r, p.Machine.Units(), p.Job.Board)
	if p.Machine == l.Machine {
		if err := l.predict(ran, r, p.Plan.Profile, p.Job.Board); err != nil {
			return nil, nil, err
		}
	}
	return l.label(p.Plan, p.Job, *join(c, ran, p.Image.Sizes, p.Machine.Units())), r, nil
}
