// Package dtls reads the datagrams of a handshake as they are sent and finds
// its flights (RFC 6347, 4.2.4): which messages each has, and how often it was
// sent and lost. It decrypts nothing and judges nothing.
package dtls

import (
	"fmt"
	"slices"
	"strings"
)

// Flight is a run of handshake messages that one end sends together, and
// sends again as a whole.
type Flight struct {
	Server   bool     // the server sent it
	Messages []string // in order
	Sent     int      // how often
	Lost     int      // how often at least one of its datagrams got lost
	FirstUS  int64    // when it was first sent, virtual time
	LastUS   int64    // and last
}

// most bounds what is kept of a guest that sends without end.
const (
	mostFlights  = 1000
	mostMessages = 100
)

// Log is the flights of one conversation; its zero value is ready.
type Log struct {
	Datagrams     int
	LostDatagrams int

	flights []Flight
	ends    [2]sending
}

// sending is what an end is about.
type sending struct {
	flight int       // index of its last flight, plus 1; 0: none yet
	first  message   // the flight begins with it
	now    []message // of this transmission
	lost   bool      // this transmission is counted as lost
}

// Datagram takes one that is sent: from 0 the client, 1 the server. It returns
// the flight it is of, from 1 on, and how often this was sent by now; 0 where it
// is of none.
func (l *Log) Datagram(from int, p []byte, lost bool, nowUS int64) (flight, sent int) {
	l.Datagrams++
	if lost {
		l.LostDatagrams++
	}
	ms := messages(p)
	if len(ms) == 0 {
		return 0, 0
	}
	e := &l.ends[from]
	// Guests take no virtual time: what is sent at one instant is one
	// transmission, unless it begins again.
	goesOn := e.flight > 0 && l.flights[e.flight-1].LastUS == nowUS && !slices.Contains(e.now, ms[0])
	switch {
	case goesOn:
	case e.flight > 0 && ms[0] == e.first:
		l.flights[e.flight-1].Sent++
		e.now, e.lost = nil, false
	default:
		if len(l.flights) == mostFlights {
			return 0, 0
		}
		l.flights = append(l.flights, Flight{Server: from == 1, Sent: 1, FirstUS: nowUS})
		*e = sending{flight: len(l.flights), first: ms[0]}
	}
	f := &l.flights[e.flight-1]
	f.LastUS = nowUS
	if lost && !e.lost {
		f.Lost++
		e.lost = true
	}
	for _, m := range ms {
		if len(e.now) < mostMessages {
			e.now = append(e.now, m)
		}
		if f.Sent == 1 && m.offset == 0 && len(f.Messages) < mostMessages {
			f.Messages = append(f.Messages, m.name)
		}
	}
	return e.flight, f.Sent
}

// Flights are those so far, in the order in which they were first sent.
func (l *Log) Flights() []Flight { return slices.Clone(l.flights) }

// Retransmits counts the flights that were sent once more.
func (l *Log) Retransmits() int {
	n := 0
	for _, f := range l.flights {
		n += f.Sent - 1
	}
	return n
}

// Unanswered tells where a handshake stopped, in words: the last flight of
// either end. "" where there was none.
func (l *Log) Unanswered() string {
	var parts []string
	for i, name := range []string{"the client", "the server"} {
		n := l.ends[i].flight
		if n == 0 {
			parts = append(parts, name+" sent none")
			continue
		}
		f := l.flights[n-1]
		parts = append(parts, fmt.Sprintf("%s's flight %d (%s) was sent %s and lost %s", name, n, strings.Join(f.Messages, ", "), times(f.Sent), times(f.Lost)))
	}
	if len(l.flights) == 0 {
		return ""
	}
	return strings.Join(parts, "; ")
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
