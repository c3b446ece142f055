package bench

import (
	"fmt"

	"tlslab/certs"
	"tlslab/emu/peer"
	"tlslab/profiles"
)

// askClient tells the reference server what to ask of the client, and whom to
// trust.
func askClient(p *peer.ServerParams, s *profiles.Scenario) error {
	p.ClientAuth = s.Auth()
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
