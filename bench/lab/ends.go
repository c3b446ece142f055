package lab

import (
	"context"
	"fmt"

	"tlslab/bench/scenario"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/profiles"
)

// referenceClient is the client that a scenario's device serves. Each is built
// and loaded once, and closed with the lab.
func (l *Lab) referenceClient(ctx context.Context, source *core.Source, s *profiles.Scenario) (emu.Program, error) {
	m, err := scenario.ClientMaterial(s)
	if err != nil {
		return nil, err
	}
	if m.DTLS != nil {
		m.DTLS.BadMACLimit = 0 // the device's
	}
	m.KeyLog = true // it is not measured
	spec := peer.ClientSpec(source, m)
	key, err := l.Builder.Key(spec)
	if err != nil {
		return nil, err
	}
	v, err := l.once.Do(ctx, "reference client "+key, func() (any, error) {
		if p, ok := l.clients.Load(key); ok {
			return p, nil
		}
		img, err := l.image(ctx, spec)
		if err != nil {
			return nil, fmt.Errorf("reference client: %w", err)
		}
		p, err := l.Machine.Load(context.WithoutCancel(ctx), Runnable(spec, img))
		if err != nil {
			return nil, fmt.Errorf("reference client: %w", err)
		}
		l.clients.Store(key, p)
		return p, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(emu.Program), nil
}

// clientOf is which of two ends is the client.
func clientOf(guest, other *peer.Endpoint) *peer.Endpoint {
	if guest.Serves {
		return other
	}
	return guest
}

// StartPeer starts the guest's peer at its end: the reference server, told its
// parameters, or the reference client. host is what its guest is to call: the end
// itself, or what stands around it. The caller closes the end's guest.
func (p *Prepared) StartPeer(ctx context.Context, c Conversation, other *peer.Endpoint, host emu.Host) error {
	c = p.filled(c)
	var program emu.Program
	var err error
	if other.Serves {
		program, err = p.Peer.program()
	} else {
		program, err = p.Lab.referenceClient(ctx, p.Peer.Source, c.Scenario)
	}
	if err != nil {
		return err
	}
	if other.Guest, err = program.Start(ctx, host, emu.DefaultLimits(peer.ServerHeapBytes)); err != nil {
		return err
	}
	if other.Serves {
		if c.Params == nil {
			c.Params, err = p.Params(c)
		}
		if err == nil {
			err = other.Guest.(emu.ParamGuest).WriteParams(c.Params)
		}
	}
	if err != nil {
		other.Guest.Close(ctx)
	}
	return err
}

// peerError is how the guest's peer ended, "" when well. One that never spoke,
// or ran out of its own heap, is the tool's error.
func (p *Prepared) peerError(other *peer.Endpoint) (string, error) {
	rec := other.Record
	if !rec.Failed {
		return "", nil
	}
	ended := p.Peer.Names.Error(rec.ErrorCode) + " in " + string(rec.ErrorPhase)
	switch {
	case rec.FirstFailedAllocB > 0, rec.ErrorPhase == "init", rec.ErrorPhase == "parse-ca", rec.ErrorPhase == "parse-own":
		return "", &emu.HostError{Err: fmt.Errorf("%s: %s", peer.ReferenceName(!other.Serves), ended)}
	case other.Serves:
		return "the server ended with " + ended, nil
	}
	return "the client ended with " + ended, nil
}

// Readings notes what both ends have read, and should have.
func (r *Run) Readings(s *profiles.Scenario, other *emu.Record) {
	answer := Reading{What: "answer", AllB: peer.AnswerBytes(uint32(s.Payload.ResponseBytes)), GotB: r.Record.AppBytes}
	if s.Serves() {
		r.ToRead = Reading{What: "request", AllB: uint32(len(s.Payload.Request)), GotB: r.Record.AppBytes}
		answer.GotB = other.AppBytes
		r.Answered = answer
		return
	}
	r.ToRead = answer
}
