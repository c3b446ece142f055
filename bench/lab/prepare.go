package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/iana"
)

// Prepared is a job made ready for conversations: its machine and its reference
// peer are found, its image is laid out. Build links the image, Load puts it on
// the machine, Converse runs it, Judge says how it ended; each does what has to
// be done before it. Until Build its Spec may be changed. From then on it is
// safe for concurrent use, since each conversation has guests of its own. Close
// it.
type Prepared struct {
	Plan    *Plan
	Job     *Job
	Machine emu.Machine
	Spec    *core.Spec
	Suite   iana.Suite  // the scenario's, by IANA's number; 0: any
	Image   *core.Image // nil before Build
	Peer    *Reference  // that the guest meets, or the core of the client that it does

	Lab     *Lab
	mu      sync.Mutex
	program emu.Program // nil before Load
}

// Prepare makes a job ready, for all that can be known before its image is built.
func (l *Lab) Prepare(ctx context.Context, plan *Plan, j *Job) (*Prepared, error) {
	machine, err := l.MachineOf(ctx, j)
	if err != nil {
		return nil, err
	}
	return l.PrepareOn(ctx, plan, j, machine)
}

// PrepareOn is Prepare for another machine than the job's.
func (l *Lab) PrepareOn(ctx context.Context, plan *Plan, j *Job, machine emu.Machine) (*Prepared, error) {
	spec, err := l.Spec(plan.Profile, j, machine)
	if err != nil {
		return nil, err
	}
	reference, suite, err := l.reference(ctx, j.Scenario)
	if err != nil {
		return nil, err
	}
	return &Prepared{Plan: plan, Job: j, Machine: machine, Spec: spec, Suite: suite, Lab: l, Peer: reference}, nil
}

// Build links the image. A configuration that does not build is a
// *core.BuildError.
func (p *Prepared) Build(ctx context.Context) (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.build(ctx)
}

func (p *Prepared) build(ctx context.Context) (err error) {
	if p.Image == nil {
		p.Image, err = p.Lab.image(ctx, p.Spec)
	}
	return err
}

// Load puts the image on the machine.
func (p *Prepared) Load(ctx context.Context) error { return p.LoadBy(ctx, p.Machine.Load) }

// LoadBy is Load with another way to load than the machine's usual one.
func (p *Prepared) LoadBy(ctx context.Context, load func(context.Context, emu.Image) (emu.Program, error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.program != nil {
		return nil
	}
	err := p.build(ctx)
	if err == nil {
		p.program, err = load(ctx, Runnable(p.Spec, p.Image))
	}
	return err
}

// Start starts a guest of the image, which is loaded, with a host of the
// caller's. The caller closes it.
func (p *Prepared) Start(ctx context.Context, host emu.Host, lim emu.Limits) (emu.Guest, error) {
	if err := p.Load(ctx); err != nil {
		return nil, err
	}
	return p.program.Start(ctx, host, lim)
}

// On is the same image for conversations on another machine.
func (p *Prepared) On(m emu.Machine) *Prepared {
	return &Prepared{Plan: p.Plan, Job: p.Job, Machine: m, Spec: p.Spec, Suite: p.Suite, Image: p.Image, Lab: p.Lab, Peer: p.Peer}
}

// Close unloads the image.
func (p *Prepared) Close(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.program == nil {
		return nil
	}
	program := p.program
	p.program = nil
	return program.Close(ctx)
}

// Judge says how a run ended.
func (p *Prepared) Judge(r *Run) Outcome { return p.Lab.Judge(r, p.Suite) }

// HeapBytes is the heap that the job's device has.
func (p *Prepared) HeapBytes() uint32 {
	return cmp.Or(p.Job.Scenario.Faulty().HeapBytes, p.Plan.Profile.Memory.HeapBytes)
}

// Limits are what the profile allows the guest.
func (p *Prepared) Limits() emu.Limits { return p.Plan.Limits() }

func (p *Plan) Limits() emu.Limits {
	lim := emu.DefaultLimits(p.Profile.Memory.HeapBytes)
	lim.Ops = p.Profile.Run.Ops
	return lim
}

// Named puts the job before an error.
func (p *Prepared) Named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s, %s: %w", p.Job.Variant.Name, p.Job.Scenario.Name, err)
}

// DoesNotBuild is the configuration's error where err is one.
func DoesNotBuild(err error) (*core.BuildError, bool) {
	var build *core.BuildError
	return build, errors.As(err, &build)
}
