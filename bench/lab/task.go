package lab

import (
	"context"
	"errors"
	"fmt"

	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Task is a job as data. From it Prepare makes the same in another process that has the
// core, the boards' tools and this program. The task contains headers, certificates and
// boards in full. It names the source, with its digest.
type Task struct {
	Core    Core
	Profile profiles.Carried
	Job     Job              // with its board, scenario and header
	Variant profiles.Variant // of the job: the advice on a failure depends on it
	Machine metric.Machine   // that it is prepared on, by name; the job may name another one
}

// Core names a source.
type Core struct {
	Name   string // as --core takes it: "mbedtls-2.28", "dir:/home/me/mbedtls"
	Digest string // core.Source.Digest
}

// Place is a process that executes actions. Labs can be opened there.
type Place interface {
	// Lab returns an open lab that measures a core. The caller does not close it.
	Lab(ctx context.Context, c Core) (*Lab, error)
}

// CoreOf names a source so that another process can find it.
func CoreOf(s *core.Source) Core {
	if s.Pinned() {
		return Core{s.Core, s.Digest}
	}
	return Core{"dir:" + s.Dir, s.Digest}
}

// Check returns an error if a source is not the named one.
func (c Core) Check(source *core.Source) error {
	if source.Digest != c.Digest {
		return fmt.Errorf("%s has the digest %.12s here, not %.12s", c.Name, source.Digest, c.Digest)
	}
	return nil
}

// TaskOn returns a job of a plan, on a machine, as data.
func (l *Lab) TaskOn(plan *Plan, j *Job, machine emu.Machine) (Task, error) {
	p, err := plan.Profile.Carry(&j.Variant)
	return Task{Core: CoreOf(l.Source), Profile: p, Job: *j, Variant: j.Variant, Machine: machine.Name()}, err
}

// Plan returns a plan with the task's job alone. A job that lacks a part is an error.
func (t Task) Plan() (*Plan, *Job, error) {
	switch s := t.Job.Scenario; {
	case t.Job.Board == nil || s == nil:
		return nil, nil, errors.New("a job without a board or a scenario")
	case s.Datagram() && s.DTLS == nil:
		return nil, nil, errors.New("a scenario over datagrams without what is particular to them")
	}
	plan := &Plan{Jobs: []Job{t.Job}}
	j := &plan.Jobs[0]
	var err error
	plan.Profile, j.Variant, j.Scenario, err = t.Profile.Open(t.Variant, *j.Scenario)
	plan.Boards = append(plan.Boards, j.Board)
	return plan, j, err
}

// Task is the prepared job as data.
func (p *Prepared) Task() (Task, error) { return p.Lab.TaskOn(p.Plan, p.Job, p.Machine) }

// PrepareTask is Prepare for a task, at the place that executes the action.
func PrepareTask(ctx context.Context, place Place, t Task) (*Prepared, error) {
	l, err := place.Lab(ctx, t.Core)
	if err != nil {
		return nil, err
	}
	plan, j, err := t.Plan()
	if err != nil {
		return nil, err
	}
	if t.Machine == l.Machine.Name() {
		return l.PrepareOn(ctx, plan, j, l.Machine)
	}
	return l.Prepare(ctx, plan, j)
}
