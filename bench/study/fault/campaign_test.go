package fault

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"tlslab/bench/action"
	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/core"
	"tlslab/emu/wasm"
	"tlslab/internal/cache"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// openCampaign is a job ready for faults.
func openCampaign(t *testing.T, l *lab.Lab, plan *lab.Plan, j *lab.Job) *Campaign {
	t.Helper()
	c, err := NewCampaign(t.Context(), l, plan, j)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func runFaults(t *testing.T, c *Campaign, faults []Fault, workers int) []Result {
	t.Helper()
	c.Actions = &action.Local{Store: &cache.Store{Dir: t.TempDir()}} // nothing that was run before
	runs, err := c.Run(t.Context(), faults, workers, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// TestCampaign: a whole campaign on the smallest conversation has no finding,
// and the same results whichever worker ran what.
func TestCampaign(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	j := labtest.JobOf(t, plan, "dated", labtest.PSK)
	c := openCampaign(t, l, plan, j)
	r, err := labtest.Prepare(t, l, plan, j).Converse(t.Context(), lab.Conversation{})
	if err != nil {
		t.Fatal(err)
	}
	if g := c.Golden(); g.Ops != r.Counters.Ops || g.Allocs != uint64(r.Record.Allocs) || g.ClientB+g.ServerB != r.WireB {
		t.Errorf("the run without a fault: %d operations, %d allocations, %d B; as measured: %d, %d, %d",
			g.Ops, g.Allocs, g.ClientB+g.ServerB, r.Counters.Ops, r.Record.Allocs, r.WireB)
	}
	faults := c.Plan(Choice{Bits: 1})
	one, two := runFaults(t, c, faults, 1), runFaults(t, c, faults, 2)
	if !reflect.DeepEqual(one, two) {
		t.Error("one worker and two do not come to the same")
	}
	verdicts := map[string]int{}
	for _, r := range one {
		verdicts[r.Fault.Kind+" "+r.Verdict.Name]++
		if r.Verdict.Finding() {
			t.Errorf("%s: %s: %s", r.Fault, r.Verdict.Name, r.Verdict.Detail)
		}
	}
	g := c.Golden()
	for what, want := range map[string]int{
		"entropy clean-error": g.EntropyCalls, "split connected": int(g.ClientB + g.ServerB),
	} {
		if verdicts[what] != want {
			t.Errorf("%s: %d runs, want %d", what, verdicts[what], want)
		}
	}
	for _, what := range []string{"alloc clean-error", "cut clean-error", "cut connected", "flip clean-error", "flip connected", "rtc connected"} {
		if verdicts[what] == 0 {
			t.Errorf("%s: no run", what)
		}
	}
}

// TestCampaignStarts: a run that begins at the last step before its fault, and
// ends where it meets the run without one, ends like the whole run.
func TestCampaignStarts(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	for _, scenario := range []string{labtest.PSK, labtest.ECDSA} {
		c := openCampaign(t, l, plan, labtest.JobOf(t, plan, "dated", scenario))
		faults := c.Plan(Choice{Kinds: []string{Alloc, Entropy, RTC, Clock, Split}, Seed: 3, Runs: 40, Bits: 1})
		p, err := newFaultPair(t.Context(), c.prepared, opsFactor*c.golden.Ops+opsMore)
		if err != nil {
			t.Fatal(err)
		}
		defer p.close(context.Background())
		for _, f := range faults {
			short, err := c.runOne(t.Context(), p, f)
			if err != nil {
				t.Fatal(err)
			}
			whole := c.golden.start(f)
			if f.Kind != Split { // a byte can only be parted from another while it is under way
				whole = 0
			}
			if err := p.begin(c.golden.points[whole], f); err != nil {
				t.Fatal(err)
			}
			for over := false; !over; {
				if over, err = p.step(t.Context()); err != nil {
					t.Fatalf("%s: %v", f, err)
				}
			}
			long := c.outcome(p)
			long.Joined = short.Joined
			if short.Joined {
				long.Phase, short.Phase = "", ""
			}
			if short != long {
				t.Errorf("%s, %s:\nin short %+v\nin whole %+v", scenario, f, short, long)
			}
		}
	}
}

// TestCampaignDatagrams: over datagrams what is wrong is dropped, and sent again.
func TestCampaignDatagrams(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	p, err := profiles.Load("dtls")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	c := openCampaign(t, l, plan, labtest.JobOf(t, plan, "rtthread-optimised", "dtls12-psk-aes128-ccm8"))
	rules := map[string]int{}
	trailing := 0
	for _, r := range runFaults(t, c, c.Plan(Choice{Bits: 1, Seed: 1}), 2) {
		rules[r.Verdict.Rule]++
		switch {
		case r.Verdict.Name == Internal && r.Fault.Kind == Split:
			trailing++
		case r.Verdict.Finding():
			t.Errorf("%s: %s: %s", r.Fault, r.Verdict.Name, r.Verdict.Detail)
		}
	}
	// Mbed TLS to 3.6: what is left of a datagram after a record, and is too
	// short for a header, is no record to drop but "should never happen"
	// (ssl_msg.c, mbedtls_ssl_fetch_input). Two of the server's datagrams have
	// more than one record: 12 lengths each.
	if trailing != 24 {
		t.Errorf("%d internal errors from what is left of a datagram, want 24", trailing)
	}
	for _, rule := range []string{"sent-again", "record-sequence", "hello-verify", "record-version"} {
		if rules[rule] == 0 {
			t.Errorf("no run connected by rule %s", rule)
		}
	}
}

// TestCampaignServes: the device may be the server; what it sends its client
// refuses.
func TestCampaignServes(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	p, err := profiles.Load("servers")
	if err != nil {
		t.Fatal(err)
	}
	p.Machines = []metric.Machine{"wasm"}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	c := openCampaign(t, l, plan, labtest.JobOf(t, plan, "rtthread-optimised", "tls12-psk-aes-128-ccm-8-server"))
	byPeer := 0
	for _, r := range runFaults(t, c, c.Plan(Choice{Bits: 1, Seed: 1}), 2) {
		if r.Verdict.Finding() {
			t.Errorf("%s: %s: %s", r.Fault, r.Verdict.Name, r.Verdict.Detail)
		}
		if r.Verdict.Name == CleanError && r.Outcome.Error == "" {
			byPeer++
		}
	}
	if byPeer == 0 {
		t.Error("the client refused nothing")
	}
}

// TestCampaignFindsLeaks: Mbed TLS 3.6.6 loses a cipher's memory when an
// allocation fails in mbedtls_ssl_tls13_populate_transform: its callers release
// the transform with mbedtls_free, not what is in it (ssl_tls13_keys.c,
// mbedtls_ssl_tls13_compute_handshake_transform and _application_transform).
func TestCampaignFindsLeaks(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	_, l := labtest.OpenNewer(t)
	l.NewerCore = func(context.Context) (*core.Source, error) { return l.Source, nil }
	p, err := profiles.Load("protocols-3.6")
	if err != nil {
		t.Fatal(err)
	}
	p.Machines = []metric.Machine{"wasm"}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	c := openCampaign(t, l, plan, labtest.JobOf(t, plan, "client", "tls13-psk-aes-128-gcm-sha256"))
	leaks := map[string]int{}
	for _, r := range runFaults(t, c, c.Plan(Choice{Bits: 1, Kinds: []string{Alloc, Entropy, Split}}), 2) {
		switch {
		case r.Verdict.Name == Leak:
			leaks[string(r.Site.Phase)]++
		case r.Verdict.Finding():
			t.Errorf("%s: %s: %s", r.Fault, r.Verdict.Name, r.Verdict.Detail)
		}
	}
	if want := map[string]int{"server-hello": 3, "server-finished": 3}; !maps.Equal(leaks, want) {
		t.Errorf("leaks by phase %v, want %v", leaks, want)
	}
}

// TestSteppedClock: a client that checks dates refuses certificates when the
// calendar clock leaves their time, and says so.
func TestSteppedClock(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	c := openCampaign(t, l, plan, labtest.JobOf(t, plan, "dated", labtest.ECDSA))
	faults := c.Plan(Choice{Kinds: []string{RTC}, Bits: 1})
	refused := map[int64]int{}
	for _, r := range runFaults(t, c, faults, 2) {
		if r.Outcome.Error == "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED" {
			refused[r.Fault.Step]++
		}
	}
	var steps []int64
	for s, n := range refused {
		if n > 0 {
			steps = append(steps, s)
		}
	}
	slices.Sort(steps)
	if want := []int64{-c.Golden().RTC, 40 * 366 * 86_400}; !slices.Equal(steps, want) {
		t.Errorf("refused after steps of %s seconds, want %s", fmt.Sprint(steps), fmt.Sprint(want))
	}
}
