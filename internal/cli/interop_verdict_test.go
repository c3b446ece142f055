package cli

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/core/build"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// verdicts are conversations that the reference peer and other libraries must judge
// alike: a profile of bench/labtest/testdata, a scenario of it, and what OpenSSL's and GnuTLS's
// servers are told beyond versions and certificates; "" where one is not asked.
var verdicts = []struct{ profile, scenario, openssl, gnutls string }{
	// GnuTLS takes a client's records that are too long.
	{"features", "fragment-1024-mutual", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256", ""},
	{"features", "fragment-4096-mutual", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256", ""},
	{"features", "fragment-512", "-cipher ECDHE-RSA-AES128-GCM-SHA256", "+ECDHE-RSA:+AES-128-GCM:+AEAD:+GROUP-SECP256R1"},
	{"features", "long-psk", "-cipher PSK-AES128-GCM-SHA256", "+PSK:+AES-128-GCM:+AEAD"},
	{"features", "alpn", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256 -alpn http/1.1", "+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+GROUP-SECP256R1 --alpn http/1.1"},
	{"features", "sni", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256", ""},
	{"features", "ticket", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256", "+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+GROUP-SECP256R1"},
	{"features", "curve-384", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256 -groups P-384", "+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+GROUP-SECP384R1"},
	{"hybrid", "tls12", "-cipher ECDHE-RSA-AES128-GCM-SHA256", "+ECDHE-RSA:+AES-128-GCM:+AEAD:+GROUP-SECP256R1"},
	{"hybrid", "tls12-and-13", "-cipher ECDHE-RSA-AES128-GCM-SHA256", "+ECDHE-RSA:+AES-128-GCM:+AEAD:+GROUP-SECP256R1"},
}

// TestInteropVerdicts: whether a conversation connects, other libraries say as the
// reference peer does.
func TestInteropVerdicts(t *testing.T) {
	t.Parallel()
	needSource(t)
	top := t
	labs := map[string]*liveLab{}
	for _, v := range testutil.Few(verdicts) {
		t.Run(v.profile+"/"+v.scenario, func(t *testing.T) {
			if v.profile == "hybrid" {
				needNewerSource(t)
			}
			l := labs[v.profile]
			if l == nil {
				l = openLive(top, filepath.Join("..", "..", "bench", "labtest", "testdata", v.profile+".toml"))
				labs[v.profile] = l
			}
			job, err := choose(l.plan, "", v.scenario)
			if err != nil {
				t.Fatal(err)
			}
			own := l.reference(t, job)
			for _, server := range []struct {
				tool  build.Tool
				how   string
				start func(*testing.T, *profiles.Scenario, *identity, string) (addr string, said func() string)
			}{
				{build.Tool{Name: "openssl", Package: "openssl"}, v.openssl, verdictOpenSSL},
				{build.Tool{Name: "gnutls-serv", Package: "gnutls-bin"}, v.gnutls, verdictGnuTLS},
			} {
				if server.how == "" {
					continue
				}
				need(t, server.tool)
				addr, said := server.start(t, job.Scenario, newIdentity(t, job.Scenario, ""), server.how)
				got := l.talk(t, v.scenario, to("tcp", addr))
				if (got.Outcome == results.OutcomeConnected) != (own.Outcome == results.OutcomeConnected) {
					t.Errorf("%s: %s\nthe reference peer: %s\nthe server said:\n%s", server.tool.Name, got.Ended(), own.Ended(), said())
				}
			}
		})
	}
}

// verdictOpenSSL starts s_server for a scenario's features.
func verdictOpenSSL(t *testing.T, sc *profiles.Scenario, id *identity, how string) (addr string, said func() string) {
	t.Helper()
	args := append([]string{"s_server", "-accept", "127.0.0.1:0", "-WWW", "-tls1_2"}, strings.Fields(how)...)
	switch {
	case id.psk != nil:
		args = append(args, "-nocert", "-psk", id.psk.KeyHex, "-psk_identity", id.psk.Identity)
	case sc.SNI:
		args = append(args, "-cert", otherName(t, sc, id), "-key", id.key, "-servername", sc.Hostname, "-cert2", id.leaf, "-key2", id.key)
	default:
		args = append(args, "-cert", id.leaf, "-key", id.key)
	}
	if id.above != "" {
		args = append(args, "-cert_chain", id.above)
	}
	if sc.ClientChain != "" {
		_, root := clientRoot(t, sc, id)
		args = append(args, "-Verify", "3", "-verify_return_error", "-CAfile", root, "-attime", strconv.FormatInt(sc.RTCSeconds(), 10))
	}
	addr, said, err := startServer(t, id.dir, "ACCEPT ", "openssl", args...)
	if err != nil {
		t.Fatal(err)
	}
	return addr, said
}

// otherName writes the certificate of another host, with the same key.
func otherName(t *testing.T, sc *profiles.Scenario, id *identity) string {
	t.Helper()
	chain, err := certs.Load(sc.Chain, "wrong-name")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(id.dir, "other.pem")
	if err := os.WriteFile(path, chain.ChainPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// verdictGnuTLS starts gnutls-serv for a scenario's features.
func verdictGnuTLS(t *testing.T, sc *profiles.Scenario, id *identity, how string) (addr string, said func() string) {
	t.Helper()
	priority, more, _ := strings.Cut(how, " ")
	var err error
	for range 5 {
		l, lerr := net.Listen("tcp", "127.0.0.1:0")
		if lerr != nil {
			t.Fatal(lerr)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		args := []string{"--http", "--port", strconv.Itoa(port), "--priority", "NONE:+COMP-NULL:+SIGN-ALL:+VERS-TLS1.2:" + priority}
		if id.psk != nil {
			args = append(args, "--pskpasswd", filepath.Join(id.dir, "psk"))
		} else {
			args = append(args, "--x509certfile", id.chain, "--x509keyfile", id.key)
		}
		if _, said, err = startServer(t, id.dir, "IPv4 0.0.0.0 port ", "gnutls-serv", append(args, strings.Fields(more)...)...); err == nil {
			return net.JoinHostPort("127.0.0.1", fmt.Sprint(port)), said
		}
	}
	t.Fatal(err)
	return "", nil
}
