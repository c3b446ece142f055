package records

import "encoding/binary"

// Size is what a record's header says, and whose it is.
type Size struct {
	From      int // FromClient or FromServer
	Kind      byte
	BodyB     int  // bytes behind the header
	Protected bool // BodyB includes what protects it
	Whole     bool // false: its end never came, or the other end did not read so far
}

// sizesMost and beganMost bound what is kept of a peer that sends without end.
const (
	sizesMost = 4096
	beganMost = 64 // bytes
)

func (c *Conversation) sized(from int, kind byte, bodyB int, protected bool) {
	if len(c.sizes) < sizesMost {
		c.sizes = append(c.sizes, Size{from, kind, bodyB, protected, true})
	}
}

// Sizes are those of an end's records in their order, the one under way among
// them.
func (c *Conversation) Sizes(from int) (out []Size) {
	for _, s := range c.sizes {
		if s.From == from {
			out = append(out, s)
		}
	}
	if s := &c.streams[from]; len(s.record) >= HeaderB {
		out = append(out, Size{from, s.record[0], int(binary.BigEndian.Uint16(s.record[3:])), s.changed, false})
	}
	return out
}

// Other is how an end began that speaks no TLS; nil where it does.
func (c *Conversation) Other(from int) []byte {
	if !c.other[from] {
		return nil
	}
	return c.began[from]
}

// sizesOf notes the records of a datagram.
func (c *Conversation) sizesOf(from int, p []byte) {
	for len(p) >= datagramHeader {
		n := int(binary.BigEndian.Uint16(p[11:]))
		if p[0] == withCID { // how long the ID is the record does not say
			c.sized(from, p[0], len(p)-datagramHeader, true)
			return
		}
		if len(p) < datagramHeader+n {
			return
		}
		c.sized(from, p[0], n, binary.BigEndian.Uint16(p[3:]) > 0)
		p = p[datagramHeader+n:]
	}
}

// Line is the wire as one end sees it.
type Line interface {
	Send(p []byte) int
	Recv(p []byte, timeoutMS uint32) int
}

// Lines looks on at what both ends send.
func (c *Conversation) Lines(client, server Line) (Line, Line) {
	return &heard{client, c, FromClient}, &heard{server, c, FromServer}
}

type heard struct {
	Line
	c    *Conversation
	from int
}

func (h *heard) Send(p []byte) int {
	n := h.Line.Send(p)
	if n > 0 && (h.c.Deaf == nil || !h.c.Deaf()) {
		h.c.Write(h.from, p[:n])
	}
	return n
}
