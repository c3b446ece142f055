package live

import (
	"fmt"
	"sync"
	"time"

	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/records"
	"tlslab/internal/quantity"
)

// Patience bounds a conversation with a real peer.
type Patience struct {
	Wait      time.Duration // longest wait for one message
	Handshake time.Duration // longest handshake, of each connection; 0: as Total
	Total     time.Duration // longest conversation, from the peer's coming to its end; 0: no bound
	ReceivedB int64         // most bytes that the peer may send; 0: receivedMost

	after func(time.Duration, func()) stopper // calls a function later; nil: as time does
}

// stopper is a *time.Timer, or a test's.
type stopper interface{ Stop() bool }

// later calls f after d.
func (p *Patience) later(d time.Duration, f func()) stopper {
	if p.after != nil {
		return p.after(d, f)
	}
	return time.AfterFunc(d, f)
}

// receivedMost is how many bytes a peer may send by default: a
// hundred times what any scenario asks for.
const receivedMost = 16 << 20

// patience ends a conversation that takes too long, by closing its connection.
type patience struct {
	Patience
	heard *records.Conversation // read once the guest has stopped
	end   func()

	mu        sync.Mutex
	why       string  // "" as long as nothing ran out
	total     stopper // nil as long as it does not run
	handshake stopper
}

// begins starts the clocks: the peer is there.
func (p *patience) begins() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total == nil && p.Total > 0 {
		p.total = p.later(p.Total, func() { p.over(fmt.Sprintf("the conversation was not over after %v", p.Total)) })
	}
	if p.handshake != nil {
		p.handshake.Stop()
	}
	if p.Handshake > 0 {
		p.handshake = p.later(p.Handshake, func() { p.over(fmt.Sprintf("the handshake was not over after %v", p.Handshake)) })
	}
}

// watch stops the handshake's clock when a guest is connected.
func (p *patience) watch(guest *peer.Endpoint) {
	guest.Observe(func(kind emu.EventKind, _ *emu.Record) {
		if kind == emu.EventConnected {
			p.connected()
		}
	})
}

func (p *patience) connected() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.handshake != nil {
		p.handshake.Stop()
	}
}

// over ends the conversation, for the first reason that there is.
func (p *patience) over(why string) {
	p.mu.Lock()
	first := p.why == ""
	if first {
		p.why = why
	}
	p.mu.Unlock()
	if first {
		p.end()
	}
}

// stop ends the clocks and says why the conversation was ended; "" is that it
// ended by itself.
func (p *patience) stop() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range []stopper{p.total, p.handshake} {
		if t != nil {
			t.Stop()
		}
	}
	return p.why
}

// hears is a line on which what passes is read along, and what is received bounded.
type hears struct {
	peer.Line
	p      *patience
	serves bool // the guest is the server
	stream bool // else what was sent says nothing of the peer's being there

	sent, came []byte // what passed, the first passedMost bytes of each
}

// kept adds to what is kept of what passed.
func kept(to, p []byte) []byte { return append(to, p[:min(len(p), passedMost-len(to))]...) }

func (h *hears) sender(sent bool) int {
	if sent == h.serves {
		return records.FromServer
	}
	return records.FromClient
}

func (h *hears) Send(p []byte) int {
	n := h.Line.Send(p)
	if n < 0 && h.stream {
		h.lastWords()
	}
	h.sent = kept(h.sent, p[:max(n, 0)])
	h.p.heard.Write(h.sender(true), p[:max(n, 0)])
	return n
}

// lastWords reads what a peer said before it went, which the guest, who found it gone
// when it sent, did not read: an alert, mostly.
func (h *hears) lastWords() {
	p := make([]byte, lastWordsMost)
	n := max(h.Line.Recv(p, uint32(partingTime.Milliseconds())), 0)
	h.came = kept(h.came, p[:n])
	h.p.heard.Write(h.sender(false), p[:n])
}

// lastWordsMost is more than a ticket or two and an alert, bytes.
const lastWordsMost = 8 << 10

func (h *hears) Recv(p []byte, timeoutMS uint32) int {
	n := h.Line.Recv(p, timeoutMS)
	from := h.sender(false)
	h.came = kept(h.came, p[:max(n, 0)])
	h.p.heard.Write(from, p[:max(n, 0)])
	most := h.p.ReceivedB
	if most == 0 {
		most = receivedMost
	}
	if h.p.heard.ReceivedB[from] > most {
		h.p.over(fmt.Sprintf("more than %s came", quantity.Bytes(most)))
		return emu.RecvError
	}
	return n
}
