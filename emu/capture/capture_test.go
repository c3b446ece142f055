package capture

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// block is one of a file, taken apart.
type block struct {
	kind uint32
	body []byte
}

// blocks reads a file by the rules of the format alone.
func blocks(t *testing.T, data []byte) []block {
	t.Helper()
	var out []block
	for len(data) > 0 {
		if len(data) < 12 || len(data)%4 != 0 {
			t.Fatalf("%d bytes left", len(data))
		}
		n := int(binary.LittleEndian.Uint32(data[4:]))
		if n > len(data) || n%4 != 0 || int(binary.LittleEndian.Uint32(data[n-4:])) != n {
			t.Fatalf("block of %d bytes", n)
		}
		out = append(out, block{binary.LittleEndian.Uint32(data), data[8 : n-4]})
		data = data[n:]
	}
	return out
}

// packet is an enhanced packet block's: when, and the packet.
func packet(b block) (us uint64, data []byte) {
	us = uint64(binary.LittleEndian.Uint32(b.body[4:]))<<32 | uint64(binary.LittleEndian.Uint32(b.body[8:]))
	return us, b.body[20 : 20+binary.LittleEndian.Uint32(b.body[12:])]
}

// sums checks a packet's checksums: with themselves in place all bits are set.
func sums(t *testing.T, ip []byte) {
	t.Helper()
	if int(binary.BigEndian.Uint16(ip[2:])) != len(ip) {
		t.Errorf("IP says %d bytes, has %d", binary.BigEndian.Uint16(ip[2:]), len(ip))
	}
	if checksum(ip[:20]) != 0 {
		t.Error("IP checksum")
	}
	payload := ip[20:]
	pseudo := slices.Concat(ip[12:20], []byte{0, ip[9]}, binary.BigEndian.AppendUint16(nil, uint16(len(payload))))
	if checksum(pseudo, payload) != 0 {
		t.Error("checksum of TCP or UDP")
	}
}

func written(t *testing.T, c *Capture) []block {
	t.Helper()
	var b, again bytes.Buffer
	if err := Write(&b, c); err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, c); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("written again: %v, the same bytes: %v", err, bytes.Equal(b.Bytes(), again.Bytes()))
	}
	return blocks(t, b.Bytes())
}

func TestStream(t *testing.T) {
	c := &Capture{Comment: "a test", StartUS: 1 << 40, RTTUS: 1000, KeyLog: []string{"one", "two"}, Packets: []Packet{
		{US: 10, Data: []byte("hello")},
		{FromServer: true, US: 1010, Data: []byte("world!"), Comment: "odd"},
		{US: 1020, Data: []byte("bye"), Anew: true},
		{US: 1030, Data: make([]byte, 70_000)}, // more than one packet may have
	}}
	bs := written(t, c)
	var kinds []uint32
	var flags []byte
	var times []uint64
	sent := map[uint16][]byte{} // by the client's port
	next := map[uint16]uint32{}
	for _, b := range bs {
		kinds = append(kinds, b.kind)
		if b.kind != enhancedPacket {
			continue
		}
		us, ip := packet(b)
		sums(t, ip)
		times = append(times, us)
		tcp := ip[20:]
		flags = append(flags, tcp[13])
		if port := binary.BigEndian.Uint16(tcp); port != tlsPort {
			data := tcp[tcp[12]>>4*4:]
			seq := binary.BigEndian.Uint32(tcp[4:])
			if want, ok := next[port]; ok && want != seq {
				t.Errorf("port %d: sequence number %d, want %d", port, seq, want)
			}
			next[port] = seq + uint32(len(data))
			if tcp[13]&(syn|fin) != 0 {
				next[port]++
			}
			sent[port] = append(sent[port], data...)
		}
	}
	if want := []uint32{sectionHeader, interfaceBlock, secretsBlock}; !slices.Equal(kinds[:3], want) || bytes.Contains(bs[2].body, []byte("one\ntwo\n")) == false {
		t.Errorf("blocks %x", kinds)
	}
	open, end := []byte{syn, syn | ack, ack}, []byte{fin | ack, fin | ack, ack}
	data := byte(psh | ack)
	if want := slices.Concat(open, []byte{data, data}, end, open, []byte{data, data, data}, end); !slices.Equal(flags, want) {
		t.Errorf("flags %x\nwant  %x", flags, want)
	}
	if !slices.IsSorted(times) || times[0] != 1<<40-990 || times[3] != 1<<40+10 {
		t.Errorf("times %d", times)
	}
	if string(sent[clientPort]) != "hello" || len(sent[clientPort+1]) != 70_003 {
		t.Errorf("the client sent %q and %d bytes", sent[clientPort], len(sent[clientPort+1]))
	}
}

func TestDatagrams(t *testing.T) {
	c := &Capture{Datagram: true, Packets: []Packet{{US: 5, Data: []byte("odd"), Comment: "lost"}, {FromServer: true, US: 9, Data: []byte("even")}, {SNTP: true, Data: make([]byte, 48)}}}
	bs := written(t, c)
	if len(bs) != 2+len(c.Packets) {
		t.Fatalf("%d blocks", len(bs))
	}
	for i, port := range []uint16{dtlsPort, clientPort, ntpPort} {
		_, ip := packet(bs[2+i])
		sums(t, ip)
		if got := binary.BigEndian.Uint16(ip[22:]); got != port || string(ip[28:]) != string(c.Packets[i].Data) {
			t.Errorf("packet %d to port %d: %q", i+1, got, ip[28:])
		}
	}
	if !bytes.Contains(bs[2].body, []byte("lost")) {
		t.Error("no comment")
	}
	c.Packets[1].Data = make([]byte, 65_508)
	if err := Write(new(bytes.Buffer), c); err == nil || err.Error() != "capture: datagram 2 has 65508 bytes, UDP takes 65507" {
		t.Errorf("too long: %v", err)
	}
}

func TestKeyLogText(t *testing.T) {
	if s := string(KeyLogText([]string{"a b c", "d"})); s != "a b c\nd\n" || KeyLogText(nil) != nil {
		t.Errorf("%q", s)
	}
}
