package tune

import (
	"cmp"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"tlslab/bench/lab"
	"tlslab/bench/live"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/results/tuned"
	"tlslab/bench/scenario"
	"tlslab/bench/study/reject"
	"tlslab/certs"
	"tlslab/core"
	"tlslab/internal/metric"
	"tlslab/internal/status"
	"tlslab/profiles"
)

// Bounds of a search against a real server.
const (
	servedWait      = 10 * time.Second // longest silence
	servedTalk      = 60 * time.Second // longest conversation: against a server that sends a byte at a time
	MostConnections = 2000             // made at most, where nothing else is asked for
)

// Clocks of must-reject tries: before and after any certificate that says when
// it ends.
var (
	longAgo   = time.Date(1975, 1, 1, 0, 0, 0, 0, time.UTC)
	longHence = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// strangerName is a name that no certificate is for (RFC 2606).
const strangerName = "stranger.invalid"

// servedChecks are the checks that can be tried with a server whose certificates
// are what they are: by the guest's own clock, name and roots.
var servedChecks = []profiles.Check{"expired", "not-yet-valid", "wrong-name", "unknown-ca"}

// Served is a real server. What a search keeps must connect to it too, and
// refuse it where it must. What these conversations take decides nothing in the
// search and is never kept: it depends on the server's random numbers.
type Served struct {
	server      string
	hostname    string
	roots, fake trusted
	rtc         time.Time
	checks      []profiles.Check // those tried
	untried     []string         // those that can't be, with the reason
	most, made  int              // connections
	lab         *measure.Bench
	library     core.Library
	dial        func(context.Context) (net.Conn, error)
	job         func(Point) (*lab.Plan, *lab.Job, error)

	talk  func(ctx context.Context, p Point, check profiles.Check) (*results.Case, error) // s.once
	good  *Point                                                                          // the last that connected
	known map[string]results.Case
}

// trusted are certificates to trust, in the forms a guest can have them.
type trusted struct{ pem, der []byte } // der: nil for several

func rootsOf(text []byte) trusted {
	first, rest := pem.Decode(text)
	if next, _ := pem.Decode(rest); first == nil || next != nil {
		return trusted{pem: text}
	}
	return trusted{text, first.Bytes}
}

// goneError says that a real server does not do what it did before.
type goneError struct{ err error }

func (e *goneError) Error() string { return e.err.Error() }
func (e *goneError) Unwrap() error { return e.err }

func gone(format string, args ...any) error {
	return &status.Bad{Err: &goneError{fmt.Errorf(format, args...)}}
}

// Server is where a real server is, and how a guest reaches it.
type Server struct {
	Server      string    // HOST:PORT
	CA          string    // a file of roots; "": the scenario's own root
	Hostname    string    // that its certificate must have; "": HOST, or the test certificates'
	RTC         time.Time // of the guest's calendar clock
	Connections int       // most to make
}

// NewServed prepares a real server for a profile's one scenario.
func NewServed(t *Trials, at Server) (*Served, error) {
	server, ca, hostname, most := at.Server, at.CA, at.Hostname, at.Connections
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		return nil, fmt.Errorf("--server %q: want HOST:PORT", server)
	}
	if most < 1 {
		return nil, fmt.Errorf("--connections %d: want at least 1", most)
	}
	if len(t.Scenarios) != 1 {
		return nil, fmt.Errorf("--server: a server is one scenario's; choose it with -S: %s", strings.Join(t.Profile.Scenarios, ", "))
	}
	sc := t.Scenarios[0]
	s := &Served{server: server, hostname: sc.Hostname, rtc: at.RTC, most: most, lab: t.lab, library: t.lab.Source.Library,
		dial: live.Dialer(sc, server), known: map[string]results.Case{}}
	s.talk = s.dialOnce
	s.job = func(p Point) (*lab.Plan, *lab.Job, error) {
		plan, err := t.plan(p.ARM, []Point{p}, []string{pointName(p)}, false, true, []metric.Machine{t.lab.Machine.Name()})
		if err != nil {
			return nil, nil, err
		}
		return plan, &plan.Jobs[0], nil
	}
	if sc.Chain == "" {
		if ca != "" {
			return nil, fmt.Errorf("--ca: scenario %s has no certificates", sc.Name)
		}
		s.hostname = cmp.Or(hostname, s.hostname)
		return s, nil
	}
	own := *sc
	own.CAFormat = "pem"
	material, err := scenario.Material(t.Profile, &own)
	if err != nil {
		return nil, err
	}
	text := material.Root
	if ca != "" {
		u, err := certs.LoadUserPEM(ca)
		if err != nil {
			return nil, err
		}
		text, s.hostname = u.PEM, host
	}
	s.hostname = cmp.Or(hostname, s.hostname)
	other, err := certs.OtherKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmp.Or(ca, "scenario "+sc.Name), err)
	}
	s.roots, s.fake = rootsOf(text), rootsOf(other)
	if sc.CAFormat == "der" && s.roots.der == nil {
		return nil, fmt.Errorf("--ca %s: has several certificates; scenario %s has ca_format \"der\", which holds one", ca, sc.Name)
	}
	for _, name := range servedChecks {
		if slices.Contains(t.Refuse, name) {
			s.checks = append(s.checks, name)
		}
	}
	return s, nil
}

// try has a candidate that does its job with the reference server do it with
// the real one. why says what it does not do, "" for nothing. The error is the
// server's, or the tool's.
func (s *Served) try(ctx context.Context, p Point) (why string, err error) {
	c, ok := s.known[p.Key()]
	if !ok {
		if c, err = s.judge(ctx, p); err != nil {
			return "", err
		}
		s.known[p.Key()] = c
	}
	if c.Outcome != results.OutcomeConnected {
		return s.server + ": " + c.Ended(), nil
	}
	for _, k := range c.Checks {
		if !k.Refused {
			return fmt.Sprintf("%s: %s is not refused (%s)", s.server, k.Name, k.Outcome), nil
		}
	}
	return "", nil
}

func (s *Served) judge(ctx context.Context, p Point) (results.Case, error) {
	first := s.good == nil
	got, err := s.converse(ctx, p, "")
	if err != nil {
		return results.Case{}, err
	}
	// What functions and phases took belongs to this conversation alone.
	got.Functions, got.Phases, got.HeapCurve = nil, nil, nil
	if got.Outcome != results.OutcomeConnected {
		if first {
			return *got, status.Badf("%s: the start does not connect: %s", s.server, got.Ended())
		}
		return *got, nil
	}
	if first {
		s.good = &p
	}
	for _, name := range slices.Clone(s.checks) {
		c, err := s.converse(ctx, p, name)
		if err != nil {
			return *got, err
		}
		k := reject.Refusal(s.library, name, c.Outcome)
		if k.Refused || !first {
			if got.Checks = append(got.Checks, k); !k.Refused {
				return *got, nil // one is enough
			}
			continue
		}
		if k.Outcome != results.OutcomeAccepted || name != "expired" && name != "not-yet-valid" {
			return *got, status.Badf("%s: %s is not refused by the start (%s)", s.server, name, k.Outcome)
		}
		// It refuses this of the reference server: the certificates have no such end.
		s.checks = slices.DeleteFunc(s.checks, func(n profiles.Check) bool { return n == name })
		s.untried = append(s.untried, fmt.Sprintf("%s: the certificates are valid at %s", name, s.connection(p, name).RTC.Format(time.DateOnly)))
	}
	s.good = &p
	return *got, nil
}

// connection is a candidate's, good or as a check has it.
func (s *Served) connection(p Point, check profiles.Check) live.Connection {
	c := live.Connection{Dial: s.dial, Patience: live.Patience{Wait: servedWait}, Hostname: s.hostname, RTC: s.rtc}
	trusted := s.roots
	switch check {
	case "expired":
		c.RTC = longHence
	case "not-yet-valid":
		c.RTC = longAgo
	case "wrong-name":
		c.Hostname = strangerName
	case "unknown-ca":
		trusted = s.fake
	}
	if c.RootPEM = trusted.pem; p.CA == "der" {
		c.RootDER = trusted.der
	}
	return c
}

// converse has one conversation, and a second one where the first did not end
// as it should. Where neither did, the last candidate that connected must still
// do so: else it is the server that changed.
func (s *Served) converse(ctx context.Context, p Point, check profiles.Check) (*results.Case, error) {
	c, fine, err := s.again(ctx, p, check)
	if err != nil || fine || s.good == nil || c.Outcome == lab.OutcomeNoBuild {
		return c, err
	}
	control, fine, err := s.again(ctx, *s.good, "")
	if err != nil {
		return nil, err
	}
	if !fine {
		return nil, gone("%s: no longer connects to what it did connect to: %s", s.server, control.Ended())
	}
	return c, nil
}

// again is one conversation or, where it does not end as it should, two.
func (s *Served) again(ctx context.Context, p Point, check profiles.Check) (c *results.Case, fine bool, err error) {
	for range 2 {
		if c, err = s.talk(ctx, p, check); err == nil {
			if fine = reject.Refusal(s.library, check, c.Outcome).Refused; check == "" {
				fine = c.Outcome == results.OutcomeConnected
			}
			if fine || c.Outcome == lab.OutcomeNoBuild {
				return c, fine, nil
			}
			continue
		}
		var bad *status.Bad
		if !errors.As(err, &bad) {
			return nil, false, err
		}
		// It can't be reached.
		if errors.As(err, new(*goneError)) {
			return nil, false, err
		}
	}
	if err != nil && s.good != nil {
		err = gone("%w", err)
	}
	return c, fine, err
}

func (s *Served) dialOnce(ctx context.Context, p Point, check profiles.Check) (*results.Case, error) {
	if s.made >= s.most {
		return nil, gone("%s: %d connections were made, which is the most (--connections)", s.server, s.made)
	}
	plan, job, err := s.job(p)
	if err != nil {
		return nil, err
	}
	conn := s.connection(p, check)
	// From the first byte: before it there is an image to build.
	talk, cancel := context.WithCancel(ctx)
	defer cancel()
	dial := conn.Dial
	conn.Dial = func(ctx context.Context) (net.Conn, error) {
		s.made++
		c, err := dial(ctx)
		if err == nil {
			stop := time.AfterFunc(servedTalk, cancel)
			context.AfterFunc(talk, func() { stop.Stop() })
		}
		return c, err
	}
	c, err := live.Connect(talk, s.lab, plan, job, conn)
	if errors.Is(err, context.Canceled) && ctx.Err() == nil {
		return &results.Case{Outcome: lab.OutcomeTimeout, Detail: fmt.Sprintf("the server was not done after %v", servedTalk)}, nil
	}
	return c, err
}

// file is what tune.json says of the server.
func (s *Served) file(start, chosen Point) *tuned.Served {
	f := &tuned.Served{Server: s.server, Hostname: s.hostname, RTC: s.rtc.Format(time.RFC3339), Connections: s.made, Untried: s.untried,
		Start: s.known[start.Key()], Chosen: s.known[chosen.Key()]}
	if s.roots.pem != nil {
		f.Roots = core.SHA256(s.roots.pem)
	}
	return f
}
