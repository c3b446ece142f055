package fault

import (
	"context"
	"errors"
	"fmt"

	"tlslab/bench/lab"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
)

// faultGuest is a guest that a campaign can run: one of the wasm machine.
type faultGuest interface {
	emu.RewindGuest
	emu.FailingGuest
}

// faultPair is both ends of a conversation that can begin anywhere.
type faultPair struct {
	wire         *wire.Wire
	turn         peer.Turn
	guest, other faultHost // the measured one and its peer
	rewindGuest  faultGuest
	rewindOther  emu.RewindGuest
}

// newFaultPair starts both guests; ops is the measured one's budget.
func newFaultPair(ctx context.Context, prepared *lab.Prepared, ops uint64) (*faultPair, error) {
	p := new(faultPair)
	w, guest, other := prepared.Ends(lab.Conversation{})
	p.wire, p.guest.Endpoint, p.other.Endpoint = w, *guest, *other
	lim := prepared.Limits()
	lim.Ops = ops
	g, err := prepared.Start(ctx, &p.guest, lim)
	if err != nil {
		return nil, err
	}
	p.guest.Guest = g
	if err := prepared.StartPeer(ctx, lab.Conversation{}, &p.other.Endpoint, &p.other); err != nil {
		g.Close(ctx)
		return nil, err
	}
	var ok, ok2 bool
	p.rewindGuest, ok = g.(faultGuest)
	p.rewindOther, ok2 = p.other.Guest.(emu.RewindGuest)
	if !ok || !ok2 {
		p.close(ctx)
		return nil, errors.New("the machine's guests cannot be rewound")
	}
	return p, nil
}

func (p *faultPair) close(ctx context.Context) {
	p.guest.Guest.Close(ctx)
	p.other.Guest.Close(ctx)
}

// step lets one end take one step. What it leaves on its dead stack is
// cleared, in every run, so that two runs can reach the same state.
func (p *faultPair) step(ctx context.Context) (over bool, err error) {
	guest := emu.RewindGuest(p.rewindGuest)
	if p.turn.Other {
		guest = p.rewindOther
	}
	over, err = p.turn.Step(ctx, p.wire, &p.guest.Endpoint, &p.other.Endpoint)
	guest.ClearDeadStack()
	return over, err
}

// line is the wire's end of one of a fault's ends.
func line(w *wire.Wire, server bool) *wire.End {
	if server {
		return w.Server()
	}
	return w.Client()
}

// faultPoint is everything there is between two steps.
type faultPoint struct {
	wire                   *wire.Wire
	turn                   peer.Turn
	guest, other           hostState
	savedGuest, savedOther emu.Saved
	allocs                 uint64
}

// point copies the present state; the guest that has not stepped since before
// is shared with it.
func (p *faultPair) point(before *faultPoint) *faultPoint {
	now := &faultPoint{wire: p.wire.Clone(), turn: p.turn, guest: p.guest.state(), other: p.other.state(), allocs: p.rewindGuest.Allocations()}
	if before != nil && before.turn.Other {
		now.savedGuest = before.savedGuest
	} else {
		now.savedGuest = p.rewindGuest.Save()
	}
	if before != nil && !before.turn.Other {
		now.savedOther = before.savedOther
	} else {
		now.savedOther = p.rewindOther.Save()
	}
	return now
}

// begin goes to a point with a fault to come.
func (p *faultPair) begin(at *faultPoint, f Fault) error {
	p.wire, p.turn = at.wire.Clone(), at.turn
	p.guest.begin(at.guest, p.wire, f)
	p.other.begin(at.other, p.wire, Fault{})
	if err := errors.Join(p.rewindGuest.Rewind(at.savedGuest), p.rewindOther.Rewind(at.savedOther)); err != nil {
		return err
	}
	from := line(p.wire, f.From == Server)
	byGuest := p.guest.sends(f)
	struck := true
	switch f.Kind {
	case Alloc:
		return p.rewindGuest.FailAllocation(uint64(f.At))
	case Cut:
		from.Cut(f.At)
	case Flip:
		struck = from.Flip(f.At, 1<<f.Bit)
	case Split:
		switch {
		case f.At == All && byGuest:
			from.Trickle(true, false)
		case f.At == All:
			line(p.wire, p.guest.Serves).Trickle(false, true)
		case byGuest && !p.wire.Datagrams():
			from.SplitSend(f.At)
		default:
			struck = from.Split(f.At)
		}
	}
	if !struck {
		return fmt.Errorf("fault %s: the byte is not under way", f)
	}
	return nil
}

// struck says whether the fault is behind the guest, where it is none of the
// wire's.
func (p *faultPair) struck(f Fault) bool {
	switch f.Kind {
	case Alloc:
		return p.rewindGuest.Allocations() >= uint64(f.At)
	case Entropy:
		return int64(p.guest.entropy) >= f.At
	case RTC:
		return int64(p.guest.rtc) >= f.At
	case Clock:
		return int64(p.guest.clock) >= f.At
	}
	return true
}

// at says whether the conversation would go on as from a point, where the
// clocks that were stepped are not read again.
func (p *faultPair) at(q *faultPoint, total hostCounts) bool {
	return p.turn == q.turn &&
		p.guest.same(q.guest) && p.other.same(q.other) &&
		(p.guest.rtcS == 0 || q.guest.counts.rtc == total.rtc) &&
		(p.guest.clockUS == 0 || q.guest.counts.clock == total.clock) &&
		p.wire.Same(q.wire) && p.rewindGuest.Same(q.savedGuest) && p.rewindOther.Same(q.savedOther)
}
