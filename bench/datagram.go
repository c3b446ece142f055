package bench

import (
	"cmp"

	"tlslab/core"
	"tlslab/emu/peer"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// wireSpec is a scenario's wire; seed is taken where it has none of its own.
func wireSpec(s *profiles.Scenario, seed uint64) wire.Spec {
	spec := wire.Spec{RTTUS: s.Wire.RTTUS, RateBPS: s.Wire.RateBPS, MTU: s.Wire.MTU}
	if s.Datagram() {
		toServer, toClient := s.Wire.Troubles()
		spec.Datagram, spec.Seed = true, cmp.Or(s.Wire.Seed, seed)
		spec.ToServer, spec.ToClient = wire.Trouble(toServer), wire.Trouble(toClient)
	}
	return spec
}

// dtls are a scenario's settings for either end; nil for a stream.
func dtls(s *profiles.Scenario) *core.DTLS {
	if !s.Datagram() {
		return nil
	}
	d := &core.DTLS{
		MTU: s.Wire.MTU, TimeoutMinMS: s.DTLS.TimeoutMinMS, TimeoutMaxMS: s.DTLS.TimeoutMaxMS,
		BadMACLimit: s.DTLS.BadMACLimit, Cookie: s.DTLS.Cookie, Reconnect: s.DTLS.Reconnect,
		AnswerBytes: peer.AnswerBytes(uint32(s.Payload.ResponseBytes)),
	}
	if s.Protocol == "dtls1.0" {
		d.Version = 0x0302
	}
	return d
}
