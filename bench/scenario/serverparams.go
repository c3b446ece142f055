package scenario

import (
	"bytes"
	"cmp"
	"fmt"

	"tlslab/certs"
	"tlslab/emu/peer"
	"tlslab/internal/iana"
	"tlslab/profiles"
)

// ServerParams tell a server the scenario, with its certificates in one of
// certs.Variants.
func ServerParams(s *profiles.Scenario, suite iana.Suite, certVariant profiles.Check) (*peer.ServerParams, error) {
	p := &peer.ServerParams{Suite: suite, Group: peer.NamedGroups[s.Group], BodyBytes: uint32(s.Payload.ResponseBytes)}
	if s.Chain != "" {
		chain, err := certs.Load(s.Chain, string(cmp.Or(certVariant, s.Faulty().Certificate)))
		if err != nil {
			return nil, err
		}
		p.Chain, p.Key = chain.ChainPEM, chain.KeyPEM
		if s.Serves() && s.CAFormat == "der" {
			p.Chain, p.Key = bytes.Join(chain.ChainDER, nil), chain.KeyDER
		}
	}
	if err := askFeatures(p, s); err != nil {
		return nil, err
	}
	if s.Protocol != profiles.TLS12 && !s.Fallback { // TLS 1.2 is what both ends choose by themselves
		p.Version = s.Version()
	}
	p.Password = []byte(s.Password)
	if s.PSK != nil {
		p.PSK, p.PSKIdentity = s.PSK.Key(), []byte(s.PSK.Identity)
	}
	if p.DTLS = dtlsSettings(s); p.DTLS != nil && !s.Serves() {
		p.DTLS.BadMACLimit = 0 // the client's
	}
	return p, nil
}

// askFeatures sets the scenario's features in the reference server's parameters.
func askFeatures(p *peer.ServerParams, s *profiles.Scenario) error {
	p.ClientAuth, p.Resume, p.Renegotiate = s.Auth(), s.Resume, s.Renegotiate
	p.ALPN, p.MaxFragmentB = s.ServerALPN, s.MaxFragmentB
	p.Agreed = s.Features.Agreed()
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
