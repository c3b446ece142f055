package measure

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

const serverECDSA = "tls12-ecdhe-ecdsa-aes-128-gcm-sha256-server"

// A device that serves: it reads all of the request, its client all of the
// answer, the smallest heap is one, and the phases are a server's.
func TestServes(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.ServersPlan(t, "wasm")
	j := labtest.JobOf(t, plan, "rtthread-optimised", serverECDSA)
	c, err := l.Measure(context.Background(), plan, j)
	if err != nil {
		t.Fatal(err)
	}
	labtest.Writable(t, *c)
	if c.Outcome != results.OutcomeConnected {
		t.Fatalf("%s in %s: %s", c.Outcome, c.Phase, c.Detail)
	}
	s := labtest.Prepare(t, l.Lab, plan, j)
	r, err := s.Converse(context.Background(), lab.Conversation{})
	if err != nil {
		t.Fatal(err)
	}
	if r.ToRead.What != "request" || r.ToRead.AllB != uint32(len(j.Scenario.Payload.Request)) || r.ToRead.Short() != "" || r.Answered.AllB < 267 || r.Answered.Short() != "" || r.PeerError != "" {
		t.Errorf("the device read %+v, its client %+v, which ended %q", r.ToRead, r.Answered, r.PeerError)
	}
	if r.Record.LeakB != 0 {
		t.Errorf("%d B are live at the end", r.Record.LeakB)
	}
	phases := map[metric.Phase]uint64{}
	for _, p := range r.Record.Phases {
		phases[p.Name] = p.Ops
	}
	if phases["parse-own"] == 0 || phases["parse-ca"] != 0 || phases["server-key-exchange"] < phases["client-hello"] || phases["key-derivation"] == 0 || phases["app-write"] == 0 || phases["close"] == 0 {
		t.Errorf("phases %v", phases)
	}
	least := uint32(c.Metrics[metric.HeapMin])
	if o := labtest.Ending(t, s, least); o.Name != results.OutcomeConnected {
		t.Errorf("heap-min-B is %d, and there it ends with %+v", least, o)
	}
	if o := labtest.Ending(t, s, least-lab.ArenaStep); !strings.HasPrefix(string(o.Name), string(lab.OutcomeHeapShort)) {
		t.Errorf("heap-min-B is %d, and %d less ends with %+v", least, lab.ArenaStep, o)
	}
}

// A session taken up again spares the device its key exchange and signature; what
// is counted is that handshake alone.
func TestServesAgain(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.ServersPlan(t, "wasm")
	ops := map[string]uint64{}
	for _, tag := range []string{"", "-resume-id", "-resume-ticket"} {
		s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "rtthread-optimised", serverECDSA+tag))
		r, err := s.Converse(context.Background(), lab.Conversation{})
		if err != nil {
			t.Fatal(err)
		}
		if o := s.Judge(r); o.Name != results.OutcomeConnected || r.Answered.Short() != "" || r.Record.LeakB != 0 {
			t.Errorf("%q: %+v, %d B live at the end", tag, o, r.Record.LeakB)
		}
		if tag != "" && !slices.ContainsFunc(r.Record.Phases, func(p emu.Phase) bool {
			return p.Name == emu.PhaseFirstConnection && p.Ops > ops[""]/2
		}) {
			t.Errorf("%q: the phases have no first connection", tag)
		}
		ops[tag], _ = r.Record.Handshake()
	}
	if ops["-resume-id"]*20 > ops[""] || ops["-resume-ticket"]*20 > ops[""] {
		t.Errorf("%v", ops)
	}
}

// The flash image without TLS has what any server has, and no certificate: what
// a chain and its key take counts as TLS's.
func TestServersCertificatesCount(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.ServersPlan(t, "wasm")
	sizes := map[string]int64{}
	for _, format := range []string{"pem", "der"} {
		j := *labtest.JobOf(t, plan, "rtthread-optimised", serverECDSA)
		scenario := *j.Scenario
		scenario.CAFormat = format
		j.Scenario = &scenario
		spec, err := l.Spec(plan.Profile, &j, l.Machine)
		if err != nil {
			t.Fatal(err)
		}
		img, err := l.Builder.Build(context.Background(), spec)
		if err != nil {
			t.Fatal(err)
		}
		sizes[format] = img.Sizes.RO
		s := labtest.Prepare(t, l.Lab, plan, &j)
		if o := labtest.Ending(t, s, s.HeapBytes()); o.Name != results.OutcomeConnected {
			t.Errorf("%s: %+v", format, o)
		}
	}
	// Base64 is a third longer, and has lines and headers.
	if sizes["pem"]-sizes["der"] < 200 || sizes["der"] < 30_000 {
		t.Errorf("sizes %v", sizes)
	}
	t.Log(sizes)
}

// A client that does not trust the device's certificate ends the handshake, and
// the device says so.
func TestClientRefusesTheDevice(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.ServersPlan(t, "wasm")
	s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "rtthread-optimised", serverECDSA))
	scenario := *s.Job.Scenario
	scenario.Hostname = "other.example"
	s.Job.Scenario = &scenario
	o := labtest.Ending(t, s, s.HeapBytes())
	if o.Name != "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE" || o.Phase != "client-key-exchange" || !strings.Contains(o.Detail, "the client ended with MBEDTLS_ERR_X509_CERT_VERIFY_FAILED in server-certificate") {
		t.Errorf("%+v", o)
	}
}

// Both machines agree on a server to the byte.
func TestServesOnTheBoard(t *testing.T) {
	t.Parallel()
	l := boardLab(t)
	var cases []results.Case
	for _, machine := range []metric.Machine{"wasm", "qemu"} {
		plan := labtest.ServersPlan(t, machine)
		c, err := l.Measure(context.Background(), plan, labtest.JobOf(t, plan, "rtthread-optimised", serverECDSA))
		if err != nil {
			t.Fatal(err)
		}
		if c.Outcome != results.OutcomeConnected {
			t.Fatalf("%s: %s in %s: %s", machine, c.Outcome, c.Phase, c.Detail)
		}
		cases = append(cases, *c)
	}
	if differ := Disagreements(cases); len(differ) > 0 {
		t.Errorf("%q", differ)
	}
	if m := cases[1].Metrics; m[metric.StackPeak] == 0 || m[metric.RAMPeak] <= m[metric.HeapPeak] || m[metric.PaintedStack] > m[metric.StackPeak] {
		t.Errorf("%v", m)
	}
}

// Over datagrams of which many are lost the device reads its request, or says by
// its flights why not, and waits for no client that is gone.
func TestServesInTrouble(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.ServersPlan(t, "wasm")
	for scenario, seeds := range map[string]uint64{"dtls12-psk-aes-128-ccm-8-server": 100, "dtls12-ecdhe-ecdsa-aes-128-gcm-sha256-server": 5} {
		s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "rtthread-optimised", scenario))
		ended := map[string]int{}
		for seed := range seeds {
			_, o := labtest.Converse(t, s, func(s *profiles.Scenario) {
				s.Wire.Trouble, s.Wire.Seed = profiles.Trouble{LossPct: 25, ReorderPct: 10, DuplicatePct: 10}, seed+1
			})
			ended[string(o.Name)]++
			if o.Name != results.OutcomeConnected && o.Detail == "" {
				t.Errorf("%s, seed %d: %+v", scenario, seed+1, o)
			}
		}
		_, o := labtest.Converse(t, s, func(s *profiles.Scenario) { s.Wire.LossPct = 100 })
		if o.Name != lab.OutcomeTimeout || o.Phase != "client-hello" || !strings.HasPrefix(o.Detail, "the client's flight 1 (ClientHello) was sent 7 times and lost 7 times; the server sent none") {
			t.Errorf("%s on a dead wire: %+v", scenario, o)
		}
		t.Log(scenario, ended)
		if ended[string(results.OutcomeConnected)] < int(seeds)*9/10 {
			t.Errorf("%s: %v", scenario, ended)
		}
	}
}
