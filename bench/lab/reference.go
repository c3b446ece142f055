package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/internal/iana"
	"tlslab/profiles"
)

// Reference is a reference server made from one core.
type Reference struct {
	Source  *core.Source
	Digest  string                      // of its image
	Names   core.ErrorNames             // of its own errors
	program func() (emu.Program, error) // waits until it is loaded
}

// newReference builds a reference server and loads it while the first client
// is built.
func (l *Lab) newReference(ctx context.Context, source *core.Source) (*Reference, error) {
	names, err := source.ErrorNames()
	if err != nil {
		return nil, err
	}
	spec := peer.ServerSpec(source)
	img, err := l.image(ctx, spec)
	if err != nil {
		return nil, fmt.Errorf("reference server: %w", err)
	}
	machine := l.Machine
	ctx = context.WithoutCancel(ctx) // later callers share its result
	r := &Reference{Source: source, Digest: img.Digest, Names: names}
	r.program = sync.OnceValues(func() (emu.Program, error) {
		p, err := machine.Load(ctx, Runnable(spec, img))
		if err != nil {
			return nil, fmt.Errorf("reference server: %w", err)
		}
		return p, nil
	})
	go r.program()
	return r, nil
}

// reference is the server that a scenario's client meets, with the number of
// the scenario's suite.
func (l *Lab) reference(ctx context.Context, s *profiles.Scenario) (*Reference, iana.Suite, error) {
	r := l.Peer
	if l.wantsNewer(s) {
		var err error
		if r, err = l.newerServer(ctx); err != nil {
			return nil, 0, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	suite, err := r.Source.Suite(s.Suite)
	if err != nil {
		return nil, 0, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return r, suite, nil
}

// wantsNewer says whether a scenario can only be had with the newer reference
// server: TLS 1.3, and connection IDs as RFC 9146 has them, which a client of
// 3.x speaks. (2.28 has those of a draft, under another number.)
func (l *Lab) wantsNewer(s *profiles.Scenario) bool {
	return s.Protocol == profiles.TLS13 || s.DTLS != nil && s.DTLS.CIDBytes > 0 && strings.HasPrefix(l.Source.Version, "3.")
}

// newerServer builds the newer reference server when it is first asked for.
func (l *Lab) newerServer(ctx context.Context) (*Reference, error) {
	l.newerMu.Lock()
	defer l.newerMu.Unlock()
	if l.NewerPeer != nil {
		return l.NewerPeer, nil
	}
	if l.NewerCore == nil {
		return nil, errors.New("there is no reference server that speaks it")
	}
	source, err := l.NewerCore(ctx)
	if err != nil {
		return nil, fmt.Errorf("reference server: %w", err)
	}
	l.NewerPeer, err = l.newReference(ctx, source)
	return l.NewerPeer, err
}

func (r *Reference) close(ctx context.Context) error {
	if r == nil {
		return nil
	}
	p, err := r.program()
	if err != nil {
		return nil // there is none to close
	}
	return p.Close(ctx)
}
