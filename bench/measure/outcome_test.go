package measure

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// TestOutcomes: what can't be served is said with the library's error and the
// phase it came in, and is a case like any other.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	for _, c := range []struct {
		name             string
		config, scenario string
		change           func(*profiles.Profile)
		outcome, phase   string
		kind             core.ErrorKind
		detail           string // part of it
	}{
		{"rsa4096 with MPI_MAX_SIZE 256", "undated/MPI_MAX_SIZE=256", labtest.RSA4096, nil,
			"MBEDTLS_ERR_PK_INVALID_PUBKEY", "parse-ca", core.OtherError, ""},
		// The server's certificates come in one record of 1,977 bytes.
		{"record too long for SSL_MAX_CONTENT_LEN", "undated/SSL_MAX_CONTENT_LEN=1024", labtest.RSA, nil,
			"MBEDTLS_ERR_SSL_BAD_INPUT_DATA", "server-certificate", core.OtherError, ""},
		{"heap too small to begin", "undated", labtest.RSA, func(p *profiles.Profile) { p.Memory.HeapBytes = 4096 },
			"out-of-heap:MBEDTLS_ERR_SSL_ALLOC_FAILED", "init", core.MemoryError, "an allocation of 3 901 B found no room with 1 343 B live"},
		// The library takes the failure for a bad certificate; the lab does not.
		{"heap too small for the certificate", "undated", labtest.RSA, func(p *profiles.Profile) { p.Memory.HeapBytes = 12_000 },
			"out-of-heap:MBEDTLS_ERR_X509_CERT_VERIFY_FAILED", "server-certificate", core.MemoryError, "an allocation of 256 B found no room with 11 688 B live"},
		{"heap too small for the keys", "undated", labtest.PSK, func(p *profiles.Profile) { p.Memory.HeapBytes = 9000 },
			"out-of-heap:MBEDTLS_ERR_CIPHER_ALLOC_FAILED", "certificate-verify", core.MemoryError, "an allocation of 280 B found no room with 8 859 B live"},
		{"budget", "undated", labtest.PSK, func(p *profiles.Profile) { p.Run.Ops = 1_000_000 },
			string(lab.OutcomeBudget), "key-derivation", "", "guest: tick budget of 1000000 ops is used up"},
		{"does not build", "broken", labtest.PSK, nil,
			string(lab.OutcomeNoBuild), "build", "", "MBEDTLS_SSL_DTLS_ANTI_REPLAY defined, but not all prerequisites"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := labtest.LoadPlan(t, c.change)
			got, err := l.Measure(context.Background(), plan, labtest.JobOf(t, plan, c.config, c.scenario))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Outcome) != c.outcome || string(got.Phase) != c.phase || !strings.Contains(got.Detail, c.detail) {
				t.Errorf("%q in %q (%s)\nwant %q in %q (%s)", got.Outcome, got.Phase, got.Detail, c.outcome, c.phase, c.detail)
			}
			if got.Kind != string(c.kind) {
				t.Errorf("it is of kind %q, want %q", got.Kind, c.kind)
			}
			if v, ok := got.Metrics[metric.HeapMin]; ok {
				t.Errorf("heap-min-B is %d, and no heap was enough", v)
			}
			labtest.Writable(t, *got)
		})
	}
}

// TestChecks: a bad certificate is refused for its own fault or accepted, and
// the results say which; nothing else passes for a refusal.
func TestChecks(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	for _, c := range []struct {
		config string
		want   []results.Check
	}{
		{"dated", []results.Check{
			{Name: "expired", Outcome: "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_EXPIRED", Refused: true},
			{Name: "wrong-name", Outcome: "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_CN_MISMATCH", Refused: true},
			{Name: "unknown-ca", Outcome: "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_NOT_TRUSTED", Refused: true},
		}},
		{"undated", []results.Check{
			{Name: "expired", Outcome: "accepted"},
			{Name: "wrong-name", Outcome: "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_CN_MISMATCH", Refused: true},
			{Name: "unknown-ca", Outcome: "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_NOT_TRUSTED", Refused: true},
		}},
	} {
		got, err := l.Measure(context.Background(), plan, labtest.JobOf(t, plan, c.config, labtest.ECDSA))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Checks, c.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.config, got.Checks, c.want)
		}
		labtest.Writable(t, *got)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	const failed, usage = "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:", "MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE:"
	for _, c := range []struct {
		check          profiles.Check
		ended, outcome string
	}{
		{"expired", "connected", "accepted"},
		{"expired", failed + "BADCERT_EXPIRED", failed + "BADCERT_EXPIRED"},
		{"expired", failed + "BADCERT_EXPIRED+BADCERT_CN_MISMATCH", failed + "BADCERT_EXPIRED+BADCERT_CN_MISMATCH"},
		{"expired", failed + "BADCERT_NOT_TRUSTED", "other: " + failed + "BADCERT_NOT_TRUSTED"},
		{"unknown-ca", "MBEDTLS_ERR_SSL_BAD_INPUT_DATA", "other: MBEDTLS_ERR_SSL_BAD_INPUT_DATA"},
		{"unknown-ca", "out-of-heap:MBEDTLS_ERR_X509_CERT_VERIFY_FAILED", "other: out-of-heap:MBEDTLS_ERR_X509_CERT_VERIFY_FAILED"},
		{"unknown-ca", "guest-failed", "other: guest-failed"},
		// The flag decides, whatever the error.
		{"wrong-key-usage", usage + "BADCERT_KEY_USAGE", usage + "BADCERT_KEY_USAGE"},
		{"wrong-key-usage", failed + "BADCERT_KEY_USAGE", failed + "BADCERT_KEY_USAGE"},
		{"wrong-key-usage", usage + "BADCERT_EXT_KEY_USAGE", "other: " + usage + "BADCERT_EXT_KEY_USAGE"},
		{"wrong-ext-key-usage", "MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE", "other: MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE"},
		{"sha1-signed", failed + "BADCERT_BAD_MD", failed + "BADCERT_BAD_MD"},
		{"sha1-signed", "MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG+MBEDTLS_ERR_OID_NOT_FOUND", "MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG+MBEDTLS_ERR_OID_NOT_FOUND"},
		{"path-length", "MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG+MBEDTLS_ERR_OID_NOT_FOUND", "other: MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG+MBEDTLS_ERR_OID_NOT_FOUND"},
		{"a check without a flag", "guest-failed", "other: guest-failed"},
		{"a check without a flag", "guest-failed:", "other: guest-failed:"},
	} {
		got := reject.Refusal(library.All[0], c.check, results.Outcome(c.ended))
		if got.Outcome != c.outcome || got.Refused == (c.outcome == "accepted" || strings.HasPrefix(c.outcome, "other: ")) {
			t.Errorf("%s, %s: %+v", c.check, c.ended, got)
		}
	}
}
