package measure

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"tlslab/bench/advice"
	"tlslab/bench/lab"
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
func (f *Failure) try(ctx context.Context, change advice.Change) (*advice.Evidence, error) {
	t, err := f.again(ctx, change)
	if err != nil || t == nil {
		return nil, err
	}
	defer t.prepared.Close(ctx)
	return t.evidence, nil
}

// trial is a conversation with a change, whose guest may be run again.
type trial struct {
	prepared *lab.Prepared
	heapB    uint32
	run      *lab.Run
	evidence *advice.Evidence
}

// again builds and runs the job with a change; nil where there is no such run.
func (f *Failure) again(ctx context.Context, change advice.Change) (*trial, error) {
	j, err := f.Changed(change)
	if err != nil {
		return nil, nil // the user's header does not let it
	}
	p, err := f.prepare(ctx, j, change)
	if err != nil {
		return nil, err
	}
	p.Spec.Board, p.Spec.Silent = nil, true
	var build *core.BuildError
	var include *core.IncludeError
	err = p.Build(ctx)
	if notTheirs(err, &build, &include) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	heard := records.NewConversation(j.Scenario.Datagram())
	heapB := cmp.Or(change.HeapB, f.HeapB)
	run, err := p.Converse(ctx, lab.Conversation{HeapBytes: heapB, Bare: true, Heard: heard})
	var host *emu.HostError
	if ctx.Err() == nil && notTheirs(err, &host) {
		return nil, p.Close(ctx) // the reference peer can't have this conversation
	}
	if err != nil {
		p.Close(ctx)
		return nil, err
	}
	o := p.Judge(run)
	if o.Name == lab.OutcomeSuite && j.Scenario.Faulty().ServerSuite != "" {
		o = lab.Outcome{Name: results.OutcomeConnected} // the scenario's own is not to be had
	}
	t := &trial{prepared: p, heapB: heapB, run: run}
	if t.evidence, err = f.Evidence(j, run, o, heard); err != nil {
		p.Close(ctx)
		return nil, err
	}
	t.evidence.Base = nil
	return t, nil
}

// Changed is the job with a change made.
func (f *Failure) Changed(change advice.Change) (*lab.Job, error) {
	j, s := *f.Job, *f.Job.Scenario
	if change.Host != "" {
		s.Hostname = change.Host
	}
	if !change.Clock.IsZero() {
		s.RTC, s.Clock = change.Clock.UTC().Format(time.RFC3339), nil
	}
	j.Scenario, j.Bulk = &s, true
	var err error
	if options := append(append([]profiles.Change{}, change.Options...), change.Along...); len(options) > 0 {
		j.Variant = j.Variant.Vary(options, nil)
	}
	j.Header, j.Added, err = profiles.Render(j.Variant, &s)
	return &j, err
}

// prepare makes a changed job ready.
func (f *Failure) prepare(ctx context.Context, j *lab.Job, change advice.Change) (*lab.Prepared, error) {
	p, err := f.Lab.PrepareOn(ctx, f.Plan, j, f.Lab.Machine)
	if err != nil {
		return nil, err
	}
	m := &p.Spec.Material
	for _, der := range change.Roots {
		if m.RootIsDER {
			m.Root = der // as DER the device has one
		} else {
			m.Root = append(append([]byte{}, m.Root...), certs.EncodePEM(der)...)
		}
	}
	return p, nil
}

// Say is what a change that connects mends and costs.
func (f *Failure) Say(ctx context.Context, e *advice.Evidence, found *advice.Found, words []string) ([]string, error) {
	why := strings.Split(found.Why, "\n")
	for _, w := range words {
		if strings.Contains(w, "'s alert is") {
			why = append([]string{w}, why...) // who said so
		}
	}
	if found.Change.HeapB > 0 && f.prepared == nil {
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
func (f *Failure) leastHeap(ctx context.Context, change advice.Change) (string, error) {
	t, err := f.again(ctx, change)
	if err != nil || t == nil {
		return "", err
	}
	defer t.prepared.Close(ctx)
	least, err := t.prepared.HeapMin(ctx, t.run, max(f.Plan.Profile.Memory.HeapBytes, t.heapB))
	if err != nil {
		return "", err
	}
	with := change
	with.HeapB = 0
	line := fmt.Sprintf("tried: connects with a heap of %s: %s more than the %s there are", quantity.Bytes(least), quantity.Bytes(int64(least)-int64(f.HeapB)), quantity.Bytes(f.HeapB))
	if options := with.String(); options != "" {
		line = fmt.Sprintf("tried: connects with %s and a heap of %s, where there are %s", options, quantity.Bytes(least), quantity.Bytes(f.HeapB))
	}
	return line, nil
}

// price is what a change costs, in parentheses: flash, and heap where it moved in
// what both conversations had; "" for nothing.
func (f *Failure) price(ctx context.Context, e *advice.Evidence, found *advice.Found) (string, error) {
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
func (f *Failure) flash(ctx context.Context, change advice.Change) (bytes int64, ok bool, err error) {
	if f.unpriced || len(change.Options)+len(change.Along)+len(change.Roots) == 0 {
		return 0, false, nil
	}
	var rom [2]int64
	for i, c := range []advice.Change{{}, change} {
		j, err := f.Changed(c)
		if err != nil {
			return 0, false, nil
		}
		p, err := f.prepare(ctx, j, c)
		if err != nil {
			return 0, false, err
		}
		err = p.Build(ctx)
		if _, ok := lab.DoesNotBuild(err); ok {
			return 0, false, nil
		}
		if err != nil {
			return 0, false, err
		}
		sizes := p.Image.Sizes
		if sizes == nil {
			return 0, false, nil
		}
		rom[i] = sizes.RO + sizes.RW
	}
	return rom[1] - rom[0], true, nil
}

// enough says a heap that was enough, where no smaller one is tried.
func enough(found *advice.Found) string {
	with := found.Change
	with.HeapB = 0
	line := "tried: connects with "
	if options := with.String(); options != "" {
		line += options + " and "
	}
	return line + fmt.Sprintf("a heap of %s", quantity.Bytes(found.After.ArenaB))
}
