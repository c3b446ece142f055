package peer

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"tlslab/emu"
)

// TCP is a line to a real server. Recv fills its buffer unless the peer closes
// or time runs out, so that a guest's counts do not depend on how the network
// cut the stream.
type TCP struct {
	conn  net.Conn
	limit time.Duration // longest wait of one Recv without a timeout of its own
}

// NewTCP wraps a connection; limit bounds every wait.
func NewTCP(conn net.Conn, limit time.Duration) *TCP { return &TCP{conn, limit} }

// Send implements Line.
func (t *TCP) Send(p []byte) int {
	if err := t.conn.SetWriteDeadline(time.Now().Add(t.limit)); err != nil {
		return emu.RecvError
	}
	n, err := t.conn.Write(p)
	if err != nil {
		return emu.RecvError
	}
	return n
}

// Recv implements Line.
func (t *TCP) Recv(p []byte, timeoutMS uint32) int {
	wait := t.limit
	if timeoutMS > 0 {
		wait = min(wait, time.Duration(timeoutMS)*time.Millisecond)
	}
	if err := t.conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return emu.RecvError
	}
	n, err := io.ReadFull(t.conn, p)
	switch {
	case n > 0 || err == nil:
		return n
	case errors.Is(err, io.EOF):
		return emu.RecvEOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return emu.RecvTimeout
	default:
		return emu.RecvError
	}
}
