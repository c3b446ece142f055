package peer

import (
	"errors"
	"net"
	"os"
	"time"

	"tlslab/emu"
)

// UDP is a line to a real server over datagrams: each Send is one, each Recv
// takes one. Nobody says when the server is gone; a port where none listens is
// an error once the host says so.
type UDP struct {
	conn  net.Conn
	limit time.Duration // longest wait of one Recv without a timeout of its own
}

// NewUDP wraps a connected socket; limit bounds every wait.
func NewUDP(conn net.Conn, limit time.Duration) *UDP { return &UDP{conn, limit} }

// Send implements Line.
func (u *UDP) Send(p []byte) int {
	if err := u.conn.SetWriteDeadline(time.Now().Add(u.limit)); err != nil {
		return emu.RecvError
	}
	if len(p) == 0 {
		return 0
	}
	n, err := u.conn.Write(p)
	if err != nil {
		return emu.RecvError
	}
	return n
}

// Recv implements Line. An empty datagram is passed over.
func (u *UDP) Recv(p []byte, timeoutMS uint32) int {
	wait := u.limit
	if timeoutMS > 0 {
		wait = min(wait, time.Duration(timeoutMS)*time.Millisecond)
	}
	if err := u.conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return emu.RecvError
	}
	for {
		n, err := u.conn.Read(p)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return emu.RecvTimeout
		case err != nil:
			return emu.RecvError
		case n > 0:
			return n
		}
	}
}
