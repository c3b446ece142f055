package cli

import (
	"context"
	"fmt"

	"tlslab/bench/adapt"
	"tlslab/bench/lab"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/profiles"
)

// resolve finds a core's source.
func (s *settings) resolve(ctx context.Context, coreName string) (*core.Source, error) {
	cache, err := s.cache()
	if err != nil {
		return nil, err
	}
	return library.Resolve(ctx, coreName, cache, s.say)
}

// resolveFor is resolve for a profile. It refuses a core of another library than the
// one whose options the profile was read with.
func (s *settings) resolveFor(ctx context.Context, p *profiles.Profile, coreName string) (*core.Source, error) {
	src, err := s.resolve(ctx, coreName)
	if err == nil && p.Dialect().Title != src.Library.Title() {
		return nil, fmt.Errorf("core %s is %s, but %s was read with the options of %s: name the unpacked tree with dir:PATH", coreName, src.Library.Title(), p.File(), p.Dialect().Title)
	}
	return src, err
}

// useCore hands a core's own header to a profile.
func (s *settings) useCore(ctx context.Context, p *profiles.Profile, coreName string) error {
	src, err := s.resolveFor(ctx, p, coreName)
	if err != nil {
		return err
	}
	name, text, err := src.Header()
	if err != nil {
		return err
	}
	return p.UseCore(profiles.Core{File: src.Library.Title() + " " + src.Version + ": " + name, Header: text})
}

// adaptTo is adapt for the core of that name, which is only found where there
// can be something to adapt.
func (s *settings) adaptTo(ctx context.Context, plan *lab.Plan, coreName string) error {
	if base := plan.Profile.Dialect().Core; coreName == base && plan.Profile.Core == base && !adapt.AnyTurned(plan) {
		return nil
	}
	src, err := s.resolveFor(ctx, plan.Profile, coreName)
	if err != nil {
		return err
	}
	return adapt.To(plan, src)
}
