package peer

import (
	"net"
	"testing"
	"time"

	"tlslab/emu"
	"tlslab/internal/testutil"
)

// tcpPair is a line and the far end of its connection.
func tcpPair(t *testing.T, limit time.Duration) (*TCP, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return NewTCP(near, limit), far.(*net.TCPConn)
}

func TestTCPFillsItsBuffer(t *testing.T) {
	line, far := tcpPair(t, testutil.Patience)
	far.SetNoDelay(true)
	go func() {
		for _, s := range []string{"he", "l", "lo"} {
			far.Write([]byte(s))
			time.Sleep(time.Millisecond)
		}
		far.CloseWrite()
	}()
	p := make([]byte, 4)
	if n := line.Recv(p, 0); n != 4 || string(p) != "hell" {
		t.Errorf("received %d: %q", n, p)
	}
	if n := line.Recv(p, 0); n != 1 || p[0] != 'o' {
		t.Errorf("the rest before the end: %d", n)
	}
	if n := line.Recv(p, 0); n != emu.RecvEOF {
		t.Errorf("at the end: %d", n)
	}
}

func TestTCPTimeouts(t *testing.T) {
	line, far := tcpPair(t, testutil.Patience)
	p := make([]byte, 4)
	if n := line.Recv(p, 5); n != emu.RecvTimeout {
		t.Errorf("the guest's own timeout: %d", n)
	}
	line.limit = 5 * time.Millisecond
	if n := line.Recv(p, 60_000); n != emu.RecvTimeout {
		t.Errorf("the line's limit: %d", n)
	}
	if n := line.Recv(p, 0); n != emu.RecvTimeout {
		t.Errorf("no timeout of its own: %d", n)
	}
	// What came in time is not lost, and a timeout is not for ever.
	line.limit = testutil.Patience
	far.Write([]byte("abc"))
	if n := line.Recv(p, 200); n != 3 || string(p[:3]) != "abc" {
		t.Errorf("a part in time: %d", n)
	}
	far.Write([]byte("defg"))
	if n := line.Recv(p, 0); n != 4 || string(p) != "defg" {
		t.Errorf("after a timeout: %d", n)
	}
}

func TestTCPSend(t *testing.T) {
	line, far := tcpPair(t, testutil.Patience)
	if n := line.Send([]byte("hello")); n != 5 {
		t.Errorf("sent %d", n)
	}
	p := make([]byte, 5)
	far.SetReadDeadline(time.Now().Add(testutil.Patience))
	if n, err := far.Read(p); err != nil || string(p[:n]) != "hello" {
		t.Errorf("received %q, %v", p[:n], err)
	}
	// A peer that does not read: the limit ends it.
	line.limit = 20 * time.Millisecond
	if n := line.Send(make([]byte, 64<<20)); n != emu.RecvError {
		t.Errorf("sent %d to a peer that does not read", n)
	}
}

func TestTCPReset(t *testing.T) {
	line, far := tcpPair(t, testutil.Patience)
	far.SetLinger(0) // close sends a reset
	far.Close()
	if n := line.Recv(make([]byte, 1), 0); n != emu.RecvError {
		t.Errorf("after a reset: %d", n)
	}
	line.conn.Close()
	if n := line.Recv(make([]byte, 1), 0); n != emu.RecvError {
		t.Errorf("on a closed connection: %d", n)
	}
	if n := line.Send([]byte("x")); n != emu.RecvError {
		t.Errorf("send on a closed connection: %d", n)
	}
}
