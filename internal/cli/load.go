package cli

import (
	"context"

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
