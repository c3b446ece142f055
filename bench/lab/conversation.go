package lab

import (
	"cmp"
	"context"
	"fmt"

	"tlslab/bench/scenario"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/records"
	"tlslab/emu/tamper"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// Conversation is one conversation of a prepared job's guest with its reference
// peer. The zero value is the one that is measured.
type Conversation struct {
	Scenario    *profiles.Scenario // nil: the job's
	Certificate profiles.Check     // of the reference server, of certs.Variants; "": the good ones
	// Params are what the reference server is told (peer.ServerParams), in place
	// of what the scenario and Certificate say.
	Params    []byte
	HeapBytes uint32 // of the guest; 0: the device's
	Seed      uint64 // of both ends' random numbers; 0: the profile's
	WireSeed  uint64 // of what the wire does to datagrams; 0: Seed
	Bare      bool   // nothing is counted per phase: for runs by the thousand

	Middle *tamper.Middle        // stands between both ends, for one run
	Heard  *records.Conversation // filled with what both ends say, of one run
	// Begins is called with both ends, which have their guests, before the first
	// step.
	Begins func(w *wire.Wire, guest, other *peer.Endpoint)
	// Finished is called with the guest when it has stopped.
	Finished func(emu.Guest)
}

// filled is a conversation with what the zero values stand for.
func (p *Prepared) filled(c Conversation) Conversation {
	if c.Scenario == nil {
		c.Scenario = p.Job.Scenario
	}
	c.HeapBytes = cmp.Or(c.HeapBytes, p.HeapBytes())
	c.Seed = cmp.Or(c.Seed, p.Plan.Profile.Run.Seed)
	c.WireSeed = cmp.Or(c.WireSeed, c.Seed)
	return c
}

// Converse has one conversation. How its guest failed is a result; the error is
// only ever the tool's.
func (p *Prepared) Converse(ctx context.Context, c Conversation) (*Run, error) {
	if err := p.Load(ctx); err != nil {
		return nil, err
	}
	c = p.filled(c)
	if c.Params == nil {
		var err error
		if c.Params, err = p.Params(c); err != nil {
			return nil, err
		}
	}
	w, guest, other := p.Ends(c)
	lim := p.Limits()
	lim.HeapBytes = c.HeapBytes
	g, err := p.Start(ctx, guest, lim)
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	guest.Guest = g
	if err := p.StartPeer(ctx, c, other, other); err != nil {
		return nil, err
	}
	defer other.Guest.Close(ctx)
	if c.Middle != nil {
		guest.Line, other.Line = c.Middle.Lines(guest.Line, other.Line)
	}
	if c.Heard != nil {
		listen(c.Heard, guest, other)
	}
	held := hold(c.Scenario.Datagram(), guest, other)
	phases := new([]PhaseFunctions)
	if !c.Bare {
		phases = follow(guest)
	}
	datagrams := watch(c.Scenario, w, guest)
	if c.Scenario.Resume != "" {
		countResumed(w, clientOf(guest, other))
	}
	synced := watchSync(w, guest)
	if c.Begins != nil {
		c.Begins(w, guest, other)
	}
	err = peer.Converse(ctx, w, guest, other)
	if c.Finished != nil {
		c.Finished(g)
	}
	r, err := Finish(g, guest.Record, err)
	if err != nil {
		return nil, err
	}
	if r.PeerError, err = p.peerError(other); err != nil {
		return nil, err
	}
	r.PhaseFunctions, r.EntropyB, r.RTCSeconds = *phases, guest.Drawn, guest.RTCSeconds()
	if c := guest.Record.Clock; c != nil && c.Set {
		r.RTCSeconds += c.OffsetS
	}
	r.KeyLog = other.Record.KeyLog
	r.WireB, r.Flights, r.Datagrams, r.TimeSyncUS = w.Bytes(), w.Flights(), datagrams, *synced
	r.Breach = held.breach
	r.Readings(c.Scenario, other.Record)
	return r, nil
}

// Params are what the reference server gets in a conversation.
func (p *Prepared) Params(c Conversation) ([]byte, error) {
	c = p.filled(c)
	suite := p.Suite
	var err error
	if other := c.Scenario.Faulty().ServerSuite; other != "" {
		if suite, err = p.Peer.Source.Suite(other); err != nil {
			return nil, fmt.Errorf("scenario %s: fault.server_suite: %w", c.Scenario.Name, err)
		}
	}
	params, err := scenario.ServerParams(c.Scenario, suite, c.Certificate)
	if err != nil {
		return nil, err
	}
	return params.Encode(), nil
}

// Ends are both ends of a new conversation on a new wire, without guests: the
// measured one's and its peer's.
func (p *Prepared) Ends(c Conversation) (w *wire.Wire, guest, other *peer.Endpoint) {
	c = p.filled(c)
	s := c.Scenario
	w = wire.New(scenario.WireSpec(s, c.WireSeed))
	end := func(role string, line peer.Line) *peer.Endpoint {
		return &peer.Endpoint{Line: line, NowUS: w.NowUS, RTC: s.RTCSeconds(),
			Random: emu.NewEntropy(c.Seed, role), Record: emu.NewRecord(), Serves: role == "server"}
	}
	guest, other = end("client", w.Client()), end("server", scenario.TimeServer(s, w))
	if s.Serves() {
		guest, other = other, guest
	}
	guest.RTC = s.DeviceSeconds()
	guest.Scarce = s.Faulty().EntropyB
	if !p.Spec.Silent {
		guest.OnEvent = OptionsMatch(p.Image.Options)
	}
	return w, guest, other
}

// listen keeps what both ends say.
func listen(heard *records.Conversation, guest, other *peer.Endpoint) {
	client, server := guest, other
	if guest.Serves {
		client, server = other, guest
	}
	heard.Deaf = func() bool { return client.Record.Current() == emu.PhaseTimeSync }
	client.Line, server.Line = heard.Lines(client.Line, server.Line)
}
