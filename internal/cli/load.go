package cli

import (
	"cmp"
	"context"

	"tlslab/bench/lab"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/profiles"
)

// load reads a profile. Where one of its configurations starts from the core's
// own header, the core is found too: coreName is the one asked for, "" for the
// profile's.
func (s *settings) load(ctx context.Context, nameOrPath, coreName string) (*profiles.Profile, error) {
	p, err := profiles.Load(nameOrPath)
	if err != nil || !p.FromCore() {
		return p, err
	}
	return p, s.useCore(ctx, p, cmp.Or(coreName, p.Core))
}

// plan is a profile's plan on the machines of --machine, "" for the profile's
// own, adapted to its core; coreName as in load.
func (s *settings) plan(ctx context.Context, nameOrPath, coreName, machine string) (*lab.Plan, error) {
	p, err := s.load(ctx, nameOrPath, coreName)
	if err != nil {
		return nil, err
	}
	if err := chooseMachines(p, machine); err != nil {
		return nil, err
	}
	paths, err := p.CAPaths()
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if _, err := s.loadCA(path); err != nil {
			return nil, err
		}
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		return nil, err
	}
	return plan, s.adaptTo(ctx, plan, cmp.Or(coreName, p.Core))
}

// resolve finds a core's source.
func (s *settings) resolve(ctx context.Context, coreName string) (*core.Source, error) {
	cache, err := s.cache()
	if err != nil {
		return nil, err
	}
	return library.Resolve(ctx, coreName, cache, s.say)
}

// useCore hands a core's own header to a profile.
func (s *settings) useCore(ctx context.Context, p *profiles.Profile, coreName string) error {
	src, err := s.resolve(ctx, coreName)
	if err != nil {
		return err
	}
	name, text, err := src.Header()
	if err != nil {
		return err
	}
	return p.UseCore(profiles.Core{File: "Mbed TLS " + src.Version + ": " + name, Header: text})
}
