package reject

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"os"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/report"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/core/library"
	"tlslab/emu/peer"
	"tlslab/emu/tamper"
	"tlslab/emu/wasm"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

const (
	keyUsage    = "X509_CHECK_KEY_USAGE"
	extKeyUsage = "X509_CHECK_EXTENDED_KEY_USAGE"
)

// TestRejections: a client that checks usages refuses every bad certificate by
// its own flag; one without an option accepts what the option is for, and
// nothing else.
func TestRejections(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	for _, c := range []struct {
		name    string
		options []string // on
		accepts []profiles.Check
	}{
		{"both", []string{keyUsage, extKeyUsage}, nil},
		{"no key usage", []string{extKeyUsage}, []profiles.Check{"wrong-key-usage"}},
		{"no extended key usage", []string{keyUsage}, []profiles.Check{"wrong-ext-key-usage"}},
		{"neither", nil, []profiles.Check{"wrong-key-usage", "wrong-ext-key-usage"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := labtest.LoadPlan(t, checking(c.options...))
			for _, scenario := range []string{labtest.RSA, "ecdhe-rsa-aes128-gcm", labtest.ECDSA} {
				s := labtest.Prepare(t, l, plan, labtest.JobOf(t, plan, "dated", scenario))
				tried := *s.Job.Scenario
				tried.Checks = profiles.Checks()
				s.Job.Scenario = &tried
				got, err := Checks(context.Background(), s)
				if err != nil {
					t.Fatal(err)
				}
				for i, name := range profiles.Checks() {
					want := results.Check{Name: string(name), Outcome: "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:" + signs[string(name)].Flag, Refused: true}
					switch {
					case slices.Contains(c.accepts, name):
						want.Outcome, want.Refused = results.OutcomeAccepted, false
					case name == "revoked": // it has no list
						want.Outcome, want.Refused = results.OutcomeAccepted, false
					case name == "wrong-key-usage", name == "wrong-ext-key-usage":
						want.Outcome = "MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE:" + signs[string(name)].Flag
					}
					if got[i] != want {
						t.Errorf("%s:\ngot  %+v\nwant %+v", scenario, got[i], want)
					}
				}
			}
		})
	}
}

// checking turns options of the configuration "dated" on.
func checking(options ...string) func(*profiles.Profile) {
	return func(p *profiles.Profile) {
		for _, c := range p.Configs {
			for _, option := range options {
				if c.Name == "dated" {
					c.Set[option] = true
				}
			}
		}
	}
}

// TestRejectedForOneFault: not-a-ca and bad-signature have no other fault than
// the one they are named for. With it mended the client connects.
func TestRejectedForOneFault(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) {
		checking(keyUsage, extKeyUsage)(p)
		for _, c := range p.Configs {
			c.Set["MPI_MAX_SIZE"] = int64(512) // for rsa4096
		}
	})
	for scenario, root := range map[string]string{labtest.RSA: "rsa2048-root", labtest.RSA4096: "rsa4096-root", labtest.ECDSA: "p256-root"} {
		s := labtest.Prepare(t, l, plan, labtest.JobOf(t, plan, "dated", scenario))
		for variant, mend := range map[string]func(shown [][]byte){
			"bad-signature": func(shown [][]byte) { shown[0][len(shown[0])-1] ^= 1 },
			"not-a-ca":      func(shown [][]byte) { shown[1] = crown(t, shown[1], root) },
		} {
			c, err := certs.Load(s.Job.Scenario.Chain, variant)
			if err != nil {
				t.Fatal(err)
			}
			if got := show(t, s, c); !strings.HasSuffix(got, ":BADCERT_NOT_TRUSTED") {
				t.Errorf("%s, %s: %s", scenario, variant, got)
			}
			mend(c.ChainDER)
			if got := show(t, s, c); got != string(results.OutcomeConnected) {
				t.Errorf("%s, %s without its fault: %s", scenario, variant, got)
			}
		}
	}
}

// crown makes a host's certificate an authority's, signed by a root.
func crown(t *testing.T, der []byte, root string) []byte {
	t.Helper()
	read := func(path string) []byte {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		return block.Bytes
	}
	host, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := x509.ParseCertificate(read("../../../certs/pem/" + root + ".pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(read("../../../certs/keys/" + root + ".pem"))
	if err != nil {
		t.Fatal(err)
	}
	host.IsCA, host.MaxPathLen, host.KeyUsage = true, -1, x509.KeyUsageCertSign
	der, err = x509.CreateCertificate(nil, host, issuer, host.PublicKey, key.(crypto.Signer))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// show is how a conversation ends in which the server shows the chain's DER.
func show(t *testing.T, s *lab.Prepared, c *certs.Chain) string {
	t.Helper()
	p := peer.ServerParams{Suite: s.Suite, Group: peer.NamedGroups[s.Job.Scenario.Group], BodyBytes: uint32(s.Job.Scenario.Payload.ResponseBytes), Key: c.KeyPEM}
	var shown bytes.Buffer
	for _, der := range c.ChainDER {
		if err := pem.Encode(&shown, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
			t.Fatal(err)
		}
	}
	p.Chain = shown.Bytes()
	r, err := s.Converse(context.Background(), lab.Conversation{Params: p.Encode()})
	if err != nil {
		t.Fatal(err)
	}
	return string(s.Judge(r).Name)
}

// TestRevoked: a client with its issuer's list refuses the leaf that is on it,
// one without the list, or without the code for it, takes it; and one that has
// a calendar refuses everybody where the list is out of date.
func TestRevoked(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	const failed = "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:"
	for _, c := range []struct{ config, crl, format, good, revoked string }{
		{"undated", "", "pem", "connected", "connected"},
		{"undated", "current", "pem", "connected", failed + "BADCERT_REVOKED"},
		{"undated", "current", "der", "connected", failed + "BADCERT_REVOKED"},
		{"undated", "long", "pem", "connected", failed + "BADCERT_REVOKED"},
		{"undated", "expired", "pem", "connected", failed + "BADCERT_REVOKED"},
		{"dated", "current", "pem", "connected", failed + "BADCERT_REVOKED"},
		{"dated", "expired", "pem", failed + "BADCRL_EXPIRED", failed + "BADCERT_REVOKED+BADCRL_EXPIRED"},
	} {
		plan := labtest.LoadPlan(t, func(p *profiles.Profile) {
			for _, config := range p.Configs {
				config.Set["X509_CRL_PARSE_C"] = true
			}
		})
		job := labtest.JobOf(t, plan, c.config, labtest.ECDSA)
		job.Scenario.CRL, job.Scenario.CAFormat = c.crl, c.format
		s := labtest.Prepare(t, l, plan, job)
		for variant, want := range map[profiles.Check]string{"": c.good, "revoked": c.revoked} {
			r, err := s.Converse(context.Background(), lab.Conversation{Certificate: variant})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Judge(r).Name; string(got) != want {
				t.Errorf("%s, CRL %q in %s, variant %q: %s, want %s", c.config, c.crl, c.format, variant, got, want)
			}
		}
	}
}

// TestEveryChainIsMeasured: the scenarios, or the built-in profiles' matrices,
// have each chain there is, and each kind of list.
func TestEveryChainIsMeasured(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, profile := range profiles.Names() {
		p, err := profiles.Load(profile)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range append(profiles.ScenarioNames(), p.Scenarios...) {
			s, err := profiles.LoadScenario(p, name)
			if err != nil {
				t.Fatal(err)
			}
			used[s.Chain], used["crl "+s.CRL] = true, true
		}
	}
	for _, name := range certs.Names() {
		if !used[name] {
			t.Errorf("no scenario has the chain %s", name)
		}
	}
	for _, kind := range certs.CRLs() {
		if !used["crl "+kind] {
			t.Errorf("no scenario has the list %s", kind)
		}
	}
}

// TestCheckNames: every try there is has its certificates, its flag and its words.
func TestCheckNames(t *testing.T) {
	t.Parallel()
	if !slices.Equal(namesOf(profiles.Checks()), certs.Variants[1:]) {
		t.Errorf("profiles have the checks %q, certs the variants %q", profiles.Checks(), certs.Variants[1:])
	}
	if !slices.Equal(profiles.CRLs(), certs.CRLs()) {
		t.Errorf("profiles have the lists %q, certs %q", profiles.CRLs(), certs.CRLs())
	}
	if want := slices.Concat(tamper.Names(), peer.Lies()); !slices.Equal(namesOf(profiles.WireChecks()), want) {
		t.Errorf("profiles have the wire checks %q, there are %q", profiles.WireChecks(), want)
	}
	if want := slices.Concat(tamper.DatagramNames(), peer.Lies()); !slices.Equal(namesOf(profiles.DatagramChecks()), want) {
		t.Errorf("profiles have the datagram checks %q, there are %q", profiles.DatagramChecks(), want)
	}
	words := map[string]profiles.Check{}
	for _, name := range profiles.Checks() {
		if !strings.HasPrefix(signs[string(name)].Flag, "BADCERT_") {
			t.Errorf("%s is to be refused by %q", name, signs[string(name)].Flag)
		}
		said := report.Accepts(name)
		if said == "accepts "+string(name) || words[said] != "" {
			t.Errorf("%s: %q, as %s", name, said, words[said])
		}
		words[said] = name
	}
	known := slices.Concat(profiles.Checks(), profiles.AllWireChecks())
	for name := range signs {
		if !slices.Contains(known, profiles.Check(name)) {
			t.Errorf("the library says how it refuses %q, which is no check", name)
		}
	}
}

// namesOf are checks as the packages that make them name them.
func namesOf(checks []profiles.Check) (names []string) {
	for _, c := range checks {
		names = append(names, string(c))
	}
	return names
}

// signs are the library's.
var signs = library.All[0].Refusals()
