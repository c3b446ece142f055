package trace

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results/sequence"
	"tlslab/emu"
	"tlslab/emu/capture"
	"tlslab/emu/dtls"
	"tlslab/emu/peer"
	"tlslab/emu/records"
	"tlslab/emu/wire"
)

// mostRows bounds what is told of one run; the library's most verbose level has
// some thousand messages in a handshake.
const mostRows = 50_000

// follower follows one conversation from the guest's end of the wire.
type follower struct {
	datagram bool
	guest    int               // 0: it is the client, 1: the server
	ends     [2]*peer.Endpoint // client, server
	nowUS    func() int64

	rows    []sequence.Row
	cut     bool
	steps   []*sequence.Step
	packets []capture.Packet
	open    int // index of the last message since the last step, plus 1; 0: none

	flight, lastFrom int // of a stream
	flights          dtls.Log
	streams          [2]records.Stream
	senders          [2]sender
	hello, retry     bool      // a client's was sent; the server asked for another
	readB            int64     // of the stream to the guest
	besideB          [2]int64  // bytes of the streams that are none of TLS: a time server's
	coming           []arrival // to the guest and not yet taken, by time
}

// arrival is what the peer sent: a message of a stream, or a datagram.
type arrival struct {
	us   int64
	end  int64 // of a stream: bytes up to the message's end
	lost bool
	rows []sequence.Row
}

// newFollower follows a conversation that has not begun.
func newFollower(w *wire.Wire, guest, other *peer.Endpoint, datagram bool) *follower {
	f := &follower{datagram: datagram, ends: [2]*peer.Endpoint{guest, other}, nowUS: w.NowUS, lastFrom: -1}
	if guest.Serves {
		f.guest, f.ends = 1, [2]*peer.Endpoint{other, guest}
	}
	w.OnPacket = f.packet
	f.senders[0].followPhases(f.ends[0])
	f.senders[1].followPhases(f.ends[1])
	guest.Line = &followedLine{guest.Line, f}
	guest.OnLog = func(level int, text string) {
		f.add(sequence.Row{US: f.nowUS(), Log: &sequence.Log{Level: level, Text: text}})
	}
	guest.Observe(func(kind emu.EventKind, r *emu.Record) {
		if kind == emu.EventPhase && len(r.HeapCurve) > len(f.steps) {
			f.step(r.HeapCurve)
		}
	})
	return f
}

// followedLine tells what the guest takes.
type followedLine struct {
	peer.Line
	f *follower
}

func (l *followedLine) Recv(p []byte, timeoutMS uint32) int {
	n := l.Line.Recv(p, timeoutMS)
	if n > 0 {
		l.f.taken(n)
	}
	return n
}

func (f *follower) add(r sequence.Row) {
	if len(f.rows) == mostRows {
		f.cut = true
		return
	}
	f.rows = append(f.rows, r)
	if r.Message != nil {
		f.open = len(f.rows)
	}
}

// step puts the phase that ended beside the last message that belongs to it.
func (f *follower) step(curve []emu.HeapPoint) {
	n := len(curve) - 1
	p := curve[n]
	s := &sequence.Step{Phase: p.Phase, Ops: int64(p.Ops), HeapLiveB: int64(p.LiveB), HeapPeakB: int64(p.PeakB)}
	if n > 0 {
		s.Ops -= int64(curve[n-1].Ops)
	}
	f.steps = append(f.steps, s)
	if f.open > 0 {
		f.rows[f.open-1].Step = s
		f.open = 0
		return
	}
	us := f.nowUS()
	if n := len(f.rows); n > 0 {
		us = max(us, f.rows[n-1].US) // what it sent may still be leaving
	}
	f.add(sequence.Row{US: us, Step: s})
	f.open = 0
}

// packet takes a segment or datagram that is sent.
func (f *follower) packet(p wire.Packet) {
	var messages []records.Message
	var again int
	flight := 0
	timeSync := f.ends[0].Record.Current() == emu.PhaseTimeSync
	if timeSync {
		f.besideB[p.From] += int64(len(p.Data))
		messages = []records.Message{{Name: []string{"SNTP request", "SNTP answer"}[p.From], Bytes: len(p.Data)}}
	} else if f.datagram {
		messages = records.Datagram(p.Data)
		flight, again = f.flights.Datagram(p.From, p.Data, p.Fate.Lost, f.nowUS())
	} else {
		messages = f.streams[p.From].Write(p.Data)
		if f.lastFrom != p.From {
			f.lastFrom = p.From
			f.flight++
		}
		flight = f.flight
	}
	f.capture(p, f.anew(p.From, messages), timeSync)
	from, us, phase := []string{sequence.Client, sequence.Server}[p.From], p.ArrivesUS, f.ends[p.From].Record.Current()
	if p.From == f.guest {
		us = p.SentUS
	}
	var rows []sequence.Row
	for _, m := range messages {
		row := sequence.Row{US: us, Message: &sequence.Message{From: from, Name: f.nameOf(&m, p.From, phase), Detail: detailOf(&m, phase),
			Bytes: m.Bytes, Flight: flight, Lost: p.Fate.Lost, Note: fateNote(p.Fate, again)}}
		if p.From != f.guest && !f.datagram {
			f.coming = append(f.coming, arrival{us: us, end: m.End + f.besideB[p.From], rows: []sequence.Row{row}})
			continue
		}
		rows = append(rows, row)
	}
	switch {
	case p.From == f.guest:
		f.passBy(us)
		for _, r := range rows {
			f.add(r)
		}
	case f.datagram:
		f.comes(arrival{us: us, lost: p.Fate.Lost, rows: rows})
		if p.CopyUS > 0 {
			var copies []sequence.Row
			for _, r := range rows {
				m := *r.Message
				m.Note = "duplicate"
				copies = append(copies, sequence.Row{US: p.CopyUS, Message: &m})
			}
			f.comes(arrival{us: p.CopyUS, rows: copies})
		}
	}
}

// anew says that a new connection begins on a stream: the first ClientHello
// after another that no HelloRetryRequest asked for.
func (f *follower) anew(from int, messages []records.Message) bool {
	for _, m := range messages {
		switch {
		case f.datagram:
		case from == 1 && m.Name == records.HelloRetryRequest:
			f.retry = true
		case from == 0 && m.Name == records.ClientHello:
			again := f.hello && !f.retry
			f.hello, f.retry = true, false
			return again
		}
	}
	return false
}

// comes puts a datagram among those on their way, as the wire does.
func (f *follower) comes(a arrival) {
	i := len(f.coming)
	for i > 0 && f.coming[i-1].us > a.us {
		i--
	}
	f.coming = slices.Insert(f.coming, i, a)
}

// passBy tells the lost datagrams that would have come by now.
func (f *follower) passBy(us int64) {
	f.coming = slices.DeleteFunc(f.coming, func(a arrival) bool {
		if !a.lost || a.us > us {
			return false
		}
		for _, r := range a.rows {
			f.add(r)
		}
		return true
	})
}

// taken is n bytes, or a datagram, that the guest has got.
func (f *follower) taken(n int) {
	if f.datagram {
		f.passBy(f.nowUS())
		i := slices.IndexFunc(f.coming, func(a arrival) bool { return !a.lost })
		if i < 0 {
			return
		}
		for _, r := range f.coming[i].rows {
			f.add(r)
		}
		f.coming = slices.Delete(f.coming, i, i+1)
		return
	}
	f.readB += int64(n)
	for len(f.coming) > 0 && f.coming[0].end <= f.readB {
		f.add(f.coming[0].rows[0])
		f.coming = f.coming[1:]
	}
}

// end tells what the guest never took.
func (f *follower) end() {
	for _, a := range f.coming {
		for _, r := range a.rows {
			if !a.lost {
				r.Message.Note = strings.TrimPrefix(r.Message.Note+", not read", ", ")
			}
			f.add(r)
		}
	}
}

// capture keeps a packet as it is at the client.
func (f *follower) capture(p wire.Packet, anew, sntp bool) {
	c := capture.Packet{FromServer: p.From == 1, US: p.SentUS, Data: slices.Clone(p.Data), Anew: anew, SNTP: sntp, Comment: fateNote(p.Fate, 0)}
	if c.FromServer {
		c.US = p.ArrivesUS
	}
	if p.Fate.Lost {
		c.Comment = "lost on the wire"
	}
	f.packets = append(f.packets, c)
	if c.FromServer && p.CopyUS > 0 {
		c.US, c.Comment = p.CopyUS, "duplicate"
		f.packets = append(f.packets, c)
	}
}

// fateNote says what became of a packet, and that it is not the first of its kind.
func fateNote(fate wire.Fate, again int) string {
	var parts []string
	if again > 1 {
		parts = append(parts, fmt.Sprintf("sent again, %d", again))
	}
	if fate.Lost {
		return strings.Join(append(parts, "lost"), ", ")
	}
	for _, w := range []struct {
		is   bool
		word string
	}{{fate.Reordered, "held back"}, {fate.Duplicated, "arrives twice"}, {fate.Corrupted, "a bit flipped"}} {
		if w.is {
			parts = append(parts, w.word)
		}
	}
	return strings.Join(parts, ", ")
}
