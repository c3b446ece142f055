package cli

import (
	"bytes"
	"context"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tlslab/core/build"
	"tlslab/internal/testutil"
)

// serving is the command `tlslab serve` at work.
type serving struct {
	addr string // where it listens
	root string // file with the root to trust; "" where it has no certificates
	end  func() (status int, stdout, stderr string)
}

// startServe starts the command in this process and waits until it listens. end waits
// until it is done.
func startServe(t *testing.T, args ...string) *serving {
	t.Helper()
	r, w := io.Pipe()
	said := &lines{ready: make(chan string, 1)}
	read, ended := make(chan struct{}), make(chan int, 1)
	var stderr bytes.Buffer
	go func() {
		defer close(read)
		said.read(r, "listening on ")
	}()
	go func() {
		patient := []string{"serve", "--wait", testutil.Patience.String(), "--handshake-limit", testutil.Patience.String()}
		status := Main(append(patient, args...), w, &stderr)
		w.Close()
		<-read
		ended <- status
	}()
	s := &serving{end: func() (int, string, string) {
		select {
		case status := <-ended:
			return status, said.text(), stderr.String()
		case <-time.After(testutil.Patience):
			t.Fatalf("serve is not done after %v:\n%s", testutil.Patience, said.text())
			return 0, "", ""
		}
	}}
	select {
	case addr, ok := <-said.ready:
		if !ok {
			status, stdout, stderr := s.end()
			t.Fatalf("serve does not listen: status %d\n%s%s", status, stdout, stderr)
		}
		s.addr = addr
	case <-time.After(testutil.Patience):
		t.Fatalf("serve does not listen after %v", testutil.Patience)
	}
	return s
}

// client runs a real client to its end and returns what it said. in is all it
// reads; it ends by itself or after testutil.Patience.
func client(t *testing.T, in, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testutil.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(in)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("%s: %v", name, err)
	}
	return string(out)
}

// answered is in the guest's answer, far from its begin.
const answered = "abcdefghijklmnopqrstuvwxyz"

// heardOut is a client's output; whole is closed once the answer is in it.
type heardOut struct {
	said  []byte
	whole chan struct{}
}

func (h *heardOut) Write(p []byte) (int, error) {
	before := bytes.Contains(h.said, []byte(answered))
	h.said = append(h.said, p...)
	if !before && bytes.Contains(h.said, []byte(answered)) {
		close(h.whole)
	}
	return len(p), nil
}

// farewell runs a real client until it has the answer; then its input ends, and it says
// goodbye. Over datagrams a server waits for that.
func farewell(t *testing.T, in, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testutil.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := &heardOut{whole: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	io.WriteString(input, in) // one that has gone already is told below
	go func() {
		select {
		case <-out.whole:
		case <-ctx.Done():
		}
		input.Close()
	}()
	if err := cmd.Wait(); err != nil {
		t.Logf("%s: %v", name, err)
	}
	return string(out.said)
}

const httpRequest = "GET / HTTP/1.0\r\n\r\n"

// realClient is a tool that asks a server.
type realClient struct {
	tool build.Tool
	talk func(t *testing.T, s *serving, how string) string
}

// realClients are the clients that the guest must work with, and how each is started.
var realClients = []realClient{
	{build.Tool{Name: "openssl", Package: "openssl"}, func(t *testing.T, s *serving, how string) string {
		run, args := client, []string{"s_client", "-connect", s.addr, "-servername", "tlslab.example"}
		if strings.Contains(how, "-dtls") {
			run = farewell
		} else {
			args = append(args, "-ign_eof")
		}
		if s.root != "" {
			args = append(args, "-CAfile", s.root, "-verify_return_error", "-verify_hostname", "tlslab.example")
		}
		return run(t, httpRequest, "openssl", append(args, strings.Fields(how)...)...)
	}},
	{build.Tool{Name: "gnutls-cli", Package: "gnutls-bin"}, func(t *testing.T, s *serving, how string) string {
		priority, more, _ := strings.Cut(how, " ")
		host, port, _ := net.SplitHostPort(s.addr)
		args := []string{"--port", port, "--logfile", "/dev/null", "--priority", "NONE:+COMP-NULL:+SIGN-ALL:+GROUP-SECP256R1:" + priority}
		if s.root != "" {
			args = append(args, "--x509cafile", s.root, "--verify-hostname", "tlslab.example")
		}
		run := client
		if strings.Contains(how, "--udp") {
			run = farewell
		}
		return run(t, httpRequest, "gnutls-cli", append(append(args, strings.Fields(more)...), host)...)
	}},
	{build.Tool{Name: "curl", Package: "curl"}, func(t *testing.T, s *serving, how string) string {
		return client(t, "", "curl", "-sS", "-i", how, "--cacert", s.root, "--connect-to", "tlslab.example:443:"+s.addr, "https://tlslab.example/")
	}},
}

const (
	pskOpenSSL = " -psk_identity tlslab-client -psk 000102030405060708090a0b0c0d0e0f"
	pskGnuTLS  = " --pskusername tlslab-client --pskkey 000102030405060708090a0b0c0d0e0f"
	level0     = ":@SECLEVEL=0" // what OpenSSL no longer speaks by itself
)

// servedTo are the conversations: a scenario of the profile of servers, and how
// each client is told to speak it; "" where it is not asked to.
var servedTo = []struct{ scenario, openssl, gnutls, curl string }{
	{"tls12-ecdhe-ecdsa-aes-128-gcm-sha256-server", "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "+VERS-TLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD", "--tlsv1.2"},
	{"tls12-ecdhe-rsa-chacha20-poly1305-sha256-server", "-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305", "+VERS-TLS1.2:+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD", "--tlsv1.2"},
	{"tls12-dhe-rsa-aes-128-gcm-sha256-server", "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256", "+VERS-TLS1.2:+DHE-RSA:+AES-128-GCM:+AEAD", "--tlsv1.2"},
	{"tls12-rsa-aes-256-cbc-sha256-server", "-tls1_2 -cipher AES256-SHA256", "+VERS-TLS1.2:+RSA:+AES-256-CBC:+SHA256", ""},
	{"tls12-psk-aes-128-ccm-8-server", "-tls1_2 -cipher PSK-AES128-CCM8" + level0 + pskOpenSSL, "+VERS-TLS1.2:+PSK:+AES-128-CCM-8:+AEAD" + pskGnuTLS, ""},
	// gnutls-cli 3.7 crashes after such a handshake.
	{"tls12-ecdhe-psk-aes-128-cbc-sha256-server", "-tls1_2 -cipher ECDHE-PSK-AES128-CBC-SHA256" + pskOpenSSL, "", ""},
	{"tls11-ecdhe-ecdsa-aes-128-cbc-sha-server", "-tls1_1 -cipher ECDHE-ECDSA-AES128-SHA" + level0, "+VERS-TLS1.1:+ECDHE-ECDSA:+AES-128-CBC:+SHA1", ""},
	{"tls11-ecdhe-rsa-aes-128-cbc-sha-server", "-tls1_1 -cipher ECDHE-RSA-AES128-SHA" + level0, "+VERS-TLS1.1:+ECDHE-RSA:+AES-128-CBC:+SHA1", ""},
	{"tls10-rsa-aes-128-cbc-sha-server", "-tls1 -cipher AES128-SHA" + level0, "+VERS-TLS1.0:+RSA:+AES-128-CBC:+SHA1", ""},
	{"dtls12-psk-aes-128-ccm-8-server", "-dtls1_2 -cipher PSK-AES128-CCM8" + level0 + pskOpenSSL, "", ""},
	{"dtls12-ecdhe-ecdsa-aes-128-gcm-sha256-server", "-dtls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "", ""},
}

// TestServe: three other implementations work with the guest as their
// server, check its certificate, and get its whole answer.
func TestServe(t *testing.T) {
	t.Parallel()
	needSource(t)
	for _, c := range realClients {
		t.Run(c.tool.Name, func(t *testing.T) {
			need(t, c.tool)
			for _, conversation := range servedTo {
				how := map[string]string{"openssl": conversation.openssl, "gnutls-cli": conversation.gnutls, "curl": conversation.curl}[c.tool.Name]
				if how == "" {
					continue
				}
				t.Run(conversation.scenario, func(t *testing.T) {
					t.Parallel()
					args := []string{"servers", "--listen", "127.0.0.1:0", "--scenario", conversation.scenario, "--wait", "10s"}
					root := ""
					if !strings.Contains(conversation.scenario, "-psk-") {
						root = filepath.Join(t.TempDir(), "root.pem")
						args = append(args, "--root", root)
					}
					s := startServe(t, args...)
					s.root = root
					said := c.talk(t, s, how)
					status, stdout, stderr := s.end()
					if status != exitFine || stderr != "" || !strings.Contains(stdout, conversation.scenario+": connected\n") || !strings.Contains(stdout, " app-write ") {
						t.Errorf("status %d\n%s%s\nthe client said:\n%s", status, stdout, stderr, said)
					}
					if !strings.Contains(said, "HTTP/1.0 200 OK") || !strings.Contains(said, answered) {
						t.Errorf("the client did not get the answer:\n%s", said)
					}
				})
			}
		})
	}
}

// TestServeBadClients: what a client does wrong is told in one line with its
// address, and the next is served all the same.
func TestServeBadClients(t *testing.T) {
	t.Parallel()
	needSource(t)
	need(t, build.Tool{Name: "openssl", Package: "openssl"})
	dial := func(addr string) net.Conn {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var silent net.Conn // says nothing, and stays
	clients := []struct {
		talk func(addr string) net.Conn
		want string
	}{
		{func(addr string) net.Conn {
			c := dial(addr)
			c.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
			return c
		}, `MBEDTLS_ERR_SSL_[A-Z_]+ in client-hello \(what the other end sent begins with "GET /[^"]*", which is no TLS\)`},
		{func(addr string) net.Conn { silent = dial(addr); return silent }, `MBEDTLS_ERR_SSL_TIMEOUT in client-hello`},
		{func(addr string) net.Conn { // half a ClientHello
			c := dial(addr)
			c.Write([]byte{22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3})
			c.Close()
			return c
		}, `MBEDTLS_ERR_SSL_CONN_EOF in client-hello`},
	}
	s := startServe(t, "servers", "--count", "4", "--wait", "5s")
	var lines []string // in any order: they are served at once
	for _, c := range clients {
		conn := c.talk(s.addr)
		defer conn.Close()
		lines = append(lines, "client "+regexp.QuoteMeta(conn.LocalAddr().String())+": "+c.want)
	}
	said := client(t, httpRequest, "openssl", "s_client", "-connect", s.addr, "-ign_eof", "-tls1_2")
	status, stdout, stderr := s.end()
	if status != exitBad || strings.Count(stderr, "\n") != len(lines) {
		t.Errorf("status %d, %s", status, stderr)
	}
	for _, want := range lines {
		if !regexp.MustCompile("(?m)^(tlslab: )?" + want + "$").MatchString(stderr) {
			t.Errorf("said %s\nwant %s", stderr, want)
		}
	}
	if !strings.Contains(said, "HTTP/1.0 200 OK") || strings.Count(stdout, "\nclient 127.0.0.1:") != 4 || strings.Count(stdout, ": connected\n") != 1 {
		t.Errorf("the good client was not served:\n%s\nit said:\n%s", stdout, said)
	}
}

// TestServeStalled: clients that stall keep no other waiting, and are cut off once
// there is no other client to serve; one that stalls alone ends with its limit. What was
// agreed, and what the client offered, is said by name.
func TestServeStalled(t *testing.T) {
	t.Parallel()
	needSource(t)
	need(t, build.Tool{Name: "openssl", Package: "openssl"})
	const scenario = "tls12-ecdhe-ecdsa-aes-128-gcm-sha256-server"
	s := startServe(t, "servers", "--scenario", scenario, "--listen", "127.0.0.1:0")
	var stalled []string
	for _, hello := range []string{"", "\x16\x03\x01\x00\x64\x01\x00\x00\x60\x03\x03"} {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte(hello)); err != nil {
			t.Fatal(err)
		}
		stalled = append(stalled, c.LocalAddr().String())
	}
	said := client(t, httpRequest, "openssl", "s_client", "-connect", s.addr, "-ign_eof", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA", "-servername", "x.example")
	status, stdout, stderr := s.end()
	if status != exitFine || stderr != "" || !strings.Contains(said, "HTTP/1.0 200 OK") {
		t.Errorf("status %d, %s\n%s\nthe client said:\n%s", status, stderr, stdout, said)
	}
	want := []string{"  version      TLS 1.2\n", "  suite        TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n", "  group        secp256r1\n", "  signature    ecdsa_secp256r1_sha256\n",
		"\nthe client offered\n", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", `server_name "x.example"`}
	for _, c := range stalled {
		want = append(want, "client "+c+" was cut off: 1 conversations are over\n")
	}
	for _, w := range want {
		if !strings.Contains(stdout, w) {
			t.Errorf("it does not say %q:\n%s", w, stdout)
		}
	}
	for line := range strings.Lines(stdout) {
		if len(line) > 81 && !strings.Contains(line, " on ") {
			t.Errorf("longer than 80 characters: %s", line)
		}
	}

	s = startServe(t, "servers", "--scenario", scenario, "--handshake-limit", "300ms")
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if status, stdout, stderr := s.end(); status != exitBad || !strings.Contains(stderr, "cut-off in client-hello (the handshake was not over after 300ms)") {
		t.Errorf("status %d, %s\n%s", status, stderr, stdout)
	}
}

// TestServeEverywhere: whoever lets others than this machine in is told what that
// means.
func TestServeEverywhere(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{"127.0.0.1:1": false, "127.8.0.1:1": false, "[::1]:1": false, "0.0.0.0:1": true, "[::]:1": true, "192.0.2.1:1": true} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if public(a) != want {
			t.Errorf("%s: %v", addr, !want)
		}
	}
	needSource(t)
	s := startServe(t, "servers", "--listen", "0.0.0.0:0", "--wait", "10s")
	c, err := net.Dial("tcp", "127.0.0.1:"+s.addr[strings.LastIndex(s.addr, ":")+1:])
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, _, stderr := s.end(); !strings.Contains(stderr, "the keys are public and the random numbers are seeded: whoever reaches ") {
		t.Errorf("it says %s", stderr)
	}
}

// A port that another has is told before anything is built.
func TestServePortInUse(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	status, stdout, stderr := run("serve", "servers", "--listen", l.Addr().String())
	if want := "tlslab: listen tcp " + l.Addr().String() + ": bind: address already in use\n"; status != exitTool || stderr != want || stdout != "" {
		t.Errorf("status %d, %swant %s", status, stderr, want)
	}
}
