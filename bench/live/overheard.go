package live

import (
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/emu/agreed"
	"tlslab/emu/peer"
)

// overheard holds both ends of a conversation with a real peer to what they agree on,
// from the guest's end of the line: what came is what the peer sent.
type overheard struct {
	peer.Line
	watch  *agreed.Watch
	serves bool // the guest is the server
}

func overhear(line peer.Line, datagram, serves bool) *overheard {
	return &overheard{line, agreed.New(datagram), serves}
}

// sender returns which end sends: the guest's own if sent, otherwise its peer's.
func (o *overheard) sender(sent bool) int {
	if sent == o.serves {
		return agreed.Server
	}
	return agreed.Client
}

// Send implements peer.Line.
func (o *overheard) Send(p []byte) int {
	n := o.Line.Send(p)
	o.watch.Sent(o.sender(true), p[:max(n, 0)])
	return n
}

// Recv implements peer.Line.
func (o *overheard) Recv(p []byte, timeoutMS uint32) int {
	n := o.Line.Recv(p, timeoutMS)
	o.watch.Sent(o.sender(false), p[:max(n, 0)])
	return n
}

// addBreach adds a breach to what a case says. How the conversation ended it does not
// change: the real peer's word counts. One that speaks no TLS is told elsewhere.
func (o *overheard) addBreach(c *results.Case) {
	b := o.watch.Breach()
	switch {
	case b == nil:
	case c.Outcome == results.OutcomeConnected:
		c.Warnings = append(c.Warnings, b.String()+": the other end did not mind, others may")
	case b.Kind != agreed.Framing:
		c.Detail = lab.Joined(c.Detail, b.String())
	}
}
