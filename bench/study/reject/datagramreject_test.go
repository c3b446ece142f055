package reject_test

import (
	"context"
	"maps"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/emu/tamper"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// TestDatagramRejections: what is no good is dropped and sent again, but for a
// Finished; what both ends took otherwise is found out by Finished.
func TestDatagramRejections(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLSPSK, labtest.DTLSECDSA)
	want := map[string]string{ // verdict and error, without MBEDTLS_ERR_
		"lower-version":               "refused SSL_BAD_HS_SERVER_HELLO", // 1.0 has no such suite
		"other-session-id":            "caught SSL_FATAL_ALERT_MESSAGE",
		"unoffered-suite":             "refused SSL_BAD_HS_SERVER_HELLO",
		"compression":                 "refused SSL_FEATURE_UNAVAILABLE",
		"unasked-extension":           "caught SSL_FATAL_ALERT_MESSAGE",
		"no-renegotiation-info":       "caught SSL_FATAL_ALERT_MESSAGE",
		"corrupt-key-exchange":        "not-applicable connected",
		"corrupt-finished":            "refused SSL_INVALID_MAC",
		"corrupt-record":              "no-effect connected",
		"wrong-cookie":                "no-effect connected", // the server asks again
		"lower-cookie-version":        "no-effect connected",
		"replayed-handshake":          "no-effect connected",
		"truncated-datagram":          "no-effect connected",
		"overlong-record":             "no-effect connected",
		"forged-next-epoch":           "no-effect connected",
		"future-epoch":                "no-effect connected",
		"bad-mac-flood":               "no-effect connected",
		"replayed-datagram":           "refused SSL_TIMEOUT", // the rest of the answer never comes
		"server-compression":          "refused SSL_FEATURE_UNAVAILABLE",
		"server-legacy-renegotiation": "accepted connected",
		"server-unasked-extension":    "accepted connected",
		"server-unoffered-suite":      "refused SSL_BAD_HS_SERVER_HELLO",
	}
	if n := len(profiles.DatagramChecks()); n != len(want) {
		t.Errorf("%d tries are told of, there are %d", len(want), n)
	}
	for scenario, other := range map[string]map[string]string{
		labtest.DTLSPSK:   {},
		labtest.DTLSECDSA: {"corrupt-key-exchange": "refused ECP_VERIFY_FAILED", "server-unoffered-suite": "refused SSL_BAD_INPUT_DATA"},
	} {
		t.Run(scenario, func(t *testing.T) {
			j := labtest.JobOf(t, plan, "dated", scenario)
			rejects(t, l, plan, j, profiles.DatagramChecks(), want, other)
		})
	}
}

// datagramJob is a job with an option turned, whatever the scenario needs, and
// a limit of bad MACs.
func datagramJob(t *testing.T, option string, on bool, limit uint32) (*lab.Plan, *lab.Job) {
	t.Helper()
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) {
		p.Scenarios = []string{labtest.DTLSPSK}
		for i := range p.Configs {
			p.Configs[i].Set = maps.Clone(p.Configs[i].Set)
			p.Configs[i].Set[option] = on
		}
	})
	j := *labtest.JobOf(t, plan, "undated", labtest.DTLSPSK)
	scenario, settings := *j.Scenario, *j.Scenario.DTLS
	settings.BadMACLimit = limit
	scenario.DTLS, scenario.Needs = &settings, maps.Clone(scenario.Needs)
	delete(scenario.Needs, option)
	j.Scenario = &scenario
	var err error
	if j.Header, j.Added, err = profiles.Render(j.Variant, &scenario); err != nil {
		t.Fatal(err)
	}
	return plan, &j
}

// TestReplayedDatagram: a client without SSL_DTLS_ANTI_REPLAY takes one half of
// an answer for two. TLS leaves it the choice, a scenario's checks do not.
func TestReplayedDatagram(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	for on, want := range map[bool]string{true: reject.Refused, false: reject.Accepted} {
		plan, j := datagramJob(t, "SSL_DTLS_ANTI_REPLAY", on, 0)
		for _, must := range []bool{false, true} {
			j.Scenario.Checks = nil
			if must {
				j.Scenario.Checks = []profiles.Check{"replayed-datagram"}
			}
			got, err := reject.Reject(context.Background(), l, plan, j, []profiles.Check{"replayed-datagram"})
			if err != nil {
				t.Fatal(err)
			}
			if v := got[0]; v.Verdict != want || v.Bad() != (must && !on) {
				t.Errorf("anti-replay %v, must %v: %+v", on, must, v)
			}
		}
		c, err := (&measure.Bench{Lab: l}).Measure(context.Background(), plan, j)
		if err != nil {
			t.Fatal(err)
		}
		labtest.Writable(t, *c)
		if got := c.Checks[0]; got.Refused != on || got.Refused == (got.Outcome == results.OutcomeAccepted) {
			t.Errorf("anti-replay %v: check %+v", on, got)
		}
	}
	plan, j := datagramJob(t, "SSL_DTLS_ANTI_REPLAY", false, 0)
	if got, err := reject.Reject(context.Background(), l, plan, j, []profiles.Check{"replayed-handshake", "bad-mac-flood"}); err != nil || got[0].Verdict != reject.NoEffect || got[1].Verdict != reject.NoEffect {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestBadMACFlood: the limit ends the connection with the record that reaches it.
func TestBadMACFlood(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	for limit, want := range map[uint32]string{
		1:                reject.Refused,
		tamper.Flood:     reject.Refused,
		tamper.Flood + 1: reject.NoEffect,
	} {
		plan, j := datagramJob(t, "SSL_DTLS_BADMAC_LIMIT", true, limit)
		got, err := reject.Reject(context.Background(), l, plan, j, []profiles.Check{"bad-mac-flood"})
		if err != nil {
			t.Fatal(err)
		}
		if v := got[0]; v.Verdict != want || want == reject.Refused && (v.Outcome != "MBEDTLS_ERR_SSL_INVALID_MAC" || v.Phase != "app-read") {
			t.Errorf("limit %d: %+v", limit, v)
		}
	}
}
