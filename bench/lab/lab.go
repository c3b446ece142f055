package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"tlslab/core/build"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"tlslab/bench/advice"
	"tlslab/bench/explain"
	"tlslab/boards"
	"tlslab/certs"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/profiles"
)

// Lab holds what all cases of a run share. Close it.
type Lab struct {
	Source  *core.Source
	Builder *build.Builder
	Machine emu.Machine // "wasm": runs the reference server, and guests
	// Others opens a machine that is made for one board ("qemu"), the same one
	// each time; nil where there is none but Machine.
	Others func(ctx context.Context, name string, board *boards.Board) (emu.Machine, error)
	// Newer finds the core of the reference server that speaks what the one of
	// Open does not (see wantsNewer); nil: there is none.
	Newer func(ctx context.Context) (*core.Source, error)
	// Counter is the digest of what counts on emulated boards: the factors from
	// WASM to cycles are fitted to its counts.
	Counter string

	names    core.ErrorNames
	server   *reference
	newer    *reference // nil until a scenario wants it
	newerMu  sync.Mutex
	clients  sync.Map // reference clients by their image's key: emu.Program
	once     singleflight.Group
	words    sync.Once // of wordsOf
	wordsOf  *explain.Dictionary
	wordsErr error
	known    sync.Once // of knownOf
	knownOf  *advice.Core
	knownErr error
}

// Open builds and loads the reference server. peerSource is the core it is
// made from, which may differ from the one measured.
func (l *Lab) Open(ctx context.Context, peerSource *core.Source) error {
	var g errgroup.Group
	g.Go(func() (err error) { l.names, err = l.Source.ErrorNames(); return err })
	g.Go(func() (err error) { l.server, err = l.newReference(ctx, peerSource); return err })
	return g.Wait()
}

// Close frees the reference servers and clients.
func (l *Lab) Close(ctx context.Context) error {
	errs := []error{l.server.close(ctx), l.newer.close(ctx)}
	l.clients.Range(func(_, p any) bool {
		errs = append(errs, p.(emu.Program).Close(ctx))
		return true
	})
	return errors.Join(errs...)
}

// machine is where a job runs.
func (l *Lab) machine(ctx context.Context, j *Job) (emu.Machine, error) {
	switch {
	case j.Machine == l.Machine.Name():
		return l.Machine, nil
	case l.Others == nil:
		return nil, fmt.Errorf("machine %q: not open", j.Machine)
	}
	return l.Others(ctx, j.Machine, j.Board)
}

// linked is a machine that runs firmware, and says where it must be linked to.
type linked interface{ Target() *core.Target }

// Spec is the image of a job for a machine.
func (l *Lab) Spec(p *profiles.Profile, j *Job, m emu.Machine) (*core.Spec, error) {
	if why := l.lacks(j); why != "" { // which Measure has as a result
		return nil, fmt.Errorf("scenario %s: %s", j.Scenario.Name, why)
	}
	if j.Refused != "" {
		return nil, errors.New(j.Refused)
	}
	role, material, err := l.guest(p, j.Scenario)
	if err != nil {
		return nil, err
	}
	material.DebugLevel = j.Scenario.DebugLevel
	spec := &core.Spec{
		Source: l.Source, Role: role, Header: j.Header, Material: material, Board: j.Board,
		WasmOpt: p.Compiler.Wasm, ARMOpt: p.Compiler.ARM,
		StackBytes: p.Memory.StackBytes, HeapBytes: p.Memory.HeapBytes, Silent: j.Lean,
	}
	if t, ok := m.(linked); ok {
		spec.Firmware = t.Target()
	}
	spec.HeaderDirs = j.Variant.Dirs()
	return spec, nil
}

// guest is the program that a scenario measures and what is compiled into it.
func (l *Lab) guest(p *profiles.Profile, s *profiles.Scenario) (core.Role, core.Material, error) {
	if !s.Serves() {
		m, err := Material(p, s)
		return core.Client, m, err
	}
	suite, err := l.Source.Suite(s.Suite)
	if err != nil {
		return "", core.Material{}, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	m, err := serverMaterial(s, suite)
	return core.DeviceServer, m, err
}

// features are what a scenario asks of its client; nil for nothing.
func features(s *profiles.Scenario) (*core.Features, error) {
	own, err := ownIdentity(s)
	if err != nil {
		return nil, err
	}
	verify, err := judging(s)
	if err != nil {
		return nil, err
	}
	f := &core.Features{Own: own, Verify: verify, Resume: s.Resume, ALPN: s.ALPN, ALPNAgreed: s.ALPNAgreed(), MaxFragmentB: s.MaxFragmentB,
		TruncatedHMAC: s.TruncatedHMAC, Fallback: s.Fallback, RefuseLegacy: s.RefuseLegacy, Renegotiate: s.Renegotiate, Password: []byte(s.Password), ARC4: strings.Contains(s.Suite, "-RC4-")}
	if s.Protocol == "ssl3" { // the core's own least is TLS 1.0
		f.Version = s.Version()
	}
	if f.None() {
		return nil, nil
	}
	return f, nil
}

// ownIdentity is what a scenario's client shows of itself, in the format of its
// roots; nil for nothing.
func ownIdentity(s *profiles.Scenario) (*core.Identity, error) {
	if s.ClientChain == "" {
		return nil, nil
	}
	chain, err := certs.Client(s.ClientChain)
	if err != nil {
		return nil, fmt.Errorf("client_chain: %w", err)
	}
	if s.CAFormat == "der" {
		return &core.Identity{Chain: chain.ChainDER, Key: chain.KeyDER}, nil
	}
	return &core.Identity{Chain: [][]byte{chain.ChainPEM}, Key: chain.KeyPEM, PEM: true}, nil
}

// clientMaterial is what a scenario compiles into a client: with certificates,
// the root of the scenario's chain.
func clientMaterial(s *profiles.Scenario) (core.Material, error) {
	f, err := features(s)
	if err != nil {
		return core.Material{}, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	m := core.Material{Hostname: s.Hostname, Request: s.Payload.Request, Features: f, DTLS: dtlsSettings(s), SNTP: sntpSettings(s)}
	if s.PSK != nil {
		m.PSK, m.PSKIdentity = s.PSK.Key(), []byte(s.PSK.Identity)
	}
	if s.Chain == "" {
		return m, nil
	}
	chain, err := certs.Load(s.Chain, "")
	if err != nil {
		return m, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	m.Root, m.RootIsDER = chain.RootPEM, false
	if s.CAFormat == "der" {
		m.Root, m.RootIsDER = chain.RootDER, true
	}
	return m, nil
}

// Material is what a scenario compiles into the measured client: beyond the
// scenario's own root the user's CA files, where the profile names some (they are
// paid for, as on the device).
func Material(p *profiles.Profile, s *profiles.Scenario) (core.Material, error) {
	m, err := clientMaterial(s)
	if err != nil || s.Chain == "" {
		return m, err
	}
	own, err := ownRoots(p)
	if err != nil {
		return m, err
	}
	if len(own) > 0 && m.RootIsDER {
		return m, fmt.Errorf("scenario %s: ca_format \"der\" holds one certificate; ca_files needs \"pem\"", s.Name)
	}
	m.Root = append(append([]byte(nil), m.Root...), own...)
	return m, nil
}

// ownRoots are the certificates of a profile's ca_files, PEM.
func ownRoots(p *profiles.Profile) (text []byte, err error) {
	paths, err := p.CAPaths()
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		ca, err := certs.LoadUserPEM(path)
		if err != nil {
			return nil, err
		}
		text = append(text, ca.PEM...)
	}
	return text, nil
}
