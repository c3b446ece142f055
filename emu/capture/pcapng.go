// Package capture writes a conversation for Wireshark: packets with IPv4 and
// TCP or UDP around them, in a pcapng file that also holds the secrets to
// decrypt them. TCP's own part (opening, end, sequence numbers) is made up like
// that of a real connection. Addresses and ports are always the same. It reads
// nothing and knows nothing of TLS.
package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
)

// Packet is a segment or datagram as seen at the client.
type Packet struct {
	FromServer bool
	US         int64 // when the client sent or received it, microseconds since the start
	Data       []byte
	Anew       bool   // with it another TCP connection begins
	SNTP       bool   // to or from a time server, over UDP in any case
	Comment    string // "" for none; a capture shows it with the packet
}

// Capture is one conversation.
type Capture struct {
	Comment  string // what it is a capture of
	Datagram bool
	StartUS  int64 // what the calendar clock says at the start, microseconds since 1970
	RTTUS    int64 // round-trip time: how old what an end acknowledges is
	Packets  []Packet
	KeyLog   []string // lines of a key log
}

// Block types and options (draft-ietf-opsawg-pcapng).
const (
	sectionHeader  = 0x0a0d0d0a
	interfaceBlock = 1
	enhancedPacket = 6
	secretsBlock   = 10

	optComment  = 1
	optUserAppl = 4
	optName     = 2
	optTSResol  = 9

	byteOrder   = 0x1a2b3c4d
	tlsKeyLog   = 0x544c534b
	linkTypeRaw = 101 // packets begin with the IP header
	microsecond = 6   // 10^-6
)

// KeyLogText is a key log's lines as a file (SSLKEYLOGFILE).
func KeyLogText(lines []string) []byte {
	if len(lines) == 0 {
		return nil
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// Write writes the capture. The same capture gives the same bytes.
func Write(w io.Writer, c *Capture) error {
	frames, err := c.frames()
	if err != nil {
		return err
	}
	var b file
	var body []byte
	body = binary.LittleEndian.AppendUint32(body, byteOrder)
	body = binary.LittleEndian.AppendUint16(body, 1) // version 1.0
	body = binary.LittleEndian.AppendUint16(body, 0)
	body = binary.LittleEndian.AppendUint64(body, 1<<64-1) // the section's length is not told
	b.block(sectionHeader, body, option(optComment, []byte(c.Comment)), option(optUserAppl, []byte("tlslab")))

	body = binary.LittleEndian.AppendUint16(nil, linkTypeRaw)
	body = binary.LittleEndian.AppendUint16(body, 0)
	body = binary.LittleEndian.AppendUint32(body, 0) // no packet is cut short
	b.block(interfaceBlock, body, option(optName, []byte("the client's end of the wire")), option(optTSResol, []byte{microsecond}))

	if text := KeyLogText(c.KeyLog); text != nil {
		body = binary.LittleEndian.AppendUint32(nil, tlsKeyLog)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(text)))
		b.block(secretsBlock, pad(append(body, text...)))
	}
	for _, f := range frames {
		body = binary.LittleEndian.AppendUint32(nil, 0) // the one interface
		body = binary.LittleEndian.AppendUint32(body, uint32(uint64(f.us)>>32))
		body = binary.LittleEndian.AppendUint32(body, uint32(f.us))
		body = binary.LittleEndian.AppendUint32(body, uint32(len(f.data)))
		body = binary.LittleEndian.AppendUint32(body, uint32(len(f.data)))
		b.block(enhancedPacket, pad(append(body, f.data...)), option(optComment, []byte(f.comment)))
	}
	_, err = w.Write(b.Bytes())
	return err
}

// file is blocks one after another.
type file struct{ bytes.Buffer }

// block appends one: its length stands before and after it.
func (f *file) block(kind uint32, body []byte, options ...[]byte) {
	all := bytes.Join(options, nil)
	if len(all) > 0 {
		all = append(all, make([]byte, 4)...) // opt_endofopt
	}
	n := uint32(12 + len(body) + len(all))
	var b []byte
	b = binary.LittleEndian.AppendUint32(b, kind)
	b = binary.LittleEndian.AppendUint32(b, n)
	b = append(append(b, body...), all...)
	f.Write(binary.LittleEndian.AppendUint32(b, n))
}

// option is one, or nothing where it has no value.
func option(code uint16, value []byte) []byte {
	if len(value) == 0 {
		return nil
	}
	b := binary.LittleEndian.AppendUint16(nil, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return append(b, pad(bytes.Clone(value))...)
}

// pad fills up to a multiple of 4 bytes.
func pad(b []byte) []byte { return append(b, make([]byte, (4-len(b)%4)%4)...) }
