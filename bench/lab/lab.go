package lab

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"tlslab/bench/action"
	"tlslab/bench/scenario"
	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Lab holds what all cases of a run share. Close it.
type Lab struct {
	Source  *core.Source
	Builder *build.Builder
	Machine emu.Machine // metric.WASM: runs the reference server, and guests
	// OpenForBoard opens a machine that is made for one board, the same one
	// each time; nil where there is none but Machine.
	OpenForBoard func(ctx context.Context, name metric.Machine, board *boards.Board) (emu.Machine, error)
	// NewerCore finds the core of the reference server that speaks what the one of
	// Open does not (see wantsNewer); nil: there is none.
	NewerCore func(ctx context.Context) (*core.Source, error)

	// Actions does what is kept; nil before Open: in this process, with the builder's
	// cache.
	Actions action.Executor

	names     core.ErrorNames
	Peer      *Reference // of Open
	NewerPeer *Reference // nil until a scenario wants it
	newerMu   sync.Mutex
	clients   sync.Map // reference clients by their image's key: emu.Program
	once      action.Once
}

// Open builds and loads the reference server. peerSource is the core it is
// made from, which may differ from the one measured.
func (l *Lab) Open(ctx context.Context, peerSource *core.Source) error {
	if l.Actions == nil {
		l.Actions = &action.Local{Store: l.Builder.Cache}
	}
	var g errgroup.Group
	g.Go(func() (err error) { l.names, err = l.Source.ErrorNames(); return err })
	g.Go(func() (err error) { l.Peer, err = l.newReference(ctx, peerSource); return err })
	return g.Wait()
}

// Names are those of the measured core's errors.
func (l *Lab) Names() core.ErrorNames { return l.names }

// Close frees the reference servers and clients.
func (l *Lab) Close(ctx context.Context) error {
	errs := []error{l.Peer.close(ctx), l.NewerPeer.close(ctx)}
	l.clients.Range(func(_, p any) bool {
		errs = append(errs, p.(emu.Program).Close(ctx))
		return true
	})
	return errors.Join(errs...)
}

// MachineOf is where a job runs.
func (l *Lab) MachineOf(ctx context.Context, j *Job) (emu.Machine, error) {
	switch {
	case j.Machine == l.Machine.Name():
		return l.Machine, nil
	case l.OpenForBoard == nil:
		return nil, fmt.Errorf("machine %q: not open", j.Machine)
	}
	return l.OpenForBoard(ctx, j.Machine, j.Board)
}

// Linked is a machine that runs firmware, and says where it must be linked to.
type Linked interface{ Target() *core.Target }

// Spec is the image of a job for a machine.
func (l *Lab) Spec(p *profiles.Profile, j *Job, m emu.Machine) (*core.Spec, error) {
	if why := l.Lacks(j); why != "" { // which Measure has as a result
		return nil, fmt.Errorf("scenario %s: %s", j.Scenario.Name, why)
	}
	if j.Refused != "" {
		return nil, errors.New(j.Refused)
	}
	role, material, err := scenario.Guest(l.Source, p, j.Scenario)
	if err != nil {
		return nil, err
	}
	material.DebugLevel = j.Scenario.DebugLevel
	spec := &core.Spec{
		Source: l.Source, Role: role, Header: j.Header, Material: material, Board: j.Board,
		WasmOpt: p.Compiler.Wasm, ARMOpt: p.Compiler.ARM,
		StackBytes: p.Memory.StackBytes, HeapBytes: p.Memory.HeapBytes, Silent: j.Bulk,
	}
	if t, ok := m.(Linked); ok {
		spec.Firmware = t.Target()
	}
	spec.HeaderDirs = j.Variant.Dirs()
	return spec, nil
}

// Lacks says why a core can't have a job's conversation at all; "" where it can,
// for all that can be known before the build.
func (l *Lab) Lacks(j *Job) string {
	if j.Lacks != "" {
		return j.Lacks
	}
	_, err := l.Source.Suite(j.Scenario.Suite)
	if err == nil {
		return ""
	}
	if _, known := l.Peer.Source.Suite(j.Scenario.Suite); known != nil && j.Scenario.Protocol != profiles.TLS13 {
		return "" // an unknown name
	}
	return fmt.Sprintf("%s %s does not have the suite %s", l.Source.Library.Title(), l.Source.Version, j.Scenario.Suite)
}
