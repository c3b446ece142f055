package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/certs"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// Run is one conversation and how it ended.
type Run struct {
	Record         *emu.Record
	Counters       emu.Counters
	Functions      map[string]emu.Function
	PhaseFunctions []PhaseFunctions // in the order the phases ended; one entered twice is there twice
	Tree           []emu.Call       // of the whole run; nil where the machine follows no calls
	WireB          int64
	Flights        int
	Datagrams      *Datagrams // nil: a stream
	AnswerB        uint32     // application bytes the whole answer has; 0: not known (a real server)
	Err            error      // nil when the guest came to its done event
	ServerError    string     // how the reference server ended, "" when well
}

// MismatchError says the guest was not built as asked. Asked and Reported are
// an option as the report spells it, "NAME VALUE", or "" where it is not set.
type MismatchError struct{ Option, Asked, Reported string }

func (e *MismatchError) Error() string {
	say := func(s string) string {
		if s == "" {
			return "no " + e.Option
		}
		return s
	}
	return fmt.Sprintf("guest reports %s, asked for %s", say(e.Reported), say(e.Asked))
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
	silent   bool            // the guest reports no options
	bare     bool            // nothing is counted per phase: for runs by the thousand
	finished func(emu.Guest) // called with the client when it has stopped; nil for nothing
}

// ends are both ends of a new conversation on a new wire, without guests.
func (s *session) ends() (w *wire.Wire, client, server *peer.Endpoint) {
	w = wire.New(wireSpec(s.scenario, s.seed))
	end := func(role string, line peer.Line) *peer.Endpoint {
		return &peer.Endpoint{Line: line, NowUS: w.NowUS, RTC: s.scenario.RTCSeconds(),
			Random: emu.NewEntropy(s.seed, role), Record: emu.NewRecord()}
	}
	client, server = end("client", w.Client()), end("server", w.Server())
	client.OnEvent = func(emu.EventKind, *emu.Record) error { return nil }
	if !s.silent {
		client.OnEvent = optionsMatch(s.options)
	}
	return w, client, server
}

// PhaseFunctions is what each function executed itself in one phase.
type PhaseFunctions struct {
	Phase     string
	Functions map[string]emu.Function
	Calls     []emu.Call // where the machine follows them; counts of this phase alone
}

// follow notes what functions execute in each phase of a client that has its
// guest.
func follow(client *peer.Endpoint) *[]PhaseFunctions {
	all := new([]PhaseFunctions)
	before := map[string]emu.Function{}
	var callsBefore []emu.Call
	check := client.OnEvent
	client.OnEvent = func(kind emu.EventKind, r *emu.Record) error {
		if n := len(r.HeapCurve); kind == emu.EventPhase {
			now := client.Guest.Functions()
			var calls []emu.Call
			if traced, ok := client.Guest.(emu.TracedGuest); ok {
				calls = traced.Calls()
			}
			sum := slices.Clone(calls)
			if n > 0 {
				d := difference(now, before)
				*all = append(*all, PhaseFunctions{r.HeapCurve[n-1].Phase, d, callsSince(calls, callsBefore, d)})
			}
			before, callsBefore = now, sum
		}
		return check(kind, r)
	}
	return all
}

// difference is what functions executed between two looks.
func difference(now, before map[string]emu.Function) map[string]emu.Function {
	d := map[string]emu.Function{}
	for name, f := range now {
		b := before[name]
		if f.Ops > b.Ops {
			d[name] = emu.Function{Ops: f.Ops - b.Ops, Calls: f.Calls - b.Calls, MilliCycles: f.MilliCycles - b.MilliCycles, FlashReads: f.FlashReads - b.FlashReads}
		}
	}
	return d
}

// params tell the reference server the scenario, with its certificates in one
// of certs.Variants.
func (s *session) params(certVariant string) ([]byte, error) {
	p := peer.ServerParams{Suite: s.suite, Group: peer.NamedGroups[s.scenario.Group], BodyBytes: uint32(s.scenario.Payload.ResponseBytes)}
	if s.scenario.Chain != "" {
		chain, err := certs.Load(s.scenario.Chain, certVariant)
		if err != nil {
			return nil, err
		}
		p.ChainPEM, p.KeyPEM = chain.ChainPEM, chain.KeyPEM
	}
	if err := ask(&p, s.scenario); err != nil {
		return nil, err
	}
	if s.scenario.Protocol != "tls1.2" { // which is what both ends come to by themselves
		p.Version = s.scenario.Version()
	}
	p.Password = []byte(s.scenario.Password)
	if s.scenario.PSK != nil {
		p.PSK, p.PSKIdentity = s.scenario.PSK.Key(), []byte(s.scenario.PSK.Identity)
	}
	if p.DTLS = dtlsSettings(s.scenario); p.DTLS != nil {
		p.DTLS.BadMACLimit = 0 // the client's
	}
	return p.Encode(), nil
}

// run has one conversation. certVariant chooses the server's certificates
// (certs.Variants); heapBytes is the client's arena.
func (s *session) run(ctx context.Context, certVariant string, heapBytes uint32) (*Run, error) {
	params, err := s.params(certVariant)
	if err != nil {
		return nil, err
	}
	return s.converse(ctx, params, heapBytes)
}

// converse is run with the reference server's parameters (peer.ServerParams).
func (s *session) converse(ctx context.Context, params []byte, heapBytes uint32) (*Run, error) {
	w, client, server := s.ends()
	lim := s.limits
	lim.HeapBytes = heapBytes
	g, err := s.program.Start(ctx, client, lim)
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	serverProgram, err := s.lab.server()
	if err != nil {
		return nil, err
	}
	sg, err := serverProgram.Start(ctx, server, emu.DefaultLimits(peer.ServerHeapBytes))
	if err != nil {
		return nil, err
	}
	defer sg.Close(ctx)
	client.Guest, server.Guest = g, sg
	phases := new([]PhaseFunctions)
	if !s.bare {
		phases = follow(client)
	}
	datagrams := watch(s.scenario, w, client)
	if s.scenario.Resume != "" {
		countResumed(w, client)
	}
	if err := sg.(emu.ParamGuest).WriteParams(params); err != nil {
		return nil, err
	}
	err = peer.Converse(ctx, w, client, server)
	if s.finished != nil {
		s.finished(g)
	}
	r, err := finish(g, client.Record, err)
	if err != nil {
		return nil, err
	}
	if rec := server.Record; rec.Failed {
		r.ServerError = s.lab.names.Error(rec.ErrorCode) + " in " + rec.ErrorPhase
		if rec.ErrorPhase == emu.PhaseNames[0] || rec.FirstFailedAllocB > 0 {
			// It never spoke, or ran out of its own heap: not the client's doing.
			return nil, &emu.HostError{Err: fmt.Errorf("reference server: %s", r.ServerError)}
		}
	}
	r.PhaseFunctions = *phases
	r.WireB, r.Flights, r.Datagrams = w.Bytes(), w.Flights(), datagrams
	r.AnswerB = peer.AnswerBytes(uint32(s.scenario.Payload.ResponseBytes))
	return r, nil
}

// limits are what a profile allows its client.
func limits(p *profiles.Profile) emu.Limits {
	lim := emu.DefaultLimits(p.Memory.HeapBytes)
	lim.Ops = p.Run.Ops
	return lim
}

// finish reads a guest that has stopped. How a client failed is a result;
// anything else is the tool's error.
func finish(g emu.Guest, rec *emu.Record, err error) (*Run, error) {
	var host *emu.HostError
	var guest *emu.GuestError
	var budget *emu.BudgetError
	if errors.As(err, &host) {
		return nil, err // the server's own guest errors are wrapped in it
	}
	if err != nil && !errors.As(err, &guest) && !errors.As(err, &budget) && !errors.Is(err, emu.ErrTimeout) {
		return nil, err
	}
	r := &Run{Record: rec, Counters: g.Counters(), Functions: g.Functions(), Err: err}
	if traced, ok := g.(emu.TracedGuest); ok {
		r.Tree = traced.Calls()
	}
	return r, nil
}

// optionsMatch refuses a guest whose report differs from what was asked.
func optionsMatch(asked map[string]string) func(emu.EventKind, *emu.Record) error {
	return func(kind emu.EventKind, r *emu.Record) error {
		if kind != emu.EventOptions {
			return nil
		}
		return checkOptions(asked, r.Options)
	}
}

// checkOptions compares the guest's report with what it was to be built with.
func checkOptions(asked map[string]string, report string) error {
	got := map[string]string{}
	for _, line := range strings.Split(strings.TrimSuffix(report, "\n"), "\n") {
		name, value, _ := strings.Cut(line, " ")
		got[name] = squeeze(value)
	}
	spell := func(name, value string) string { return strings.TrimSpace(name + " " + value) }
	for _, name := range slices.Sorted(maps.Keys(asked)) { // the same error in every run
		switch v, ok := got[name]; {
		case !ok:
			return &MismatchError{name, spell(name, asked[name]), ""}
		case v != squeeze(asked[name]):
			return &MismatchError{name, spell(name, asked[name]), spell(name, v)}
		}
		delete(got, name)
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if name != "" {
			return &MismatchError{name, "", spell(name, got[name])}
		}
	}
	return nil
}

// squeeze drops the blanks in which two preprocessors may differ.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// callsSince is difference for calls: nodes keep their index. Cycles are at
// what an instruction of the function took on average in this time.
func callsSince(now, before []emu.Call, functions map[string]emu.Function) []emu.Call {
	for i, b := range before {
		now[i].Ops -= b.Ops
		now[i].Calls -= b.Calls
		now[i].AllocatedB -= b.AllocatedB
	}
	for i := range now {
		now[i].MilliCycles = 0
		if f := functions[now[i].Function]; f.Ops > 0 {
			now[i].MilliCycles = emu.MulDiv(now[i].Ops, f.MilliCycles, f.Ops)
		}
	}
	return now
}
