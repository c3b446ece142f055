package peer

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// Whoever begins with a handshake record is the client until its connection is
// closed: what others send is lost.
func TestAcceptUDP(t *testing.T) {
	listener, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dial := func() net.Conn {
		c, err := net.Dial("udp", listener.LocalAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	one, other := dial(), dial()
	send := func(c net.Conn, text string) {
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	const hello = "\x16hello"
	send(other, "\x15an alert that is late")
	send(one, hello)
	conn, err := AcceptUDP(context.Background(), listener)
	if err != nil || conn.RemoteAddr().String() != one.LocalAddr().String() {
		t.Fatalf("accepted %v, %v", conn, err)
	}
	send(other, "\x16me too")
	send(one, "more")
	for _, want := range []string{hello, "more"} {
		p := make([]byte, 100)
		if n, err := conn.Read(p); err != nil || string(p[:n]) != want {
			t.Fatalf("read %q, %v, want %q", p[:n], err, want)
		}
	}
	send(conn, "answer")
	p := make([]byte, 100)
	if n, err := one.Read(p); err != nil || string(p[:n]) != "answer" {
		t.Fatalf("the client read %q, %v", p[:n], err)
	}
	read := make(chan error)
	go func() {
		_, err := conn.Read(make([]byte, 100))
		read <- err
	}()
	time.Sleep(10 * time.Millisecond)
	conn.Close()
	if err := <-read; err == nil {
		t.Error("a read went on after the end")
	}
	if _, err := conn.Read(make([]byte, 100)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read after the end: %v", err)
	}

	send(other, hello)
	if conn, err = AcceptUDP(context.Background(), listener); err != nil || conn.RemoteAddr().String() != other.LocalAddr().String() {
		t.Fatalf("the next: %v, %v", conn, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := AcceptUDP(ctx, listener); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nobody came: %v", err)
	}
}
