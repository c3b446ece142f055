package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/records"
	"tlslab/emu/tamper"
	"tlslab/emu/wire"
	"tlslab/internal/quantity"
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
	ToRead         Reading    // what the guest is sent
	Told           Reading    // what it tells its client, where it serves
	TimeSyncUS     int64      // virtual time that setting the clock took; 0 where nothing did
	EntropyB       int64      // bytes of entropy the guest asked for and got
	RTCSeconds     int64      // what its calendar clock says at the end
	Err            error      // nil when the guest came to its done event
	PeerError      string     // how its peer ended: "the server ended with ..."; "" when well
	KeyLog         []string   // the connection's secrets, of the peer
	Breach         *Breach    // what an end sent against what was agreed; nil: nothing
}

// Reading is application data that one end is to read.
type Reading struct {
	What       string // "answer", "request"
	AllB, GotB uint32 // AllB 0: nobody knows how much there is (a real peer)
}

// short says what is missing of it; "" for nothing.
func (r Reading) short() string {
	if r.AllB == 0 || r.GotB == r.AllB {
		return ""
	}
	return fmt.Sprintf("%s of the %s's %s arrived", quantity.Bytes(r.GotB), r.What, quantity.Bytes(r.AllB))
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

// session is one guest against the reference server or client, as often as asked.
type session struct {
	lab      *Lab
	program  emu.Program
	options  map[string]string // what the guest must report
	scenario *profiles.Scenario
	ref      *reference // the guest's peer is of its core
	suite    uint32
	seed     uint64 // of both ends' random numbers
	wireSeed uint64 // of what a wire of datagrams does to them; 0: seed
	limits   emu.Limits
	silent   bool                  // the guest reports no options
	bare     bool                  // nothing is counted per phase: for runs by the thousand
	finished func(emu.Guest)       // called with the guest when it has stopped; nil for nothing
	middle   *tamper.Middle        // between the ends, for one run; nil: nobody
	seen     *records.Conversation // of one run; nil: none is kept
	// begins is called with both ends, which have their guests, before the first
	// step; nil for nothing.
	begins func(w *wire.Wire, guest, other *peer.Endpoint)
}

// ends are both ends of a new conversation on a new wire, without guests: the
// measured one's and its peer's.
func (s *session) ends() (w *wire.Wire, guest, other *peer.Endpoint) {
	w = wire.New(wireSpec(s.scenario, cmp.Or(s.wireSeed, s.seed)))
	end := func(role string, line peer.Line) *peer.Endpoint {
		return &peer.Endpoint{Line: line, NowUS: w.NowUS, RTC: s.scenario.RTCSeconds(),
			Random: emu.NewEntropy(s.seed, role), Record: emu.NewRecord(), Serves: role == "server"}
	}
	guest, other = end("client", w.Client()), end("server", timeServer(s.scenario, w))
	if s.scenario.Serves() {
		guest, other = other, guest
	}
	guest.RTC = s.scenario.DeviceSeconds()
	guest.Scarce = s.scenario.Faulty().EntropyB
	if !s.silent {
		guest.OnEvent = optionsMatch(s.options)
	}
	return w, guest, other
}

// PhaseFunctions is what each function executed itself in one phase.
type PhaseFunctions struct {
	Phase     string
	Functions map[string]emu.Function
	Calls     []emu.Call // where the machine follows them; counts of this phase alone
}

// follow notes what functions execute in each phase of an end that has its
// guest.
func follow(end *peer.Endpoint) *[]PhaseFunctions {
	all := new([]PhaseFunctions)
	before := map[string]emu.Function{}
	var callsBefore []emu.Call
	end.Observe(func(kind emu.EventKind, r *emu.Record) {
		if n := len(r.HeapCurve); kind == emu.EventPhase {
			now := end.Guest.Functions()
			var calls []emu.Call
			if traced, ok := end.Guest.(emu.TracedGuest); ok {
				calls = traced.Calls()
			}
			sum := slices.Clone(calls)
			if n > 0 {
				d := difference(now, before)
				*all = append(*all, PhaseFunctions{r.HeapCurve[n-1].Phase, d, callsSince(calls, callsBefore, d)})
			}
			before, callsBefore = now, sum
		}
	})
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

// run has one conversation. certVariant chooses the reference server's
// certificates (certs.Variants); heapBytes is the guest's arena.
func (s *session) run(ctx context.Context, certVariant string, heapBytes uint32) (*Run, error) {
	suite := s.suite
	var err error
	if other := s.scenario.Faulty().ServerSuite; other != "" {
		if suite, err = s.ref.source.Suite(other); err != nil {
			return nil, fmt.Errorf("scenario %s: fault.server_suite: %w", s.scenario.Name, err)
		}
	}
	params, err := serverParams(s.scenario, suite, certVariant)
	if err != nil {
		return nil, err
	}
	return s.converse(ctx, params.Encode(), heapBytes)
}

// converse is run with the reference server's parameters (peer.ServerParams).
func (s *session) converse(ctx context.Context, params []byte, heapBytes uint32) (*Run, error) {
	w, guest, other := s.ends()
	lim := s.limits
	lim.HeapBytes = heapBytes
	g, err := s.program.Start(ctx, guest, lim)
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	guest.Guest = g
	if err := s.startPeer(ctx, other, other, params); err != nil {
		return nil, err
	}
	defer other.Guest.Close(ctx)
	if s.middle != nil {
		guest.Line, other.Line = s.middle.Lines(guest.Line, other.Line)
	}
	if s.seen != nil {
		s.listen(guest, other)
	}
	held := s.hold(guest, other)
	phases := new([]PhaseFunctions)
	if !s.bare {
		phases = follow(guest)
	}
	datagrams := watch(s.scenario, w, guest)
	if s.scenario.Resume != "" {
		countResumed(w, clientOf(guest, other))
	}
	synced := watchSync(w, guest)
	if s.begins != nil {
		s.begins(w, guest, other)
	}
	err = peer.Converse(ctx, w, guest, other)
	if s.finished != nil {
		s.finished(g)
	}
	r, err := finish(g, guest.Record, err)
	if err != nil {
		return nil, err
	}
	if r.PeerError, err = s.peerError(other); err != nil {
		return nil, err
	}
	r.PhaseFunctions, r.EntropyB, r.RTCSeconds = *phases, guest.Drawn, guest.RTCSeconds()
	if c := guest.Record.Clock; c != nil && c.Set {
		r.RTCSeconds += c.OffsetS
	}
	r.KeyLog = other.Record.KeyLog
	r.WireB, r.Flights, r.Datagrams, r.TimeSyncUS = w.Bytes(), w.Flights(), datagrams, *synced
	r.Breach = held.breach
	s.readings(r, other.Record)
	return r, nil
}

// listen keeps what both ends say.
func (s *session) listen(guest, other *peer.Endpoint) {
	client, server := guest, other
	if guest.Serves {
		client, server = other, guest
	}
	s.seen.Deaf = func() bool { return client.Record.Current() == phaseTimeSync }
	client.Line, server.Line = s.seen.Lines(client.Line, server.Line)
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
