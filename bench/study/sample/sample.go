// Package sample runs the manual's sample application (7.2) beside the measured
// client, in the same scenario.
package sample

import (
	"context"
	"fmt"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/profiles"
)

// SampleRun is the manual's sample application, run once, and the measured
// client in the same scenario beside it.
type SampleRun struct {
	Transcript string
	Case       results.Case // the sample's
	Client     results.Case // the client's, whose contexts are static
	Unverified string       // X.509 flags in spite of which it connected; "": none
}

// RunSample runs the sample of a job. check is one of certs.Variants, "" for the
// good certificates; required ends the connection where the manual's default
// goes on (core.SampleSettings).
func RunSample(ctx context.Context, l *measure.Bench, plan *lab.Plan, j *lab.Job, check profiles.Check, required bool) (*SampleRun, error) {
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
	client, _, err := l.MeasureOnce(ctx, measured, check)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	sample.Spec.Role = core.Sample
	sample.Spec.Material.Sample = &core.SampleSettings{TickHz: j.Board.RTOSTickHz, HeapBytes: plan.Profile.Memory.HeapBytes, Required: required}
	c, r, err := l.MeasureOnce(ctx, sample, check)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	out := &SampleRun{Case: *c, Client: *client}
	if r != nil {
		out.Transcript = strings.Join(r.Record.Log, "")
		if r.Record.Connected && r.Record.Verify != 0 {
			out.Unverified = l.Names().Flags(r.Record.Verify)
		}
	}
	return out, nil
}
