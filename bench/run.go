package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tlslab/certs"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// Run is one conversation and how it ended.
type Run struct {
	Record      *emu.Record
	Ops         uint64
	FunctionOps map[string]uint64
	WireB       int64
	Flights     int
	Err         error // nil when the guest came to its done event
}

// MismatchError says the guest was not built as asked.
type MismatchError struct{ Option, Asked, Reported string }

func (e *MismatchError) Error() string {
	return fmt.Sprintf("guest reports %s as %s, asked for %s", e.Option, orAbsent(e.Reported), orAbsent(e.Asked))
}

func orAbsent(s string) string {
	if s == "" {
		return "not set"
	}
	return s
}

// session is one guest against the reference server, as often as asked.
type session struct {
	lab      *Lab
	program  emu.Program
	options  map[string]string // what the guest must report
	scenario *profiles.Scenario
	suite    uint32
	seed     uint64
	limits   emu.Limits
}

// run has one conversation. certVariant chooses the server's certificates
// (certs.Variants); heapBytes is the client's arena.
func (s *session) run(ctx context.Context, certVariant string, heapBytes uint32) (*Run, error) {
	params := peer.ServerParams{Suite: s.suite, BodyBytes: uint32(s.scenario.Payload.ResponseBytes)}
	if s.scenario.Chain != "" {
		chain, err := certs.Load(s.scenario.Chain, certVariant)
		if err != nil {
			return nil, err
		}
		params.ChainPEM, params.KeyPEM = chain.ChainPEM, chain.KeyPEM
	}
	if s.scenario.PSK != nil {
		params.PSK, params.PSKIdentity = s.scenario.PSK.Key(), []byte(s.scenario.PSK.Identity)
	}
	w := wire.New(wire.Spec{RTTUS: s.scenario.Wire.RTTUS, RateBPS: s.scenario.Wire.RateBPS, MTU: s.scenario.Wire.MTU})
	endpoint := func(role string, line peer.Line) *peer.Endpoint {
		return &peer.Endpoint{Line: line, NowUS: w.NowUS, RTC: s.scenario.RTCSeconds(),
			Random: emu.NewEntropy(s.seed, role), Record: emu.NewRecord()}
	}
	client, server := endpoint("client", w.Client()), endpoint("server", w.Server())
	client.OnEvent = func(kind emu.EventKind, r *emu.Record) error {
		if kind == emu.EventOptions {
			return checkOptions(s.options, r.Options)
		}
		return nil
	}
	lim := s.limits
	lim.HeapBytes = heapBytes
	g, err := s.program.Start(ctx, client, lim)
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	client.Guest = g
	sg, err := s.lab.server.Start(ctx, server, emu.DefaultLimits(peer.ServerHeapBytes))
	if err != nil {
		return nil, err
	}
	defer sg.Close(ctx)
	server.Guest = sg
	if err := sg.(emu.ParamGuest).WriteParams(params.Encode()); err != nil {
		return nil, err
	}
	r := &Run{Record: client.Record}
	r.Err = peer.Converse(ctx, w, client, server)
	r.Ops = g.Counters().Ops
	r.FunctionOps = g.FunctionOps()
	r.WireB, r.Flights = w.Bytes(), w.Flights()
	// The client's failures are results; anything else is ours.
	var guest *emu.GuestError
	var budget *emu.BudgetError
	if r.Err != nil && !errors.As(r.Err, &guest) && !errors.As(r.Err, &budget) && !errors.Is(r.Err, emu.ErrTimeout) {
		return nil, r.Err
	}
	return r, nil
}

// checkOptions compares the guest's report with what it was to be built with.
func checkOptions(asked map[string]string, report string) error {
	got := map[string]string{}
	for _, line := range strings.Split(strings.TrimSuffix(report, "\n"), "\n") {
		name, value, _ := strings.Cut(line, " ")
		got[name] = squeeze(value)
	}
	for name, value := range asked {
		if v, ok := got[name]; !ok || v != squeeze(value) {
			return &MismatchError{name, name + " " + value, v}
		}
		delete(got, name)
	}
	for name, v := range got {
		if name != "" {
			return &MismatchError{name, "", name + " " + v}
		}
	}
	return nil
}

// squeeze drops the blanks in which two preprocessors may differ.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
