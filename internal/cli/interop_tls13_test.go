package cli

import (
	"context"
	"errors"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// suites13 are scenarios of profile protocols-3.6 as OpenSSL and GnuTLS name
// their suites, groups and key exchanges.
var suites13 = map[string]struct{ suite, groups, gnutls string }{
	"tls13-ecdhe-ecdsa-aes-128-gcm-sha256":             {"TLS_AES_128_GCM_SHA256", "P-256", "+AES-128-GCM:+GROUP-SECP256R1"},
	"tls13-ecdhe-ecdsa-aes-256-gcm-sha384":             {"TLS_AES_256_GCM_SHA384", "P-256", "+AES-256-GCM:+GROUP-SECP256R1"},
	"tls13-ecdhe-ecdsa-chacha20-poly1305-sha256":       {"TLS_CHACHA20_POLY1305_SHA256", "P-256", "+CHACHA20-POLY1305:+GROUP-SECP256R1"},
	"tls13-ecdhe-ecdsa-aes-128-gcm-sha256-hello-retry": {"TLS_AES_128_GCM_SHA256", "P-256", "+AES-128-GCM:+GROUP-SECP256R1"},
	"tls13-ecdhe-ecdsa-aes-128-gcm-sha256-middlebox":   {"TLS_AES_128_GCM_SHA256", "P-256", "+AES-128-GCM:+GROUP-SECP256R1"},
	"tls13-ecdhe-ecdsa-aes-128-gcm-sha256-x25519":      {"TLS_AES_128_GCM_SHA256", "X25519", "+AES-128-GCM:+GROUP-X25519"},
	"tls13-ecdhe-rsa-aes-128-gcm-sha256":               {"TLS_AES_128_GCM_SHA256", "P-256", "+AES-128-GCM:+GROUP-SECP256R1"},
	"tls13-ecdhe-psk-aes-128-gcm-sha256":               {"TLS_AES_128_GCM_SHA256", "P-256", "+AES-128-GCM:+GROUP-SECP256R1:+ECDHE-PSK"},
	"tls13-psk-aes-128-gcm-sha256":                     {"TLS_AES_128_GCM_SHA256", "P-256", "+AES-128-GCM:+PSK"},
}

// TestInteropTLS13: the guest made from 3.6 and two other implementations
// understand each other in TLS 1.3, their tickets after the handshake included,
// and a certificate whose time is over is refused.
func TestInteropTLS13(t *testing.T) {
	t.Parallel()
	needNewerSource(t)
	p, err := profiles.Load("protocols-3.6")
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []struct {
		tool  build.Tool
		start func(*testing.T, *profiles.Scenario, *identity) (addr string, output func() string)
	}{
		{build.Tool{Name: "openssl", Package: "openssl"}, startOpenSSL13},
		{build.Tool{Name: "gnutls-serv", Package: "gnutls-bin"}, startGnuTLS13},
	} {
		talk := func(name, variant string, wantStatus int, want ...string) {
			t.Run(strings.TrimSuffix(server.tool.Name+"/"+name+"/"+variant, "/"), func(t *testing.T) {
				t.Parallel()
				need(t, server.tool)
				s, err := profiles.LoadScenario(p, name)
				if err != nil {
					t.Fatal(err)
				}
				addr, said := server.start(t, s, newIdentity(t, s, variant))
				status, stdout, stderr := run("connect", "protocols-3.6", "--server", addr, "--scenario", name, "--rtc", s.RTC)
				for _, w := range want {
					if status != wantStatus || !strings.Contains(stdout, w) {
						t.Errorf("status %d, want %d and %q\n%s%s\nthe server said:\n%s", status, wantStatus, w, stdout, stderr, said())
					}
				}
			})
		}
		for _, name := range testutil.Few(slices.Sorted(maps.Keys(suites13))) {
			want := []string{name + ": connected\n", " app-read "}
			if strings.HasSuffix(name, "-hello-retry") {
				want = append(want, "hello-retry-request ")
			}
			talk(name, "", exitFine, want...)
		}
		talk("tls13-ecdhe-ecdsa-aes-128-gcm-sha256", "expired", exitBad, ": MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_EXPIRED\n")
	}
}

// needNewerSource skips the test where the archive has moved on without us.
func needNewerSource(t testing.TB) {
	t.Helper()
	needSource(t)
	err := newerSource()
	if errors.Is(err, core.ErrWithdrawn) || err != nil && !testutil.CI() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// newerSource says why there is no core of the newer reference server.
func newerSource() error {
	cache, err := (&settings{}).cache()
	if err != nil {
		return err
	}
	_, err = library.Resolve(context.Background(), newerPeerCore, cache, func(string) {})
	return err
}

func startOpenSSL13(t *testing.T, s *profiles.Scenario, id *identity) (addr string, output func() string) {
	t.Helper()
	return openSSL13(t, s, id)
}

func openSSL13(t *testing.T, s *profiles.Scenario, id *identity, more ...string) (addr string, output func() string) {
	t.Helper()
	suite := suites13[s.Name]
	args := []string{"s_server", "-accept", "127.0.0.1:0", "-WWW", "-tls1_3", "-ciphersuites", suite.suite, "-groups", suite.groups}
	if id.psk != nil {
		args = append(args, "-nocert", "-allow_no_dhe_kex", "-psk", id.psk.KeyHex, "-psk_identity", id.psk.Identity)
	} else {
		args = append(args, "-cert", id.leaf, "-key", id.key)
	}
	if id.above != "" {
		args = append(args, "-cert_chain", id.above)
	}
	addr, output, err := startServer(t, id.dir, "ACCEPT ", "openssl", append(args, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return addr, output
}

func startGnuTLS13(t *testing.T, s *profiles.Scenario, id *identity) (addr string, output func() string) {
	t.Helper()
	return gnuTLS13(t, s, id)
}

func gnuTLS13(t *testing.T, s *profiles.Scenario, id *identity, more ...string) (addr string, output func() string) {
	t.Helper()
	var err error
	for range 5 {
		l, lerr := net.Listen("tcp", "127.0.0.1:0")
		if lerr != nil {
			t.Fatal(lerr)
		}
		port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		l.Close()
		args := []string{"--http", "--port", port, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:-GROUP-ALL:" + suites13[s.Name].gnutls}
		if id.psk != nil {
			args = append(args, "--pskpasswd", filepath.Join(id.dir, "psk"))
		} else {
			args = append(args, "--x509certfile", id.chain, "--x509keyfile", id.key)
		}
		if _, output, err = startServer(t, id.dir, "IPv4 0.0.0.0 port ", "gnutls-serv", append(args, more...)...); err == nil {
			return net.JoinHostPort("127.0.0.1", port), output
		}
	}
	t.Fatal(err)
	return "", nil
}
