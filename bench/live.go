package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/capture"
	"tlslab/emu/peer"
	"tlslab/emu/tamper"
)

// Listening is where real clients come to a job's guest.
type Listening struct {
	Accept func(context.Context) (net.Conn, error) // called when the guest is ready, and where it resumes once more; closed by Serve
	Limit  time.Duration                           // longest wait for the client, once it is there
	RTC    time.Time                               // what the calendar clock says at the start
	// Capture is filled with what passes and with the guest's secrets, which it is
	// then built to tell; nil for neither.
	Capture *capture.Capture
}

// Serve has one conversation with a real client. Its counts are exact for this
// conversation, as Connect's.
func (l *Lab) Serve(ctx context.Context, plan *Plan, j *Job, at Listening) (*results.Case, error) {
	if !j.Scenario.Serves() {
		return nil, fmt.Errorf("scenario %s: the device is its client: `tlslab connect` runs it", j.Scenario.Name)
	}
	j, err := l.telling(j, at.Capture)
	if err != nil {
		return nil, err
	}
	machine, err := l.machine(ctx, j)
	if err != nil {
		return nil, err
	}
	spec, err := l.Spec(plan.Profile, j, machine)
	if err != nil {
		return nil, err
	}
	return l.live(ctx, plan, j, machine, spec, at.Accept, at.Limit, at.RTC, at.Capture)
}

// live builds spec and runs it against a real peer: open is called when the guest
// is ready, and once more where it takes up the first connection; limit bounds every wait for the peer; captured nil: nothing is kept.
func (l *Lab) live(ctx context.Context, plan *Plan, j *Job, machine emu.Machine, spec *core.Spec,
	open func(context.Context) (net.Conn, error), limit time.Duration, rtc time.Time, captured *capture.Capture) (*results.Case, error) {
	c := &results.Case{Metrics: map[string]int64{}}
	spec.Material.KeyLog = captured != nil
	img, err := l.Builder.Build(ctx, spec)
	var build *core.BuildError
	if errors.As(err, &build) {
		c.Outcome, c.Phase, c.Detail = OutcomeNoBuild, "build", noBuildDetail(build)
		return l.label(plan, j, *c), nil
	}
	if err != nil {
		return nil, err
	}
	sizes(c, img.Sizes)
	program, err := machine.Load(ctx, emu.Image{WASM: img.WASM, Firmware: img.Firmware, Identity: img.Identity})
	if err != nil {
		return nil, err
	}
	defer program.Close(ctx)
	connections := &sockets{open: open, limit: limit, datagram: j.Scenario.Datagram()}
	defer connections.close()
	if err := connections.next(ctx); err != nil {
		return nil, err
	}
	role := "client"
	if j.Scenario.Serves() {
		role = "server"
	}
	start := time.Now()
	guestLine, seen := peer.Line(&connections.line), (*tamper.Middle)(nil)
	if !j.Scenario.Datagram() && !j.Scenario.Serves() {
		seen, _ = tamper.New("", plan.Profile.Run.Seed)
		guestLine = seen.Watch(guestLine)
	}
	nowUS := func() int64 { return time.Since(start).Microseconds() }
	begins := func() {} // another connection
	if captured != nil {
		guestLine, begins = captureLive(guestLine, captured, j, nowUS, rtc.Unix())
	}
	guest := &peer.Endpoint{
		Line: guestLine, NowUS: nowUS, RTC: rtc.Unix(),
		Random: emu.NewEntropy(plan.Profile.Run.Seed, role), Record: emu.NewRecord(),
		Serves: j.Scenario.Serves(),
	}
	if !j.Lean { // else it reports none
		guest.OnEvent = optionsMatch(img.Options)
	}
	if j.Scenario.Resume != "" {
		afterFirst(guest, func() error {
			if guest.Record.Failed {
				return nil
			}
			begins()
			if seen != nil {
				anew, _ := tamper.New("", plan.Profile.Run.Seed)
				*seen = *anew
			}
			return connections.next(ctx)
		})
	}
	g, err := program.Start(ctx, guest, limits(plan.Profile))
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	guest.Guest = g
	// A guest that waits for its peer is let go at once.
	release := context.AfterFunc(ctx, connections.close)
	defer release()
	r, err := finish(g, guest.Record, peer.Solo(ctx, guest))
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if captured != nil {
		captured.KeyLog = guest.Record.KeyLog
	}
	line := &connections.line
	r.WireB, r.Flights, r.PeerError, r.RTCSeconds = line.bytes, line.flights, line.noTLS(), guest.RTCSeconds()
	o := judge(r, l.names, 0)
	ran := &results.Case{Outcome: o.name, Phase: o.phase, Detail: o.detail, Metrics: map[string]int64{}}
	counts(ran, r, machine.Units(), j.Board)
	if o.name != results.OutcomeConnected {
		f := &failure{lab: l, plan: plan, job: j, heapB: plan.Profile.Memory.HeapBytes, run: r, ended: o, seen: seen,
			roots: spec.Material.Root, host: spec.Material.Hostname}
		if ran.Advice, err = f.advice(ctx); err != nil {
			return nil, err
		}
	}
	return l.label(plan, j, *join(c, ran, img.Sizes, machine.Units())), nil
}
