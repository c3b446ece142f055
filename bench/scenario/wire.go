package scenario

import (
	"cmp"
	"time"

	"tlslab/core"
	"tlslab/emu/peer"
	"tlslab/emu/sntp"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// WireSpec is a scenario's wire; seed is taken where it has none of its own.
func WireSpec(s *profiles.Scenario, seed uint64) wire.Spec {
	spec := wire.Spec{RTTUS: s.Wire.RTTUS, RateBPS: s.Wire.RateBPS, MTU: s.Wire.MTU}
	if s.Datagram() {
		toServer, toClient := s.Wire.Troubles()
		spec.Datagram, spec.Seed = true, cmp.Or(s.Wire.Seed, seed)
		spec.ToServer, spec.ToClient = wire.Trouble(toServer), wire.Trouble(toClient)
	}
	return spec
}

// dtlsSettings are a scenario's for either end; nil for a stream.
func dtlsSettings(s *profiles.Scenario) *core.DTLS {
	if !s.Datagram() {
		return nil
	}
	d := &core.DTLS{
		MTU: s.Wire.MTU, TimeoutMinMS: s.DTLS.TimeoutMinMS, TimeoutMaxMS: s.DTLS.TimeoutMaxMS,
		BadMACLimit: s.DTLS.BadMACLimit, Cookie: s.DTLS.Cookie, Reconnect: s.DTLS.Reconnect, CIDBytes: s.DTLS.CIDBytes,
		AnswerBytes: peer.AnswerBytes(uint32(s.Payload.ResponseBytes)),
	}
	if s.Protocol == profiles.DTLS10 {
		d.Version = 0x0302
	}
	return d
}

// sntpSettings are what a scenario's client does to set its clock; nil for
// nothing.
func sntpSettings(s *profiles.Scenario) *core.SNTP {
	c := s.SNTP()
	if c == nil {
		return nil
	}
	return &core.SNTP{Requests: c.Requests, TimeoutMS: c.TimeoutMS, ZoneS: c.ZoneHours * 3600}
}

// TimeServer is the server's end of a wire, with a time server before it where
// the scenario has one. Both are reached over the same wire, one after the
// other.
func TimeServer(s *profiles.Scenario, w *wire.Wire) peer.Line {
	c := s.SNTP()
	if c == nil {
		return w.Server()
	}
	start := s.ServerTime()
	now := func() time.Time { return start.Add(time.Duration(w.NowUS()) * time.Microsecond) }
	return sntp.NewServer(w.Server(), s.Datagram(), now, c.Answers)
}
