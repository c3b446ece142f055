package live

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/emu/records"
	"tlslab/emu/wasm"
	"tlslab/internal/testutil"
)

// badServer takes one connection, reads the guest's first flight, answers and
// closes.
func badServer(t *testing.T, answer []byte) net.Conn {
	t.Helper()
	client, server := socketPair(t)
	go func() {
		hello := make([]byte, 512)
		if _, err := server.Read(hello); err != nil || answer == nil {
			return // a server that never answers
		}
		server.Write(answer)
		server.(*net.TCPConn).CloseWrite() // a reset could overtake the answer
		io.Copy(io.Discard, server)
		server.Close()
	}()
	return client
}

func connect(ctx context.Context, t *testing.T, l *measure.Bench, conn net.Conn, limit time.Duration) (*results.Case, error) {
	t.Helper()
	plan := labtest.LoadPlan(t, nil)
	j := labtest.JobOf(t, plan, "undated", labtest.ECDSA)
	return Connect(ctx, l, plan, j, Connection{Dial: func(context.Context) (net.Conn, error) { return conn, nil }, Patience: Patience{Wait: limit}, Hostname: j.Scenario.Hostname, RTC: time.Unix(j.Scenario.RTCSeconds(), 0)})
}

// TestBadServers: what a server does wrong is an outcome with its phase.
func TestBadServers(t *testing.T) {
	l := &measure.Bench{Lab: labtest.Open(t, wasm.Compiler)}
	for _, c := range []struct {
		name           string
		answer         []byte
		outcome, phase string
		advice         string // a part of it
	}{
		{"closes", []byte{}, "MBEDTLS_ERR_SSL_CONN_EOF", "server-hello", "usually: the server closed the connection without an alert"},
		{"speaks HTTP", []byte("HTTP/1.0 400 Bad Request\r\n\r\n"), "MBEDTLS_ERR_SSL_INVALID_RECORD", "server-hello", `does not speak TLS on this port: its answer begins with "HTTP/`},
		{"speaks noise", bytes.Repeat([]byte{0xa5}, 4096), "MBEDTLS_ERR_SSL_INVALID_RECORD", "server-hello", "does not speak TLS on this port"},
		{"stops in a record", []byte{22, 3, 3, 0, 90, 2}, "MBEDTLS_ERR_SSL_CONN_EOF", "server-hello", "more: tlslab explain SSL_CONN_EOF"},
		{"sends too much", append([]byte{22, 3, 3, 0x20, 0}, make([]byte, 0x2000)...), "MBEDTLS_ERR_SSL_BAD_INPUT_DATA", "server-hello",
			"the server sends a record of 8 192 B, and SSL_MAX_CONTENT_LEN allows 3584"},
		{"refuses", []byte{21, 3, 3, 0, 2, 2, 40}, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE", "server-hello", "the server's alert is handshake_failure, after ClientHello"},
		{"never answers", nil, "MBEDTLS_ERR_SSL_TIMEOUT", "server-hello", "usually: the server is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wait := testutil.Patience
			if c.answer == nil {
				wait = 200 * time.Millisecond
			}
			got, err := connect(context.Background(), t, l, badServer(t, c.answer), wait)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Outcome) != c.outcome || string(got.Phase) != c.phase {
				t.Errorf("%q in %q (%s), want %q in %q", got.Outcome, got.Phase, got.Detail, c.outcome, c.phase)
			}
			if advice := strings.Join(got.Advice, "\n"); !strings.Contains(advice, c.advice) {
				t.Errorf("advice\n%s\nwants %q", advice, c.advice)
			}
			labtest.Writable(t, *got)
		})
	}
}

// TestConnectLimits: a server that goes on for ever is cut off, and the case says why.
func TestConnectLimits(t *testing.T) {
	l := &measure.Bench{Lab: labtest.Open(t, wasm.Compiler)}
	plan := labtest.LoadPlan(t, nil)
	j := labtest.JobOf(t, plan, "undated", labtest.ECDSA)
	trickle := func(s net.Conn, expire func()) { // a record's first bytes, one at a time, until time is up
		if _, err := s.Read(make([]byte, 512)); err != nil {
			return
		}
		for _, b := range append([]byte{22, 3, 3, 0x0d, 0xac}, make([]byte, 16)...) {
			if _, err := s.Write([]byte{b}); err != nil {
				return
			}
		}
		expire()
	}
	flood := func(s net.Conn, _ func()) { // warnings that a client passes over
		for {
			if _, err := s.Write(bytes.Repeat([]byte{21, 3, 3, 0, 2, 1, 90}, 100)); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		serve  func(s net.Conn, expire func())
		within Patience
		why    string
	}{
		"a byte at a time":        {trickle, Patience{Wait: testutil.Patience, Total: 500 * time.Millisecond}, "the conversation was not over after 500ms"},
		"a handshake without end": {trickle, Patience{Wait: testutil.Patience, Handshake: 500 * time.Millisecond, Total: testutil.Patience}, "the handshake was not over after 500ms"},
		"more than anybody wants": {flood, Patience{Wait: testutil.Patience, Total: 10 * time.Minute, ReceivedB: 5000}, "more than 5 000 B came"},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := socketPair(t)
			// Time is up when the server says so, however loaded the machine is.
			var soonest time.Duration
			var up func()
			c.within.after = func(d time.Duration, f func()) stopper {
				if up == nil || d < soonest {
					soonest, up = d, f
				}
				return time.NewTimer(time.Hour)
			}
			go c.serve(far, func() { up() })
			heard := new(records.Conversation)
			got, err := Connect(t.Context(), l, plan, j, Connection{Dial: func(context.Context) (net.Conn, error) { return near, nil }, Patience: c.within,
				Hostname: j.Scenario.Hostname, RTC: time.Unix(j.Scenario.RTCSeconds(), 0), Heard: heard})
			if err != nil {
				t.Fatal(err)
			}
			if got.Outcome != lab.OutcomeCutOff || got.Detail != c.why {
				t.Errorf("%s in %s (%s), want %s", got.Outcome, got.Phase, got.Detail, c.why)
			}
			if heard.Client == nil || len(heard.Client.Suites) == 0 {
				t.Errorf("heard %+v", heard.Client)
			}
			labtest.Writable(t, *got)
		})
	}
}

// socketPair are both ends of a connection.
func socketPair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// TestConnectInterrupted: a guest that waits for a server can be stopped.
func TestConnectInterrupted(t *testing.T) {
	l := &measure.Bench{Lab: labtest.Open(t, wasm.Compiler)}
	ctx, cancel := context.WithCancel(context.Background())
	conn := badServer(t, nil)
	const soon, limit = 300 * time.Millisecond, testutil.Patience
	timer := time.AfterFunc(soon, cancel)
	defer timer.Stop()
	start := time.Now()
	got, err := connect(ctx, t, l, conn, limit)
	if !errors.Is(err, context.Canceled) || got != nil || time.Since(start) > limit/2 {
		t.Errorf("after %v: %+v, %v", time.Since(start), got, err)
	}
}
