package lab

import (
	"context"
	"fmt"

	"tlslab/emu"
)

// Draws is a job made ready to be run with other random numbers.
type Draws struct {
	session session
	heapB   uint32
}

// Draws builds a job for the machine it names. The caller closes what it gets.
func (l *Lab) Draws(ctx context.Context, plan *Plan, j *Job) (*Draws, error) {
	machine, err := l.machine(ctx, j)
	if err != nil {
		return nil, err
	}
	spec, err := l.Spec(plan.Profile, j, machine)
	if err != nil {
		return nil, err
	}
	img, err := l.Builder.Build(ctx, spec)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", j.Variant.Name, j.Scenario.Name, err)
	}
	ref, suite, err := l.reference(ctx, j.Scenario)
	if err != nil {
		return nil, err
	}
	program, err := machine.Load(ctx, emu.Image{WASM: img.WASM, Firmware: img.Firmware, Identity: img.Identity})
	if err != nil {
		return nil, err
	}
	return &Draws{heapB: plan.Profile.Memory.HeapBytes,
		session: session{lab: l, program: program, options: img.Options, silent: j.Lean, scenario: j.Scenario, ref: ref, suite: suite,
			wireSeed: plan.Profile.Run.Seed, limits: limits(plan.Profile), bare: true}}, nil
}

// Run has the job's conversation with the random numbers of a seed, at both
// ends. With profile.Run.Seed it is the run that Measure counts. What the wire
// does to datagrams stays as it is with that seed. It is safe for concurrent use.
func (d *Draws) Run(ctx context.Context, seed uint64) (*Run, error) {
	s := d.session
	s.seed = seed
	return s.run(ctx, "", d.heapB)
}

// Connected says whether a run came to what its scenario asks for.
func (d *Draws) Connected(r *Run) bool {
	return judge(r, d.session.lab.names, d.session.suite).name == "connected"
}

// Close unloads the job's image.
func (d *Draws) Close(ctx context.Context) error { return d.session.program.Close(ctx) }
