package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"tlslab/core/build"
	"tlslab/profiles"
)

// TestInteropAsked: TLS 1.3 hides that a server wants a certificate; it is said all
// the same, and the alert behind it.
func TestInteropAsked(t *testing.T) {
	t.Parallel()
	needNewerSource(t)
	p, err := profiles.Load("protocols-3.6")
	if err != nil {
		t.Fatal(err)
	}
	const name = "tls13-ecdhe-ecdsa-aes-128-gcm-sha256"
	s, err := profiles.LoadScenario(p, name)
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../../certs/pem/p256-root.pem")
	if err != nil {
		t.Fatal(err)
	}
	check := func(t *testing.T, status int, stdout, stderr string, want ...string) {
		t.Helper()
		if status != exitBad {
			t.Errorf("status %d", status)
		}
		for _, w := range want {
			if !strings.Contains(stdout, w) {
				t.Errorf("it does not say %q:\n%s%s", w, stdout, stderr)
			}
		}
	}
	for tool, start := range map[string]func(*testing.T, *profiles.Scenario, *identity, string) (string, func() string){
		"openssl": func(t *testing.T, s *profiles.Scenario, id *identity, root string) (string, func() string) {
			return openSSL13(t, s, id, "-Verify", "1", "-CAfile", root)
		},
		"gnutls-serv": func(t *testing.T, s *profiles.Scenario, id *identity, root string) (string, func() string) {
			return gnuTLS13(t, s, id, "--require-client-cert", "--x509cafile", root)
		},
	} {
		t.Run(tool, func(t *testing.T) {
			need(t, build.Tool{Name: tool, Package: map[string]string{"openssl": "openssl", "gnutls-serv": "gnutls-bin"}[tool]})
			addr, _ := start(t, s, newIdentity(t, s, ""), root)
			status, stdout, stderr := run("connect", "protocols-3.6", "--server", addr, "--scenario", name, "--rtc", s.RTC)
			check(t, status, stdout, stderr, "the server's alert is certificate_required, after Finished\n", "the server asked for a certificate, and the device sent none\n",
				"the server asked for a certificate of the client\n  signatures   ", "one of 1 roots that it names\n", "  certificates 0\n", "the server showed\n  certificates ")
		})
	}
	t.Run("the device asks", func(t *testing.T) {
		need(t, build.Tool{Name: "openssl", Package: "openssl"})
		served := startServe(t, "servers-3.6", "--scenario", name+"-server-client-cert", "--wait", "10s")
		client(t, httpRequest, "openssl", "s_client", "-connect", served.addr, "-tls1_3")
		status, stdout, stderr := served.end()
		check(t, status, stdout, stderr, "the device asked for a certificate, and the client sent none\n", "  certificates 0\n")
	})
}
