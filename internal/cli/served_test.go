package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tlslab/core/library"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/tune"
	"tlslab/core/build"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// flags by which a guest refuses each check.
var servedFlags = map[string]string{"expired": "BADCERT_EXPIRED", "not-yet-valid": "BADCERT_FUTURE", "wrong-name": "BADCERT_CN_MISMATCH", "unknown-ca": "BADCERT_NOT_TRUSTED"}

// script answers conversations: what is not in it ends as it should. A key is
// "POINT CHECK NUMBER" with any part "*"; the number counts all conversations.
type script map[string]string

func (sc script) talk(n *int) func(context.Context, tune.Point, string) (*results.Case, error) {
	return func(_ context.Context, p tune.Point, check string) (*results.Case, error) {
		*n++
		end := results.OutcomeConnected
		if check != "" {
			end = refused + servedFlags[check]
		}
		for key, other := range sc {
			var at [3]string
			copy(at[:], strings.Fields(key))
			if (at[0] == "*" || at[0] == p.ARM) && (at[1] == "*" || at[1] == check || at[1] == "good" && check == "") && (at[2] == "*" || at[2] == fmt.Sprint(*n) || at[2] == "late" && *n > 6) {
				end = other
			}
		}
		if end == "unreachable" {
			return nil, badf("server: connection refused")
		}
		return &results.Case{Outcome: end}, nil
	}
}

// TestServedJudges: what a real server does is the candidate's doing only where
// the server still does the same with another.
func TestServedJudges(t *testing.T) {
	t.Parallel()
	const eof = "MBEDTLS_ERR_SSL_CONN_EOF"
	for _, c := range []struct {
		name  string
		says  script
		start string // what the error of the start holds, "" for none
		why   string // of the candidate
		gone  string // what the error at the candidate holds
		tried int    // checks of the candidate
	}{
		{"all is well", nil, "", "", "", 4},
		{"the start fails", script{"start good *": eof}, "the start does not connect: " + eof, "", "", 0},
		{"nobody listens", script{"* * *": "unreachable"}, "connection refused", "", "", 0},
		{"the start takes any name", script{"start wrong-name *": results.OutcomeConnected}, "wrong-name is not refused by the start", "", "", 0},
		{"never expires", script{"* expired *": results.OutcomeConnected}, "", "", "", 3},
		{"one bad moment", script{"* * 6": eof}, "", "", "", 4},
		{"the candidate can't", script{"other good *": eof}, "", "server: " + eof, "", 0},
		{"the candidate takes any root", script{"other unknown-ca *": results.OutcomeConnected}, "", "server: unknown-ca is not refused (accepted)", "", 4},
		{"refused for another reason", script{"other expired *": eof}, "", "server: expired is not refused (" + results.OutcomeOther + eof + ")", "", 1},
		{"the server stops", script{"* * late": eof}, "", "", "no longer connects to what it did connect to: " + eof, 0},
		{"the server goes away", script{"* * late": "unreachable"}, "", "", "connection refused", 0},
		{"does not build", script{"other good *": lab.OutcomeNoBuild}, "", "server: " + lab.OutcomeNoBuild, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			s := &served{server: "server", library: library.All[0], checks: slices.Clone(servedChecks), known: map[string]results.Case{}, talk: c.says.talk(&n)}
			why, err := s.try(context.Background(), tune.Point{ARM: "start"})
			if c.start != "" {
				if err == nil || !strings.Contains(err.Error(), c.start) || !errors.As(err, new(*badError)) {
					t.Fatalf("start: %v, want a finding with %q", err, c.start)
				}
				return
			}
			if err != nil || why != "" {
				t.Fatalf("start: %q, %v", why, err)
			}
			other := tune.Point{ARM: "other"}
			why, err = s.try(context.Background(), other)
			if c.gone != "" {
				if err == nil || !strings.Contains(err.Error(), c.gone) || !errors.As(err, new(*goneError)) || !errors.As(err, new(*badError)) {
					t.Fatalf("candidate: %q, %v, want that the server is gone: %q", why, err, c.gone)
				}
				return
			}
			if err != nil || why != c.why || len(s.known[other.Key()].Checks) != c.tried {
				t.Errorf("candidate: %q, %v, %d checks; want %q and %d", why, err, len(s.known[other.Key()].Checks), c.why, c.tried)
			}
			before := n
			if again, _ := s.try(context.Background(), other); again != why || n != before {
				t.Errorf("asked again: %q after %d more conversations", again, n-before)
			}
		})
	}
}

// TestServedBound: no more connections than asked for.
func TestServedBound(t *testing.T) {
	t.Parallel()
	s := &served{server: "server", most: 3, made: 3}
	if _, err := s.once(context.Background(), tune.Point{}, ""); err == nil || !strings.Contains(err.Error(), "3 connections were made, which is the most") {
		t.Errorf("%v", err)
	}
}

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
