package live

import (
	"fmt"

	"tlslab/emu/peer"
)

// countedLine counts bytes and flights of a line that does not itself, and keeps
// how what came began.
type countedLine struct {
	line    peer.Line
	bytes   int64
	flights int
	last    int // 1 after a send, 2 after a receive
	began   []byte
}

// beganMost is how much is kept of what came: a record's header and some of what
// a person may know by it.
const beganMost = 16

func (c *countedLine) count(n, direction int) int {
	if n > 0 {
		c.bytes += int64(n)
		if c.last != direction {
			c.flights++
			c.last = direction
		}
	}
	return n
}

func (c *countedLine) Send(p []byte) int { return c.count(c.line.Send(p), 1) }

func (c *countedLine) Recv(p []byte, timeoutMS uint32) int {
	n := c.count(c.line.Recv(p, timeoutMS), 2)
	if room := beganMost - len(c.began); n > 0 && room > 0 {
		c.began = append(c.began, p[:min(n, room)]...)
	}
	return n
}

// noTLS says that what came began as no record of TLS does (RFC 5246, 6.2.1), nor
// a hello of SSL 2.0; "" where it did.
func (c *countedLine) noTLS() string {
	const changeCipherSpec, heartbeat = 20, 24
	if len(c.began) == 0 || c.began[0] >= changeCipherSpec && c.began[0] <= heartbeat || c.began[0]&0x80 != 0 {
		return ""
	}
	return fmt.Sprintf("what the other end sent begins with %q, which is no TLS", c.began)
}
