package wire

import (
	"math/rand/v2"

	"tlslab/emu"
)

// Trouble is what happens to the datagrams of one direction, each by itself,
// in percent (0 to 100) of those sent.
type Trouble struct {
	LossPct      int // never arrive
	ReorderPct   int // are held back by up to a round trip, so that later ones overtake
	DuplicatePct int // arrive twice, the second time up to a round trip later
	CorruptPct   int // arrive with one bit other than sent: an attacker's, UDP drops a line's
}

// Fate is what became of one datagram.
type Fate struct {
	Lost, Reordered, Duplicated, Corrupted bool
}

// leastHoldUS is how long a datagram is held back at least, and at most on a
// wire with a shorter round trip.
const leastHoldUS = 1000

// maxDatagrams bounds what a guest may send in one run.
const maxDatagrams = 100_000

// fortune decides what happens to one direction's datagrams. Every datagram
// takes the same number of draws, so that the fate of one does not depend on
// the rates: what is lost at 10 % is lost at 20 % too.
type fortune struct {
	Trouble
	r    *rand.Rand
	src  *rand.PCG // of r
	sent int
}

func newFortune(t Trouble, seed uint64, from int) *fortune {
	src := rand.NewPCG(seed, uint64(from))
	return &fortune{Trouble: t, r: rand.New(src), src: src}
}

// clone is a fortune that will decide the same.
func (f *fortune) clone() *fortune {
	c, src := *f, *f.src
	c.src, c.r = &src, rand.New(&src)
	return &c
}

// draw is the fate of the next datagram of n bytes: how long it and its copy
// are held back, and which bit is flipped where one is.
func (f *fortune) draw(rttUS int64, n int) (fate Fate, holdUS, copyUS int64, bit int) {
	f.sent++
	within := func(pct int) bool { return f.r.IntN(100) < pct }
	fate.Lost = within(f.LossPct)
	fate.Reordered = within(f.ReorderPct)
	fate.Duplicated = within(f.DuplicatePct)
	fate.Corrupted = within(f.CorruptPct)
	spread := max(rttUS, leastHoldUS)
	if hold := 1 + f.r.Int64N(spread); fate.Reordered {
		holdUS = max(hold, leastHoldUS)
	}
	copyUS = holdUS + f.r.Int64N(spread)
	bit = int(f.r.Int64N(1<<40) % int64(8*n))
	return fate, holdUS, copyUS, bit
}

// sendDatagram is Send on a wire of datagrams: p arrives whole or not at all.
// One longer than the MTU is refused, as a socket does that must not fragment.
func (e *End) sendDatagram(p []byte) int {
	w := e.w
	to := &w.ends[1-e.id]
	// Who sends no longer waits: its next Recv has a timeout of its own. (A
	// retransmission timer ends a wait without asking the wire.)
	e.waiting = false
	if len(p) == 0 {
		return 0 // to its receiver it would be the end of a stream
	}
	if w.spec.MTU > 0 && len(p) > w.spec.MTU || e.fortune.sent == maxDatagrams {
		return emu.RecvError
	}
	atUS := e.transmit(len(p))
	fate, holdUS, copyUS, bit := e.fortune.draw(w.spec.RTTUS, len(p))
	if w.OnDatagram != nil {
		w.OnDatagram(e.id, p, fate)
	}
	at := e.sentB
	e.sentB += int64(len(p))
	fate.Lost = fate.Lost || e.cutOff(at)
	data := append([]byte(nil), p...)
	if fate.Corrupted {
		data[bit/8] ^= 1 << (bit % 8)
	}
	packet := Packet{From: e.id, Data: p, SentUS: atUS - w.spec.RTTUS/2, ArrivesUS: atUS + holdUS, Fate: fate}
	if e.id == 1 {
		packet.Data = data
	}
	if fate.Duplicated && !fate.Lost {
		packet.CopyUS = atUS + copyUS
	}
	w.observe(packet)
	if fate.Lost || to.closed {
		return len(p)
	}
	to.insert(segment{atUS: atUS + holdUS, from: at, data: data})
	if fate.Duplicated {
		to.insert(segment{atUS: atUS + copyUS, from: at, data: data})
	}
	return len(p)
}

// insert puts a datagram where it belongs by its time of arrival, after those
// that arrive at the same time.
func (e *End) insert(s segment) {
	i := len(e.arriving)
	for i > 0 && e.arriving[i-1].atUS > s.atUS {
		i--
	}
	e.arriving = append(e.arriving, segment{})
	copy(e.arriving[i+1:], e.arriving[i:])
	e.arriving[i] = s
	e.inFlight += len(s.data)
}

// takeDatagram takes one that has arrived; what does not fit into p is cut
// off, as recvfrom does.
func (e *End) takeDatagram(p []byte) int {
	if len(e.arriving) == 0 || e.arriving[0].atUS > e.w.nowUS {
		return 0
	}
	s := e.arriving[0]
	e.arriving = e.arriving[1:]
	e.inFlight -= len(s.data)
	return copy(p, s.data)
}
