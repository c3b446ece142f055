package cli

import (
	"net"
	"time"

	"tlslab/emu/records"
)

// helloMost is how much is read of a client to find its hello, bytes: a record.
const helloMost = records.HeaderB + records.LongestB

// replayed is a connection of which something was read ahead.
type replayed struct {
	net.Conn
	held [][]byte
}

// Read implements net.Conn: one datagram, or some bytes.
func (r *replayed) Read(p []byte) (int, error) {
	if len(r.held) == 0 {
		return r.Conn.Read(p)
	}
	n := copy(p, r.held[0])
	if r.held[0] = r.held[0][n:]; len(r.held[0]) == 0 {
		r.held = r.held[1:]
	}
	return n, nil
}

// CloseWrite implements what a stream has: the other side reads to the end.
func (r *replayed) CloseWrite() error {
	if half, ok := r.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return r.Conn.Close()
}

// peek reads a client's hello ahead and says whether it brings a session along. A
// client that says nothing in time brings none.
func peek(c net.Conn, datagram bool, limit time.Duration) (whole net.Conn, session bool) {
	if err := c.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return c, false
	}
	heard, r := records.NewConversation(datagram), &replayed{Conn: c}
	for read := 0; heard.Client == nil && read < helloMost; {
		p := make([]byte, helloMost)
		n, err := c.Read(p)
		if err != nil {
			break
		}
		read += n
		r.held = append(r.held, p[:n])
		heard.Write(records.FromClient, p[:n])
	}
	return r, heard.Client != nil && heard.Client.Resumes()
}
