package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tlslab/certs"
	"tlslab/internal/status"
)

// serveChain is a server of Go's that shows a chain to every client, and
// answers one request.
func serveChain(t *testing.T, chain string) (address string) {
	t.Helper()
	c, err := certs.Load(chain, "")
	if err != nil {
		t.Fatal(err)
	}
	own, err := tls.X509KeyPair(c.ChainPEM, c.KeyPEM)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, func(socket net.Conn) {
		server := tls.Server(socket, &tls.Config{Certificates: []tls.Certificate{own}})
		if _, err := server.Read(make([]byte, 4096)); err == nil {
			io.WriteString(server, "HTTP/1.0 200 OK\r\n\r\nhello")
			server.Close()
		}
	})
}

// serve listens on loopback until the test ends and hands over each connection.
func serve(t *testing.T, handle func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			socket, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer socket.Close()
				handle(socket)
			}()
		}
	}()
	return l.Addr().String()
}

// bundleOf writes a bundle of some chains' roots.
func bundleOf(t *testing.T, chains ...string) (file string) {
	t.Helper()
	var text []byte
	for _, name := range chains {
		c, err := certs.Load(name, "")
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, c.RootPEM...)
	}
	file = filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// trimming runs `tlslab certs trim` into an empty directory and says what is
// there afterwards.
func trimming(t *testing.T, dir string, args ...string) (status int, stdout, stderr string, names []string) {
	t.Helper()
	status, stdout, stderr = run(append([]string{"certs", "trim", "-o", filepath.Join(dir, "root.pem"), "--hostname", "tlslab.example", "--time", "2026-01-01T00:00:00Z"}, args...)...)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return status, stdout, stderr, names
}

// TestTrim: the one root that a server's chain leads to is written as it is,
// and once; having it alone is cheaper.
func TestTrim(t *testing.T) {
	t.Parallel()
	needSource(t)
	server, bundle, dir := serveChain(t, "rsa4096"), bundleOf(t, "ecdsa-p256", "rsa4096", "rsa2048"), t.TempDir()
	status, stdout, stderr, _ := trimming(t, dir, "--server", server, "--bundle", bundle)
	if status != exitFine {
		t.Fatalf("status %d: %s", status, stderr)
	}
	want, err := certs.Load("rsa4096", "")
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "root.pem")
	if got, err := os.ReadFile(root); err != nil || string(got) != string(want.RootPEM) {
		t.Errorf("root.pem: %v\n%s", err, got)
	}
	for _, line := range []string{"shows 2 certificates; of the 3 of bundle.pem it needs number 2:\n  tlslab test root RSA-4096\n  tlslab test intermediate RSA-4096\n  tlslab.example\n", "\n     all 3    3 740 ", "\n  this one    1 892 ", "\n     saved    1 848 ", "\n    as DER    1 355 "} {
		if !strings.Contains(stdout, line) {
			t.Errorf("no %q in\n%s", line, stdout)
		}
	}
	// A second time it is not overwritten, unless told; a configuration that
	// can't parse the root says so.
	status, _, stderr, _ = trimming(t, dir, "--server", server, "--bundle", bundle)
	if status != exitTool || !strings.Contains(stderr, "root.pem: is there already; --force replaces it") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if status, _, stderr, names := trimming(t, dir, "imxrt1052", "--server", server, "--bundle", bundle, "--force"); status != exitBad || len(names) != 1 ||
		!strings.Contains(stderr, "rtthread-optimised can't parse it: MBEDTLS_ERR_PK_INVALID_PUBKEY (a key longer than MPI_MAX_SIZE, in bytes) (RSA 4096, signed SHA256-RSA)") {
		t.Errorf("status %d: %s, %q", status, stderr, names)
	}
}

// TestTrimmedRootIsEnough: with the root that was found, and with none of the
// others, the guest connects to the server.
func TestTrimmedRootIsEnough(t *testing.T) {
	t.Parallel()
	needSource(t)
	server, dir := serveChain(t, "ecdsa-p256-three"), t.TempDir()
	chains := []string{"rsa2048", "ecdsa-p384", "ecdsa-p256"}
	if status, _, stderr, _ := trimming(t, dir, "--server", server, "--bundle", bundleOf(t, chains...)); status != exitFine {
		t.Fatalf("status %d: %s", status, stderr)
	}
	connect := func(ca string) (int, string) {
		status, _, stderr := run("connect", "certs", "--server", server, "--ca", ca, "--hostname", "tlslab.example", "--rtc", "2026-01-01T00:00:00Z")
		return status, stderr
	}
	if status, stderr := connect(filepath.Join(dir, "root.pem")); status != exitFine {
		t.Errorf("the root: status %d: %s", status, stderr)
	}
	for _, other := range chains[:2] {
		if status, stderr := connect(bundleOf(t, other)); status != exitBad || !strings.Contains(stderr, "BADCERT_NOT_TRUSTED") {
			t.Errorf("the root of %s: status %d: %s", other, status, stderr)
		}
	}
}

// TestTrimRefuses: a server or a file that is of no use is one clear line, and
// nothing is written.
func TestTrimRefuses(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := closed.Addr().String()
	closed.Close()
	rsa := serveChain(t, "rsa2048")
	c, err := certs.Load("rsa2048", "")
	if err != nil {
		t.Fatal(err)
	}
	file := func(text []byte) string {
		name := filepath.Join(t.TempDir(), "bundle.pem")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := bundleOf(t, "rsa2048")
	for _, x := range []struct {
		name, server, bundle string
		status               int
		say                  string
	}{
		{"unreachable", nowhere, good, exitBad, "connection refused"},
		{"no port", "localhost", good, exitTool, `--server "localhost": want HOST:PORT`},
		{"not TLS", serve(t, func(s net.Conn) { s.Write([]byte("HTTP/1.0 400 Bad Request\r\n\r\n")) }), good, exitBad, "does not speak TLS: tls: first record does not look like a TLS handshake"},
		{"hangs up", serve(t, func(net.Conn) {}), good, exitBad, "shows no certificate: "},
		{"without its root", rsa, bundleOf(t, "rsa4096", "ecdsa-p256"), exitBad, "tlslab test intermediate RSA-2048 is signed by CN=tlslab test root RSA-2048,O=tlslab public test PKI, which is neither shown nor among the roots"},
		{"signed by itself", serveChain(t, "rsa2048-self"), good, exitBad, "tlslab.example signed itself and is not among the roots"},
		{"no bundle", rsa, filepath.Join(t.TempDir(), "none.pem"), exitTool, "none.pem: no such file or directory"},
		{"garbage", rsa, file([]byte("garbage")), exitTool, "bundle.pem: no certificate in it"},
		{"DER", rsa, file(c.RootDER), exitTool, "bundle.pem: is DER, not PEM"},
		{"a private key", rsa, file(append(append([]byte(nil), c.RootPEM...), c.KeyPEM...)), exitTool, "bundle.pem: has a private key in it: refused"},
	} {
		t.Run(x.name, func(t *testing.T) {
			status, stdout, stderr, names := trimming(t, t.TempDir(), "--server", x.server, "--bundle", x.bundle)
			if status != x.status || !strings.Contains(stderr, x.say) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("status %d, want %d: %s", status, x.status, stderr)
			}
			if stdout != "" || len(names) > 0 {
				t.Errorf("wrote %q and said %q", names, stdout)
			}
		})
	}
}

// TestShownBySilence: a server that says nothing is waited for with a limit.
func TestShownBySilence(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	silent := serve(t, func(s net.Conn) { <-ctx.Done() })
	_, err := shownBy(ctx, silent, "tlslab.example")
	var bad *status.Bad
	if !errors.As(err, &bad) {
		t.Errorf("%v", err)
	}
}
