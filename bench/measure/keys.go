package measure

import (
	"context"
	"encoding/json"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/boards"
	"tlslab/core"
	"tlslab/internal/cache"
	"tlslab/profiles"
)

// conditions are what a case is measured under, whole: whatever measuring looks
// at is in here, or in what its image is made from.
type conditions struct {
	Revision string // of this program
	Source   *core.Source
	Machine  string
	Versions map[string]string // of the machine: its emulator, meter, plugin, timing model
	Board    *boards.Board
	Profile  *profiles.Profile
	Job      *lab.Job
	Server   string // digest of the reference server's image
	Peer     *core.Source
}

// caseInputs make a case.
type caseInputs struct {
	conditions
	Image string // key of its image
}

// failureInputs make a case that did not connect, with what would help.
type failureInputs struct {
	caseInputs
	Variant *profiles.Variant
}

// runInputs make what is counted of an image in a conversation.
type runInputs struct {
	conditions
	Image *core.Image
}

// spreadInputs make by how much a case's numbers differ between draws.
type spreadInputs struct {
	caseInputs
	Seeds int
}

// floorInputs make how a configuration ends in the floor's tries.
type floorInputs struct {
	caseInputs
	Tries []string
}

var (
	cases    = cache.NewKind[caseInputs]("case")
	failures = cache.NewKind[failureInputs]("failure")
	runs     = cache.NewKind[runInputs]("run")
	spreads  = cache.NewKind[spreadInputs]("spread")
	floors   = cache.NewKind[floorInputs]("floor")
)

func (p *prepared) conditions() conditions {
	l := p.bench
	return conditions{Revision: l.Builder.Revision, Source: l.Source, Machine: p.Machine.Name(), Versions: p.Machine.Versions(),
		Board: p.Job.Board, Profile: p.Plan.Profile, Job: p.Job, Server: p.Peer.Digest, Peer: p.Peer.Source}
}

// cached is a job's case from the cache, or made and put there. Jobs whose
// headers are equal share a case, unless it failed: what would help depends on
// what a variant is about.
func (p *prepared) cached(ctx context.Context, measure func() (*results.Case, error)) (*results.Case, error) {
	l, j := p.bench, p.Job
	image, err := l.Builder.Key(p.Spec)
	if err != nil {
		return nil, err
	}
	in := caseInputs{p.conditions(), image}
	own := false
	c, err := l.kept(ctx, cases.Name(), cases.Key(in), func() (*results.Case, error) {
		own = true
		return measure()
	})
	if err != nil || c.Outcome == results.OutcomeConnected || j.Bulk || p.Machine != l.Machine {
		return c, err
	}
	return l.kept(ctx, failures.Name(), failures.Key(failureInputs{in, &j.Variant}), func() (*results.Case, error) {
		if own {
			return c, nil
		}
		return measure()
	})
}

// runKey is the key of what an image, which the job's header may not be the only
// one to build to, counts.
func (p *prepared) runKey() string {
	c := p.conditions()
	job := *p.Job
	job.Header = nil // the image is what it made
	c.Job = &job
	return runs.Key(runInputs{c, p.Image})
}

// kept is a case from the cache, or made and put there.
func (l *Bench) kept(ctx context.Context, kind, key string, measure func() (*results.Case, error)) (*results.Case, error) {
	v, err := l.Together(ctx, kind+key, func() (any, error) {
		if data, ok := l.Builder.Cache.Get(kind, key); ok {
			c := new(results.Case)
			if json.Unmarshal(data, c) == nil {
				return c, nil
			}
		}
		c, err := measure()
		if err != nil || c.Unrepeatable {
			return c, err
		}
		data, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		return c, l.Builder.Cache.Put(kind, key, data)
	})
	if err != nil {
		return nil, err
	}
	return v.(*results.Case), nil
}
