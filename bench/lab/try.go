package lab

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tlslab/bench/advice"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/records"
	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// try has the conversation again with a change, in the same lab against the same
// peer.
func (f *failure) try(ctx context.Context, change advice.Change) (*advice.Evidence, error) {
	t, err := f.again(ctx, change)
	if err != nil || t == nil {
		return nil, err
	}
	defer t.close(ctx)
	return t.evidence, nil
}

// trial is a conversation with a change, whose guest may be run again.
type trial struct {
	job      *Job
	session  *session
	run      *Run
	evidence *advice.Evidence
	close    func(context.Context) error
}

// again builds and runs the job with a change; nil where there is no such run.
func (f *failure) again(ctx context.Context, change advice.Change) (*trial, error) {
	j, err := f.changed(change)
	if err != nil {
		return nil, nil // the user's header does not let it
	}
	spec, err := f.spec(j, change)
	if err != nil {
		return nil, err
	}
	spec.Board, spec.Silent = nil, true
	var build *core.BuildError
	var include *core.IncludeError
	img, err := f.lab.Builder.Build(ctx, spec)
	if notTheirs(err, &build, &include) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	program, err := f.lab.Machine.Load(ctx, emu.Image{WASM: img.WASM})
	if err != nil {
		return nil, err
	}
	s := *f.session
	s.program, s.options, s.scenario, s.silent, s.bare, s.seen = program, nil, j.Scenario, true, true, records.NewConversation(j.Scenario.Datagram())
	heapB := f.heapB
	if change.HeapB > 0 {
		heapB = change.HeapB
	}
	s.limits.HeapBytes = max(s.limits.HeapBytes, heapB)
	run, err := s.run(ctx, "", heapB)
	var host *emu.HostError
	if ctx.Err() == nil && notTheirs(err, &host) {
		return nil, program.Close(ctx) // the reference peer can't have this conversation
	}
	if err != nil {
		program.Close(ctx)
		return nil, err
	}
	o := judge(run, f.lab.names, s.suite)
	if o.name == OutcomeSuite && j.Scenario.Faulty().ServerSuite != "" {
		o = outcome{name: results.OutcomeConnected} // the scenario's own is not to be had
	}
	t := &trial{job: j, session: &s, run: run, close: program.Close}
	if t.evidence, err = f.evidence(j, run, o, s.seen); err != nil {
		program.Close(ctx)
		return nil, err
	}
	t.evidence.Base = nil
	return t, nil
}

// changed is the job with a change made.
func (f *failure) changed(change advice.Change) (*Job, error) {
	j, s := *f.job, *f.job.Scenario
	if change.Host != "" {
		s.Hostname = change.Host
	}
	if !change.Clock.IsZero() {
		s.RTC, s.Clock = change.Clock.UTC().Format(time.RFC3339), nil
	}
	j.Scenario, j.Lean = &s, true
	var err error
	if options := append(append([]profiles.Change{}, change.Options...), change.Along...); len(options) > 0 {
		j.Variant = j.Variant.Vary(options, nil)
	}
	j.Header, j.Added, err = profiles.Render(j.Variant, &s)
	return &j, err
}

// spec is the image of a changed job.
func (f *failure) spec(j *Job, change advice.Change) (*core.Spec, error) {
	spec, err := f.lab.Spec(f.plan.Profile, j, f.lab.Machine)
	if err != nil {
		return nil, err
	}
	for _, der := range change.Roots {
		if spec.Material.RootIsDER {
			spec.Material.Root = der // as DER the device has one
		} else {
			spec.Material.Root = append(append([]byte{}, spec.Material.Root...), certs.EncodePEM(der)...)
		}
	}
	return spec, nil
}

// say is what a change that connects mends and costs.
func (f *failure) say(ctx context.Context, e *advice.Evidence, found *advice.Found, words []string) ([]string, error) {
	why := strings.Split(found.Why, "\n")
	for _, w := range words {
		if strings.Contains(w, "'s alert is") {
			why = append([]string{w}, why...) // who said so
		}
	}
	if found.Change.HeapB > 0 && f.session == nil {
		return append(why, enough(found)), nil
	}
	if found.Change.HeapB > 0 {
		line, err := f.leastHeap(ctx, found.Change)
		if err != nil || line != "" {
			return append(why, line), err
		}
	}
	price, err := f.price(ctx, e, found)
	if err != nil {
		return nil, err
	}
	line := "tried: connects with " + found.Change.String() + price
	if along := (advice.Change{Options: found.Change.Along}).String(); along != "" {
		line += "; along with it " + along
	}
	return append(why, line), nil
}

// leastHeap finds the smallest heap with which a change connects.
func (f *failure) leastHeap(ctx context.Context, change advice.Change) (string, error) {
	t, err := f.again(ctx, change)
	if err != nil || t == nil {
		return "", err
	}
	defer t.close(ctx)
	s := *t.session
	s.seen = nil
	least, err := s.heapMin(ctx, t.run.Record)
	if err != nil {
		return "", err
	}
	with := change
	with.HeapB = 0
	line := fmt.Sprintf("tried: connects with a heap of %s: %s more than the %s there are", quantity.Bytes(least), quantity.Bytes(int64(least)-int64(f.heapB)), quantity.Bytes(f.heapB))
	if options := with.String(); options != "" {
		line = fmt.Sprintf("tried: connects with %s and a heap of %s, where there are %s", options, quantity.Bytes(least), quantity.Bytes(f.heapB))
	}
	return line, nil
}

// price is what a change costs, in parentheses: flash, and heap where it moved in
// what both conversations had; "" for nothing.
func (f *failure) price(ctx context.Context, e *advice.Evidence, found *advice.Found) (string, error) {
	var parts []string
	if flash, ok, err := f.flash(ctx, found.Change); err != nil {
		return "", err
	} else if ok && flash != 0 {
		parts = append(parts, quantity.Signed(flash)+" B of flash")
	}
	if heap := peak(found.After.HeapPeaks, e) - peak(e.HeapPeaks, e); heap != 0 && !e.NoBuild {
		parts = append(parts, quantity.Signed(heap)+" B of heap")
	}
	if parts == nil {
		return "", nil
	}
	return " (" + strings.Join(parts, ", ") + ")", nil
}

// peak is the most heap of the phases before the one in which a conversation
// failed: what both conversations had.
func peak(of []advice.HeapPeak, failed *advice.Evidence) (most int64) {
	for _, p := range of {
		if p.Phase == failed.Phase {
			break
		}
		most = max(most, p.Bytes)
	}
	return most
}

// flash is how many bytes of flash a change adds; ok is false where the job
// itself does not link for the board.
func (f *failure) flash(ctx context.Context, change advice.Change) (bytes int64, ok bool, err error) {
	if f.unpriced || len(change.Options)+len(change.Along)+len(change.Roots) == 0 {
		return 0, false, nil
	}
	var rom [2]int64
	for i, c := range []advice.Change{{}, change} {
		j, err := f.changed(c)
		if err != nil {
			return 0, false, nil
		}
		spec, err := f.spec(j, c)
		if err != nil {
			return 0, false, err
		}
		img, err := f.lab.Builder.Build(ctx, spec)
		var build *core.BuildError
		if notTheirs(err, &build) {
			return 0, false, nil
		}
		if err != nil {
			return 0, false, err
		}
		if img.Sizes == nil {
			return 0, false, nil
		}
		rom[i] = img.Sizes.RO + img.Sizes.RW
	}
	return rom[1] - rom[0], true, nil
}
