package lab

import (
	"strings"

	"tlslab/bench/results"
	"tlslab/emu"
	"tlslab/emu/agreed"
	"tlslab/emu/peer"
	"tlslab/internal/metric"
)

// OutcomeBreach is a conversation in which an end sent what it may not: both ends
// here are one library and may not mind, another one would.
const OutcomeBreach = "wire-breach"

// Breach is what an end sent against what was agreed, and where the guest was then.
type Breach struct {
	agreed.Breach
	ByGuest bool
	Phase   metric.Phase // of the guest
}

// holding holds both ends of a conversation to what they agree on.
type holding struct {
	watch  *agreed.Watch
	guest  *peer.Endpoint
	breach *Breach
}

// hold puts it between both ends and whatever is between them; it looks at what each
// sends itself. The guest's peer cuts its records to the length that was agreed.
func hold(datagram bool, guest, other *peer.Endpoint) *holding {
	h := &holding{watch: agreed.New(datagram), guest: guest}
	h.watch.Secrets = func() []string { return other.Record.KeyLog }
	for _, end := range []*peer.Endpoint{guest, other} {
		from := agreed.Client
		if end.Serves {
			from = agreed.Server
		}
		end.Line = &heldLine{end.Line, h, from, end == other}
	}
	return h
}

// heldLine is an end's line, whose sends are looked at.
type heldLine struct {
	peer.Line
	h    *holding
	from int
	cuts bool
}

// Send implements peer.Line.
func (l *heldLine) Send(p []byte) int {
	if l.from == agreed.Client && l.h.guest.Record.Current() == emu.PhaseTimeSync {
		return l.Line.Send(p) // none of TLS
	}
	out := p
	if l.cuts {
		out = l.h.watch.Cut(l.from, p)
	}
	n := l.Line.Send(out)
	if n > 0 {
		l.h.sent(l.from, out[:n])
	}
	if n == len(out) {
		n = len(p)
	}
	return n
}

func (h *holding) sent(from int, p []byte) {
	h.watch.Sent(from, p)
	if b := h.watch.Breach(); b != nil && h.breach == nil {
		h.breach = &Breach{*b, (from == agreed.Server) == h.guest.Serves, h.guest.Record.Current()}
	}
}

// Lied are the breaches that a lie of the reference server makes, by its name: they
// are what the client has to refuse, and no fault of the conversation.
var Lied = map[string]agreed.Kind{
	"server-unoffered-suite":   agreed.Suite,
	"server-unasked-extension": agreed.Extension,
	"server-compression":       agreed.Compression,
}

// Meant says that a breach is what a try is about: the server's lie, or the answer
// of an end that heard something else than the other said.
func (b *Breach) Meant(lie string, tampered bool) bool {
	return tampered && b.From == agreed.Client || b.From == agreed.Server && lie != "" && Lied[lie] == b.Kind
}

// after is the outcome of a run in which there was a breach: the breach, where the
// guest made it or did not mind it; where it broke off over its peer's, its own word.
func (b *Breach) after(o Outcome) Outcome {
	ok := o.Name == results.OutcomeConnected
	if !b.ByGuest && !ok {
		o.Detail = Joined(o.Detail, b.String())
		return o
	}
	detail := b.String()
	if !ok {
		detail += "; it ended with " + string(o.Name)
	}
	return Outcome{OutcomeBreach, b.Phase, detail}
}

// Joined is one detail behind another, which may be "".
func Joined(detail, more string) string { return strings.TrimPrefix(detail+"; "+more, "; ") }
