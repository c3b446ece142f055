// Package sntp is a time server (SNTP, RFC 4330) on the virtual wire. It stands
// before the TLS server, answers the client's requests for the time, and passes
// everything else on. It can lose, spoil and falsify its answers. The client is
// in the guest (core/port/mbedtls/client_sntp.c).
package sntp

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Size is the bytes of a message without optional fields (RFC 4330, 4).
const Size = 48

// Modes, versions and leap indicators that mean something here (RFC 4330, 4).
const (
	modeClient         = 3
	modeServer         = 4
	version            = 4
	leapUnsynchronised = 3
)

// Packet is a message (RFC 4330, 4), less the fields that tell how good a
// server's clock is.
type Packet struct {
	Leap, Version, Mode, Stratum         uint8
	Reference                            [4]byte // who the server is synchronised to; of stratum 0 the kiss code
	Originate, Receive, Transmit, Synced Stamp
}

// Stamp is a time: seconds of an era, and 1/2^32 seconds.
type Stamp uint64

// eras begin so many seconds before and after 1970 (RFC 4330, 3): a stamp whose
// first bit is set is of the first, which ends in 2036.
const (
	era0 = -2_208_988_800
	era1 = era0 + 1<<32
)

// StampOf is a time's stamp.
func StampOf(t time.Time) Stamp {
	s := uint64(t.Unix()-era0) & 0xffffffff
	return Stamp(s<<32 | (uint64(t.Nanosecond())<<32)/1_000_000_000)
}

// Parse reads a message; one of another length is an error.
func Parse(b []byte) (Packet, error) {
	if len(b) != Size {
		return Packet{}, fmt.Errorf("sntp: %d bytes: a message has %d", len(b), Size)
	}
	stamp := func(at int) Stamp { return Stamp(binary.BigEndian.Uint64(b[at:])) }
	return Packet{Leap: b[0] >> 6, Version: b[0] >> 3 & 7, Mode: b[0] & 7, Stratum: b[1], Reference: [4]byte(b[12:16]),
		Synced: stamp(16), Originate: stamp(24), Receive: stamp(32), Transmit: stamp(40)}, nil
}

// Append appends the message.
func (p Packet) Append(b []byte) []byte {
	b = append(b, p.Leap<<6|p.Version&7<<3|p.Mode&7, p.Stratum)
	b = append(b, make([]byte, 10)...) // poll, precision, root delay and dispersion
	b = append(b, p.Reference[:]...)
	for _, s := range []Stamp{p.Synced, p.Originate, p.Receive, p.Transmit} {
		b = binary.BigEndian.AppendUint64(b, uint64(s))
	}
	return b
}

// isRequest says that b begins a client's message. A TLS record begins with its
// content type, 20 to 25 (RFC 5246, 6.2.1), which none of these is.
func isRequest(b byte) bool { return b&7 == modeClient && b>>6 == 0 && b>>3 >= 3 && b>>3 <= version }
