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
	"tlslab/emu/peer"
)

// Connection is a real server to run a job's guest against.
type Connection struct {
	Dial     func(context.Context) (net.Conn, error) // called when the guest is ready; closed by Connect
	Limit    time.Duration                           // longest wait for the server
	Hostname string                                  // name its certificate must have
	RootPEM  []byte                                  // roots to trust; nil: the scenario's own
	RootDER  []byte                                  // in place of RootPEM, one root as flash has it; nil for none
	RTC      time.Time                               // what the calendar clock says at the start
}

// Connect has one conversation with a real server. Its counts are exact for
// this conversation; a server's own choices (its random numbers, its record
// sizes) make the next one differ. When ctx ends, the connection is closed.
func (l *Lab) Connect(ctx context.Context, plan *Plan, j *Job, conn Connection) (*results.Case, error) {
	if j.Scenario.Resume != "" {
		return nil, fmt.Errorf("scenario %s: resume: both connections are on one wire, and a real server ends it with the first; choose a scenario without resume", j.Scenario.Name)
	}
	machine, err := l.machine(ctx, j)
	if err != nil {
		return nil, err
	}
	spec, err := l.Spec(plan.Profile, j, machine)
	if err != nil {
		return nil, err
	}
	spec.Material.Hostname = conn.Hostname
	if conn.RootPEM != nil {
		spec.Material.Root, spec.Material.RootIsDER = conn.RootPEM, false
	}
	if conn.RootDER != nil {
		spec.Material.Root, spec.Material.RootIsDER = conn.RootDER, true
	}
	if spec.Material.DTLS != nil {
		spec.Material.DTLS.AnswerBytes = 0 // how long a real server's is nobody knows: the first datagram
	}
	spec.Material.SNTP = nil // its clock is conn.RTC
	c := &results.Case{Metrics: map[string]int64{}}
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
	socket, err := conn.Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer socket.Close()
	line := &countedLine{line: peer.NewTCP(socket, conn.Limit)}
	if j.Scenario.Datagram() {
		line.line = peer.NewUDP(socket, conn.Limit)
	}
	start := time.Now()
	client := &peer.Endpoint{
		Line: line, NowUS: func() int64 { return time.Since(start).Microseconds() }, RTC: conn.RTC.Unix(),
		Random: emu.NewEntropy(plan.Profile.Run.Seed, "client"), Record: emu.NewRecord(),
		OnEvent: optionsMatch(img.Options),
	}
	if j.Lean { // it reports none
		client.OnEvent = func(emu.EventKind, *emu.Record) error { return nil }
	}
	g, err := program.Start(ctx, client, limits(plan.Profile))
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	client.Guest = g
	// A guest that waits for the server is let go at once.
	release := context.AfterFunc(ctx, func() { socket.Close() })
	defer release()
	r, err := finish(g, client.Record, peer.Solo(ctx, client))
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	r.WireB, r.Flights = line.bytes, line.flights
	o := judge(r, l.names, 0)
	ran := &results.Case{Outcome: o.name, Phase: o.phase, Detail: o.detail, Metrics: map[string]int64{}}
	counts(ran, r, machine.Units(), j.Board)
	return l.label(plan, j, *join(c, ran, img.Sizes, machine.Units())), nil
}

// countedLine counts bytes and flights of a line that does not itself.
type countedLine struct {
	line    peer.Line
	bytes   int64
	flights int
	last    int // 1 after a send, 2 after a receive
}

func (c *countedLine) count(n, direction int) int {
	if n > 0 {
		c.bytes += int64(n)
		if c.last != direction {
			c.flights++
			c.last = direction
		}
	}
	return n
}

func (c *countedLine) Send(p []byte) int { return c.count(c.line.Send(p), 1) }

func (c *countedLine) Recv(p []byte, timeoutMS uint32) int {
	return c.count(c.line.Recv(p, timeoutMS), 2)
}
