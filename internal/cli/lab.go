package cli

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/emu"
	"tlslab/emu/qemu"
	"tlslab/emu/wasm"
)

// peerCore is the core the reference server is made from, whatever core is
// measured, so that two cores meet the same server.
const peerCore = library.Peer

// newerPeerCore is the core of the reference server that speaks what peerCore
// does not: TLS 1.3, RFC 9146.
const newerPeerCore = library.NewerPeer

// openedLab is an open lab.Bench with what has to be closed after it.
type openedLab struct {
	*measure.Bench
	machine *wasm.Machine
}

// openLab installs missing tools, finds the sources and starts the machine.
func (s *settings) openLab(ctx context.Context, coreName string) (*openedLab, error) {
	cache, err := s.cache()
	if err != nil {
		return nil, err
	}
	if err := build.EnsureTools(ctx, build.BuildTools, s.say); err != nil {
		return nil, err
	}
	// None of these waits for another.
	var tools *build.Toolchain
	var src *core.Source
	var rev string
	var m *wasm.Machine
	var g errgroup.Group
	g.Go(func() (err error) { tools, err = build.FindToolchain(ctx); return err })
	g.Go(func() (err error) { src, err = library.Resolve(ctx, coreName, cache, s.say); return err })
	g.Go(func() (err error) { rev, err = revision(); return err })
	g.Go(func() (err error) {
		m, err = wasm.NewMachine(ctx, wasm.Compiler, cache)
		return err
	})
	err = g.Wait()
	if err != nil {
		if m != nil {
			m.Close(ctx)
		}
		return nil, err
	}
	peerSrc := src
	if coreName != peerCore {
		if peerSrc, err = library.Resolve(ctx, peerCore, cache, s.say); err != nil {
			m.Close(ctx)
			return nil, fmt.Errorf("reference server: %w", err)
		}
	}
	builder, err := s.builder(ctx, cache, tools)
	if err != nil {
		m.Close(ctx)
		return nil, err
	}
	builder.Revision = rev
	counter, err := qemu.PluginDigest()
	if err != nil {
		m.Close(ctx)
		return nil, err
	}
	l := &openedLab{Bench: &measure.Bench{Lab: &lab.Lab{Source: src, Builder: builder, Machine: m}, Counter: counter}, machine: m}
	l.NewerCore = func(ctx context.Context) (*core.Source, error) {
		if src.Core == newerPeerCore {
			return src, nil
		}
		return library.Resolve(ctx, newerPeerCore, cache, s.say)
	}
	l.OpenForBoard = (&boardMachines{cache: cache, say: s.say, open: map[string]emu.Machine{}}).machine
	if err := l.Open(ctx, peerSrc); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *openedLab) close() {
	ctx := context.Background()
	l.Bench.Close(ctx)
	l.machine.Close(ctx)
}

// builder builds images as the flags of every verb say.
func (s *settings) builder(ctx context.Context, cache *core.Cache, tools *build.Toolchain) (*build.Builder, error) {
	b, err := build.NewBuilder(ctx, cache, tools)
	if err == nil {
		b.Trust = s.trust
	}
	return b, err
}
