package peer

import (
	"net"
	"time"

	"tlslab/emu"
)

// socket is what lines to real servers have in common: a connection whose every
// wait is bounded.
type socket struct {
	conn  net.Conn
	limit time.Duration // longest wait of one Recv without a timeout of its own
}

// Send implements Line. Nothing to send is not sent.
func (s *socket) Send(p []byte) int {
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.limit)); err != nil {
		return emu.RecvError
	}
	if len(p) == 0 {
		return 0
	}
	n, err := s.conn.Write(p)
	if err != nil {
		return emu.RecvError
	}
	return n
}

// await bounds the next read: by the guest's own timeout, where it has one (not
// 0), and by the limit.
func (s *socket) await(timeoutMS uint32) error {
	wait := s.limit
	if timeoutMS > 0 {
		wait = min(wait, time.Duration(timeoutMS)*time.Millisecond)
	}
	return s.conn.SetReadDeadline(time.Now().Add(wait))
}
