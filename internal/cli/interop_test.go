package cli

import (
	"fmt"
	"strings"
	"testing"

	"tlslab/core/build"
	"tlslab/profiles"
)

// The profile of these tests: one configuration that checks certificates'
// dates and one, the manual's, that does not.
const labProfile = "../../bench/labtest/testdata/lab.toml"

// realServers are the servers that the guest must work with.
var realServers = []struct {
	tool  build.Tool
	start func(*testing.T, *profiles.Scenario, *identity) (addr string, output func() string)
}{
	{build.Tool{Name: "openssl", Package: "openssl"}, startOpenSSL},
	{build.Tool{Name: "gnutls-serv", Package: "gnutls-bin"}, startGnuTLS},
}

const refused = "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:"

// conversations are what each real server is asked: every scenario, then each
// way for a certificate to be bad, with a configuration that looks and one
// that does not.
var conversations = []struct {
	scenario, variant, config string
	refused                   string // the X.509 flag, "" where the guest connects
}{
	{"rsa-aes256-cbc-sha256", "", "undated", ""},
	{"ecdhe-ecdsa-p256-aes128-gcm", "", "undated", ""},
	{"ecdhe-rsa-aes128-gcm", "", "undated", ""},
	{"psk-aes128-ccm8", "", "undated", ""},
	{"rsa-aes256-cbc-sha256", "", "dated", ""},
	{"ecdhe-ecdsa-p256-aes128-gcm", "", "dated", ""},

	{"rsa-aes256-cbc-sha256", "expired", "dated", "BADCERT_EXPIRED"},
	{"rsa-aes256-cbc-sha256", "expired", "undated", ""},
	{"rsa-aes256-cbc-sha256", "not-yet-valid", "dated", "BADCERT_FUTURE"},
	{"rsa-aes256-cbc-sha256", "not-yet-valid", "undated", ""},
	{"rsa-aes256-cbc-sha256", "wrong-name", "dated", "BADCERT_CN_MISMATCH"},
	{"rsa-aes256-cbc-sha256", "wrong-name", "undated", "BADCERT_CN_MISMATCH"},
	{"rsa-aes256-cbc-sha256", "unknown-ca", "dated", "BADCERT_NOT_TRUSTED"},
	{"rsa-aes256-cbc-sha256", "unknown-ca", "undated", "BADCERT_NOT_TRUSTED"},
	{"ecdhe-ecdsa-p256-aes128-gcm", "expired", "dated", "BADCERT_EXPIRED"},
	{"ecdhe-ecdsa-p256-aes128-gcm", "expired", "undated", ""},
	{"ecdhe-ecdsa-p256-aes128-gcm", "wrong-name", "dated", "BADCERT_CN_MISMATCH"},
	{"ecdhe-ecdsa-p256-aes128-gcm", "unknown-ca", "dated", "BADCERT_NOT_TRUSTED"},
	// Not wrong-key-usage: OpenSSL keeps it back with ECDSA, GnuTLS with RSA.
	{"rsa-aes256-cbc-sha256", "bad-signature", "undated", "BADCERT_NOT_TRUSTED"},
	{"rsa-aes256-cbc-sha256", "not-a-ca", "undated", "BADCERT_NOT_TRUSTED"},
	{"rsa-aes256-cbc-sha256", "wrong-ext-key-usage", "undated", ""},
	{"ecdhe-ecdsa-p256-aes128-gcm", "bad-signature", "undated", "BADCERT_NOT_TRUSTED"},
	{"ecdhe-ecdsa-p256-aes128-gcm", "not-a-ca", "undated", "BADCERT_NOT_TRUSTED"},
	{"ecdhe-ecdsa-p256-aes128-gcm", "wrong-ext-key-usage", "undated", ""},
}

// TestInterop: the guest and two other implementations understand each other
// in every scenario, and no bad certificate gets past a guest that checks.
func TestInterop(t *testing.T) {
	t.Parallel()
	needSource(t)
	for _, server := range realServers {
		t.Run(server.tool.Name, func(t *testing.T) {
			need(t, server.tool)
			for _, c := range conversations {
				name := c.config + "/" + c.scenario
				if c.variant != "" {
					name += "/" + c.variant
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s, err := profiles.LoadScenario(nil, c.scenario)
					if err != nil {
						t.Fatal(err)
					}
					addr, said := server.start(t, s, newIdentity(t, s, c.variant))
					status, stdout, stderr := run("connect", labProfile, "--server", addr,
						"--config", c.config, "--scenario", c.scenario, "--rtc", s.RTC)
					wantStatus, wantErr, outcome := exitFine, "", "connected"
					if c.refused != "" {
						outcome = refused + c.refused
						wantStatus, wantErr = exitBad, fmt.Sprintf("tlslab: %s: %s in server-certificate\n", addr, outcome)
					}
					if status != wantStatus || stderr != wantErr || !strings.Contains(stdout, fmt.Sprintf("\n%s, %s: %s\n", c.config, c.scenario, outcome)) {
						t.Errorf("status %d, want %d\nstderr: %swant:   %s\nwant outcome %s in:\n%s\nthe server said:\n%s",
							status, wantStatus, stderr, wantErr, outcome, stdout, said())
					}
					if c.refused == "" && !strings.Contains(stdout, " app-read ") {
						t.Errorf("connected, but no answer was read:\n%s", stdout)
					}
				})
			}
		})
	}
}
