package core

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// DTLS is how an end uses datagrams (port/dtls.h, struct dtls_settings).
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

func (d *DTLS) words() []uint32 {
	return []uint32{uint32(d.MTU), d.TimeoutMinMS, d.TimeoutMaxMS, d.BadMACLimit, cBool(d.Cookie), cBool(d.Reconnect), d.Version, d.AnswerBytes, d.CIDBytes}
}

// Encode lays the settings out as the reference server reads them.
func (d *DTLS) Encode() []byte {
	var b []byte
	for _, w := range d.words() {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// c is the settings as the client has them compiled in.
func (d *DTLS) c() string {
	return fmt.Sprintf("#include \"dtls.h\"\nconst struct dtls_settings tlslab_dtls = {%s};\n",
		strings.Trim(strings.Join(strings.Fields(fmt.Sprint(d.words())), ","), "[]"))
}
