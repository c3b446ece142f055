package core

import "encoding/binary"

// DTLS is how an end uses datagrams (port/mbedtls/dtls.h, struct dtls_settings).
type DTLS struct {
	MTU          int    // most bytes of a datagram
	TimeoutMinMS uint32 // first wait for an answer to a flight; doubled each time
	TimeoutMaxMS uint32 // when a wait was this long, the handshake fails
	BadMACLimit  uint32 // records with a bad MAC before the connection ends; 0: no limit
	Cookie       bool   // the server asks for a cookie (HelloVerifyRequest)
	Reconnect    bool   // the client, once connected, starts anew from the same address without a word
	Version      uint32 // highest, as TLS numbers it: 0x0302 is DTLS 1.0; 0: the core's own
	AnswerBytes  uint32 // what the client waits for
	CIDBytes     uint32 // of each end's connection ID (RFC 9146); 0: none
}

// Words are the settings as a struct dtls_settings has them.
func (d *DTLS) Words() []uint32 {
	return []uint32{uint32(d.MTU), d.TimeoutMinMS, d.TimeoutMaxMS, d.BadMACLimit, cBool(d.Cookie), cBool(d.Reconnect), d.Version, d.AnswerBytes, d.CIDBytes}
}

// Encode lays the settings out as the reference server reads them.
func (d *DTLS) Encode() []byte {
	var b []byte
	for _, w := range d.Words() {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

func cBool(v bool) uint32 {
	if v {
		return 1
	}
	return 0
}
