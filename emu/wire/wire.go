// Package wire is the virtual wire between two guests: a discrete-event link
// with latency, rate and segment size, on a virtual clock. The same calls give
// the same arrival times on any machine. It carries a stream in order and
// without loss, or datagrams, which it may lose, reorder, repeat and garble, as
// seeded. It knows nothing of TLS.
package wire

import (
	"fmt"

	"tlslab/emu"
	"tlslab/internal/quantity"
)

// Spec describes a link; latency, rate and MTU are the same both ways.
type Spec struct {
	RTTUS   int64 // round-trip time, microseconds
	RateBPS int64 // bits per second; 0 is unlimited
	MTU     int   // most bytes of one segment or datagram; 0 is unlimited

	Datagram bool    // each Send is one datagram, each Recv takes one; there is no end to see
	ToServer Trouble // of what the client sends; datagrams only
	ToClient Trouble
	Seed     uint64 // decides which datagrams are in trouble
}

// maxInFlight bounds what a guest may send and the other not read.
const maxInFlight = 16 << 20

// Wire is a link with its clock. It is not safe for concurrent use.
type Wire struct {
	spec  Spec
	nowUS int64
	ends  [2]End

	flights  int
	lastFrom int // which end sent last; -1 at first

	// OnDatagram is called for every datagram that is sent, with its sender (0 the
	// client, 1 the server); nil: not called. p is valid during the call only.
	OnDatagram func(from int, p []byte, fate Fate)
	// OnPacket is called for every segment and datagram that is sent; nil: not called.
	OnPacket func(Packet)
}

// Packet is a segment or datagram as it is sent.
type Packet struct {
	From      int    // 0 the client, 1 the server
	Data      []byte // as it is at the client's end; valid during the call only
	SentUS    int64  // when its last bit leaves
	ArrivesUS int64  // when it arrives, or would if it did not get lost
	CopyUS    int64  // when its copy does; 0: there is none
	Fate      Fate
}

// observe passes a packet to OnPacket.
func (w *Wire) observe(p Packet) {
	if w.OnPacket != nil {
		w.OnPacket(p)
	}
}

// End is one side of a Wire.
type End struct {
	w        *Wire
	id       int
	arriving []segment // sent by the other end, in order of arrival
	freeUS   int64     // when this end's transmitter is free again
	sentB    int64
	inFlight int // bytes in arriving
	closed   bool
	deadline int64 // when a waiting Recv gives up; 0 when it waits without limit or not at all
	waiting  bool
	fortune  *fortune // of what it sends; nil on a wire of bytes
	fault    fault
}

type segment struct {
	atUS int64
	from int64  // how many bytes were sent before its first
	data []byte // empty: the other end closed
	eof  bool
}

// New makes a wire at virtual time 0.
func New(s Spec) *Wire {
	w := &Wire{spec: s, lastFrom: -1}
	for i := range w.ends {
		w.ends[i] = End{w: w, id: i, fault: noFault}
	}
	if s.Datagram {
		w.ends[0].fortune, w.ends[1].fortune = newFortune(s.ToServer, s.Seed, 0), newFortune(s.ToClient, s.Seed, 1)
	}
	return w
}

// Client and Server are the two ends.
func (w *Wire) Client() *End { return &w.ends[0] }

// Server is the other end.
func (w *Wire) Server() *End { return &w.ends[1] }

// NowUS is virtual time in microseconds.
func (w *Wire) NowUS() int64 { return w.nowUS }

// Bytes is what both ends have sent.
func (w *Wire) Bytes() int64 { return w.ends[0].sentB + w.ends[1].sentB }

// Flights counts maximal runs of sends in one direction (RFC 6347, 4.2.4:
// messages are grouped into flights).
func (w *Wire) Flights() int { return w.flights }

// CountAnew forgets what was sent so far: Bytes and Flights begin again.
func (w *Wire) CountAnew() {
	w.flights, w.lastFrom = 0, -1
	w.ends[0].sentB, w.ends[1].sentB = 0, 0
}

// Send puts p on the wire at the present time and returns len(p), or
// emu.RecvError when this end is closed, too much is under way, or a datagram
// is longer than the MTU. A datagram that gets lost was sent.
func (e *End) Send(p []byte) int {
	w := e.w
	to := &w.ends[1-e.id]
	if e.closed || to.inFlight+len(p) > maxInFlight {
		return emu.RecvError
	}
	if !w.spec.Datagram {
		var ok bool
		if p, ok = e.shorten(p); !ok {
			e.Close()
			return emu.RecvError
		}
	}
	if len(p) > 0 && w.lastFrom != e.id {
		w.flights++
		w.lastFrom = e.id
	}
	if w.spec.Datagram {
		return e.sendDatagram(p)
	}
	for rest := p; len(rest) > 0; {
		n := len(rest)
		if w.spec.MTU > 0 {
			n = min(n, w.spec.MTU)
		}
		atUS := e.transmit(n)
		to.arriving = append(to.arriving, segment{atUS: atUS, from: e.sentB + int64(len(p)-len(rest)), data: append([]byte(nil), rest[:n]...)})
		w.observe(Packet{From: e.id, Data: rest[:n], SentUS: atUS - w.spec.RTTUS/2, ArrivesUS: atUS})
		rest = rest[n:]
	}
	to.inFlight += len(p)
	e.sentB += int64(len(p))
	return len(p)
}

// transmit takes the transmitter for n bytes and returns when they arrive.
func (e *End) transmit(n int) int64 {
	start := max(e.w.nowUS, e.freeUS)
	if e.w.spec.RateBPS > 0 {
		start += (int64(n)*8*1_000_000 + e.w.spec.RateBPS - 1) / e.w.spec.RateBPS
	}
	e.freeUS = start
	return start + e.w.spec.RTTUS/2
}

// Close tells the other end that no more will come, after what is under way.
// On a wire of datagrams the other end does not learn of it.
func (e *End) Close() {
	if e.closed {
		return
	}
	e.closed, e.waiting = true, false // a timer would stop the clock that only it moves
	if e.w.spec.Datagram {
		return
	}
	to := &e.w.ends[1-e.id]
	to.arriving = append(to.arriving, segment{atUS: e.transmit(0), eof: true})
}

// Recv fills p with what has arrived: a count, or one of emu's Recv values.
// On a wire of datagrams it takes one; what p has no room for is lost.
// timeoutMS counts from the first call that found nothing; 0 waits without
// limit.
func (e *End) Recv(p []byte, timeoutMS uint32) int {
	var n int
	if e.w.spec.Datagram {
		n = e.takeDatagram(p)
	} else {
		n = e.takeBytes(p)
	}
	switch {
	case n > 0 || len(p) == 0:
	case len(e.arriving) > 0 && e.arriving[0].eof && e.arriving[0].atUS <= e.w.nowUS:
		n = emu.RecvEOF
	case e.waiting && e.deadline > 0 && e.w.nowUS >= e.deadline:
		n = emu.RecvTimeout
	default:
		if !e.waiting {
			e.waiting = true
			e.deadline = 0
			if timeoutMS > 0 {
				e.deadline = e.w.nowUS + int64(timeoutMS)*1000
			}
		}
		return emu.RecvWouldBlock
	}
	e.waiting = false
	return n
}

// takeBytes takes what has arrived of a stream, as much as p has room for.
func (e *End) takeBytes(p []byte) int {
	n := 0
	for n < len(p) && len(e.arriving) > 0 && e.arriving[0].atUS <= e.w.nowUS {
		s := &e.arriving[0]
		data, paused := e.pause(s)
		if s.eof || paused {
			e.resume(n)
			break
		}
		k := copy(p[n:], data)
		n += k
		e.inFlight -= k
		s.from += int64(k)
		if s.data = s.data[k:]; len(s.data) == 0 {
			e.arriving = e.arriving[1:]
		}
	}
	return n
}

// Advance moves the clock to the next arrival or deadline that a waiting end
// is blocked on. It returns emu.ErrTimeout when there is none: both wait and
// nothing is under way.
func (w *Wire) Advance() error {
	next := int64(-1)
	for i := range w.ends {
		e := &w.ends[i]
		if !e.waiting {
			continue
		}
		if len(e.arriving) > 0 {
			next = earliest(next, e.arriving[0].atUS)
		}
		if e.deadline > 0 {
			next = earliest(next, e.deadline)
		}
	}
	if next < 0 {
		return emu.ErrTimeout
	}
	w.nowUS = max(w.nowUS, next)
	return nil
}

func earliest(a, b int64) int64 {
	if a < 0 || b < a {
		return b
	}
	return a
}

// String describes the link for people.
func (s Spec) String() string {
	text := fmt.Sprintf("RTT %s, %s, MTU %s", quantity.Micros(s.RTTUS), quantity.BitRate(s.RateBPS), quantity.Bytes(s.MTU))
	if s.Datagram {
		text += fmt.Sprintf(", datagrams, seed %d", s.Seed)
	}
	return text
}
