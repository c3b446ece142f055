package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tlslab/bench/lab"
	"tlslab/bench/live"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/emu/records"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

const (
	noAgreement = "MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE" // the guest's word: it was not given what it asked for
	alerted     = "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE"

	ecdsa12 = "tls12-ecdhe-ecdsa-aes-128-gcm-sha256"
	ecdsa13 = "tls13-ecdhe-ecdsa-aes-128-gcm-sha256"
)

// goFeatures are conversations with crypto/tls, whose state after the handshake
// must be what the scenario asks for.
var goFeatures = []struct {
	name, profile, scenario string
	suite                   uint16            // 0: of TLS 1.3
	outcome                 string            // "" where the guest connects
	otherwise               func(*tls.Config) // nil: the server does what the scenario says
}{
	{"mutual", "protocols", ecdsa12 + "-client-p256", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "", nil},
	{"mutual-tls11", "protocols", "tls11-rsa-aes-128-cbc-sha-client-rsa2048", tls.TLS_RSA_WITH_AES_128_CBC_SHA, "", nil},
	{"mutual-foreign-root", "protocols", ecdsa12 + "-client-p256", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, alerted,
		func(c *tls.Config) { c.ClientCAs = x509.NewCertPool() }},
	{"mutual-none-shown", "protocols", ecdsa12 + "-alpn", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, alerted,
		func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }},
	{"ticket", "protocols", ecdsa12 + "-ticket", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "", nil},
	{"no-tickets", "protocols", ecdsa12 + "-ticket", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, noAgreement,
		func(c *tls.Config) { c.SessionTicketsDisabled = true }},
	{"alpn", "protocols", ecdsa12 + "-alpn", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "", nil},
	{"alpn-other", "protocols", ecdsa12 + "-alpn", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, alerted,
		func(c *tls.Config) { c.NextProtos = []string{"mqtt"} }},
	{"alpn-unknown", "protocols", ecdsa12 + "-alpn", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, noAgreement,
		func(c *tls.Config) { c.NextProtos = nil }},
	{"splitting", "protocols", "tls10-rsa-aes-128-cbc-sha-splitting", tls.TLS_RSA_WITH_AES_128_CBC_SHA, "", nil},
	// SNI, ALPN, extended master secret, and a ticket.
	{"all", "protocols", "tls12-ecdhe-ecdsa-aes-128-cbc-sha256-today", tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "", nil},
	{"mutual-tls13", "protocols-3.6", ecdsa13 + "-client-p256", 0, "", nil},
	{"psk-tls13", "protocols-3.6", ecdsa13 + "-resume-psk", 0, "", nil},
	{"alpn-tls13", "protocols-3.6", ecdsa13 + "-alpn", 0, "", nil},
	{"sni-tls13", "protocols-3.6", ecdsa13 + "-sni", 0, "", nil},
}

// liveLab is a profile's lab for conversations with real servers.
type liveLab struct {
	plan *lab.Plan
	lab  *measure.Bench
}

// openLive opens it.
func openLive(t *testing.T, profile string) *liveLab {
	t.Helper()
	s := &settings{stdout: t.Output(), stderr: t.Output()}
	plan, err := s.plan(t.Context(), profile, &selection{machine: "wasm"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.openLab(t.Context(), plan.Profile.Core)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	return &liveLab{plan, l.Bench}
}

func (l *liveLab) scenario(t *testing.T, name string) *profiles.Scenario {
	t.Helper()
	job, err := choose(l.plan, "", name)
	if err != nil {
		t.Fatal(err)
	}
	return job.Scenario
}

// reference is how a job ends with the reference peer, which must be as its
// scenario expects.
func (l *liveLab) reference(t *testing.T, job *lab.Job) *results.Case {
	t.Helper()
	own, err := l.lab.Measure(t.Context(), l.plan, job)
	if err != nil {
		t.Fatal(err)
	}
	if string(own.Outcome) != job.Scenario.Expect {
		t.Errorf("the reference peer: %s, want %s", own.Ended(), job.Scenario.Expect)
	}
	return own
}

// talk is one conversation of the guest with a server.
func (l *liveLab) talk(t *testing.T, scenario string, dial dialed) *results.Case {
	t.Helper()
	job, err := choose(l.plan, "", scenario)
	if err != nil {
		t.Fatal(err)
	}
	return l.overheard(t, job, dial, nil)
}

// overheard is talk, read along where heard is not nil.
func (l *liveLab) overheard(t *testing.T, job *lab.Job, dial dialed, heard *records.Conversation) *results.Case {
	t.Helper()
	got, err := live.Connect(t.Context(), l.lab, l.plan, job, live.Connection{
		Dial:     func(context.Context) (net.Conn, error) { return dial() },
		Patience: live.Patience{Wait: testutil.Patience}, Hostname: job.Scenario.Hostname, RTC: time.Unix(job.Scenario.RTCSeconds(), 0), Heard: heard,
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// clientRoot is what a scenario's server has to trust, as a file too.
func clientRoot(t *testing.T, sc *profiles.Scenario, id *identity) (*certs.Chain, string) {
	t.Helper()
	chain, err := certs.Client(sc.ClientChain)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(id.dir, "client-root.pem")
	if err := os.WriteFile(path, chain.RootPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	return chain, path
}

// TestInteropFeatures: what a guest is to have beyond a handshake, crypto/tls says
// that it has; and where the server does not play along, the guest does not
// pretend.
func TestInteropFeatures(t *testing.T) {
	t.Parallel()
	needSource(t)
	top := t // whose labs outlive a conversation
	labs := map[string]*liveLab{"protocols": openLive(t, "protocols")}
	for _, c := range testutil.Few(goFeatures) {
		t.Run(c.name, func(t *testing.T) {
			if labs[c.profile] == nil {
				needNewerSource(t)
			}
			l := labs[c.profile]
			if l == nil {
				l = openLive(top, c.profile)
				labs[c.profile] = l
			}
			sc := l.scenario(t, c.scenario)
			id := newIdentity(t, sc, "")
			config := &tls.Config{MinVersion: uint16(sc.Version()), MaxVersion: uint16(sc.Version()), NextProtos: sc.ServerALPN, Time: func() time.Time { return time.Unix(sc.RTCSeconds(), 0) }}
			if c.suite != 0 {
				config.CipherSuites = []uint16{c.suite}
			}
			var leaf []byte
			if sc.ClientChain != "" {
				chain, _ := clientRoot(t, sc, id)
				config.ClientAuth, config.ClientCAs, leaf = tls.RequireAndVerifyClientCert, x509.NewCertPool(), chain.ChainDER[0]
				config.ClientCAs.AppendCertsFromPEM(chain.RootPEM)
			}
			if c.otherwise != nil {
				c.otherwise(config)
			}
			dial, saw := goServer(t, id, config)
			got := l.talk(t, c.scenario, dial)
			if c.outcome != "" {
				if string(got.Outcome) != c.outcome {
					t.Errorf("%s, want %s", got.Ended(), c.outcome)
				}
				return
			}
			if got.Outcome != results.OutcomeConnected {
				t.Fatal(got.Ended())
			}
			checkSaw(t, sc, <-saw, leaf)
		})
	}
}

// checkSaw compares what crypto/tls saw with what a scenario asks for; what it does
// not ask for must not be there either.
func checkSaw(t *testing.T, sc *profiles.Scenario, saw goSaw, leaf []byte) {
	t.Helper()
	name, protocol := "", ""
	if sc.SNI {
		name = sc.Hostname
	}
	if len(sc.ALPN) > 0 {
		protocol = sc.ServerALPN[0]
	}
	if saw.ServerName != name || saw.NegotiatedProtocol != protocol || saw.DidResume != (sc.Resume != "") {
		t.Errorf("name %q, protocol %q, resumed %t; want %q, %q, %t", saw.ServerName, saw.NegotiatedProtocol, saw.DidResume, name, protocol, sc.Resume != "")
	}
	if shown := len(saw.PeerCertificates) > 0; shown != (leaf != nil) || shown && (!bytes.Equal(saw.PeerCertificates[0].Raw, leaf) || len(saw.VerifiedChains) == 0) {
		t.Errorf("the client showed %d certificates, %d chains verified", len(saw.PeerCertificates), len(saw.VerifiedChains))
	}
	// crypto/tls has no other way to say it: without it keys are not exported.
	_, err := saw.ExportKeyingMaterial("EXPORTER-tlslab", nil, 16)
	if (err == nil) != (sc.ExtendedMasterSecret || sc.Protocol == "tls1.3") {
		t.Errorf("extended master secret: asked for %t; keys: %v", sc.ExtendedMasterSecret, err)
	}
	if (saw.firstB == 1) != sc.RecordSplitting {
		t.Errorf("the request's first record has %d bytes; splitting asked for: %t", saw.firstB, sc.RecordSplitting)
	}
}
