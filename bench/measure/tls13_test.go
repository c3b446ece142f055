package measure

import (
	"context"
	"slices"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// TestTLS13: the guest made from 3.6 and the reference server of 3.6 come
// through TLS 1.3 in one round trip less, in its own phases; one that resumes
// shows no certificate; and 2.28 says that it has none of it.
func TestTLS13(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	old, newer := openNewerBench(t)
	ctx := context.Background()
	const (
		ecdsa13 = "tls13-ecdhe-ecdsa-aes-128-gcm-sha256"
		ecdsa12 = "tls12-ecdhe-ecdsa-aes-128-gcm-sha256"
		rc4     = "tls12-rsa-rc4-128-sha"
	)
	retry, resume := ecdsa13+"-hello-retry", ecdsa13+"-resume-psk"
	p, err := profiles.Load("protocols-3.6")
	if err != nil {
		t.Fatal(err)
	}
	p.Scenarios, p.Machines = []string{ecdsa12, ecdsa13, retry, resume, rc4}, []metric.Machine{"wasm"}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]*results.Case{}
	phases := map[string][]string{}
	for _, name := range p.Scenarios {
		j := labtest.JobOf(t, plan, "client", name)
		c, err := newer.Measure(ctx, plan, j)
		if err != nil {
			t.Fatal(err)
		}
		if string(c.Outcome) != j.Scenario.Expect {
			t.Errorf("%s: %s in %s (%s)", name, c.Outcome, c.Phase, c.Detail)
		}
		labtest.Writable(t, *c)
		cases[name] = c
		for _, ph := range c.Phases {
			phases[name] = append(phases[name], string(ph.Name))
		}
	}
	for name, flights := range map[string]int64{ecdsa12: 7, ecdsa13: 5, retry: 7, resume: 5} {
		if got := cases[name].Metrics[metric.Flights]; got != flights {
			t.Errorf("%s: %d flights, want %d", name, got, flights)
		}
	}
	for _, x := range []struct {
		scenario, phase string
		there           bool
	}{
		{ecdsa13, "encrypted-extensions", true}, {ecdsa13, "server-certificate-verify", true}, {ecdsa13, "hello-retry-request", false},
		{ecdsa12, "encrypted-extensions", false}, {ecdsa12, "server-certificate-verify", false},
		{retry, "hello-retry-request", true},
		{ecdsa13, "key-derivation", true}, {ecdsa13, "key-exchange", true}, {ecdsa12, "key-derivation", true}, {ecdsa12, "key-exchange", false},
		{resume, "first-connection", true}, {resume, "encrypted-extensions", true}, {resume, "server-certificate", false},
	} {
		if slices.Contains(phases[x.scenario], x.phase) != x.there {
			t.Errorf("%s: phase %s there: %t; phases %v", x.scenario, x.phase, !x.there, phases[x.scenario])
		}
	}
	// Derived are the keys of TLS 1.3 in server-hello, which is little without it;
	// the two multiplications of ECDHE are no part of the derivation.
	ops := func(scenario, phase string) int64 {
		i := slices.Index(phases[scenario], phase)
		return cases[scenario].Phases[i].Metrics[metric.WasmOps]
	}
	if e, d, h := ops(ecdsa13, "key-exchange"), ops(ecdsa13, "key-derivation"), ops(ecdsa13, "server-hello"); e < 10*d || d < 10*h {
		t.Errorf("key exchange %d, derivation %d, the rest of server-hello %d", e, d, h)
	}
	if d, v := ops(ecdsa12, "key-derivation"), ops(ecdsa12, "certificate-verify"); d < 100*v {
		t.Errorf("TLS 1.2 without a client's certificate: derivation %d, the rest of certificate-verify %d", d, v)
	}
	if full, short := cases[ecdsa13].Metrics[metric.HandshakeWasmOps], cases[resume].Metrics[metric.HandshakeWasmOps]; short*2 > full {
		t.Errorf("resuming takes %d, a full handshake %d: it verified a certificate", short, full)
	}
	for name, want := range map[string]string{
		rc4:     "Mbed TLS " + newer.Source.Version + " does not have the suite TLS-RSA-WITH-RC4-128-SHA",
		ecdsa13: "Mbed TLS " + old.Source.Version + " does not have the suite TLS1-3-AES-128-GCM-SHA256",
	} {
		c := cases[name]
		if name == ecdsa13 {
			if c, err = old.Measure(ctx, plan, labtest.JobOf(t, plan, "client", name)); err != nil {
				t.Fatal(err)
			}
		}
		if c.Outcome != lab.OutcomeNotInCore || c.Detail != want {
			t.Errorf("%s: %s (%s), want %s", name, c.Outcome, c.Detail, want)
		}
	}
}
