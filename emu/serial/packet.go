// Package serial runs guests on real boards over their serial ports: the
// messages of emu/frame in packets with a checksum, for a line that loses,
// changes and adds bytes. It is an emu.Machine. It does not write firmware to a
// board. It counts the board's own cycles, which are measured, not exact.
package serial

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// A packet as core/port/link_packet.h has it.
const (
	syncByte    = 0xa5
	headBytes   = 5 // sync, flags, number, length, check
	payloadMost = 128
	crcBytes    = 4
	packetMost  = headBytes + payloadMost + crcBytes
)

// flags of a packet.
type flags byte

const (
	flagFirst flags = 0x01 // the first packet after start-up: numbers begin with it
	flagStart flags = 0x02 // a message begins
	flagMore  flags = 0x04 // and goes on in the next packet
	flagNext  flags = 0x08 // asks for the rest of an answer
	flagWait  flags = 0x10 // from the host: it is alive, the answer takes time
	flagStop  flags = 0x20 // from the host: start anew
	flagHost  flags = 0x80 // from the host: a line may echo
)

// packet is one unit of the line.
type packet struct {
	flags   flags
	number  byte
	payload []byte
}

// append appends the packet as it travels.
func (p packet) append(b []byte) []byte {
	from := len(b)
	n := byte(len(p.payload))
	b = append(b, syncByte, byte(p.flags), p.number, n, ^(byte(p.flags) + p.number + n))
	b = append(b, p.payload...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[from:]))
}

// parse reads the packet that b begins with: n is its length, 0 when more of
// it has to come, -1 when this is none.
func parse(b []byte) (p packet, n int) {
	switch {
	case b[0] != syncByte:
		return p, -1
	case len(b) < headBytes:
		return p, 0
	case b[1]+b[2]+b[3]+b[4] != 0xff || b[3] > payloadMost:
		return p, -1
	}
	end := headBytes + int(b[3])
	if len(b) < end+crcBytes {
		return p, 0
	}
	if crc32.ChecksumIEEE(b[:end]) != binary.LittleEndian.Uint32(b[end:]) {
		return p, -1
	}
	return packet{flags(b[1]), b[2], b[headBytes:end]}, end + crcBytes
}

// decoder finds packets in what comes over a line. What begins like a packet
// and is none costs its first byte, not what it was said to contain.
type decoder struct {
	buffer  []byte
	skipped uint64 // bytes that were part of no packet
}

// feed takes bytes and calls f for each packet. Its payload is valid during
// the call.
func (d *decoder) feed(b []byte, f func(packet)) {
	d.buffer = append(d.buffer, b...)
	at := 0
	for at < len(d.buffer) {
		p, n := parse(d.buffer[at:])
		if n == 0 {
			break
		}
		if n > 0 {
			f(p)
			at += n
			continue
		}
		d.skipped++
		at++
	}
	d.buffer = slices.Delete(d.buffer, 0, at)
}
