// Package live has conversations between a job's guest and a real peer: a
// server that it dials, or a client that connects. It bounds them, records
// them, and says what would help if one fails. Its counts are exact for that
// one conversation; the peer's own choices make the next one differ.
package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/capture"
	"tlslab/emu/peer"
	"tlslab/emu/records"
)

// Live is a job's guest that is built and loaded, for conversations with real
// peers: several at once where the caller likes, each with a guest of its own.
type Live struct {
	lab     *measure.Bench
	plan    *lab.Plan
	job     *lab.Job
	machine emu.Machine
	spec    *core.Spec
	img     *core.Image
	program emu.Program          // nil: it does not build
	refused *results.Case        // then that
	compile func(*core.Material) // what the caller has changed in it; nil: nothing
	heapB   uint32               // of the guest; 0: the profile's
}

// open builds a job's guest and loads it. tells is whether it is to tell its
// secrets; compile may change what is compiled into it, nil does not.
func open(ctx context.Context, l *measure.Bench, plan *lab.Plan, j *lab.Job, tells bool, compile func(*core.Material)) (*Live, error) {
	j, err := telling(l, j, tells)
	if err != nil {
		return nil, err
	}
	g := &Live{lab: l, plan: plan, job: j, compile: compile}
	if g.machine, err = l.MachineOf(ctx, j); err != nil {
		return nil, err
	}
	if g.spec, err = l.Spec(plan.Profile, j, g.machine); err != nil {
		return nil, err
	}
	if compile != nil {
		compile(&g.spec.Material)
	}
	g.spec.Material.KeyLog = tells
	g.img, err = l.Builder.Build(ctx, g.spec)
	var build *core.BuildError
	if errors.As(err, &build) {
		g.refused = l.Label(plan, j, *measure.NoBuild(build))
		return g, nil
	}
	if err != nil {
		return nil, err
	}
	g.program, err = g.machine.Load(ctx, lab.Runnable(g.spec, g.img))
	return g, err
}

// Close unloads the guest.
func (g *Live) Close(ctx context.Context) {
	if g.program != nil {
		g.program.Close(ctx)
	}
}

// Refused is the case of a guest that does not build; nil: it does.
func (g *Live) Refused() *results.Case { return g.refused }

// dialogue is one conversation with a real peer.
type dialogue struct {
	// called when the guest is ready, and once more where it takes up the first connection
	open     func(context.Context) (net.Conn, error)
	patience Patience
	rtc      time.Time
	captured *capture.Capture      // nil: nothing is kept
	heard    *records.Conversation // nil: not recorded
	again    bool                  // the peer may be asked once more, to try what may help
}

// spoken is a conversation with a real peer that has ended.
type spoken struct {
	run   *lab.Run // nil: the guest was let go
	ended lab.Outcome
	heard *records.Conversation
	held  *overheard
	// What passed, as far as it is kept; of the last connection.
	sent, came []byte
}

// Listening is where a real client connects to a job's guest.
type Listening struct {
	// called when the guest is ready, and where it resumes once more; closed by Serve
	Accept   func(context.Context) (net.Conn, error)
	Patience Patience              // with the client, once it is there
	RTC      time.Time             // what the calendar clock says at the start
	Capture  *capture.Capture      // as Connection's; the server is opened to tell its secrets
	Heard    *records.Conversation // as Connection's
}

// OpenServer makes a job's guest ready for real clients. tells is whether it is
// built to tell its secrets, for a capture.
func OpenServer(ctx context.Context, l *measure.Bench, plan *lab.Plan, j *lab.Job, tells bool) (*Live, error) {
	if !j.Scenario.Serves() {
		return nil, fmt.Errorf("scenario %s: the device is its client: `tlslab connect` runs it", j.Scenario.Name)
	}
	return open(ctx, l, plan, j, tells, nil)
}

// Serve has one conversation with a real client. Its counts are exact for this
// conversation, as Connect's. It may be called again before another has ended.
func (g *Live) Serve(ctx context.Context, at Listening) (*results.Case, error) {
	return g.converse(ctx, dialogue{at.Accept, at.Patience, at.RTC, at.Capture, at.Heard, false})
}

// role is what the guest is.
func (g *Live) role() string {
	if g.job.Scenario.Serves() {
		return "server"
	}
	return "client"
}

// converse has one conversation.
func (g *Live) converse(ctx context.Context, t dialogue) (*results.Case, error) {
	if g.refused != nil {
		return g.refused, nil
	}
	s, err := g.speak(ctx, t)
	if err != nil {
		return nil, err
	}
	r, o := s.run, s.ended
	c := measure.CaseOf(g.img, r, o, g.machine.Units(), g.job.Board)
	if r == nil {
		return g.lab.Label(g.plan, g.job, *c), nil
	}
	s.held.addBreach(c)
	if o.Name != results.OutcomeConnected {
		if t.heard != nil { // else it is not read, and a search has no time for it
			if err := g.rehear(ctx, t, s); err != nil {
				return nil, err
			}
		}
		if c.Advice, err = g.advise(ctx, t, s); err != nil {
			return nil, err
		}
	}
	return g.lab.Label(g.plan, g.job, *c), nil
}

// speak has a conversation, and judges it.
func (g *Live) speak(ctx context.Context, t dialogue) (*spoken, error) {
	l, j := g.lab, g.job
	datagram := j.Scenario.Datagram()
	connections := &sockets{open: t.open, limit: t.patience.Wait, datagram: datagram}
	defer connections.close()
	if t.heard == nil {
		t.heard = new(records.Conversation)
	}
	t.heard.Begin(datagram)
	p := &patience{Patience: t.patience, heard: t.heard, end: connections.close}
	defer p.stop()
	if err := connections.next(ctx); err != nil {
		return nil, err
	}
	p.begins()
	start := time.Now()
	ears := &hears{Line: &connections.line, p: p, serves: j.Scenario.Serves(), stream: !datagram}
	held := overhear(ears, datagram, j.Scenario.Serves())
	guestLine := peer.Line(held)
	nowUS := func() int64 { return time.Since(start).Microseconds() }
	begins := func() {} // another connection
	if t.captured != nil {
		guestLine, begins = captureLive(guestLine, t.captured, j, nowUS, t.rtc.Unix())
	}
	guest := &peer.Endpoint{
		Line: guestLine, NowUS: nowUS, RTC: t.rtc.Unix(),
		Random: emu.NewEntropy(g.plan.Profile.Run.Seed, g.role()), Record: emu.NewRecord(),
		Serves: j.Scenario.Serves(),
	}
	if !j.Bulk { // else it reports none
		guest.OnEvent = lab.OptionsMatch(g.img.Options)
	}
	p.watch(guest)
	held.watch.Secrets = func() []string { return guest.Record.KeyLog }
	held.watch.Opened = t.heard.Opened
	if j.Scenario.Resume != "" {
		lab.AfterFirst(guest, func() error {
			if guest.Record.Failed {
				return nil
			}
			begins()
			t.heard.Begin(datagram)
			held.watch.Begin()
			ears.sent, ears.came = nil, nil
			err := connections.next(ctx)
			p.begins()
			return err
		})
	}
	r, err := g.run(ctx, guest, connections)
	why := p.stop()
	if err != nil && why != "" && ctx.Err() == nil {
		// It waited for a peer that did not come again.
		return &spoken{ended: lab.Outcome{Name: lab.OutcomeCutOff, Phase: guest.Record.Current(), Detail: why}, heard: t.heard}, nil
	}
	if err != nil {
		return nil, err
	}
	if t.captured != nil {
		t.captured.KeyLog = guest.Record.KeyLog
	}
	o := l.Judge(r, 0)
	if why != "" {
		phase := o.Phase
		if phase == "" {
			phase = r.Record.Current()
		}
		o = lab.Outcome{Name: lab.OutcomeCutOff, Phase: phase, Detail: why}
	}
	return &spoken{r, o, t.heard, held, ears.sent, ears.came}, nil
}

// run runs a guest to its end.
func (g *Live) run(ctx context.Context, guest *peer.Endpoint, connections *sockets) (*lab.Run, error) {
	lim := g.plan.Limits()
	lim.HeapBytes = max(lim.HeapBytes, g.heapB)
	started, err := g.program.Start(ctx, guest, lim)
	if err != nil {
		return nil, err
	}
	defer started.Close(ctx)
	guest.Guest = started
	// A guest that waits for its peer is let go at once.
	release := context.AfterFunc(ctx, connections.close)
	defer release()
	r, err := lab.Finish(started, guest.Record, peer.Solo(ctx, guest))
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	line := &connections.line
	r.WireB, r.Flights, r.PeerError, r.RTCSeconds = line.bytes, line.flights, line.noTLS(), guest.RTCSeconds()
	return r, nil
}
