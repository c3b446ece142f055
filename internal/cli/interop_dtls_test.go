package cli

import (
	"maps"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/core/build"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// datagramSuites are the scenarios of datagrams as OpenSSL and GnuTLS name
// their versions and suites. Level 0 because DTLS 1.0 and 8-byte tags need it.
var datagramSuites = map[string]struct{ version, openssl, gnutls string }{
	"dtls12-psk-aes128-ccm8":             {"-dtls1_2", "PSK-AES128-CCM8:@SECLEVEL=0", "+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD"},
	"dtls12-ecdhe-ecdsa-p256-aes128-gcm": {"-dtls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256", "+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD"},
	"dtls10-psk-aes128-cbc-sha":          {"-dtls1", "PSK-AES128-CBC-SHA:@SECLEVEL=0", "+VERS-DTLS1.0:+PSK:+AES-128-CBC:+SHA1"},
}

// TestInteropDatagrams: the guest and two other implementations understand
// each other over UDP, the cookie exchange included.
func TestInteropDatagrams(t *testing.T) {
	t.Parallel()
	needSource(t)
	for _, server := range []struct {
		tool  build.Tool
		start func(*testing.T, *profiles.Scenario, *identity) (addr string, output func() string)
	}{
		{build.Tool{Name: "openssl", Package: "openssl"}, startOpenSSLDatagrams},
		{build.Tool{Name: "gnutls-serv", Package: "gnutls-bin"}, startGnuTLSDatagrams},
	} {
		for _, name := range testutil.Few(slices.Sorted(maps.Keys(datagramSuites))) {
			t.Run(server.tool.Name+"/"+name, func(t *testing.T) {
				need(t, server.tool)
				s, err := profiles.LoadScenario(nil, name)
				if err != nil {
					t.Fatal(err)
				}
				addr, said := server.start(t, s, newIdentity(t, s, ""))
				status, stdout, stderr := run("connect", "dtls", "--server", addr, "--scenario", name, "--rtc", s.RTC)
				if status != exitFine || !strings.Contains(stdout, name+": connected\n") || !strings.Contains(stdout, " app-read ") {
					t.Errorf("status %d\n%s%s\nthe server said:\n%s", status, stdout, stderr, said())
				}
			})
		}
	}
}

// startOpenSSLDatagrams starts s_server, which has no HTTP over datagrams: it
// says what its input holds, which has no end: then it would leave before the
// guest has read. -listen makes it ask for a cookie.
func startOpenSSLDatagrams(t *testing.T, s *profiles.Scenario, id *identity) (addr string, output func() string) {
	t.Helper()
	suite := datagramSuites[s.Name]
	return openSSLDatagrams(t, id, suite.version, suite.openssl)
}

func openSSLDatagrams(t *testing.T, id *identity, version, suite string) (addr string, output func() string) {
	t.Helper()
	args := []string{"-c", `mkfifo in && exec 3<>in && echo hello >&3 && exec openssl "$@" <&3`, "sh", "s_server", "-accept", "127.0.0.1:0", version, "-listen", "-cipher", suite}
	if id.psk != nil {
		args = append(args, "-psk", id.psk.KeyHex, "-psk_identity", id.psk.Identity)
	}
	if id.key == "" {
		args = append(args, "-nocert")
	} else {
		args = append(args, "-cert", id.leaf, "-key", id.key)
	}
	if id.above != "" {
		args = append(args, "-cert_chain", id.above)
	}
	addr, output, err := startServer(t, id.dir, "ACCEPT ", "sh", args...)
	if err != nil {
		t.Fatal(err)
	}
	return addr, output
}

// startGnuTLSDatagrams starts gnutls-serv, which says back what it is told.
func startGnuTLSDatagrams(t *testing.T, s *profiles.Scenario, id *identity) (addr string, output func() string) {
	t.Helper()
	return gnuTLSDatagrams(t, id, datagramSuites[s.Name].gnutls)
}

func gnuTLSDatagrams(t *testing.T, id *identity, priority string) (addr string, output func() string) {
	t.Helper()
	var err error
	for range 5 {
		l, lerr := net.ListenPacket("udp", "127.0.0.1:0")
		if lerr != nil {
			t.Fatal(lerr)
		}
		port := strconv.Itoa(l.LocalAddr().(*net.UDPAddr).Port)
		l.Close()
		args := []string{"--udp", "--echo", "--port", port,
			"--priority", "NONE:+COMP-NULL:+SIGN-ALL:+GROUP-SECP256R1:+GROUP-FFDHE2048:" + priority}
		if id.psk != nil {
			args = append(args, "--pskpasswd", filepath.Join(id.dir, "psk"))
		}
		if id.key != "" {
			args = append(args, "--x509certfile", id.chain, "--x509keyfile", id.key)
		}
		if _, output, err = startServer(t, id.dir, "IPv4 0.0.0.0 port ", "gnutls-serv", args...); err == nil {
			return net.JoinHostPort("127.0.0.1", port), output
		}
	}
	t.Fatal(err)
	return "", nil
}
