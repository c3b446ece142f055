package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tlslab/certs"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// serverOutput is how much of a server's output is kept for a failure, bytes.
const serverOutput = 16 << 10

// identity is what a server proves itself with, as files in one directory.
type identity struct {
	dir                     string // also the directory that files are served from
	chain, leaf, above, key string // PEM: all that is shown, the leaf, the rest ("" for none), its key
	psk                     *profiles.PSK
}

// newIdentity writes a scenario's chain, in one of its variants, or its key
// table, and the file the scenarios ask for.
func newIdentity(t *testing.T, s *profiles.Scenario, variant string) *identity {
	t.Helper()
	id := &identity{dir: t.TempDir(), psk: s.PSK}
	write := func(name string, data []byte) string {
		path := filepath.Join(id.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	_, rest, _ := strings.Cut(s.Payload.Request, "GET /")
	path, _, _ := strings.Cut(rest, " ")
	write(path, bytes.Repeat([]byte("x"), s.Payload.ResponseBytes))
	if s.PSK != nil {
		write("psk", []byte(s.PSK.Identity+":"+s.PSK.KeyHex+"\n"))
	}
	if s.Chain == "" {
		return id
	}
	c, err := certs.Load(s.Chain, variant)
	if err != nil {
		t.Fatal(err)
	}
	id.chain, id.key = write("chain.pem", c.ChainPEM), write("key.pem", c.KeyPEM)
	leaf, above := pem.Decode(c.ChainPEM)
	id.leaf = write("leaf.pem", pem.EncodeToMemory(leaf))
	if len(above) > 0 {
		id.above = write("above.pem", above)
	}
	return id
}

// opensslSuites are the scenarios' suites as OpenSSL names them. Level 0
// because level 1 refuses an 8-byte tag.
var opensslSuites = map[string]string{
	"rsa-aes256-cbc-sha256":       "AES256-SHA256",
	"ecdhe-ecdsa-p256-aes128-gcm": "ECDHE-ECDSA-AES128-GCM-SHA256",
	"ecdhe-rsa-aes128-gcm":        "ECDHE-RSA-AES128-GCM-SHA256",
	"psk-aes128-ccm8":             "PSK-AES128-CCM8:@SECLEVEL=0",
}

// opensslArgs is s_server's command line: a file server on a port of the kernel's
// choice that speaks one version and suite.
func opensslArgs(version, suite string, id *identity) []string {
	args := []string{"s_server", "-accept", "127.0.0.1:0", "-WWW", version, "-cipher", suite}
	if id.psk != nil {
		return append(args, "-nocert", "-psk", id.psk.KeyHex, "-psk_identity", id.psk.Identity)
	}
	args = append(args, "-cert", id.leaf, "-key", id.key)
	if id.above != "" {
		args = append(args, "-cert_chain", id.above)
	}
	return args
}

// gnutlsPriorities are the scenarios' suites as GnuTLS's priority strings.
var gnutlsPriorities = map[string]string{
	"rsa-aes256-cbc-sha256":       "+RSA:+AES-256-CBC:+SHA256",
	"ecdhe-ecdsa-p256-aes128-gcm": "+ECDHE-ECDSA:+AES-128-GCM:+AEAD",
	"ecdhe-rsa-aes128-gcm":        "+ECDHE-RSA:+AES-128-GCM:+AEAD",
	"psk-aes128-ccm8":             "+PSK:+AES-128-CCM-8:+AEAD",
}

// gnutlsArgs is gnutls-serv's command line: it answers any GET with a page
// about the session.
func gnutlsArgs(priority string, id *identity, port int) []string {
	args := []string{"--http", "--port", strconv.Itoa(port), "--priority", "NONE:+COMP-NULL:+SIGN-ALL:+GROUP-SECP256R1:+GROUP-FFDHE2048:" + priority}
	if id.psk != nil {
		return append(args, "--pskpasswd", filepath.Join(id.dir, "psk"))
	}
	return append(args, "--x509certfile", id.chain, "--x509keyfile", id.key)
}

// startOpenSSL starts s_server for a scenario.
func startOpenSSL(t *testing.T, s *profiles.Scenario, id *identity) (addr string, output func() string) {
	t.Helper()
	return openSSL(t, id, "-tls1_2", opensslSuites[s.Name])
}

// openSSL starts s_server and returns its address and its output so far.
func openSSL(t *testing.T, id *identity, version, suite string) (addr string, output func() string) {
	t.Helper()
	addr, output, err := startServer(t, id.dir, "ACCEPT ", "openssl", opensslArgs(version, suite, id)...)
	if err != nil {
		t.Fatal(err)
	}
	return addr, output
}

// startGnuTLS starts gnutls-serv for a scenario.
func startGnuTLS(t *testing.T, s *profiles.Scenario, id *identity) (addr string, output func() string) {
	t.Helper()
	return gnuTLS(t, id, "+VERS-TLS1.2:"+gnutlsPriorities[s.Name])
}

// gnuTLS starts gnutls-serv, which can't ask the kernel for a port: a free one is
// found first, and another where someone else was faster.
func gnuTLS(t *testing.T, id *identity, priority string) (addr string, output func() string) {
	t.Helper()
	var err error
	for range 5 {
		l, lerr := net.Listen("tcp", "127.0.0.1:0")
		if lerr != nil {
			t.Fatal(lerr)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if _, output, err = startServer(t, id.dir, "IPv4 0.0.0.0 port ", "gnutls-serv", gnutlsArgs(priority, id, port)...); err == nil {
			return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), output
		}
	}
	t.Fatal(err)
	return "", nil
}

// startServer starts a server that says it listens with a line that has mark
// in it, the address or port after it. The server is killed and reaped when
// the test ends.
func startServer(t *testing.T, dir, mark, name string, args ...string) (addr string, output func() string, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	r, w, err := os.Pipe()
	if err != nil {
		cancel()
		return "", nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		cancel()
		r.Close()
		w.Close()
		return "", nil, err
	}
	w.Close()
	said := &lines{ready: make(chan string, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		said.read(r, mark)
	}()
	stop := func() {
		cancel()
		cmd.Wait() // its status is ours: it was killed
		r.Close()
		<-done
	}
	select {
	case addr, ok := <-said.ready:
		if ok {
			t.Cleanup(stop)
			return addr, said.text, nil
		}
		stop()
		return "", nil, fmt.Errorf("%s does not listen:\n%s", name, said.text())
	case <-time.After(testutil.Patience):
		stop()
		return "", nil, fmt.Errorf("%s does not listen after %v:\n%s", name, testutil.Patience, said.text())
	}
}

// lines keeps the beginning of a server's output.
type lines struct {
	ready chan string
	mu    sync.Mutex
	kept  []byte
}

func (l *lines) read(r io.Reader, mark string) {
	waiting := true
	for in := bufio.NewReader(r); ; {
		line, err := in.ReadString('\n')
		l.keep(line)
		_, addr, listens := strings.Cut(strings.TrimSpace(line), mark)
		switch {
		case !waiting:
		case strings.Contains(line, "bind() failed"), err != nil:
			waiting = false
			close(l.ready)
		case listens:
			waiting = false
			l.ready <- addr
		}
		if err != nil {
			return
		}
	}
}

func (l *lines) keep(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, line[:min(len(line), serverOutput-len(l.kept))]...)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.kept)
}
