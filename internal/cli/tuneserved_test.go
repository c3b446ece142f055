package cli

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tlslab/core/build"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

const ecdsaScenario = "ecdhe-ecdsa-p256-aes128-gcm"

func tuneServed(out, addr string, more ...string) (status int, stdout, stderr string) {
	return run(append([]string{"tune", labProfile, "--out", out, "-S", ecdsaScenario, "--config", "dated", "--option", "SHA1_C", "--no-plots",
		"--rtc", "2026-01-01T00:00:00Z", "--server", addr}, more...)...)
}

// TestTuneServed: a search against OpenSSL, one whose server stops on the way,
// and one without a server.
func TestTuneServed(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	needSource(t)
	need(t, build.Tool{Name: "openssl", Package: "openssl"})
	s, err := profiles.LoadScenario(nil, ecdsaScenario)
	if err != nil {
		t.Fatal(err)
	}
	addr, said := startOpenSSL(t, s, newIdentity(t, s, ""))
	t.Run("well", func(t *testing.T) {
		out := t.TempDir()
		status, stdout, stderr := tuneServed(out, addr)
		if want := addr + " as tlslab.example ("; status != exitFine || !strings.Contains(stdout, want) ||
			!strings.Contains(strings.Join(strings.Fields(stdout), " "), "connections): connected; refuses expired, not-yet-valid, wrong-name, unknown-ca; in this conversation") {
			t.Fatalf("status %d, want %q in\n%s\n%s\nthe server said:\n%s", status, want, stdout, stderr, said())
		}
		data, err := os.ReadFile(filepath.Join(out, "lab", "tune.json"))
		if err != nil || !strings.Contains(string(data), `"served": {`) {
			t.Errorf("tune.json: %v, or no server in it", err)
		}
	})
	t.Run("stops", func(t *testing.T) {
		out := t.TempDir()
		status, _, stderr := tuneServed(out, forward(t, addr, 7))
		if status != exitBad || !strings.Contains(stderr, "no longer connects to what it did connect to: MBEDTLS_ERR_SSL_CONN_EOF in server-hello\n") {
			t.Errorf("status %d, %s", status, stderr)
		}
		if _, err := os.Stat(filepath.Join(out, "lab", "tune.json")); err == nil {
			t.Error("half a search was written as a whole one")
		}
		data, err := os.ReadFile(filepath.Join(out, "lab", "tune-unfinished.json"))
		if err != nil || !strings.Contains(string(data), `"unfinished": "`) {
			t.Errorf("tune-unfinished.json: %v, or it does not say why\n%s", err, stderr)
		}
	})
	t.Run("over budget", func(t *testing.T) {
		// The reference server's handshake keeps it; OpenSSL takes a larger curve.
		status, _, stderr := tuneServed(t.TempDir(), addr, "--budget", "ticks=250M")
		if status != exitBad || !strings.Contains(stderr, "the closest exceeds with "+addr+" ticks: ") {
			t.Errorf("status %d, %s", status, stderr)
		}
	})
	t.Run("other certificates", func(t *testing.T) {
		status, _, stderr := tuneServed(t.TempDir(), addr, "--ca", "../../certs/pem/p256-other-root.pem", "--hostname", "tlslab.example")
		if status != exitBad || !strings.Contains(stderr, "the start does not connect: "+refused+"BADCERT_NOT_TRUSTED in server-certificate\n") {
			t.Errorf("status %d, %s", status, stderr)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		nobody := l.Addr().String()
		l.Close()
		if status, _, stderr := tuneServed(t.TempDir(), nobody); status != exitBad || !strings.Contains(stderr, "tlslab: "+nobody+": dial tcp") {
			t.Errorf("status %d, %s", status, stderr)
		}
	})
	t.Run("garbage", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Read(make([]byte, 512))
				c.Write(make([]byte, 4096))
				c.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, c)
				c.Close()
			}
		}()
		status, _, stderr := tuneServed(t.TempDir(), l.Addr().String())
		if status != exitBad || !strings.Contains(stderr, "the start does not connect: MBEDTLS_ERR_SSL_INVALID_RECORD in server-hello (") {
			t.Errorf("status %d, %s", status, stderr)
		}
	})
}

// forward passes the first connections on to addr and closes those after.
func forward(t *testing.T, addr string, most int32) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var n atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if n.Add(1) > most {
					c.Read(make([]byte, 512)) // a reset could overtake the end
					return
				}
				s, err := net.Dial("tcp", addr)
				if err != nil {
					return
				}
				defer s.Close()
				go func() {
					io.Copy(s, c)
					s.(*net.TCPConn).CloseWrite()
				}()
				io.Copy(c, s)
			}()
		}
	}()
	return l.Addr().String()
}
