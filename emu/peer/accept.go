package peer

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// handshakeRecord is the content type that a DTLS client begins with (RFC 6347, 4.1).
const handshakeRecord = 22

// datagramMost is the most bytes of a UDP datagram.
const datagramMost = 65_535

// AcceptUDP waits for the first handshake record of whoever comes and returns a
// connection with its sender; what others send meanwhile is lost. Closing it
// leaves conn open, for the next client.
func AcceptUDP(ctx context.Context, conn net.PacketConn) (net.Conn, error) {
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Now()) })
	defer stop()
	p := make([]byte, datagramMost)
	for {
		n, from, err := conn.ReadFrom(p)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, err
		case n > 0 && p[0] == handshakeRecord:
			return &udpClient{PacketConn: conn, client: from, first: p[:n]}, nil
		}
	}
}

// udpClient is one client of a socket that several come to, one after the other.
type udpClient struct {
	net.PacketConn
	client net.Addr
	first  []byte // what it began with, until it is read
	closed atomic.Bool
}

// Read implements net.Conn: one datagram of this client.
func (c *udpClient) Read(p []byte) (int, error) {
	if first := c.first; first != nil {
		c.first = nil
		return copy(p, first), nil
	}
	for !c.closed.Load() {
		n, from, err := c.ReadFrom(p)
		if err != nil || from.String() == c.client.String() {
			return n, err
		}
	}
	return 0, net.ErrClosed
}

// Write implements net.Conn.
func (c *udpClient) Write(p []byte) (int, error) { return c.WriteTo(p, c.client) }

// RemoteAddr implements net.Conn.
func (c *udpClient) RemoteAddr() net.Addr { return c.client }

// Close ends a Read that waits, and each later one.
func (c *udpClient) Close() error {
	c.closed.Store(true)
	return c.SetReadDeadline(time.Now())
}
