package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core/build"
	"tlslab/emu/records"
	"tlslab/internal/iana"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// notTheirs are the key exchanges that neither OpenSSL 3 nor GnuTLS has.
var notTheirs = []string{"ECDH-ECDSA", "ECDH-RSA", "ECJPAKE"}

// crashes are key exchanges after whose handshake gnutls-cli 3.7 crashes.
var crashes = []string{"+DHE-PSK:", "+ECDHE-PSK:"}

// TestInteropExchanges: each key exchange over datagrams with a cookie, with the device
// at either end, OpenSSL and GnuTLS judge as the reference peer does. The exchanges are
// the profile's, the suites' other names each tool's own.
func TestInteropExchanges(t *testing.T) {
	t.Parallel()
	needSource(t)
	file := filepath.Join("..", "..", "bench", "labtest", "testdata", "exchanges.toml")
	l := openLive(t, file)
	served := shorterIdentity(t, file)
	suites := map[string]func(number iana.Suite) (how string){}
	for _, tool := range []build.Tool{{Name: "openssl", Package: "openssl"}, {Name: "gnutls-serv", Package: "gnutls-bin"}} {
		need(t, tool)
	}
	suites["openssl"], suites["gnutls"] = opensslNames(t), gnutlsNames(t)
	for _, j := range testutil.Few(l.plan.Jobs) {
		job := &j
		sc := job.Scenario
		number, err := l.lab.Source.Suite(sc.Suite)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(sc.Name, func(t *testing.T) {
			l.reference(t, job)
			for library, names := range suites {
				how := names(number)
				if exchange, _, _ := strings.Cut(strings.TrimPrefix(sc.Suite, "TLS-"), "-WITH-"); slices.Contains(notTheirs, exchange) == (how != "") {
					t.Errorf("%s calls %s %q", library, sc.Suite, how)
				}
				if how == "" {
					continue
				}
				if sc.Serves() {
					exchangeServed(t, library, how, served, sc)
					continue
				}
				exchangeAsked(t, l, library, how, job)
			}
		})
	}
}

// exchangeAsked has the device ask a library's server.
func exchangeAsked(t *testing.T, l *liveLab, library, how string, job *lab.Job) {
	t.Helper()
	sc := job.Scenario
	id := newIdentity(t, sc, "")
	var addr string
	var said func() string
	if library == "openssl" {
		addr, said = openSSLDatagrams(t, id, "-dtls1_2", how+level0)
	} else {
		addr, said = gnuTLSDatagrams(t, id, "+VERS-DTLS1.2:"+how)
	}
	heard := new(records.Conversation)
	got := l.overheard(t, job, to("udp", addr), heard)
	if got.Outcome != results.OutcomeConnected || !heard.Cookie {
		t.Errorf("%s: %s, a cookie was asked for: %t\nthe server said:\n%s", library, got.Ended(), heard.Cookie, said())
	}
}

// exchangeServed has a library's client ask the device.
func exchangeServed(t *testing.T, library, how, file string, sc *profiles.Scenario) {
	t.Helper()
	if library == "gnutls" && slices.ContainsFunc(crashes, func(x string) bool { return strings.HasPrefix(how, x) }) {
		return
	}
	if sc.PSK != nil {
		own := *sc
		sc, own.PSK = &own, &profiles.PSK{Identity: sc.PSK.Identity[1:], KeyHex: sc.PSK.KeyHex}
	}
	client := realClients[slices.IndexFunc(realClients, func(c realClient) bool { return strings.HasPrefix(c.tool.Name, library) })]
	s := serveScenario(t, file, sc)
	how = map[string]string{"openssl": "-dtls1_2 -cipher " + how + level0, "gnutls": "+GROUP-FFDHE2048:+VERS-DTLS1.2:" + how + " --udp"}[library]
	said := client.talk(t, s, how+proofs(t, client.tool, sc))
	status, stdout, stderr := s.end()
	if status != exitFine || !strings.Contains(stdout, "the server asked for its cookie") || !strings.Contains(said, "HTTP/1.0 200 OK") {
		t.Errorf("%s: status %d\n%s%s\nthe client said:\n%s", library, status, stdout, stderr, said)
	}
}

// shorterIdentity is a profile whose identity is one byte shorter: OpenSSL's s_client
// has no room for 256.
func shorterIdentity(t *testing.T, file string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{filepath.Base(file), "exchanges-matrix.toml"} {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.Replace(text, []byte(`identity = "i`), []byte(`identity = "`), 1)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, filepath.Base(file))
}

// opensslNames are suites as OpenSSL names them; "": it has it not.
func opensslNames(t *testing.T) func(iana.Suite) string {
	t.Helper()
	out, err := exec.Command("openssl", "ciphers", "-V", "ALL"+level0).Output()
	if err != nil {
		t.Fatal(err)
	}
	return func(number iana.Suite) string {
		code := fmt.Sprintf("0x%02X,0x%02X", number>>8, number&0xff)
		for line := range strings.Lines(string(out)) {
			if f := strings.Fields(line); len(f) > 2 && f[0] == code {
				return f[2]
			}
		}
		return ""
	}
}

// gnutlsNames are suites as its priority strings say them.
func gnutlsNames(t *testing.T) func(iana.Suite) string {
	t.Helper()
	out, err := exec.Command("gnutls-cli", "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	return func(number iana.Suite) string {
		code := fmt.Sprintf("0x%02x, 0x%02x", number>>8, number&0xff)
		for line := range strings.Lines(string(out)) {
			name, _, _ := strings.Cut(strings.TrimPrefix(line, "TLS_"), " ")
			at := strings.Index(name, "_AES_") // the profile's ciphers
			if !strings.Contains(line, code) || at < 0 {
				continue
			}
			exchange, cipher := name[:at], strings.Split(name[at+1:], "_")
			hash := "AEAD"
			if n := len(cipher) - 1; strings.HasPrefix(cipher[n], "SHA") {
				if cipher[2] == "CBC" {
					hash = cipher[n]
				}
				cipher = cipher[:n]
			}
			return strings.ReplaceAll("+"+exchange+":+"+strings.Join(cipher, "_")+":+"+hash, "_", "-")
		}
		return ""
	}
}
