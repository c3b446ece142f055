package lab

import (
	"context"

	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
)

// Handshake is a job made ready to run by hand, as often as wanted: what
// throughput is measured with, and fault campaigns start from.
type Handshake struct {
	Image  *core.Image
	Params []byte     // what a reference server must be told before its first step
	Limits emu.Limits // of the guest

	session *session
}

// Handshake builds a job's image.
func (l *Lab) Handshake(ctx context.Context, plan *Plan, j *Job) (*Handshake, error) {
	spec, err := l.Spec(plan.Profile, j, l.Machine)
	if err != nil {
		return nil, err
	}
	img, err := l.Builder.Build(ctx, spec)
	if err != nil {
		return nil, err
	}
	ref, suite, err := l.reference(ctx, j.Scenario)
	if err != nil {
		return nil, err
	}
	s := &session{lab: l, options: img.Options, scenario: j.Scenario, ref: ref, suite: suite, seed: plan.Profile.Run.Seed}
	params, err := serverParams(j.Scenario, suite, "")
	if err != nil {
		return nil, err
	}
	return &Handshake{Image: img, Params: params.Encode(), Limits: limits(plan.Profile), session: s}, nil
}

// Ends are both ends of a new conversation on a new wire, without guests: the
// measured guest's and its peer's.
func (h *Handshake) Ends() (w *wire.Wire, guest, other *peer.Endpoint) { return h.session.ends() }

// StartPeer starts the reference server, or client, at its end. The caller closes
// its guest.
func (h *Handshake) StartPeer(ctx context.Context, other *peer.Endpoint) error {
	return h.session.startPeer(ctx, other, other, h.Params)
}
