package peer

import (
	"net"
	"testing"

	"tlslab/emu"
	"tlslab/internal/testutil"
)

func TestUDP(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("udp", server.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	u := NewUDP(conn, testutil.Patience)
	if n := u.Send([]byte("hello")); n != 5 {
		t.Fatalf("sent %d", n)
	}
	if n := u.Send(nil); n != 0 {
		t.Errorf("sent nothing: %d", n)
	}
	p := make([]byte, 100)
	n, from, err := server.ReadFrom(p)
	if err != nil || string(p[:n]) != "hello" {
		t.Fatalf("%q, %v", p[:n], err)
	}
	for _, s := range []string{"one", "", "second"} {
		if _, err := server.WriteTo([]byte(s), from); err != nil {
			t.Fatal(err)
		}
	}
	if n := u.Recv(p, 0); string(p[:max(n, 0)]) != "one" {
		t.Errorf("received %d", n)
	}
	if n := u.Recv(p[:3], 0); n != 3 || string(p[:3]) != "sec" {
		t.Errorf("received %d", n)
	}
	if n := u.Recv(p, 20); n != emu.RecvTimeout {
		t.Errorf("nothing there: %d", n)
	}
	server.Close()
	// The host reports a closed port, at this send or at the next call.
	u.Send([]byte("x"))
	if n := u.Recv(p, 2000); n != emu.RecvError {
		t.Errorf("nobody there: %d", n)
	}
}
