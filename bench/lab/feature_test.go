package lab_test

import (
	"context"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu/wasm"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// A client that does not do what the server was told of, or a server that does
// not do what the client asks for, is not connected: no number is told of a
// feature that was not there.
func TestFeaturesFailClosed(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	const (
		psk      = "tls12-psk-aes-128-cbc-sha256"
		ecdsa    = "tls12-ecdhe-ecdsa-aes-128-cbc-sha256"
		byID     = "tls12-psk-aes-128-ccm-8-id"
		byTicket = "tls12-rsa-aes-128-cbc-sha256-ticket"
		alpn     = "tls12-ecdhe-ecdsa-aes-128-gcm-sha256-alpn"
		fragment = "tls12-ecdhe-ecdsa-aes-128-gcm-sha256-mfl-2048"
		renego   = "tls12-ecdhe-ecdsa-aes-128-gcm-sha256-renegotiate-server"
	)
	plan := labtest.MatrixPlan(t, psk, ecdsa, byID, byTicket, alpn, fragment, renego)
	const unavailable = "the server ended with MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE"
	for _, c := range []struct {
		row, name string
		change    func(*profiles.Scenario) // of what the server is told
		want      string                   // in the outcome or its detail
	}{
		{psk, "extended master secret", func(s *profiles.Scenario) { s.ExtendedMasterSecret = true }, unavailable},
		{psk, "encrypt then MAC", func(s *profiles.Scenario) { s.EncryptThenMAC = true }, unavailable},
		{psk, "truncated HMAC", func(s *profiles.Scenario) { s.TruncatedHMAC = true }, unavailable},
		{psk, "fragment length", func(s *profiles.Scenario) { s.MaxFragmentB = 1024 }, unavailable},
		{psk, "record splitting", func(s *profiles.Scenario) { s.RecordSplitting = true }, unavailable},
		{psk, "renegotiation", func(s *profiles.Scenario) { s.Renegotiate = "client" }, unavailable},
		{psk, "ALPN", func(s *profiles.Scenario) { s.ServerALPN = []string{"h2"} }, unavailable},
		{psk, "", nil, ""},
		{ecdsa, "server name", func(s *profiles.Scenario) { s.SNI = true }, "BADCERT_CN_MISMATCH"},
		{ecdsa, "client certificate", func(s *profiles.Scenario) { s.ClientChain = "ecdsa-p256" }, "MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE"},
		{ecdsa, "no client certificate that is trusted", func(s *profiles.Scenario) { s.ClientChain, s.ClientAuth = "ecdsa-p256", "optional" }, unavailable},
		{byID, "resumption by ticket", func(s *profiles.Scenario) { s.Resume = "ticket" }, "MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE"},
		{byID, "", nil, ""},
		{byTicket, "resumption by ID", func(s *profiles.Scenario) { s.Resume = "id" }, "MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE"},
		{byTicket, "resumption", func(s *profiles.Scenario) { s.Resume = "" }, "MBEDTLS_ERR_SSL_CONN_EOF"},
		{alpn, "ALPN's choice", func(s *profiles.Scenario) { s.ServerALPN = []string{"h2"} }, "MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE"},
		{alpn, "ALPN", func(s *profiles.Scenario) { s.ServerALPN = nil }, "MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE"},
		{fragment, "another fragment length", func(s *profiles.Scenario) { s.MaxFragmentB = 1024 }, unavailable},
		{renego, "the server's renegotiation", func(s *profiles.Scenario) { s.Renegotiate = "" }, "MBEDTLS_ERR_SSL_TIMEOUT"},
	} {
		s := labtest.Prepare(t, l, plan, labtest.JobOf(t, plan, "rtthread-optimised", c.row))
		scenario := *s.Job.Scenario
		if c.change != nil {
			c.change(&scenario)
		}
		r, err := s.Converse(context.Background(), lab.Conversation{Scenario: &scenario})
		if err != nil {
			t.Errorf("%s without %s: %v", c.row, c.name, err)
			continue
		}
		o := s.Judge(r)
		if c.change == nil {
			if o.Name != results.OutcomeConnected {
				t.Errorf("%s: %s (%s)", c.row, o.Name, o.Detail)
			}
			continue
		}
		if o.Name == results.OutcomeConnected || !strings.Contains(string(o.Name)+" "+o.Detail, c.want) {
			t.Errorf("%s without %s: %s in %s (%s), want %s", c.row, c.name, o.Name, o.Phase, o.Detail, c.want)
		}
		if r.Record.LeakB != 0 {
			t.Errorf("%s without %s: %d B are live after the end", c.row, c.name, r.Record.LeakB)
		}
	}
}

// A resumed handshake is short, and the wire's counts are its own.
func TestResumedCountsAreItsOwn(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	const full, resumed = "tls12-psk-aes-128-ccm-8", "tls12-psk-aes-128-ccm-8-id"
	plan := labtest.MatrixPlan(t, full, resumed)
	runs := map[string]*lab.Run{}
	for _, name := range []string{full, resumed} {
		s := labtest.Prepare(t, l, plan, labtest.JobOf(t, plan, "rtthread-optimised", name))
		r, err := s.Converse(context.Background(), lab.Conversation{})
		if err != nil || s.Judge(r).Name != results.OutcomeConnected {
			t.Fatalf("%s: %v, %v", name, err, r)
		}
		runs[name] = r
	}
	first := map[string]bool{}
	for _, p := range runs[resumed].Record.Phases {
		first[string(p.Name)] = true
		if p.Handshake && p.Name == "first-connection" {
			t.Error("the first connection counts as handshake")
		}
	}
	if !first["first-connection"] || first["client-key-exchange"] {
		t.Errorf("phases of a resumed handshake: %v", first)
	}
	if f, r := runs[full], runs[resumed]; r.Flights != f.Flights-2 || r.WireB >= f.WireB+64 || r.Counters.Ops < f.Counters.Ops {
		t.Errorf("%d flights and %d B, resumed %d and %d", f.Flights, f.WireB, r.Flights, r.WireB)
	}
}
