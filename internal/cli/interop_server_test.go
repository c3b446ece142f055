package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/core/build"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// servedVerdicts are conversations of a device that serves, which the reference
// client and other libraries' must judge alike: as verdicts, and asked is what the
// client asks for beyond the scenario.
var servedVerdicts = []struct{ profile, scenario, asked, openssl, gnutls string }{
	{"features", "server-plain", "alpn", ecdsaOpenSSL + " -alpn mqtt,http/1.1", ecdsaGnuTLS + " --alpn mqtt --alpn http/1.1"},
	{"features", "server-plain", "sni", ecdsaOpenSSL + " -servername other.example", ecdsaGnuTLS + " --sni-hostname other.example"},
	// which it need not grant
	{"features", "server-plain", "fragment-1024", ecdsaOpenSSL + " -maxfraglen 1024", ecdsaGnuTLS + " --recordsize 1024"},
	{"features", "server-fragment-2048", "", ecdsaOpenSSL + " -maxfraglen 2048", ecdsaGnuTLS + " --recordsize 2048"},
	{"features", "server-plain", "curves", ecdsaOpenSSL + " -groups X25519:P-384:P-256", "+GROUP-X25519:+GROUP-SECP384R1:" + ecdsaGnuTLS},
	{"features", "server-mutual", "", ecdsaOpenSSL, ecdsaGnuTLS},
	{"features", "server-long-psk", "", "-tls1_2 -cipher PSK-AES128-GCM-SHA256", "+VERS-TLS1.2:+PSK:+AES-128-GCM:+AEAD"},
	{"features", "server-id", "", ecdsaOpenSSL + " -no_ticket", ecdsaGnuTLS + ":%NO_TICKETS"},
	{"features", "server-ticket", "", ecdsaOpenSSL, ecdsaGnuTLS},
	{"features", "server-curve-384", "", ecdsaOpenSSL + " -groups P-256:P-384", "+GROUP-SECP384R1:" + ecdsaGnuTLS},
	{"features", "server-fragment-512", "", "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256 -maxfraglen 512", "+VERS-TLS1.2:+ECDHE-RSA:+AES-128-GCM:+AEAD --recordsize 512"},
	{"hybrid", "server-tls12", "", "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", "+VERS-TLS1.2:+ECDHE-RSA:+AES-128-GCM:+AEAD"},
	{"hybrid", "server-tls13", "both-versions", "-cipher ECDHE-RSA-AES128-GCM-SHA256", "+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-RSA:+AES-128-GCM:+AEAD"},
}

const (
	ecdsaOpenSSL = "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256"
	ecdsaGnuTLS  = "+VERS-TLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD"
)

// TestInteropServedVerdicts: whether a device that serves and a client connect, other
// libraries say as the reference client does.
func TestInteropServedVerdicts(t *testing.T) {
	t.Parallel()
	needSource(t)
	top := t
	labs := map[string]*liveLab{}
	for _, v := range testutil.Few(servedVerdicts) {
		t.Run(strings.TrimSuffix(v.profile+"/"+v.scenario+"/"+v.asked, "/"), func(t *testing.T) {
			if v.profile == "hybrid" {
				needNewerSource(t)
			}
			file := filepath.Join("..", "..", "bench", "labtest", "testdata", v.profile+".toml")
			l := labs[v.profile]
			if l == nil {
				l = openLive(top, file)
				labs[v.profile] = l
			}
			job, err := choose(l.plan, "", v.scenario)
			if err != nil {
				t.Fatal(err)
			}
			sc := job.Scenario
			own := l.reference(t, job)
			for _, c := range realClients {
				how := map[string]string{"openssl": v.openssl, "gnutls-cli": v.gnutls}[c.tool.Name]
				if how == "" {
					continue
				}
				need(t, c.tool)
				s := serveScenario(t, file, sc)
				said := ""
				for _, again := range comings(t, c.tool, sc) {
					said += c.talk(t, s, how+again+proofs(t, c.tool, sc))
				}
				status, stdout, stderr := s.end()
				connected := own.Outcome == results.OutcomeConnected
				if (status == exitFine) != connected || strings.Contains(said, "HTTP/1.0 200 OK") != connected {
					t.Errorf("%s: status %d, the reference client: %s\n%s%s\nthe client said:\n%s", c.tool.Name, status, own.Ended(), stdout, stderr, said)
				}
			}
		})
	}
}

// serveScenario starts a profile's device that serves, with its root in a file where
// it has one.
func serveScenario(t *testing.T, file string, sc *profiles.Scenario) *serving {
	t.Helper()
	args := []string{file, "--listen", "127.0.0.1:0", "--scenario", sc.Name, "--rtc", sc.RTC, "--wait", "2m"}
	root := ""
	if sc.Chain != "" {
		root = filepath.Join(t.TempDir(), "root.pem")
		args = append(args, "--root", root)
	}
	s := startServe(t, args...)
	s.root = root
	return s
}

// comings are what a client is told more for each time that it comes: where a session
// is taken up again, OpenSSL's comes twice, and GnuTLS's does so by itself.
func comings(t *testing.T, tool build.Tool, sc *profiles.Scenario) []string {
	t.Helper()
	switch {
	case sc.Resume == "":
		return []string{""}
	case tool.Name == "openssl":
		session := filepath.Join(t.TempDir(), "session")
		return []string{" -sess_out " + session, " -sess_in " + session}
	}
	return []string{" --resume"}
}

// proofs are what a client proves itself with, as its tool is told.
func proofs(t *testing.T, tool build.Tool, sc *profiles.Scenario) string {
	t.Helper()
	how := ""
	if sc.PSK != nil {
		how += map[string]string{"openssl": " -psk_identity ", "gnutls-cli": " --pskusername "}[tool.Name] + sc.PSK.Identity
		how += map[string]string{"openssl": " -psk ", "gnutls-cli": " --pskkey "}[tool.Name] + sc.PSK.KeyHex
	}
	if sc.ClientChain == "" {
		return how
	}
	chain, err := certs.Client(sc.ClientChain)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	show, key := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	for path, data := range map[string][]byte{show: chain.ChainPEM, key: chain.KeyPEM} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if tool.Name == "openssl" {
		return how + " -cert " + show + " -cert_chain " + show + " -key " + key
	}
	return how + " --x509certfile " + show + " --x509keyfile " + key
}
