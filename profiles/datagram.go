package profiles

import (
	"tlslab/internal/quantity"
)

// Trouble is what happens to datagrams, in percent of those sent.
type Trouble struct {
	LossPct      int `toml:"loss_pct"`
	ReorderPct   int `toml:"reorder_pct"`   // held back by up to a round trip
	DuplicatePct int `toml:"duplicate_pct"` // arrive twice
	CorruptPct   int `toml:"corrupt_pct"`   // arrive with one bit other than sent
}

// DTLS is what is particular to datagrams (RFC 6347).
type DTLS struct {
	TimeoutMinMS uint32 `toml:"timeout_min_ms"` // first wait for an answer to a flight; doubled each time
	TimeoutMaxMS uint32 `toml:"timeout_max_ms"` // when a wait was this long, the handshake fails
	// records with a bad MAC before the client ends the connection; 0: no limit
	BadMACLimit uint32 `toml:"badmac_limit"`
	CIDBytes    uint32 `toml:"cid_B"`     // of each end's connection ID (RFC 9146); 0: none
	Cookie      bool   `toml:"cookie"`    // the server asks for a cookie (HelloVerifyRequest)
	Reconnect   bool   `toml:"reconnect"` // the client, once connected, starts anew from the same address
}

const (
	timeoutMostMS = 600_000 // RFC 6347, 4.2.4.1, has 60 s
	datagramRoom  = 160     // bytes of a datagram that the answer's header and the record take
	cidMost       = 32      // bytes; Mbed TLS's own SSL_CID_IN_LEN_MAX
	answerMost    = 384     // bytes of body: the server answers with one record of 512
)

// Datagram says that the scenario's protocol runs over datagrams.
func (s *Scenario) Datagram() bool { return s.Protocol.Datagram() }

// Troubles are those of the two directions.
func (w *Wire) Troubles() (toServer, toClient Trouble) {
	toServer, toClient = w.Trouble, w.Trouble
	if w.ToServer != nil {
		toServer = *w.ToServer
	}
	if w.ToClient != nil {
		toClient = *w.ToClient
	}
	return toServer, toClient
}

// checkDatagrams checks what is particular to them.
func (s *Scenario) checkDatagrams(bad report) {
	if !s.Datagram() {
		if s.DTLS != nil {
			bad("dtls", "protocol %s has no datagrams; allowed with dtls1.0, dtls1.2", s.Protocol)
		}
		if to, from := s.Wire.Troubles(); to != (Trouble{}) || from != (Trouble{}) || s.Wire.Seed != 0 {
			bad("wire", "loss_pct, reorder_pct, duplicate_pct, corrupt_pct and seed are of datagrams; protocol %s has none", s.Protocol)
		}
		return
	}
	s.Wire.Trouble.check("wire", bad)
	if s.Wire.ToServer != nil {
		s.Wire.ToServer.check("wire.to_server", bad)
	}
	if s.Wire.ToClient != nil {
		s.Wire.ToClient.check("wire.to_client", bad)
	}
	if n := s.Payload.ResponseBytes; n > min(answerMost, s.Wire.MTU-datagramRoom) {
		bad("payload.response_B", "%d: above %d, which one datagram of %s holds", n, max(0, min(answerMost, s.Wire.MTU-datagramRoom)), quantity.Bytes(s.Wire.MTU))
	}
	if s.DTLS == nil {
		bad("protocol", "%s needs a [dtls] with timeout_min_ms and timeout_max_ms", s.Protocol)
		return
	}
	if s.DTLS.TimeoutMinMS == 0 || s.DTLS.TimeoutMinMS > timeoutMostMS {
		bad("dtls.timeout_min_ms", "%d: not in 1..%d", s.DTLS.TimeoutMinMS, timeoutMostMS)
	}
	if s.DTLS.TimeoutMaxMS < s.DTLS.TimeoutMinMS || s.DTLS.TimeoutMaxMS > timeoutMostMS {
		bad("dtls.timeout_max_ms", "%d: not in timeout_min_ms..%d", s.DTLS.TimeoutMaxMS, timeoutMostMS)
	}
	if s.DTLS.CIDBytes > cidMost {
		bad("dtls.cid_B", "%d: not in 0..%d", s.DTLS.CIDBytes, cidMost)
	}
	if s.DTLS.Reconnect && !s.DTLS.Cookie {
		bad("dtls.reconnect", "without cookie: a server cannot tell a new start from a stray datagram")
	}
}

func (t Trouble) check(table string, bad report) {
	for _, c := range []struct {
		key string
		pct int
	}{{"loss_pct", t.LossPct}, {"reorder_pct", t.ReorderPct}, {"duplicate_pct", t.DuplicatePct}, {"corrupt_pct", t.CorruptPct}} {
		if c.pct < 0 || c.pct > 100 {
			bad(table+"."+c.key, "%d: not in 0..100", c.pct)
		}
	}
}
