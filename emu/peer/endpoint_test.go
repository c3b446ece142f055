package peer

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"tlslab/emu"
	"tlslab/emu/wire"
)

// fake is a guest whose steps are Go.
type fake struct {
	step   func(g *fake) (emu.Status, error)
	steps  int
	resets int
	host   *Endpoint
}

func (g *fake) Step(ctx context.Context) (emu.Status, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	g.steps++
	return g.step(g)
}
func (g *fake) Counters() emu.Counters             { return emu.Counters{Ops: uint64(g.steps)} }
func (g *fake) ResetPeaks()                        { g.resets++ }
func (g *fake) Functions() map[string]emu.Function { return nil }
func (g *fake) Close(context.Context) error        { return nil }

// done sends the final event.
func (g *fake) done() (emu.Status, error) {
	return emu.Done, g.host.Event(emu.EventDone, make([]byte, 20))
}

// ends are two endpoints on one wire, with the guests' steps.
func ends(w *wire.Wire, client, server func(g *fake) (emu.Status, error)) (c, s *Endpoint) {
	mk := func(line *wire.End, role string, step func(g *fake) (emu.Status, error)) *Endpoint {
		e := &Endpoint{Line: line, NowUS: w.NowUS, RTC: 1_700_000_000, Random: emu.NewEntropy(1, role), Record: emu.NewRecord()}
		e.Guest = &fake{step: step, host: e}
		return e
	}
	return mk(w.Client(), "client", client), mk(w.Server(), "server", server)
}

// wait receives one byte and, when it is there, goes on with then.
func wait(timeoutMS uint32, then func(g *fake, got int) (emu.Status, error)) func(g *fake) (emu.Status, error) {
	return func(g *fake) (emu.Status, error) {
		n := g.host.Recv(make([]byte, 1), timeoutMS)
		if n == emu.RecvWouldBlock {
			return emu.Blocked, nil
		}
		return then(g, n)
	}
}

func finish(g *fake, _ int) (emu.Status, error) { return g.done() }

func TestConverse(t *testing.T) {
	w := wire.New(wire.Spec{RTTUS: 1000})
	sent := false
	waiting := wait(0, finish)
	client, server := ends(w,
		func(g *fake) (emu.Status, error) {
			if !sent {
				sent = true
				g.host.Send([]byte("?"))
				return emu.Ready, nil
			}
			return waiting(g)
		},
		wait(0, func(g *fake, n int) (emu.Status, error) {
			if n != 1 {
				t.Errorf("server received %d", n)
			}
			g.host.Send([]byte("!"))
			return g.done()
		}))
	if err := Converse(context.Background(), w, client, server); err != nil {
		t.Fatal(err)
	}
	if w.NowUS() != 1000 || w.Flights() != 2 || !client.Record.Done || !server.Record.Done {
		t.Errorf("time %d us, %d flights", w.NowUS(), w.Flights())
	}
}

// The client has its read timeout even when the server is gone for good.
func TestConverseClientTimeout(t *testing.T) {
	w := wire.New(wire.Spec{})
	got := 0
	client, server := ends(w,
		wait(250, func(g *fake, n int) (emu.Status, error) { got = n; return g.done() }),
		func(*fake) (emu.Status, error) { return emu.Blocked, nil })
	if err := Converse(context.Background(), w, client, server); err != nil || got != emu.RecvTimeout || w.NowUS() != 250_000 {
		t.Errorf("error %v, received %d at %d us", err, got, w.NowUS())
	}
	// A server that ends closes its side.
	w = wire.New(wire.Spec{})
	client, server = ends(w, wait(250, func(g *fake, n int) (emu.Status, error) { got = n; return g.done() }), func(g *fake) (emu.Status, error) { return g.done() })
	if err := Converse(context.Background(), w, client, server); err != nil || got != emu.RecvEOF || server.Guest.(*fake).steps != 1 {
		t.Errorf("error %v, received %d, %d server steps", err, got, server.Guest.(*fake).steps)
	}
}

// A guest that serves is at the wire's other end, and its client reads on after
// it is done; a client that waits in vain delays no other.
func TestConverseServes(t *testing.T) {
	for _, want := range []int{1, 2} {
		w := wire.New(wire.Spec{RTTUS: 1000})
		got := 0
		client, server := ends(w,
			func(g *fake) (emu.Status, error) {
				if g.steps == 1 {
					g.host.Send([]byte("?"))
					return emu.Ready, nil
				}
				return wait(0, func(g *fake, n int) (emu.Status, error) {
					if got += n; got < want && n > 0 {
						return emu.Ready, nil
					}
					return g.done()
				})(g)
			},
			wait(0, func(g *fake, n int) (emu.Status, error) {
				g.host.Send([]byte("!"))
				return g.done()
			}))
		server.Serves = true
		if err := Converse(context.Background(), w, server, client); err != nil {
			t.Fatal(err)
		}
		if got != 1 || w.NowUS() != 1000 || !client.Record.Done || !server.Record.Done {
			t.Errorf("the client read %d at %d us, done %v, %v", got, w.NowUS(), client.Record.Done, server.Record.Done)
		}
	}
	w := wire.New(wire.Spec{Datagram: true})
	client, server := ends(w, wait(0, finish), func(g *fake) (emu.Status, error) { return g.done() })
	server.Serves = true
	if err := Converse(context.Background(), w, server, client); err != nil || client.Record.Done {
		t.Errorf("a client that waits for ever: %v, done %v", err, client.Record.Done)
	}
	trap := &emu.GuestError{Reason: "trap"}
	client, server = ends(wire.New(wire.Spec{}), func(*fake) (emu.Status, error) { return 0, trap }, wait(0, finish))
	server.Serves = true
	if err := Converse(context.Background(), w, server, client); err == nil || err.Error() != "host: reference client: guest: trap" {
		t.Errorf("the client traps: %v", err)
	}
}

func TestConverseFails(t *testing.T) {
	ready := func(*fake) (emu.Status, error) { return emu.Ready, nil }
	blocked := wait(0, finish)
	trap := &emu.GuestError{Reason: "trap"}
	for _, c := range []struct {
		name           string
		client, server func(*fake) (emu.Status, error)
		want           string
		as             any
	}{
		{"stops without done", func(*fake) (emu.Status, error) { return emu.Done, nil }, blocked, "guest: stopped without its done event", new(*emu.GuestError)},
		{"client traps", func(*fake) (emu.Status, error) { return 0, trap }, blocked, "guest: trap", new(*emu.GuestError)},
		{"client over budget", func(*fake) (emu.Status, error) { return 0, &emu.BudgetError{Limit: 1} }, blocked, "guest: tick budget of 1 ops is used up", new(*emu.BudgetError)},
		{"server traps", blocked, func(*fake) (emu.Status, error) { return 0, trap }, "host: reference server: guest: trap", new(*emu.HostError)},
		{"server over budget", blocked, func(*fake) (emu.Status, error) { return 0, &emu.BudgetError{Limit: 1} }, "host: reference server: guest: tick budget of 1 ops is used up", new(*emu.HostError)},
		{"client spins", ready, blocked, "guest: not done after 100000 steps", new(*emu.GuestError)},
		{"server spins", blocked, ready, "guest: not done after 100000 steps", new(*emu.GuestError)},
		{"both wait", blocked, blocked, emu.ErrTimeout.Error(), nil},
		{"blocked on nothing", func(*fake) (emu.Status, error) { return emu.Blocked, nil }, func(*fake) (emu.Status, error) { return emu.Blocked, nil }, emu.ErrTimeout.Error(), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := wire.New(wire.Spec{})
			client, server := ends(w, c.client, c.server)
			err := Converse(context.Background(), w, client, server)
			if err == nil || err.Error() != c.want {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			if c.as != nil && !errors.As(err, c.as) || c.as == nil && !errors.Is(err, emu.ErrTimeout) {
				t.Errorf("error is a %T", err)
			}
		})
	}
}

func TestConverseCancelled(t *testing.T) {
	for _, end := range []string{"client", "server"} {
		ctx, cancel := context.WithCancel(context.Background())
		w := wire.New(wire.Spec{})
		steps := func(who string) func(*fake) (emu.Status, error) {
			return func(*fake) (emu.Status, error) {
				if who == end {
					cancel()
				}
				return emu.Ready, nil
			}
		}
		client, server := ends(w, steps("client"), steps("server"))
		err := Converse(ctx, w, client, server)
		var host *emu.HostError
		if !errors.Is(err, context.Canceled) || errors.As(err, &host) {
			t.Errorf("cancelled by the %s: %v", end, err)
		}
	}
}

func TestSolo(t *testing.T) {
	w := wire.New(wire.Spec{})
	trap := &emu.GuestError{Reason: "trap"}
	for _, c := range []struct {
		step func(*fake) (emu.Status, error)
		want string
	}{
		{func(g *fake) (emu.Status, error) {
			if g.steps < 3 {
				return emu.Ready, nil
			}
			return g.done()
		}, ""},
		{func(*fake) (emu.Status, error) { return emu.Done, nil }, ErrNoDone.Error()},
		{func(*fake) (emu.Status, error) { return 0, trap }, trap.Error()},
		{func(*fake) (emu.Status, error) { return emu.Blocked, nil }, "guest: not done after 100000 steps"},
	} {
		client, _ := ends(w, c.step, nil)
		err := Solo(context.Background(), client)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestEndpoint(t *testing.T) {
	w := wire.New(wire.Spec{RTTUS: 4_000_000})
	e, other := ends(w, nil, nil)
	var _ emu.Host = e
	if e.RTCSeconds() != 1_700_000_000 || e.MonotonicUS() != 0 {
		t.Errorf("clocks at the start: %d, %d", e.RTCSeconds(), e.MonotonicUS())
	}
	other.Send([]byte("x"))
	e.Recv(make([]byte, 1), 0)
	if err := w.Advance(); err != nil {
		t.Fatal(err)
	}
	if e.RTCSeconds() != 1_700_000_002 || e.MonotonicUS() != 2_000_000 {
		t.Errorf("clocks after 2 s: %d, %d", e.RTCSeconds(), e.MonotonicUS())
	}
	var a, b [16]byte
	if e.Entropy(a[:]) != nil || other.Entropy(b[:]) != nil || a == b {
		t.Error("entropy")
	}
	for range maxLogLines + 5 {
		e.Log(1, "line")
	}
	if len(e.Record.Log) != maxLogLines {
		t.Errorf("%d log lines", len(e.Record.Log))
	}
}

func TestEndpointEvents(t *testing.T) {
	e, _ := ends(wire.New(wire.Spec{}), nil, nil)
	phase := binary.LittleEndian.AppendUint32(nil, 0)
	phase = append(phase, make([]byte, 16)...)
	if err := e.Event(emu.EventPhase, phase); err != nil || e.Guest.(*fake).resets != 1 {
		t.Errorf("error %v, %d resets", err, e.Guest.(*fake).resets)
	}
	refused := errors.New("refused")
	e.OnEvent = func(kind emu.EventKind, r *emu.Record) error {
		if kind != emu.EventOptions || r.Options != "X\n" {
			t.Errorf("event %d, options %q", kind, r.Options)
		}
		return refused
	}
	if err := e.Event(emu.EventOptions, []byte("X\n")); !errors.Is(err, refused) {
		t.Errorf("error %v", err)
	}
	if err := e.Event(99, nil); err == nil || !strings.Contains(err.Error(), "event 99") {
		t.Errorf("error %v: an unknown event must not reach OnEvent", err)
	}
}

// TestScarce: entropy that gives out does so after as many bytes in every run,
// also in one that begins again from a point before.
func TestScarce(t *testing.T) {
	left := int64(40)
	e := &Endpoint{Random: emu.NewEntropy(1, "client"), Record: emu.NewRecord(), Scarce: &left}
	for range 2 {
		e.Drawn = 0
		if err := e.Entropy(make([]byte, 40)); err != nil {
			t.Error(err)
		}
		if e.Entropy(make([]byte, 1)) == nil || e.Drawn != 40 {
			t.Errorf("one byte more than there is was given; drawn %d", e.Drawn)
		}
	}
}
