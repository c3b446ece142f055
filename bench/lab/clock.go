package lab

import (
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
)

// watchSync notes when a client that has not begun is done with its clock.
func watchSync(w *wire.Wire, client *peer.Endpoint) *int64 {
	us := new(int64)
	client.Observe(func(kind emu.EventKind, _ *emu.Record) {
		if kind == emu.EventClock {
			*us = w.NowUS()
		}
	})
	return us
}
