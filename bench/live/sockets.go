package live

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"tlslab/emu/peer"
)

// sockets are a guest's connections with a real peer. One that takes up an earlier
// one has two: a real peer ends the TCP connection with TLS's own.
type sockets struct {
	open     func(context.Context) (net.Conn, error)
	limit    time.Duration // longest wait for the peer
	datagram bool
	line     countedLine // over the connection of now

	mu     sync.Mutex
	now    net.Conn
	cancel context.CancelFunc // of a wait for the next; nil: there is none
	over   bool
}

// Bounds of what is waited for and read of a peer that was told goodbye.
const (
	partingTime  = 2 * time.Second
	partingBytes = 1 << 20
)

// next ends the connection there is, in order, opens another and counts anew.
func (s *sockets) next(ctx context.Context) error {
	if s.now != nil {
		s.part()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	if s.cancel = cancel; s.over {
		cancel()
	}
	s.mu.Unlock()
	conn, err := s.open(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now = conn; s.over {
		conn.Close()
	}
	s.line = countedLine{line: peer.NewTCP(conn, s.limit)}
	if s.datagram {
		s.line.line = peer.NewUDP(conn, s.limit)
	}
	return nil
}

// part says goodbye and reads what is still under way: a connection that is closed
// with something unread is reset, and a peer forgets a session that was torn off.
func (s *sockets) part() {
	if half, ok := s.now.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil &&
		s.now.SetReadDeadline(time.Now().Add(min(s.limit, partingTime))) == nil {
		io.CopyN(io.Discard, s.now, partingBytes) // how it ends is the peer's
	}
	s.now.Close()
}

// close lets go of a guest that waits for its peer, too.
func (s *sockets) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over = true; s.now != nil {
		s.now.Close()
	}
	if s.cancel != nil {
		s.cancel()
	}
}
