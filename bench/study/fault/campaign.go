package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"tlslab/bench/action"
	"tlslab/bench/lab"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/cache"
	"tlslab/internal/quantity"
)

// mostFaultSteps bounds the steps of the run without a fault: all its points
// are kept.
const mostFaultSteps = 20_000

// A faulty run may take so many times the operations and steps of the one
// without a fault: a flight sent again, a signature checked twice. Pieces of a
// byte take steps of their own.
const (
	opsFactor   = 4
	opsMore     = 1_000_000
	stepsFactor = 8
	stepsByte   = 8
	stepsMore   = 1000
)

// failingMachine is a machine whose guests' allocations can be made to fail.
type failingMachine interface {
	LoadFailing(ctx context.Context, img emu.Image) (emu.Program, error)
}

// Campaign is a job ready for faults. Close it.
type Campaign struct {
	Actions action.Executor // does what is kept; NewCampaign's is the lab's

	golden   *faultGolden
	prepared *lab.Prepared

	mu   sync.Mutex
	idle []*faultPair // guests that have run a fault can run the next
}

// NewCampaign builds a job's image and runs it once without a fault.
func NewCampaign(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job) (*Campaign, error) {
	machine, ok := l.Machine.(failingMachine)
	if !ok {
		return nil, fmt.Errorf("machine %s cannot make allocations fail", l.Machine.Name())
	}
	if j.Scenario.SNTP() != nil { // it would have to be put back with the wire
		return nil, fmt.Errorf("scenario %s: clock.source %q: no faults are made with a time server in the line; another source sets the same clock", j.Scenario.Name, j.Scenario.Clock.Source)
	}
	p, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err != nil {
		return nil, err
	}
	if err := p.LoadBy(ctx, machine.LoadFailing); err != nil {
		return nil, err
	}
	g, err := goldenRun(ctx, p)
	if err != nil {
		p.Close(ctx)
		return nil, p.Named(err)
	}
	return &Campaign{Actions: l.Actions, golden: g, prepared: p}, nil
}

// Close frees the image and its guests.
func (c *Campaign) Close(ctx context.Context) error {
	for _, p := range c.idle {
		p.close(ctx)
	}
	return c.prepared.Close(ctx)
}

// Golden is the run without a fault.
func (c *Campaign) Golden() *Golden { return &c.golden.Golden }

// Plan lists the faults of a choice that can strike.
func (c *Campaign) Plan(choice Choice) []Fault {
	return Plan(c.Golden(), choice, c.Strikes)
}

// Strikes says whether there is what a fault is about.
func (c *Campaign) Strikes(f Fault) bool { return c.golden.start(f) >= 0 }

// faultsEach is how many faults are one action: about a second of work.
const faultsEach = 500

// input is what one action's results are made from.
type input struct {
	lab.Task
	Faults []string
}

// inputs make the key.
type inputs struct {
	lab.Inputs
	Faults []string
}

var (
	kept   = cache.NewKind[inputs]("faults")
	ranges = action.Declare(kept.Name(), action.Steps[lab.Place, *Campaign, input, []Result]{
		Prepare: func(ctx context.Context, place lab.Place, in input) (*Campaign, error) {
			l, err := place.Lab(ctx, in.Core)
			if err != nil {
				return nil, err
			}
			plan, j, err := in.Plan()
			if err != nil {
				return nil, err
			}
			return NewCampaign(ctx, l, plan, j)
		},
		Key: func(c *Campaign, in input) (string, error) {
			of, err := c.prepared.Inputs()
			return kept.Key(inputs{of, in.Faults}), err
		},
		Do: func(ctx context.Context, c *Campaign, in input) ([]Result, bool, error) {
			out, err := c.runAll(ctx, in.Faults)
			return out, true, err
		},
	})
)

// Run runs each fault by itself; ran is told of each so many. What comes back
// depends on neither the workers nor their order. All faults must strike.
func (c *Campaign) Run(ctx context.Context, faults []Fault, workers int, ran func(n int)) ([]Result, error) {
	in := input{}
	var err error
	if in.Task, err = c.prepared.Task(); err != nil {
		return nil, err
	}
	var actions []*action.Action
	for some := range slices.Chunk(faults, faultsEach) {
		in.Faults = nil
		for _, f := range some {
			in.Faults = append(in.Faults, f.String())
		}
		a, err := ranges.Action(c, in)
		if err != nil {
			return nil, err
		}
		actions = append(actions, a)
	}
	out := make([]Result, len(faults))
	err = action.All(ctx, c.Actions, workers, actions, func(i int, output []Result) error {
		ran(copy(out[i*faultsEach:], output))
		return nil
	})
	return out, err
}

// pair returns a pair of guests for some faults. back returns it to the idle ones.
func (c *Campaign) pair(ctx context.Context) (p *faultPair, back func(), err error) {
	c.mu.Lock()
	if n := len(c.idle); n > 0 {
		p, c.idle = c.idle[n-1], c.idle[:n-1]
	}
	c.mu.Unlock()
	if p == nil {
		p, err = newFaultPair(ctx, c.prepared, opsFactor*c.golden.Ops+opsMore)
	}
	return p, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.idle = append(c.idle, p)
	}, err
}

// runAll runs the faults of one action on a pair of guests.
func (c *Campaign) runAll(ctx context.Context, faults []string) (out []Result, err error) {
	p, back, err := c.pair(ctx)
	if err != nil {
		return nil, err
	}
	defer back()
	for _, name := range faults {
		f, err := Parse(name)
		if err == nil && !c.Strikes(f) {
			err = errors.New("never strikes")
		}
		if err != nil {
			return nil, fmt.Errorf("fault %s: %w", name, err)
		}
		o, err := c.runOne(ctx, p, f)
		if err != nil {
			return nil, fmt.Errorf("fault %s: %w", f, err)
		}
		site := c.golden.site(f)
		out = append(out, Result{Fault: f, Site: site, Outcome: o, Verdict: Judge(f, site, o)})
	}
	return out, nil
}

// runOne runs one fault on a pair of guests.
func (c *Campaign) runOne(ctx context.Context, p *faultPair, f Fault) (Outcome, error) {
	g := c.golden
	i := g.start(f)
	if err := p.begin(g.points[i], f); err != nil {
		return Outcome{}, err
	}
	most := stepsFactor*g.Steps + stepsByte*int(g.ClientB+g.ServerB) + stepsMore
	over, joined := i == len(g.points)-1, -1
	var err error
	for n := 0; !over; n++ {
		if n == most {
			o := c.outcome(p)
			o.Hang = fmt.Sprintf("not done after %d steps and %s of virtual time, in which the guest sent %d times and its peer %d times",
				most, quantity.Seconds(p.wire.NowUS()/1_000_000), p.guest.sent, p.other.sent)
			return o, nil
		}
		if over, err = p.step(ctx); err != nil {
			break
		}
		if over || !p.struck(f) {
			continue
		}
		if joined = c.joins(p); joined >= 0 {
			break
		}
	}
	o := c.outcome(p)
	if joined >= 0 {
		at, last := g.points[joined], g.points[len(g.points)-1]
		o.Connected, o.Complete, o.Joined, o.LeakB = true, true, true, last.guest.record.LeakB
		o.Resent = g.Datagrams && p.guest.sent+p.other.sent > at.guest.counts.sent+at.other.counts.sent
	}
	if errors.Is(err, emu.ErrTimeout) && p.guest.Serves && o.PeerError != "" && !o.Connected {
		return o, nil // over datagrams a server does not learn that its client has given up: it waits for the next one
	}
	return o, halted(&o, err)
}

// joins is the point of the run without a fault that the conversation has come
// to, from where on it is that run; -1: none.
func (c *Campaign) joins(p *faultPair) int {
	for _, i := range c.golden.index[keyOf(p)] {
		if p.at(c.golden.points[i], c.golden.total) {
			return i
		}
	}
	return -1
}

// outcome is what a run has reported until now.
func (c *Campaign) outcome(p *faultPair) Outcome {
	rec, l, suite := p.guest.Record, c.prepared.Lab, c.prepared.Suite
	o := Outcome{Connected: rec.Connected, Phase: rec.Current(), SawEnd: p.guest.sawEnd,
		Resent: c.golden.Datagrams && p.guest.sent+p.other.sent > c.golden.sends, LeakB: rec.LeakB}
	if rec.Failed {
		o.Error, o.Phase = lab.OneWord(l.Names().Error(rec.ErrorCode)), rec.ErrorPhase
		o.Internal = l.Names().Kind(o.Error) == core.InternalError
	}
	if p.guest.Serves { // what it sends, its peer reads to the end
		o.SawEnd = o.SawEnd || p.other.sawEnd
	}
	if other := p.other.Record; other.Failed {
		o.PeerError = lab.OneWord(l.Names().Error(other.ErrorCode))
	}
	r := &lab.Run{Record: rec}
	r.Readings(c.prepared.Job.Scenario, p.other.Record)
	o.Complete = rec.Done && rec.Connected && !rec.Failed && r.ToRead.Short() == "" && r.Answered.Short() == "" &&
		(suite == 0 || rec.Suite == uint32(suite))
	return o
}

// halted notes how a run ended that did not end by itself. Only what is
// neither end's doing is an error.
func halted(o *Outcome, err error) error {
	var host *emu.HostError
	var guest *emu.GuestError
	var budget *emu.BudgetError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, emu.ErrTimeout):
		o.Hang = "both ends wait, nothing is under way"
		return nil
	case errors.As(err, &budget):
		o.Hang = budget.Error()
	case errors.As(err, &guest):
		o.Trap = guest.Reason
	default:
		return err
	}
	o.AtPeer = errors.As(err, &host) // which stands around the peer's errors
	return nil
}

// ImageDigest is the SHA-256 of the client's module, as linked.
func (c *Campaign) ImageDigest() string { return c.prepared.Image.Digest }
