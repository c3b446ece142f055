package lab

import (
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
)

// countResumed leaves out of what is counted on the wire the connection that is
// only made to be resumed, as the handshake's counts do.
func countResumed(w *wire.Wire, client *peer.Endpoint) {
	AfterFirst(client, func() error {
		w.CountAnew()
		return nil
	})
}

// AfterFirst calls then when the connection that is only made to be resumed is over
// at this end, before the next begins.
func AfterFirst(end *peer.Endpoint, then func() error) {
	check := end.OnEvent
	end.OnEvent = func(kind emu.EventKind, r *emu.Record) error {
		if n := len(r.HeapCurve); kind == emu.EventPhase && n > 0 && r.HeapCurve[n-1].Phase == emu.PhaseFirstConnection {
			if err := then(); err != nil {
				return err
			}
		}
		if check == nil {
			return nil
		}
		return check(kind, r)
	}
}
