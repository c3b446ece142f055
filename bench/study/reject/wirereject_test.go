package reject_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/measure"
	"tlslab/bench/study/reject"
	"tlslab/core"
	"tlslab/emu/wasm"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// TestWireRejections: what somebody on the way changes, and what the server
// itself says wrongly, with RSA, ECDHE and a shared key. A change of a message
// that the client has no opinion on is found out by the server, from Finished.
func TestWireRejections(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	want := map[string]string{ // verdict and error, without MBEDTLS_ERR_
		"lower-version":               "refused SSL_BAD_HS_PROTOCOL_VERSION",
		"other-session-id":            "caught SSL_FATAL_ALERT_MESSAGE",
		"unoffered-suite":             "refused SSL_BAD_HS_SERVER_HELLO",
		"compression":                 "refused SSL_FEATURE_UNAVAILABLE",
		"unasked-extension":           "caught SSL_FATAL_ALERT_MESSAGE", // no ALPN in this configuration
		"no-renegotiation-info":       "caught SSL_FATAL_ALERT_MESSAGE",
		"corrupt-key-exchange":        "not-applicable connected",
		"corrupt-finished":            "refused SSL_INVALID_MAC",
		"corrupt-record":              "refused SSL_INVALID_MAC",
		"oversize-record":             "refused SSL_BAD_INPUT_DATA",
		"replayed-record":             "refused SSL_INVALID_MAC",
		"no-close-notify":             "accepted connected",
		"server-compression":          "refused SSL_FEATURE_UNAVAILABLE",
		"server-legacy-renegotiation": "accepted connected",
		"server-unasked-extension":    "accepted connected",
		"server-unoffered-suite":      "refused SSL_BAD_INPUT_DATA", // the suite is not compiled in
	}
	for scenario, other := range map[string]map[string]string{
		labtest.RSA:   {},
		labtest.ECDSA: {"corrupt-key-exchange": "refused ECP_VERIFY_FAILED"},
		labtest.PSK:   {"server-unoffered-suite": "refused SSL_BAD_HS_SERVER_HELLO"},
	} {
		t.Run(scenario, func(t *testing.T) {
			j := labtest.JobOf(t, plan, "dated", scenario)
			rejects(t, l, plan, j, profiles.WireChecks(), want, other)
		})
	}
}

// rejects puts a job to tries, two times, and compares what comes of them with
// what is wanted, where other says nothing else. None of it is bad.
func rejects(t *testing.T, l *lab.Lab, plan *lab.Plan, j *lab.Job, tries []profiles.Check, want, other map[string]string) {
	t.Helper()
	got, err := reject.Reject(context.Background(), l, plan, j, tries)
	if err != nil {
		t.Fatal(err)
	}
	again, err := reject.Reject(context.Background(), l, plan, j, tries)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		w := want[string(v.Try)]
		if o := other[string(v.Try)]; o != "" {
			w = o
		}
		if s := v.Verdict + " " + strings.TrimPrefix(v.Outcome, "MBEDTLS_ERR_"); s != w {
			t.Errorf("%s: %s in %s, want %s", v.Try, s, v.Phase, w)
		}
		if v.Bad() {
			t.Errorf("%s: counts as bad: %+v", v.Try, v)
		}
		if a := again[i]; v.Outcome != a.Outcome || v.Phase != a.Phase || v.Peer != a.Peer {
			t.Errorf("%s: another time %+v, before %+v", v.Try, a, v)
		}
	}
}

// TestWireChecks: a scenario's checks may name them, and a results file can
// hold what came of them.
func TestWireChecks(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	j := *labtest.JobOf(t, plan, "dated", labtest.PSK)
	tried := *j.Scenario
	tried.Checks = []profiles.Check{"corrupt-finished", "other-session-id", "corrupt-key-exchange", "no-close-notify"}
	j.Scenario = &tried
	c, err := (&measure.Bench{Lab: l}).Measure(context.Background(), plan, &j)
	if err != nil {
		t.Fatal(err)
	}
	labtest.Writable(t, *c)
	var got []string
	for _, k := range c.Checks {
		got = append(got, k.Outcome)
	}
	if s := strings.Join(got, " "); s != "MBEDTLS_ERR_SSL_INVALID_MAC caught-by-peer:MBEDTLS_ERR_SSL_BAD_HS_FINISHED not-applicable accepted" {
		t.Errorf("checks are %s", s)
	}
}

// TestRejectNothing: of a configuration that does not connect nothing is said.
func TestRejectNothing(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) { p.Memory.HeapBytes = 8 << 10 })
	var bad *reject.BadJobError
	if _, err := reject.Reject(context.Background(), l, plan, labtest.JobOf(t, plan, "dated", labtest.ECDSA), []profiles.Check{"corrupt-finished"}); !errors.As(err, &bad) || !strings.HasPrefix(bad.Why, string(lab.OutcomeHeap)) {
		t.Errorf("%v, want a reject.BadJobError of %s", err, lab.OutcomeHeap)
	}
}

// TestTries: a scenario is put to what it can be put to.
func TestTries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    profiles.Scenario
		want int
	}{
		{profiles.Scenario{Chain: "ecdsa-p256", Protocol: "tls1.2"}, len(profiles.Checks()) + len(profiles.WireChecks())},
		{profiles.Scenario{Chain: "rsa2048-two", Protocol: "tls1.2"}, len([]string{"bad-signature", "revoked"}) + len(profiles.WireChecks())},
		{profiles.Scenario{Protocol: "tls1.2"}, len(profiles.WireChecks())},
		{profiles.Scenario{Chain: "ecdsa-p256", Protocol: "dtls1.2"}, len(profiles.Checks()) + len(profiles.DatagramChecks())},
	} {
		if got := reject.Tries(&c.s); len(got) != c.want {
			t.Errorf("%+v: %d tries", c.s.Protocol, len(got))
		}
	}
	if !(&reject.Verdict{Must: true, Verdict: reject.Otherwise}).Bad() || (&reject.Verdict{Must: true, Verdict: reject.Caught}).Bad() {
		t.Error("what failed otherwise is not shown to be refused; what was caught is")
	}
}

// TestWireRejections13: in TLS 1.3 what hides behind encryption is found out by
// the record's tag, and some tries have no place.
func TestWireRejections13(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	_, l := labtest.OpenNewer(t)
	l.NewerCore = func(context.Context) (*core.Source, error) { return l.Source, nil }
	p, err := profiles.Load("protocols-3.6")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	want := map[profiles.Check]string{
		"lower-version": reject.Refused, "unoffered-suite": reject.Refused, "corrupt-record": reject.Refused,
		"replayed-record": reject.Refused, "corrupt-key-exchange": reject.NotApplicable,
		"server-compression": reject.NotApplicable, "server-legacy-renegotiation": reject.NotApplicable,
		"server-unasked-extension": reject.Refused, "server-unoffered-suite": reject.Refused,
	}
	got, err := reject.Reject(context.Background(), l, plan, labtest.JobOf(t, plan, p.Configs[0].Name, "tls13-psk-aes-128-gcm-sha256"), slices.Sorted(maps.Keys(want)))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range got {
		if v.Verdict != want[v.Try] {
			t.Errorf("%s: %s (%s in %s), want %s", v.Try, v.Verdict, v.Outcome, v.Phase, want[v.Try])
		}
	}
}

// TestAtRunTime: if no option decides a try, a call does. Some are decided by
// neither.
func TestAtRunTime(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	j := labtest.JobOf(t, plan, "dated", labtest.ECDSA)
	for try, want := range map[profiles.Check]string{
		"revoked":                     "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_REVOKED",
		"server-legacy-renegotiation": "MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO",
		"no-close-notify":             "",
	} {
		got, err := reject.AtRunTime(context.Background(), l, plan, j, try)
		if err != nil {
			t.Fatal(err)
		}
		if (got == nil) != (want == "") || got != nil && (got.Outcome != want || got.Call == "") {
			t.Errorf("%s: %+v, want %q", try, got, want)
		}
	}
	if j.Scenario.CRL != "" || j.Scenario.RefuseLegacy {
		t.Error("the scenario itself was changed")
	}
}
