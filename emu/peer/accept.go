package peer

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

// How a DTLS client begins: a handshake record of epoch 0 whose first message is a
// ClientHello (RFC 6347, 4.1 and 4.2.2).
const (
	handshakeRecord = 22
	epochAt         = 3
	messageAt       = 13
	clientHelloKind = 1
)

// Bounds of what waits for a guest to take it; what is more is lost, as on a wire.
const (
	datagramMost = 65_535 // bytes of a UDP datagram
	queueMost    = 64     // datagrams of one client
	backlogMost  = 16     // clients that are not accepted yet
)

// UDPListener tells the clients of one socket apart, by their addresses. Closing it
// closes the socket, and ends every client's connection.
type UDPListener struct {
	conn    net.PacketConn
	backlog chan *udpClient
	done    chan struct{} // closed when the socket is

	mu      sync.Mutex
	clients map[string]*udpClient
}

// ListenUDP takes a socket over.
func ListenUDP(conn net.PacketConn) *UDPListener {
	l := &UDPListener{conn: conn, backlog: make(chan *udpClient, backlogMost), done: make(chan struct{}), clients: map[string]*udpClient{}}
	go l.read()
	return l
}

// Accept waits for the next client's ClientHello.
func (l *UDPListener) Accept(ctx context.Context) (net.Conn, error) {
	select {
	case c := <-l.backlog:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Addr is where it listens.
func (l *UDPListener) Addr() net.Addr { return l.conn.LocalAddr() }

// Close closes the socket.
func (l *UDPListener) Close() error { return l.conn.Close() }

// read hands each datagram to its client until the socket is closed.
func (l *UDPListener) read() {
	defer close(l.done)
	p := make([]byte, datagramMost)
	for {
		n, from, err := l.conn.ReadFrom(p)
		if err != nil {
			return
		}
		l.route(from, append([]byte(nil), p[:n]...))
	}
}

func (l *UDPListener) route(from net.Addr, p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.clients[from.String()]
	if c == nil {
		if len(p) <= messageAt || p[0] != handshakeRecord || p[epochAt] != 0 || p[epochAt+1] != 0 || p[messageAt] != clientHelloKind {
			return // somebody who is late, or no client
		}
		c = &udpClient{l: l, addr: from, queue: make(chan []byte, queueMost), closed: make(chan struct{})}
		select {
		case l.backlog <- c:
			l.clients[from.String()] = c
		default:
			return // it will send its hello again
		}
	}
	select {
	case c.queue <- p:
	default:
	}
}

// udpClient is a connection with one client of a socket.
type udpClient struct {
	l      *UDPListener
	addr   net.Addr
	queue  chan []byte
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	read time.Time // deadline; zero: none
}

// Read implements net.Conn: one datagram.
func (c *udpClient) Read(p []byte) (int, error) {
	c.mu.Lock()
	deadline := c.read
	c.mu.Unlock()
	var late <-chan time.Time
	if !deadline.IsZero() {
		t := time.NewTimer(time.Until(deadline))
		defer t.Stop()
		late = t.C
	}
	select {
	case <-c.closed: // even where something has come
		return 0, net.ErrClosed
	default:
	}
	select {
	case d := <-c.queue:
		return copy(p, d), nil
	case <-late:
		return 0, os.ErrDeadlineExceeded
	case <-c.closed:
	case <-c.l.done:
	}
	return 0, net.ErrClosed
}

// Write implements net.Conn.
func (c *udpClient) Write(p []byte) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	default:
		return c.l.conn.WriteTo(p, c.addr)
	}
}

// Close ends a Read that waits, and each later one; the client may come again.
func (c *udpClient) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.l.mu.Lock()
		defer c.l.mu.Unlock()
		if c.l.clients[c.addr.String()] == c {
			delete(c.l.clients, c.addr.String())
		}
	})
	return nil
}

// LocalAddr implements net.Conn.
func (c *udpClient) LocalAddr() net.Addr { return c.l.conn.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *udpClient) RemoteAddr() net.Addr { return c.addr }

// SetReadDeadline implements net.Conn, for the Reads that begin later.
func (c *udpClient) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = t
	return nil
}

// SetWriteDeadline implements net.Conn: a datagram is sent or lost at once.
func (c *udpClient) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline implements net.Conn.
func (c *udpClient) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }
