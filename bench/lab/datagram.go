package lab

import (
	"fmt"

	"tlslab/emu"
	"tlslab/emu/dtls"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// Datagrams is what was seen of a conversation over datagrams.
type Datagrams struct {
	Log         dtls.Log
	HandshakeUS int64 // virtual time from the start until the client was connected; 0: it was not
	TimeoutMS   uint32
	Serves      bool // the device is the server
}

// watch follows the datagrams of a conversation that has not begun; nil where
// there are none.
func watch(s *profiles.Scenario, w *wire.Wire, client *peer.Endpoint) *Datagrams {
	if !s.Datagram() {
		return nil
	}
	d := &Datagrams{TimeoutMS: s.DTLS.TimeoutMaxMS, Serves: s.Serves()}
	w.OnDatagram = func(from int, p []byte, f wire.Fate) { d.Log.Datagram(from, p, f.Lost, w.NowUS()) }
	client.Observe(func(kind emu.EventKind, _ *emu.Record) {
		if kind == emu.EventConnected {
			d.HandshakeUS = w.NowUS()
		}
	})
	return d
}

// Counts fills in what only datagrams have.
func (d *Datagrams) Counts(m map[string]int64) {
	if d == nil {
		return
	}
	if d.HandshakeUS > 0 {
		m[metric.HandshakeWireUS] = d.HandshakeUS
	}
	m[metric.HandshakeFlights], m[metric.Retransmits] = int64(len(d.Log.Flights())), int64(d.Log.Retransmits())
	m[metric.Datagrams], m[metric.LostDatagrams] = int64(d.Log.Datagrams), int64(d.Log.LostDatagrams)
}

// explain says by timers and flights why a handshake, or the wait for the
// answer, did not end.
func (d *Datagrams) explain() string {
	if d.HandshakeUS > 0 && d.Serves {
		return "connected, but no request came"
	}
	if d.HandshakeUS > 0 {
		return fmt.Sprintf("connected, but no answer came; the request was sent again until a wait of %s, the longest allowed, had passed", quantity.Millis(d.TimeoutMS))
	}
	text := d.Log.Unanswered()
	if text == "" {
		return "no flight was sent"
	}
	return fmt.Sprintf("%s; a wait of %s, the longest allowed, passed without an answer", text, quantity.Millis(d.TimeoutMS))
}
