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
type TCP struct{ socket }

// NewTCP wraps a connection; limit bounds every wait.
func NewTCP(conn net.Conn, limit time.Duration) *TCP { return &TCP{socket{conn, limit}} }

// Recv implements Line.
func (t *TCP) Recv(p []byte, timeoutMS uint32) int {
	if err := t.await(timeoutMS); err != nil {
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
