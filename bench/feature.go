package bench

import (
	"fmt"

	"tlslab/certs"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// ask tells the reference server which features the scenario has.
func ask(p *peer.ServerParams, s *profiles.Scenario) error {
	p.ClientAuth, p.Resume = s.Auth(), s.Resume
	if s.ClientChain == "" {
		return nil
	}
	chain, err := certs.Client(s.ClientChain)
	if err != nil {
		return fmt.Errorf("scenario %s: client_chain: %w", s.Name, err)
	}
	p.ClientCAPEM = chain.RootPEM
	return nil
}

// countResumed leaves out of what is counted on the wire the connection that is
// only made to be resumed, as the handshake's counts do.
func countResumed(w *wire.Wire, client *peer.Endpoint) {
	check := client.OnEvent
	client.OnEvent = func(kind emu.EventKind, r *emu.Record) error {
		if n := len(r.HeapCurve); kind == emu.EventPhase && n > 0 && r.HeapCurve[n-1].Phase == emu.PhaseFirstConnection {
			w.CountAnew()
		}
		return check(kind, r)
	}
}
