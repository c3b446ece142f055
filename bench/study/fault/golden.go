package fault

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"tlslab/bench/lab"
	"tlslab/bench/results"
)

// faultGolden is the run without a fault, with all its points.
type faultGolden struct {
	Golden
	points  []*faultPoint // in front of each step, and the end
	index   map[pointKey][]int
	total   hostCounts // of the guest
	closes  int        // the point in front of the guest's last step
	serves  bool
	cookies bool // the server asked for one
	sends   int  // of both ends
	layout  [2][]Byte
	taken   [2][]int // by byte: the last point at which it is under way; -1: it was lost at once
}

// pointKey is what two equal points have in common at least.
type pointKey struct {
	other            bool
	clientB, serverB int64
	nowUS            int64
}

func keyOf(p *faultPair) pointKey {
	return pointKey{p.turn.Other, p.wire.Client().SentB(), p.wire.Server().SentB(), p.wire.NowUS()}
}

// goldenRun runs the conversation without a fault. One that does not come to
// its end is no ground for a campaign: an error.
func goldenRun(ctx context.Context, prepared *lab.Prepared) (*faultGolden, error) {
	p, err := newFaultPair(ctx, prepared, prepared.Limits().Ops)
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	p.guest.keep, p.other.keep = true, true
	g := &faultGolden{index: map[pointKey][]int{}, serves: p.guest.Serves}
	var point *faultPoint
	for over := false; ; {
		point = p.point(point)
		key := keyOf(p)
		g.index[key] = append(g.index[key], len(g.points))
		if !point.turn.GuestDone && !point.turn.Other {
			g.closes = len(g.points)
		}
		g.points = append(g.points, point)
		if over {
			break
		}
		if len(g.points) > mostFaultSteps {
			return nil, fmt.Errorf("the run without a fault: more than %d steps", mostFaultSteps)
		}
		if over, err = p.step(ctx); err != nil {
			break
		}
	}
	run, err := lab.Finish(p.rewindGuest, p.guest.Record, err)
	if err != nil {
		return nil, err
	}
	s := prepared.Job.Scenario
	run.Readings(s, p.other.Record)
	if o := prepared.Judge(run); o.Name != results.OutcomeConnected {
		return nil, fmt.Errorf("the run without a fault: %s in %s %s", o.Name, o.Phase, o.Detail)
	}
	g.total, g.sends = p.guest.hostCounts, p.guest.sent+p.other.sent
	g.Golden = Golden{
		Ops: run.Counters.Ops, Steps: len(g.points) - 1, Allocs: p.rewindGuest.Allocations(),
		EntropyCalls: g.total.entropy, RTCCalls: g.total.rtc, ClockCalls: g.total.clock,
		ClientB: p.wire.Client().SentB(), ServerB: p.wire.Server().SentB(),
		Datagrams: s.Datagram(), RTC: s.DeviceSeconds(), Sent: [2][][]byte{p.guest.units, p.other.units},
	}
	if g.serves {
		slices.Reverse(g.Sent[:])
	}
	cidBytes := 0
	if g.Datagrams {
		cidBytes = int(s.DTLS.CIDBytes)
	}
	for i := range g.layout {
		g.layout[i] = Layout(g.Sent[i], g.Datagrams, cidBytes)
		g.taken[i] = g.takenAt(i)
	}
	g.cookies = g.Datagrams && slices.ContainsFunc(g.layout[1], Byte.HelloVerify)
	return g, nil
}

// takenAt finds for each byte of an end the last point before the other takes
// it (or its first copy).
func (g *faultGolden) takenAt(end int) []int {
	taken := make([]int, len(g.layout[end]))
	for i := range taken {
		taken[i] = -1
	}
	before, gone := make([]int, len(taken)), make([]bool, len(taken))
	for i, p := range g.points {
		from := line(p.wire, end == 1)
		now := make([]int, len(taken))
		from.UnderWay(func(at int64, n int) {
			for k := range n {
				now[at+int64(k)]++
			}
		})
		for k := range now {
			gone[k] = gone[k] || now[k] < before[k]
			if now[k] > 0 && !gone[k] {
				taken[k] = i
			}
		}
		before = now
	}
	return taken
}

// lastBelow returns the last point at which a count that never decreases is still below n.
func (g *faultGolden) lastBelow(n int64, count func(*faultPoint) int64) int {
	return sort.Search(len(g.points), func(i int) bool { return count(g.points[i]) >= n }) - 1
}

// start is the last point before a fault strikes; -1: it never does.
func (g *faultGolden) start(f Fault) int {
	within := func(total int, i int) int {
		if f.At > int64(total) {
			return -1
		}
		return i
	}
	end := 0
	if f.From == Server {
		end = 1
	}
	switch f.Kind {
	case Alloc:
		return within(int(g.Allocs), g.lastBelow(f.At, func(p *faultPoint) int64 { return int64(p.allocs) }))
	case Entropy:
		return within(g.EntropyCalls, g.lastBelow(f.At, func(p *faultPoint) int64 { return int64(p.guest.counts.entropy) }))
	case RTC:
		return within(g.RTCCalls, g.lastBelow(f.At, func(p *faultPoint) int64 { return int64(p.guest.counts.rtc) }))
	case Clock:
		return within(g.ClockCalls, g.lastBelow(f.At, func(p *faultPoint) int64 { return int64(p.guest.counts.clock) }))
	}
	if f.At == All {
		if g.Datagrams {
			return -1
		}
		return 0
	}
	if f.At >= int64(len(g.taken[end])) {
		return -1
	}
	byGuest := (end == 1) == g.serves
	if f.Kind == Cut && (byGuest || g.Datagrams) || f.Kind == Split && byGuest && !g.Datagrams {
		// It strikes when the byte is sent.
		return g.lastBelow(f.At+1, func(p *faultPoint) int64 { return line(p.wire, end == 1).SentB() })
	}
	return g.taken[end][f.At]
}

// site is where a fault strikes; it does.
func (g *faultGolden) site(f Fault) Site {
	i := g.start(f)
	end := len(g.points) - 1
	s := Site{Handshake: !g.points[i].guest.record.Connected, Closing: i >= g.closes, NeverRead: i == end, Datagrams: g.Datagrams}
	s.Phase = g.points[min(i+1, end)].guest.record.Current()
	if f.From == "" || f.At == All {
		return s
	}
	from := 0
	if f.From == Server {
		from = 1
	}
	s.Byte = g.layout[from][f.At]
	s.Cookies = g.cookies
	return s
}
