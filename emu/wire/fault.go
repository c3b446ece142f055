package wire

import (
	"bytes"
	"slices"
)

// fault is what is wrong with an end's line, as offsets in a stream of bytes;
// -1 for none.
type fault struct {
	cutAt   int64 // of what it sends: from here on nothing arrives
	shortAt int64 // of what it sends: the Send that reaches beyond takes the bytes up to here
	pauseAt int64 // of what it receives: in front of this byte a Recv finds nothing, once
	each    bool  // shortAt and pauseAt move on by one byte each time
}

var noFault = fault{cutAt: -1, shortAt: -1, pauseAt: -1}

// Cut breaks what e sends after its first at bytes: what is under way beyond
// them is dropped. On a wire of bytes the other end sees the end of the stream,
// and what e sends is refused once it has sent so many; datagrams get lost.
func (e *End) Cut(at int64) {
	w, to := e.w, &e.w.ends[1-e.id]
	e.fault.cutAt = at
	kept := to.arriving[:0:0]
	brokeUS := w.nowUS
	for _, s := range to.arriving {
		if n := at - s.from; !s.eof && n < int64(len(s.data)) {
			if n <= 0 || w.spec.Datagram {
				to.inFlight -= len(s.data)
				continue
			}
			to.inFlight -= len(s.data) - int(n)
			s.data = s.data[:n]
		}
		if !s.eof || w.spec.Datagram {
			kept = append(kept, s)
			brokeUS = s.atUS
		}
	}
	to.arriving = kept
	if !w.spec.Datagram && e.sentB >= at {
		e.closed = true
		to.arriving = append(to.arriving, segment{atUS: brokeUS, eof: true})
	}
}

// Flip changes bits of a byte that e has sent and that is under way: the at-th,
// from 0 on, of all it sent. It says whether there is such a byte.
func (e *End) Flip(at int64, mask byte) bool {
	return e.find(at, func(to *End, i int, n int) {
		s := &to.arriving[i]
		s.data = bytes.Clone(s.data) // clones of the wire share it
		s.data[n] ^= mask
	})
}

// Split parts what e sends in front of its at-th byte, which is under way: a
// Recv on the other end stops there, and the next one finds nothing yet. A
// datagram becomes two. It says whether there is such a byte.
func (e *End) Split(at int64) bool {
	return e.find(at, func(to *End, i int, n int) {
		if !e.w.spec.Datagram {
			to.fault.pauseAt = at
			return
		}
		first, second := to.arriving[i], to.arriving[i]
		first.data, second.data = first.data[:n:n], second.data[n:]
		second.from = at
		to.arriving = slices.Replace(slices.Clone(to.arriving), i, i+1, first, second)
	})
}

// SplitSend makes the Send of e that reaches beyond the at-th byte of all it
// sends take the bytes up to there. Datagrams are whole or refused: not for
// these.
func (e *End) SplitSend(at int64) { e.fault.shortAt = at }

// Trickle lets e send, and receive, no more than a byte at a time, with
// nothing to receive in between. Not for datagrams.
func (e *End) Trickle(sends, receives bool) {
	if e.fault.each = true; sends {
		e.fault.shortAt = e.sentB + 1
	}
	if receives {
		e.fault.pauseAt = 0
	}
}

// UnderWay tells of all bytes that e has sent and that are under way: how many
// were sent before the first of them, and how many they are.
func (e *End) UnderWay(each func(from int64, n int)) {
	for _, s := range e.w.ends[1-e.id].arriving {
		if !s.eof {
			each(s.from, len(s.data))
		}
	}
}

// SentB is how many bytes e has sent.
func (e *End) SentB() int64 { return e.sentB }

// find looks for e's at-th byte among what is under way.
func (e *End) find(at int64, found func(to *End, i, n int)) bool {
	to := &e.w.ends[1-e.id]
	for i, s := range to.arriving {
		if n := at - s.from; !s.eof && n >= 0 && n < int64(len(s.data)) {
			found(to, i, int(n))
			return true
		}
	}
	return false
}

// shorten is what of p a Send takes; ok is false where the line is cut.
func (e *End) shorten(p []byte) (taken []byte, ok bool) {
	f := &e.fault
	if f.cutAt >= 0 {
		if e.sentB >= f.cutAt {
			return nil, false
		}
		p = p[:min(int64(len(p)), f.cutAt-e.sentB)]
	}
	if n := f.shortAt - e.sentB; n > 0 && n < int64(len(p)) {
		p = p[:n]
	}
	if f.each && f.shortAt >= 0 {
		f.shortAt = e.sentB + int64(len(p)) + 1
	}
	return p, true
}

// cutOff says whether a datagram sent after at bytes gets lost to a cut.
func (e *End) cutOff(at int64) bool { return e.fault.cutAt >= 0 && at >= e.fault.cutAt }

// pause is what of a segment can be taken before the line pauses; paused: nothing.
func (e *End) pause(s *segment) (data []byte, paused bool) {
	if n := e.fault.pauseAt - s.from; n >= 0 && n < int64(len(s.data)) {
		return s.data[:n], n == 0
	}
	return s.data, false
}

// resume ends a pause that a Recv has reached without taking anything.
func (e *End) resume(taken int) {
	f := &e.fault
	if s := e.arriving[0]; taken > 0 || s.eof || s.from != f.pauseAt {
		return
	}
	if f.each {
		f.pauseAt++
	} else {
		f.pauseAt = -1
	}
}

// Clone is a wire in the same state, without callbacks. What one of the two
// goes through the other does not.
func (w *Wire) Clone() *Wire {
	c := *w
	c.OnDatagram, c.OnPacket = nil, nil
	for i := range c.ends {
		e := &c.ends[i]
		e.w = &c
		e.arriving = slices.Clone(e.arriving)
		if e.fortune != nil {
			e.fortune = e.fortune.clone()
		}
	}
	return &c
}

// Same says whether two wires of one Spec, neither with a fault to come, would
// go on alike.
func (w *Wire) Same(v *Wire) bool {
	if w.nowUS != v.nowUS {
		return false
	}
	for i := range w.ends {
		a, b := &w.ends[i], &v.ends[i]
		if a.pending() || b.pending() || a.freeUS != b.freeUS || a.sentB != b.sentB || a.closed != b.closed || a.waiting != b.waiting ||
			a.waiting && a.deadline != b.deadline || a.fortune != nil && a.fortune.sent != b.fortune.sent ||
			!slices.EqualFunc(a.arriving, b.arriving, func(s, t segment) bool {
				return s.atUS == t.atUS && s.from == t.from && s.eof == t.eof && bytes.Equal(s.data, t.data)
			}) {
			return false
		}
	}
	return true
}

// pending says whether a fault is still to come.
func (e *End) pending() bool {
	return e.fault.cutAt >= 0 || e.fault.pauseAt >= 0 || e.fault.shortAt > e.sentB
}

// Datagrams says whether the wire carries datagrams.
func (w *Wire) Datagrams() bool { return w.spec.Datagram }
