package capture

import (
	"encoding/binary"
	"fmt"
)

// Addresses for documentation (RFC 5737), and ports by which Wireshark knows
// TLS and DTLS without being told.
var (
	clientAddress = [4]byte{192, 0, 2, 1}
	serverAddress = [4]byte{192, 0, 2, 2}
)

const (
	clientPort = 49152 // the first of those that a client may take (RFC 6335, 6)
	tlsPort    = 443
	dtlsPort   = 4433 // OpenSSL's and Mbed TLS's examples; 443 is QUIC's
	ntpPort    = 123

	protocolTCP = 6
	protocolUDP = 17
	ipHeader    = 20 // bytes
	tcpHeader   = 20 // bytes, without options
	udpHeader   = 8  // bytes
	ipMost      = 65535

	clientISN = 0x10000000 // initial sequence numbers
	serverISN = 0x20000000

	fin, syn, psh, ack = 0x01, 0x02, 0x08, 0x10 // flags (RFC 9293, 3.1)

	window      = 0xffff
	windowShift = 7 // a window of 8 MiB: no end ever has to wait for an acknowledgement
)

// openingOptions are those of a SYN: the largest segment of Ethernet, and the
// window's scale (RFC 9293, 3.2; RFC 7323, 2.2).
var openingOptions = []byte{2, 4, 1460 >> 8, 1460 & 0xff, 1, 3, 3, windowShift}

// frame is one IP packet.
type frame struct {
	us      int64 // since 1970
	data    []byte
	comment string
}

// frames puts headers around the packets, and TCP's opening and end around all.
func (c *Capture) frames() ([]frame, error) {
	b := &builder{c: c, port: clientPort, start: max(c.StartUS, c.RTTUS)} // no time before 1970
	if c.Datagram {
		for i, p := range c.Packets {
			if len(p.Data) > ipMost-ipHeader-udpHeader {
				return nil, fmt.Errorf("capture: datagram %d has %d bytes, UDP takes %d", i+1, len(p.Data), ipMost-ipHeader-udpHeader)
			}
			b.datagram(&p)
		}
		return b.out, nil
	}
	last, open := -c.RTTUS, false
	for _, p := range c.Packets {
		if p.SNTP {
			b.datagram(&p)
			last = p.US
			continue
		}
		if !open {
			b.opens(max(last, p.US-c.RTTUS), p.US)
			open = true
		}
		if p.Anew {
			b.closes(last, last)
			b.port++
			b.next, b.sent = [2]uint32{}, [2][]mark{}
			b.opens(p.US, p.US) // the virtual wire has no time between the two
		}
		for rest, comment := p.Data, p.Comment; len(rest) > 0; comment = "" {
			n := min(len(rest), ipMost-ipHeader-tcpHeader)
			b.tcp(p.FromServer, p.US, psh|ack, rest[:n], comment)
			rest = rest[n:]
		}
		last = max(last, p.US)
	}
	if open {
		b.closes(last, last+c.RTTUS)
	}
	return b.out, nil
}

// opens is TCP's handshake: the client calls, and is answered.
func (b *builder) opens(callUS, answerUS int64) {
	b.tcp(fromClient, callUS, syn, nil, "")
	b.tcp(fromServer, answerUS, syn|ack, nil, "")
	b.tcp(fromClient, answerUS, ack, nil, "")
}

// closes is TCP's end.
func (b *builder) closes(callUS, answerUS int64) {
	b.tcp(fromClient, callUS, fin|ack, nil, "")
	b.tcp(fromServer, answerUS, fin|ack, nil, "")
	b.tcp(fromClient, answerUS, ack, nil, "")
}

// builder is a connection as it goes.
type builder struct {
	c     *Capture
	port  uint16 // the client's
	start int64
	out   []frame
	ids   [2]uint16 // next IP identification
	next  [2]uint32 // next sequence number, relative to the first
	sent  [2][]mark // what each end has sent until when
}

// mark is what an end had sent after a packet of US: the next sequence number.
type mark struct {
	us   int64
	next uint32
}

// heard is what the sender of a packet at us has got of the other end: all
// that was there before, or, of what the client sent, a round trip before; the
// opening in any case.
func (b *builder) heard(server bool, us int64) uint32 {
	if server {
		us -= b.c.RTTUS
	}
	n := min(1, b.next[index(!server)])
	for _, m := range b.sent[index(!server)] {
		if m.us <= us {
			n = m.next
		}
	}
	return n
}

// Who sends a segment.
const fromClient, fromServer = false, true

// tcp adds a segment.
func (b *builder) tcp(server bool, us int64, flags byte, data []byte, comment string) {
	me := index(server)
	isn := [2]uint32{clientISN, serverISN}
	var options []byte
	if flags&syn != 0 {
		options = openingOptions
	}
	h := b.ports(server, tlsPort)
	h = binary.BigEndian.AppendUint32(h, isn[me]+b.next[me])
	if flags&ack != 0 {
		h = binary.BigEndian.AppendUint32(h, isn[1-me]+b.heard(server, us))
	} else {
		h = binary.BigEndian.AppendUint32(h, 0)
	}
	h = append(h, byte((tcpHeader+len(options))/4)<<4, flags)
	h = binary.BigEndian.AppendUint16(h, window)
	h = append(h, 0, 0, 0, 0) // checksum, urgent pointer
	h = append(append(h, options...), data...)
	binary.BigEndian.PutUint16(h[16:], checksum(pseudoHeader(server, protocolTCP, len(h)), h))
	b.add(server, us, comment, protocolTCP, h)
	b.next[me] += uint32(len(data))
	if flags&(syn|fin) != 0 {
		b.next[me]++
	}
	b.sent[me] = append(b.sent[me], mark{us, b.next[me]})
}

// datagram adds one.
func (b *builder) datagram(p *Packet) {
	port := uint16(dtlsPort)
	if p.SNTP {
		port = ntpPort
	}
	b.add(p.FromServer, p.US, p.Comment, protocolUDP, b.udp(p.FromServer, port, p.Data))
}

// udp is a datagram with its header.
func (b *builder) udp(server bool, port uint16, data []byte) []byte {
	h := b.ports(server, port)
	h = binary.BigEndian.AppendUint16(h, uint16(udpHeader+len(data)))
	h = append(append(h, 0, 0), data...)
	sum := checksum(pseudoHeader(server, protocolUDP, len(h)), h)
	if sum == 0 {
		sum = 0xffff // 0 says there is none (RFC 768)
	}
	binary.BigEndian.PutUint16(h[6:], sum)
	return h
}

// add puts the IP header before a segment or datagram.
func (b *builder) add(server bool, us int64, comment string, protocol byte, payload []byte) {
	me := index(server)
	h := []byte{0x45, 0} // version 4, five words
	h = binary.BigEndian.AppendUint16(h, uint16(ipHeader+len(payload)))
	h = binary.BigEndian.AppendUint16(h, b.ids[me])
	h = append(h, 0x40, 0, 64, protocol, 0, 0) // do not fragment; 64 hops
	from, to := addresses(server)
	h = append(append(h, from[:]...), to[:]...)
	binary.BigEndian.PutUint16(h[10:], checksum(h))
	b.ids[me]++
	b.out = append(b.out, frame{b.start + us, append(h, payload...), comment})
}

func index(server bool) int {
	if server {
		return 1
	}
	return 0
}

func addresses(server bool) (from, to [4]byte) {
	if server {
		return serverAddress, clientAddress
	}
	return clientAddress, serverAddress
}

// ports begins a header.
func (b *builder) ports(server bool, port uint16) []byte {
	from, to := b.port, port
	if server {
		from, to = to, from
	}
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, from), to)
}

// pseudoHeader is what TCP's and UDP's checksums cover besides (RFC 9293, 3.1).
func pseudoHeader(server bool, protocol byte, n int) []byte {
	from, to := addresses(server)
	h := append(append(append([]byte(nil), from[:]...), to[:]...), 0, protocol)
	return binary.BigEndian.AppendUint16(h, uint16(n))
}

// checksum is the Internet's (RFC 1071) over parts of even length, but for the last.
func checksum(parts ...[]byte) uint16 {
	sum := uint32(0)
	for _, p := range parts {
		for ; len(p) >= 2; p = p[2:] {
			sum += uint32(p[0])<<8 | uint32(p[1])
		}
		if len(p) == 1 {
			sum += uint32(p[0]) << 8
		}
		for sum > 0xffff {
			sum = sum>>16 + sum&0xffff
		}
	}
	return ^uint16(sum)
}
