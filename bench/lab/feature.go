package lab

import (
	"fmt"

	"tlslab/certs"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// judging is how a scenario's client judges certificates, with a CRL in the
// format of its roots; nil for the core's own way.
func judging(s *profiles.Scenario) (*core.Verify, error) {
	if s.CRL == "" && s.CertProfile == "" {
		return nil, nil
	}
	v := &core.Verify{Profile: s.CertProfile}
	if s.CRL == "" {
		return v, nil
	}
	text, der, err := certs.LoadCRL(s.Chain, s.CRL)
	if err != nil {
		return nil, fmt.Errorf("crl: %w", err)
	}
	v.CRL, v.CRLIsPEM = text, s.CAFormat != "der"
	if !v.CRLIsPEM {
		v.CRL = der
	}
	return v, nil
}

// ask tells the reference server which features the scenario has.
func ask(p *peer.ServerParams, s *profiles.Scenario) error {
	p.ClientAuth, p.Resume, p.Renegotiate = s.Auth(), s.Resume, s.Renegotiate
	p.ALPN, p.MaxFragmentB = s.ServerALPN, s.MaxFragmentB
	for _, a := range []struct {
		asked bool
		bit   uint32
	}{{s.ExtendedMasterSecret, peer.AgreedExtendedMasterSecret}, {s.EncryptThenMAC, peer.AgreedEncryptThenMAC},
		{s.TruncatedHMAC, peer.AgreedTruncatedHMAC}, {s.RecordSplitting, peer.AgreedRecordSplitting}} {
		if a.asked {
			p.Agreed |= a.bit
		}
	}
	if s.SNI {
		other, err := certs.Load(s.Chain, "wrong-name")
		if err != nil {
			return fmt.Errorf("scenario %s: sni: %w", s.Name, err)
		}
		p.SNI, p.SNIChainPEM, p.Chain = s.Hostname, p.Chain, other.ChainPEM
	}
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
	afterFirst(client, func() error {
		w.CountAnew()
		return nil
	})
}

// afterFirst calls then when the connection that is only made to be resumed is over
// at this end, before the next begins.
func afterFirst(end *peer.Endpoint, then func() error) {
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
