package fault

import (
	"math/rand/v2"
	"slices"
)

// Golden is what the run without a fault did: where there is room for faults.
type Golden struct {
	Ops          uint64      `json:"wasm-ops"`
	Steps        int         `json:"steps"` // of both ends
	Allocs       uint64      `json:"allocs"`
	EntropyCalls int         `json:"entropy-calls"`
	RTCCalls     int         `json:"rtc-calls"`
	ClockCalls   int         `json:"clock-calls"`
	ClientB      int64       `json:"client-B"` // sent by the client
	ServerB      int64       `json:"server-B"`
	Datagrams    bool        `json:"datagrams"`
	RTC          int64       `json:"-"` // what the calendar clock says at first
	Sent         [2][][]byte `json:"-"` // by client and server, a unit for each call of host_send
}

// Choice is which faults of those possible a campaign has.
type Choice struct {
	Kinds []string // none: all
	Bits  int      // flipped in each byte, one a run: 1 to 8
	Seed  uint64   // decides which bits, and which runs
	Runs  int      // at most so many, drawn by lot; 0: all
}

// Steps of the calendar clock, seconds, besides the one to 1970: a day either
// way, which a wrong time zone or a stopped clock gives, and 40 years, past the
// end of 32-bit time (2038).
var rtcSteps = []int64{-86_400, 86_400, 40 * 366 * 86_400}

// Steps of the monotonic clock, milliseconds: a second, and a day, which is
// past every timer.
var clockSteps = []int64{1_000, 86_400_000}

// Plan lists a campaign's faults in order: those that can strike.
func Plan(g *Golden, c Choice, strikes func(Fault) bool) []Fault {
	var all []Fault
	kind := func(name string) bool { return len(c.Kinds) == 0 || slices.Contains(c.Kinds, name) }
	calls := func(kind string, n int, steps ...int64) {
		for i := range n {
			for _, s := range steps {
				all = append(all, Fault{Kind: kind, At: int64(i) + 1, Step: s})
			}
		}
	}
	if kind(Alloc) {
		calls(Alloc, int(g.Allocs), 0)
	}
	if kind(Entropy) {
		calls(Entropy, g.EntropyCalls, 0)
	}
	for _, k := range []string{Cut, Flip, Split} {
		if !kind(k) {
			continue
		}
		for i, from := range []string{Client, Server} {
			all = append(all, onWire(k, from, g.Sent[i], g.Datagrams, c)...)
		}
	}
	if kind(RTC) {
		calls(RTC, g.RTCCalls, append([]int64{-g.RTC}, rtcSteps...)...)
	}
	if kind(Clock) {
		calls(Clock, g.ClockCalls, clockSteps...)
	}
	return draw(slices.DeleteFunc(all, func(f Fault) bool { return !strikes(f) }), c)
}

// onWire are the faults of one kind in what one end sends.
func onWire(kind, from string, sent [][]byte, datagrams bool, c Choice) []Fault {
	var all []Fault
	at := int64(0)
	for _, unit := range sent {
		for i := range unit {
			f := Fault{Kind: kind, From: from, At: at}
			at++
			switch {
			case kind == Flip:
				for _, bit := range bits(f, c) {
					f.Bit = bit
					all = append(all, f)
				}
			case kind == Cut && datagrams && i > 0, kind == Split && datagrams && i == 0, kind == Split && at == 1:
				// A datagram is lost whole; in front of the first byte nothing is parted.
			default:
				all = append(all, f)
			}
		}
	}
	if kind == Split && !datagrams && at > 0 {
		all = append(all, Fault{Kind: Split, From: from, At: All})
	}
	return all
}

// bits are those that are flipped in one byte, by the choice's seed, rising.
func bits(f Fault, c Choice) []int {
	from := uint64(len(f.From)) // client and server have as many letters
	if f.From == Server {
		from = 0
	}
	all := rand.New(rand.NewPCG(c.Seed, uint64(f.At)<<8|from)).Perm(8)[:c.Bits]
	slices.Sort(all)
	return all
}

// draw keeps as many of the faults as the choice allows, in their order.
func draw(all []Fault, c Choice) []Fault {
	if c.Runs <= 0 || len(all) <= c.Runs {
		return all
	}
	kept := rand.New(rand.NewPCG(c.Seed, 1)).Perm(len(all))[:c.Runs]
	slices.Sort(kept)
	few := make([]Fault, len(kept))
	for i, k := range kept {
		few[i] = all[k]
	}
	return few
}
