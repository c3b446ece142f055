package peer

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// hello is a datagram that begins as a DTLS client's does.
func hello(text string) string {
	return "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x01" + text
}

// TestUDPListener: each client has a connection of its own, in any order of what
// they send; who does not begin as a client does is passed over.
func TestUDPListener(t *testing.T) {
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := ListenUDP(socket)
	defer l.Close()
	dial := func() net.Conn {
		c, err := net.Dial("udp", socket.LocalAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	send := func(c net.Conn, text string) {
		t.Helper()
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	accept := func(of net.Conn) net.Conn {
		t.Helper()
		c, err := l.Accept(t.Context())
		if err != nil || c.RemoteAddr().String() != of.LocalAddr().String() {
			t.Fatalf("accepted %v, %v", c, err)
		}
		return c
	}
	read := func(c net.Conn, want string) {
		t.Helper()
		p := make([]byte, 100)
		if n, err := c.Read(p); err != nil || string(p[:n]) != want {
			t.Fatalf("read %q, %v, want %q", p[:n], err, want)
		}
	}
	stranger, one, other := dial(), dial(), dial()
	send(stranger, "\x15an alert that is late")
	send(stranger, "\x16\xfe\xfd\x00\x01\x00\x00\x00\x00\x00\x00\x00\x05\x01a late flight")
	send(one, hello("1"))
	a := accept(one)
	send(other, hello("2"))
	b := accept(other)
	send(other, "more of 2")
	send(one, "more of 1")
	read(b, hello("2"))
	read(b, "more of 2")
	read(a, hello("1"))
	read(a, "more of 1")
	send(a, "answer")
	read(one, "answer")

	if err := a.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(make([]byte, 9)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after the deadline: %v", err)
	}
	a.SetReadDeadline(time.Time{})
	ended := make(chan error, 2)
	for _, c := range []net.Conn{a, b} {
		go func() {
			_, err := c.Read(make([]byte, 9))
			ended <- err
		}()
	}
	a.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("a connection that is closed: %v", err)
	}
	send(one, hello("again"))
	read(accept(one), hello("again"))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Accept(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("a listener that is closed: %v", err)
	}
	if _, err := l.Accept(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed listener accepts: %v", err)
	}
}
