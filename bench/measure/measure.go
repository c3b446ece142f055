// Package measure makes cases. It has a prepared job converse, judges it, and
// writes down what was counted in the run and in the linked image. It keeps
// cases in the cache, searches for the smallest heap, tries what must be
// refused and what would help a job that fails, and estimates a board's time.
package measure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"sync"

	"tlslab/bench/advice"
	"tlslab/bench/explain"
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Bench measures in an open lab.
type Bench struct {
	*lab.Lab
	// Counter is the digest of what counts on emulated boards: the factors from
	// WASM to cycles are fitted to its counts.
	Counter string
	// AllCalls makes the tree of calls of variations too, where that takes a run of
	// its own.
	AllCalls bool

	words    sync.Once // of wordsOf
	wordsOf  *explain.Dictionary
	wordsErr error
	known    sync.Once // of knownOf
	knownOf  *advice.Core
	knownErr error
}

// prepared is a job made ready to be measured.
type prepared struct {
	*lab.Prepared
	bench *Bench
}

func (l *Bench) prepare(ctx context.Context, plan *lab.Plan, j *lab.Job) (*prepared, error) {
	p, err := l.Prepare(ctx, plan, j)
	if err != nil {
		return nil, err
	}
	return &prepared{p, l}, nil
}

// Measure builds and runs one job. A configuration that does not build,
// connect or fit is a result; the error is only ever the tool's.
func (l *Bench) Measure(ctx context.Context, plan *lab.Plan, j *lab.Job) (*results.Case, error) {
	if why := l.Lacks(j); why != "" {
		return l.Label(plan, j, results.Case{Outcome: lab.OutcomeNotInCore, Phase: "build", Detail: why, Metrics: map[string]int64{}}), nil
	}
	if j.Refused != "" {
		return l.Label(plan, j, results.Case{Outcome: lab.OutcomeNoBuild, Phase: "build", Detail: j.Refused, Metrics: map[string]int64{}}), nil
	}
	p, err := l.prepare(ctx, plan, j)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	var c *results.Case
	if m, ok := p.Machine.(interface{ Live() bool }); ok && m.Live() {
		c, err = p.caseOf(ctx) // a real board: runs may differ, so none is kept
	} else {
		c, err = p.cached(ctx)
	}
	if err != nil {
		return nil, p.Named(err)
	}
	return l.Label(plan, j, *c), nil
}

// Label names a measured case: two jobs may share one measurement.
func (l *Bench) Label(plan *lab.Plan, j *lab.Job, c results.Case) *results.Case {
	c.Core, c.Board, c.Machine = l.Source.Core, j.Board.Name, j.Machine.Kind()
	c.Config, c.Scenario = j.Variant.Name, j.Scenario.Name
	if j.Variant.Option != "" {
		c.Base, c.Option, c.Value = j.Variant.Base, j.Variant.Option, j.Variant.Value
	}
	switch {
	case len(j.Variant.Decided) > 1:
		c.Settings = j.Variant.Decided
	case len(j.Variant.Swept) > 0:
		c.Settings = j.Variant.Swept
	}
	if c.Phase == emu.PhaseParseCA && c.Detail == "" {
		c.Detail = rootFault(plan.Profile, j)
	}
	c.Kind = string(lab.KindOf(c.Outcome, l.Names()))
	c.Added, c.ConfigDigest, c.Seed = j.Added, core.SHA256(j.Header), plan.Profile.Run.Seed
	for _, cfg := range plan.Profile.Configs {
		if cfg.Name == j.Variant.Name && cfg.ReferenceScenario == j.Scenario.Name {
			c.Reference = cfg.Reference
		}
	}
	fillPlan(&c, plan, j)
	return &c
}

// NoBuild is the case of a configuration that does not build.
func NoBuild(e *core.BuildError) *results.Case {
	return &results.Case{Outcome: lab.OutcomeNoBuild, Phase: "build", Detail: lab.NoBuildDetail(e), Metrics: map[string]int64{}}
}

// caseOf is Measure without its job's name.
func (p *prepared) caseOf(ctx context.Context) (*results.Case, error) {
	err := p.Build(ctx)
	if build, ok := lab.DoesNotBuild(err); ok {
		return NoBuild(build), nil
	}
	if err != nil {
		return nil, err
	}
	c := &results.Case{Metrics: map[string]int64{}}
	sizes(c, p.Image.Sizes)
	if over := tooBig(c, p.Machine); over {
		return c, nil
	}
	var ran *results.Case
	if p.Job.Bulk {
		ran, err = p.shared(ctx)
	} else {
		ran, err = p.try(ctx)
	}
	if err != nil {
		return nil, err
	}
	return join(c, ran, p.Image, p.Machine.Units()), nil
}

// shared is try for images that many configurations may build to: it runs each
// image once. What join puts to it, it does not see.
func (p *prepared) shared(ctx context.Context) (*results.Case, error) {
	alone := p.alone()
	defer alone.Close(ctx)
	return execute(ctx, runKind, alone)
}

// alone is the job with no more of its image than runs.
func (p *prepared) alone() *prepared {
	image := *p.Image
	image.Options, image.Sizes, image.Origins = nil, nil, nil
	alone := &prepared{p.On(p.Machine), p.bench}
	alone.Image = &image
	return alone
}

// CaseOf is a run as a case: what was counted and what was linked. A run that is
// nil was cut off before there was anything to count.
func CaseOf(img *core.Image, r *lab.Run, o lab.Outcome, u metric.Units, board *boards.Board) *results.Case {
	ran := &results.Case{Outcome: o.Name, Phase: o.Phase, Detail: o.Detail, Metrics: map[string]int64{}}
	if r == nil {
		return ran
	}
	counts(ran, r, u, board)
	c := &results.Case{Metrics: map[string]int64{}}
	sizes(c, img.Sizes)
	return join(c, ran, img, u)
}

// join puts what was counted and what was linked together.
func join(sized, ran *results.Case, img *core.Image, u metric.Units) *results.Case {
	c := *ran
	c.Metrics, c.Warnings = maps.Clone(ran.Metrics), append(slices.Clone(sized.Warnings), ran.Warnings...)
	maps.Copy(c.Metrics, sized.Metrics)
	c.Phases = slices.Clone(ran.Phases)
	s := img.Sizes
	addStatic(c.Metrics, u.RAM, s)
	for i := range c.Phases {
		c.Phases[i].Metrics = maps.Clone(c.Phases[i].Metrics)
		addStatic(c.Phases[i].Metrics, u.RAM, s)
	}
	if s == nil {
		c.RAM = nil
		return &c
	}
	all := map[string]results.Function{}
	for _, f := range ran.Functions {
		f.Metrics = maps.Clone(f.Metrics)
		all[f.Name] = f
	}
	for name, b := range s.Functions {
		f, ok := all[name]
		if !ok {
			f = results.Function{Name: name, Metrics: map[string]int64{}}
		}
		f.Metrics[metric.FunctionCode] = b
		all[name] = f
	}
	c.Functions = nil
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c.Functions = append(c.Functions, all[name])
	}
	fillImage(&c, img)
	return &c
}

// try runs an image in every way that a case needs. What depends on its sizes
// is left to join: RAM here is heap + stack alone.
func (p *prepared) try(ctx context.Context) (*results.Case, error) {
	l, j := p.bench, p.Job
	onWASM := p.Machine == l.Machine
	c := &results.Case{Metrics: map[string]int64{}}
	if err := p.Load(ctx); err != nil {
		var host *emu.HostError
		if errors.As(err, &host) {
			return nil, err
		}
		c.Outcome, c.Phase, c.Detail = lab.OutcomeRejected, "load", err.Error()
		return c, nil
	}
	r, err := p.Converse(ctx, lab.Conversation{})
	if err != nil {
		return nil, err
	}
	o := p.Judge(r)
	c.Outcome, c.Phase, c.Detail = o.Name, o.Phase, o.Detail
	c.Unrepeatable = r.Unrepeatable()
	counts(c, r, p.Machine.Units(), j.Board)
	if j.Bulk {
		c.Tree = nil // a tree for each of hundreds of points would be most of their file
	}
	if onWASM {
		if err := l.predict(c, r, p.Plan.Profile, j.Board); err != nil {
			return nil, err
		}
	}
	if c.Outcome != results.OutcomeConnected {
		return c, nil
	}
	if r.Record.FirstFailedAllocB > 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("an allocation of %s failed in %s, and the library went on", quantity.Bytes(r.Record.FirstFailedAllocB), r.Record.AllocPhase))
	}
	if r.Record.LeakB > 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s of heap are live after close", quantity.Bytes(r.Record.LeakB)))
	}
	if !onWASM {
		// What is refused and which arena is enough does not depend on the
		// CPU: the wasm machine tells it a hundred times as fast.
		err := stack(c, r, p.Image)
		var failed *emu.GuestError
		if errors.As(err, &failed) {
			c.Outcome, c.Phase, c.Detail = lab.OutcomeTrap, r.Record.Current(), failed.Reason
			return c, nil
		}
		var unlike *emu.HostError
		if errors.As(err, &unlike) && !l.Source.Pinned() {
			// A source of the user's may have assembly, which no compiler's frames tell of.
			c.Warnings, err = append(c.Warnings, fmt.Sprintf("%v; %s and %s are left out", unlike.Err, metric.StackFrames, metric.StackBound)), nil
		}
		if err != nil || j.Bulk || p.Image.Code == nil || p.Machine.Units().Ops != metric.Insns {
			return c, err
		}
		c.Work, err = p.work(ctx, r)
		return c, err
	}
	if !j.Bulk {
		least, err := p.HeapMin(ctx, r, p.HeapBytes())
		if err != nil {
			return nil, err
		}
		c.Metrics[metric.HeapMin] = int64(least)
	}
	c.Checks, err = reject.Checks(ctx, p.Prepared)
	return c, err
}

// addStatic makes heap and stack at one instant the RAM metric: with the static
// data of an image, or none where no image was linked.
func addStatic(m map[string]int64, ram string, s *core.Sizes) {
	if _, ok := m[ram]; !ok {
		return
	}
	if s == nil {
		delete(m, ram)
		return
	}
	m[ram] += s.RW + s.ZI
}

// sizes fills the code-size metrics.
func sizes(c *results.Case, s *core.Sizes) {
	if s == nil {
		return
	}
	for name, v := range map[string]int64{
		metric.RO: s.RO, metric.RW: s.RW, metric.ZI: s.ZI, metric.ROM: s.RO + s.RW,
		metric.Flash: s.RO + s.RW, metric.Static: s.RW + s.ZI,
		metric.FlashOver: s.FlashOver, metric.RAMOver: s.RAMOver,
	} {
		c.Metrics[name] = v
	}
	if s.FlashOver > 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("the image exceeds the board's flash by %s", quantity.Bytes(s.FlashOver)))
	}
	if s.RAMOver > 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("static data, stack and heap exceed the board's RAM by %s", quantity.Bytes(s.RAMOver)))
	}
}

// counts fills what the run counted. A run that did not finish has the counts
// up to where it stopped, and no peaks it did not report.
func counts(c *results.Case, r *lab.Run, u metric.Units, board *boards.Board) {
	rec := r.Record
	m := c.Metrics
	handshake, milli := rec.Handshake()
	if r.Counters.Ops > 0 { // a board without a cycle counter tells none
		m[u.Ops] = int64(r.Counters.Ops)
		m[u.Handshake] = int64(handshake)
	}
	estimates(m, r.Counters.MilliCycles, milli, board)
	m[metric.WireBytes], m[metric.Flights] = r.WireB, int64(r.Flights)
	r.Datagrams.Counts(m)
	if rec.Clock != nil {
		m[metric.TimeSyncUS] = r.TimeSyncUS
	}
	if u.Stack != "" {
		m[u.Stack] = int64(rec.StackPeakB)
	}
	if rec.PaintedB > 0 {
		m[metric.PaintedStack] = int64(rec.PaintedB)
	}
	if rec.Done {
		m[metric.HeapPeak], m[metric.Allocs] = int64(rec.HeapPeakB), int64(rec.Allocs)
		if u.RAM != "" {
			m[u.RAM] = int64(rec.RAMPeakB)
		}
	}
	for _, p := range rec.Phases {
		phase := results.Phase{Name: p.Name, Metrics: map[string]int64{
			metric.HeapPeak: int64(p.HeapPeakB), metric.Allocs: int64(p.Allocs),
		}}
		if r.Counters.Ops > 0 {
			phase.Metrics[u.Ops] = int64(p.Ops)
		}
		if u.Stack != "" {
			phase.Metrics[u.Stack] = int64(p.StackPeakB)
		}
		if u.RAM != "" && p.RAMPeakB > 0 {
			phase.Metrics[u.RAM] = int64(p.RAMPeakB)
		}
		if p.MilliCycles > 0 {
			phase.Metrics[metric.EstCycles] = cyclesOf(p.MilliCycles)
		}
		c.Phases = append(c.Phases, phase)
	}
	for _, p := range rec.HeapCurve {
		c.HeapCurve = append(c.HeapCurve, results.HeapPoint{Phase: p.Phase, Ops: int64(p.Ops), LiveB: int64(p.LiveB), PeakB: int64(p.PeakB)})
	}
	functions := map[string]map[string]int64{}
	count := func(name, what string, v int64) {
		if functions[name] == nil {
			functions[name] = map[string]int64{}
		}
		functions[name][what] = v
	}
	for name, f := range r.Functions {
		count(name, u.Ops, int64(f.Ops))
		for m, v := range map[string]int64{metric.EstCycles: cyclesOf(f.MilliCycles), u.Stack: int64(f.StackPeakB), metric.FlashReads: int64(f.FlashReads)} {
			if v > 0 {
				count(name, m, v)
			}
		}
	}
	for name, m := range functions {
		c.Functions = append(c.Functions, results.Function{Name: name, Metrics: m})
	}
	sort.Slice(c.Functions, func(i, j int) bool { return c.Functions[i].Name < c.Functions[j].Name })
	fillRun(c, r, u, board)
}
