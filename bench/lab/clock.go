package lab

import (
	"time"

	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/sntp"
	"tlslab/emu/wire"
	"tlslab/profiles"
)

// sntpSettings are what a scenario's client does to set its clock; nil for
// nothing.
func sntpSettings(s *profiles.Scenario) *core.SNTP {
	c := s.SNTP()
	if c == nil {
		return nil
	}
	return &core.SNTP{Requests: c.Requests, TimeoutMS: c.TimeoutMS, ZoneS: c.ZoneHours * 3600}
}

// timeServer is the server's end of a wire, with a time server before it where
// the scenario has one. Both are reached over the same wire, one after the
// other.
func timeServer(s *profiles.Scenario, w *wire.Wire) peer.Line {
	c := s.SNTP()
	if c == nil {
		return w.Server()
	}
	start := s.ServerTime()
	now := func() time.Time { return start.Add(time.Duration(w.NowUS()) * time.Microsecond) }
	return sntp.NewServer(w.Server(), s.Datagram(), now, c.Answers)
}

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
