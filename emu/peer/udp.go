package peer

import (
	"errors"
	"net"
	"os"
	"time"

	"tlslab/emu"
)

// UDP is a line to a real server over datagrams: each Send is one, each Recv
// takes one. The end of the server is not reported; a port where none listens is
// an error once the host says so.
type UDP struct{ socket }

// NewUDP wraps a connected socket; limit bounds every wait.
func NewUDP(conn net.Conn, limit time.Duration) *UDP { return &UDP{socket{conn, limit}} }

// Recv implements Line. An empty datagram is passed over.
func (u *UDP) Recv(p []byte, timeoutMS uint32) int {
	if err := u.await(timeoutMS); err != nil {
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
