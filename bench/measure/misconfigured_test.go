package measure

import (
	"bytes"
	"context"
	"crypto/x509"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/bench/advice"
	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/emu"
	"tlslab/emu/records"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// misconfigurations is how many the campaign draws; `make perf` asks for 500.
var (
	misconfigurations = flag.Int("misconfigurations", 3, "seeded misconfigurations to be advised on")
	misconfiguredFrom = flag.Uint64("misconfigured-from", 0, "the first draw of them")
)

// misconfigured is a conversation with one thing wrong.
type misconfigured struct {
	what     string
	job      *lab.Job
	mendable bool // one option, limit, root, name, time or heap mends it
}

// TestMisconfigured draws conversations with one thing wrong: an option, a limit,
// a chain, a key, a name, a time. What is said about each keeps to the rules, and
// most of what one change can mend ends with a change that was tried.
func TestMisconfigured(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	g := newGenerator(t, l)
	tried, mendable, explained, unmendable, silent := 0, 0, 0, 0, 0
	for n, drawn := 0, *misconfiguredFrom; n < *misconfigurations; drawn++ {
		m := g.draw(rand.New(rand.NewPCG(drawn, 15)))
		if m == nil {
			continue
		}
		f := failureOf(t, l, g.plan, m.job)
		if f == nil {
			continue // nothing needs what is wrong
		}
		n++
		lines, err := f.tried(context.Background())
		if err != nil {
			t.Fatalf("%s: %v", m.what, err)
		}
		holdsRules(t, m, f, lines)
		has := slices.ContainsFunc(lines, func(s string) bool { return strings.HasPrefix(s, "tried: ") })
		switch {
		case m.mendable:
			mendable++
			if has {
				tried++
			}
		default:
			unmendable++
		}
		says := f.build != nil || slices.ContainsFunc(lines, func(s string) bool {
			return !strings.HasPrefix(s, "more: ") && !strings.HasPrefix(s, "none of ")
		})
		if !has && says {
			explained++
		}
		if !says {
			silent++
			t.Errorf("%s: %s in %s: nothing is said: %q", m.what, f.Ended.Name, f.Ended.Phase, lines)
		}
		if m.mendable && !has || testing.Verbose() {
			t.Logf("%d %s: %s in %s\n\t%s", drawn, m.what, f.Ended.Name, f.Ended.Phase, strings.Join(lines, "\n\t"))
		}
	}
	t.Logf("%d misconfigurations: %d of the %d that one change can mend got one that was tried; of all, %d were explained without one (%d can't be mended), %d got nothing",
		*misconfigurations, tried, mendable, explained, unmendable, silent)
	if 100*tried < 80*mendable {
		t.Errorf("%d of %d got a change that was tried, less than 80 %%", tried, mendable)
	}
}

// failureOf runs a job; nil where it connects.
func failureOf(t *testing.T, l *Bench, plan *lab.Plan, j *lab.Job) *Failure {
	t.Helper()
	ctx := context.Background()
	at, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err != nil {
		t.Fatal(err)
	}
	p := &prepared{at, l}
	p.Spec.Board, p.Spec.Silent = nil, true
	f := p.failure(lab.Outcome{Name: lab.OutcomeNoBuild, Phase: "build"})
	f.unpriced = true
	err = p.Build(ctx)
	if build, ok := lab.DoesNotBuild(err); ok {
		f.build = build
		return f
	}
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(ctx)
	heard := records.NewConversation(j.Scenario.Datagram())
	f.Run, err = p.Converse(ctx, lab.Conversation{Heard: heard, Bare: true})
	if host, ok := err.(*emu.HostError); ok {
		t.Logf("%s: %v", j.Variant.Name, host)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if f.Ended = p.Judge(f.Run); f.Ended.Name == results.OutcomeConnected {
		return nil
	}
	f.Heard = heard
	return f
}

var (
	advised = regexp.MustCompile(`\b([A-Z][A-Z0-9_]+)=(\d+)\b`)
	wanted  = regexp.MustCompile(`certificate is for (.+), and the device wants (.+)$`)
)

// holdsRules are what no advice may break.
func holdsRules(t *testing.T, m *misconfigured, f *Failure, lines []string) {
	t.Helper()
	bad := func(rule, line string) {
		t.Helper()
		t.Errorf("%s: %s in %s: %s: %s", m.what, f.Ended.Name, f.Ended.Phase, rule, line)
	}
	e, err := f.Evidence(f.Job, f.Run, f.Ended, f.Heard)
	if err != nil {
		t.Fatal(err)
	}
	known, err := f.Lab.CoreKnown()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "tried: connects with ") {
			for _, a := range advised.FindAllStringSubmatch(line, -1) {
				if n, _ := strconv.Atoi(a[2]); n <= known.InForce(e, a[1]) && strings.HasPrefix(m.what, "limit ") {
					bad("no more than what is in force", line)
				}
			}
		}
		if w := wanted.FindStringSubmatch(line); w != nil && slices.Contains(strings.Split(w[1], ", "), w[2]) {
			bad("for X, wants X", line)
		}
		if (f.Ended.Phase == "init" || f.Ended.Phase == "build") && strings.Contains(line, "record") {
			bad("a record before there was one", line)
		}
		if f.Heard != nil && f.Heard.Suite() != 0 && (strings.Contains(line, "offered ") || strings.Contains(line, "does not offer")) {
			bad("suites after one was agreed", line)
		}
		if strings.Contains(line, "with another key") && !wrongKey(e) {
			bad("a key that was not tried, or fits", line)
		}
	}
	applies(t, m, f, lines)
}

// wrongKey says, by Go's own reading, that a root has the name of the last
// certificate's issuer and another key.
func wrongKey(e *advice.Evidence) bool {
	last, err := x509.ParseCertificate(e.Shown[len(e.Shown)-1])
	if err != nil {
		return false
	}
	for _, der := range e.Roots {
		root, err := x509.ParseCertificate(der)
		if err == nil && bytes.Equal(root.RawSubject, last.RawIssuer) && last.CheckSignatureFrom(root) != nil {
			return true
		}
	}
	return false
}

// priced is what a change costs.
var priced = regexp.MustCompile(` \([+-][^)]*\)`)

var spelt = regexp.MustCompile(`([A-Z][A-Z0-9_]+)=([A-Za-z0-9_]+)`)

// applies: what is said to connect does, when the words are taken at their word.
func applies(t *testing.T, m *misconfigured, f *Failure, lines []string) {
	t.Helper()
	for _, line := range lines {
		text, ok := strings.CutPrefix(line, "tried: connects with ")
		if !ok || strings.Contains(text, "the root ") || strings.Contains(text, "source that works") || strings.Contains(text, "a heap of") {
			continue // roots are named alone; heap is measured as it is
		}
		text = priced.ReplaceAllString(text, "")
		change := advice.Change{}
		if name, ok := strings.CutPrefix(text, "the name "); ok {
			change.Host = name
		}
		for _, o := range spelt.FindAllStringSubmatch(text, -1) {
			c := profiles.Change{Option: o[1], On: o[2] != "false"}
			if o[2] != "true" && o[2] != "false" {
				c.Value = o[2]
			}
			change.Options = append(change.Options, c)
		}
		if change.Host == "" && change.Options == nil || strings.Contains(text, "SSL_CIPHERSUITES") || strings.Contains(text, "the clock at") {
			continue
		}
		e, err := f.try(context.Background(), change)
		if err != nil || e == nil || !e.Connected {
			t.Errorf("%s: %q, applied, does not connect: %v", m.what, line, err)
		}
	}
}

// generator makes misconfigurations.
type generator struct {
	t     *testing.T
	plan  *lab.Plan
	bases []*lab.Job // each connects; its scenario adds no option
	known *advice.Core
}

// newGenerator has conversations that connect: a client's with certificates, with a
// key, over datagrams, with a chain of its own, and a server's.
func newGenerator(t *testing.T, l *Bench) *generator {
	t.Helper()
	plan := failuresPlan(t)
	known, err := l.CoreKnown()
	if err != nil {
		t.Fatal(err)
	}
	g := &generator{t: t, plan: plan, known: known}
	v, err := plan.Profile.Config("rtthread-optimised")
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range []struct {
		scenario string
		change   func(s *profiles.Scenario)
	}{
		{labtest.ECDSA, func(*profiles.Scenario) {}},
		{labtest.RSA, func(*profiles.Scenario) {}},
		{labtest.PSK, func(*profiles.Scenario) {}},
		{"dtls12-ecdhe-ecdsa-p256-aes128-gcm", func(*profiles.Scenario) {}},
		{labtest.ECDSA, func(s *profiles.Scenario) { s.ClientChain = "ecdsa-p256" }},
		{labtest.ECDSA, func(s *profiles.Scenario) { s.Endpoint, s.Needs["SSL_SRV_C"] = "server", true }},
	} {
		s, err := profiles.LoadScenario(nil, edit.scenario)
		if err != nil {
			t.Fatal(err)
		}
		s.Checks = nil
		edit.change(s)
		settings, err := profiles.Effective(v, s)
		if err != nil {
			t.Fatal(err)
		}
		base := *s
		base.Needs = map[string]any{}
		j := &lab.Job{Board: plan.Boards[0], Machine: "wasm", Scenario: &base}
		j.Variant = profiles.Variant{Name: edit.scenario, Base: v.Base, Decided: map[string]string{}}
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			j.Variant.Settings.Set(name, settings[name], "")
		}
		g.bases = append(g.bases, j)
	}
	return g
}

// draw is one misconfiguration; nil where the draw has no place.
func (g *generator) draw(r *rand.Rand) *misconfigured {
	base := g.bases[r.IntN(len(g.bases))]
	s := *base.Scenario
	m := &misconfigured{mendable: true}
	var changes []profiles.Change
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	kind := pick([]string{"option", "option", "option", "limit", "limit", "chain", "fault", "name", "time", "group", "suite", "heap", "psk", "own"})
	switch {
	case kind == "option":
		var on []string
		for name, value := range s.Wanted() {
			if _, has := base.Variant.Settings.Get(name); has && value == true {
				on = append(on, name)
			}
		}
		slices.Sort(on)
		m.what = "option " + pick(on) + " off"
		changes = []profiles.Change{{Option: strings.Fields(m.what)[1]}}
		if r.IntN(4) > 0 { // what depends on it goes too, as a person who built it would have
			settings, err := profiles.Effective(base.Variant, base.Scenario)
			if err != nil {
				g.t.Fatal(err)
			}
			whole, ok := g.known.Complete(settings, advice.Change{Options: changes})
			if !ok {
				return nil
			}
			changes = append(changes, whole.Along...)
		}
	case kind == "limit":
		name := pick([]string{"SSL_MAX_CONTENT_LEN", "SSL_MAX_CONTENT_LEN", "MPI_MAX_SIZE", "ECP_MAX_BITS", "X509_MAX_INTERMEDIATE_CA", "SSL_DTLS_MAX_BUFFERING", "PSK_MAX_LEN", "ENTROPY_MAX_SOURCES"})
		value := map[string]int{"SSL_MAX_CONTENT_LEN": 64 + r.IntN(1500), "MPI_MAX_SIZE": 16 + r.IntN(240), "ECP_MAX_BITS": 128 + r.IntN(128), "X509_MAX_INTERMEDIATE_CA": r.IntN(2),
			"SSL_DTLS_MAX_BUFFERING": 128 + r.IntN(1000), "PSK_MAX_LEN": 4 + r.IntN(12), "ENTROPY_MAX_SOURCES": 1}[name]
		m.what = fmt.Sprintf("limit %s=%d", name, value)
		changes = []profiles.Change{{Option: name, On: true, Value: strconv.Itoa(value)}}
	case kind == "psk" && s.PSK != nil:
		key := *s.PSK
		if s.PSK = &key; r.IntN(2) == 0 {
			key.KeyHex = strings.Repeat("0a", 33+r.IntN(32))
		} else {
			key.Identity = strings.Repeat("d", 3600+r.IntN(3000))
		}
		m.what = fmt.Sprintf("key of %d B, identity of %d B", len(key.Key()), len(key.Identity))
	case kind == "heap":
		s.Fault = &profiles.Fault{HeapBytes: uint32(2048 + r.IntN(14)*512)}
		m.what = fmt.Sprintf("heap of %d B", s.Fault.HeapBytes)
	case s.Chain == "":
		return nil
	case kind == "chain", kind == "own":
		to := &s.Chain
		if kind == "own" {
			if to = &s.ClientChain; *to == "" {
				return nil
			}
		}
		family := "rsa"
		if strings.HasPrefix(*to, "ec") {
			family = "ecdsa"
		}
		var same []string
		for _, name := range certs.Names() {
			if _, err := certs.Client(name); kind == "own" && err != nil {
				continue // a client can't show it
			}
			if strings.HasPrefix(name, family) && name != *to {
				same = append(same, name)
			}
		}
		*to = pick(same)
		m.what = kind + " chain " + *to
		m.mendable = !strings.HasPrefix(*to, "rsa1024") && !strings.Contains(*to, "sha1")
	case s.Serves():
		return nil
	case kind == "fault":
		variant := pick(certs.VariantsOf(s.Chain)[1:])
		s.Fault = &profiles.Fault{Certificate: profiles.Check(variant)}
		m.what, m.mendable = "server's certificate "+variant, variant == "unknown-ca" || variant == "wrong-name"
	case kind == "name":
		s.Hostname = pick([]string{"192.0.2.1", "other.example", "tlslab.example.org", "localhost"})
		m.what = "name " + s.Hostname
	case kind == "time":
		s.Clock = &profiles.Clock{Source: profiles.ClockDate, Date: fmt.Sprintf("%d %02d 01 00 00 00", pickInt(r, 1970, 2015, 2036, 2100), 1+r.IntN(12))}
		if r.IntN(2) == 0 {
			s.Clock = &profiles.Clock{Source: "unset"}
		}
		m.what = "clock " + s.Clock.Source + " " + s.Clock.Date
	case kind == "group":
		s.Group = pick([]string{"secp384r1", "secp521r1", "x25519"})
		m.what = "group " + s.Group
	case kind == "suite":
		head, _, _ := strings.Cut(s.Suite, "-WITH-")
		s.Fault = &profiles.Fault{ServerSuite: head + "-WITH-" + pick([]string{"AES-256-GCM-SHA384", "AES-128-CBC-SHA256", "AES-256-CBC-SHA", "CAMELLIA-128-CBC-SHA256"})}
		m.what = "server's suite " + s.Fault.ServerSuite
	default:
		return nil
	}
	j := *base
	j.Scenario = &s
	j.Variant = base.Variant
	j.Variant.Settings = base.Variant.Settings.Clone()
	for _, c := range changes {
		if !c.On {
			j.Variant.Settings.Unset(c.Option, "")
			continue
		}
		j.Variant.Settings.Set(c.Option, c.Value, "")
	}
	var err error
	if j.Header, j.Added, err = profiles.Render(j.Variant, &s); err != nil {
		g.t.Fatal(err)
	}
	m.what = base.Variant.Name + ": " + m.what
	if s.Serves() {
		m.what = "server, " + m.what
	}
	m.job = &j
	return m
}

func pickInt(r *rand.Rand, list ...int) int { return list[r.IntN(len(list))] }
