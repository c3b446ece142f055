package records

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// record is one of a stream.
func record(kind byte, body ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(len(body))), body...)
}

// message is a handshake message with n bytes of body.
func message(kind byte, n int) []byte {
	return append([]byte{kind, byte(n >> 16), byte(n >> 8), byte(n)}, make([]byte, n)...)
}

func hello(kind byte, n int) []byte { return record(handshake, message(kind, n)...) }

// say is what was read, in short.
func say(ms []Message) string {
	var out []string
	for _, m := range ms {
		s := fmt.Sprintf("%s %d", m.Name, m.Bytes)
		if m.Detail != "" {
			s += " (" + m.Detail + ")"
		}
		if m.Encrypted {
			s += " hidden"
		}
		if m.Fragment() {
			s += fmt.Sprintf(" %d+%d/%d", m.Offset, m.Length, m.Total)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

var (
	ccs    = record(changeCipherSpec, 1)
	sealed = record(handshake, make([]byte, 40)...)
	retry  = record(handshake, slices.Concat([]byte{2, 0, 0, 34, 3, 3}, retryRandom)...)
)

var streams = []struct {
	name  string
	bytes []byte
	want  string
}{
	{"one record a message", slices.Concat(hello(2, 70), hello(11, 500), hello(14, 0)), "ServerHello 79, Certificate 509, ServerHelloDone 9"},
	{"one record for three", record(handshake, slices.Concat(message(2, 70), message(11, 500), message(14, 0))...), "ServerHello 79, Certificate 504, ServerHelloDone 4"},
	{"one message in two records", slices.Concat(record(handshake, message(11, 500)[:3]...), record(handshake, message(11, 500)[3:]...)), "Certificate 514"},
	{"the change", slices.Concat(hello(16, 66), ccs, sealed, sealed), "ClientKeyExchange 75, [ChangeCipherSpec] 6, Finished 45 hidden, encrypted message 45 hidden"},
	{"TLS 1.3, tried again", slices.Concat(retry, ccs, hello(2, 90), record(applicationData, 1, 2, 3)), "HelloRetryRequest 43, [ChangeCipherSpec] 6, ServerHello 99, Application Data 8 hidden"},
	{"alerts", slices.Concat(record(alert, 2, 42), record(alert, 1, 0), record(alert, 2, 250), record(alert, make([]byte, 26)...)),
		"Alert 7 (fatal, bad_certificate), Alert 7 (warning, close_notify), Alert 7 (fatal, alert-250), Alert 31 hidden"},
	{"an unknown message", hello(99, 1), "message-99 10"},
	{"another protocol", []byte("HTTP/1.1 400 Bad Request\r\n"), "not a TLS record 26"},
	{"a record too long", slices.Concat(ccs, []byte{23, 3, 3, 255, 255, 0}), "[ChangeCipherSpec] 6, not a TLS record 6"},
	{"half a record", sealed[:20], ""},
}

// TestStream: whole, and byte by byte, the same.
func TestStream(t *testing.T) {
	for _, c := range streams {
		var s, slow Stream
		got := s.Write(c.bytes)
		if say(got) != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, say(got), c.want)
		}
		if n := len(got); n > 0 && got[n-1].End != int64(len(c.bytes)) {
			t.Errorf("%s: ends at %d of %d", c.name, got[n-1].End, len(c.bytes))
		}
		if strings.Contains(c.want, Garbage) {
			continue // how much of it is told at a time depends on how it comes
		}
		var all []Message
		for i := range c.bytes {
			all = append(all, slow.Write(c.bytes[i:i+1])...)
		}
		if !slices.Equal(all, got) {
			t.Errorf("%s: byte by byte %s", c.name, say(all))
		}
	}
}

// datagram is a DTLS record.
func datagram(kind byte, epoch uint16, body []byte) []byte {
	p := binary.BigEndian.AppendUint16([]byte{kind, 0xfe, 0xfd}, epoch)
	p = append(p, 0, 0, 0, 0, 0, 7)
	return append(binary.BigEndian.AppendUint16(p, uint16(len(body))), body...)
}

// part is a fragment of a handshake message.
func part(kind byte, total, offset, n int) []byte {
	return append([]byte{kind, 0, byte(total >> 8), byte(total), 0, 5, 0, byte(offset >> 8), byte(offset), 0, byte(n >> 8), byte(n)}, make([]byte, n)...)
}

func TestDatagram(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes []byte
		want  string
	}{
		{"a flight", slices.Concat(datagram(handshake, 0, part(16, 40, 0, 40)), datagram(changeCipherSpec, 0, []byte{1}), datagram(handshake, 1, make([]byte, 48))),
			"ClientKeyExchange 65, [ChangeCipherSpec] 14, Finished 61 hidden"},
		{"fragments", slices.Concat(datagram(handshake, 0, part(11, 100, 0, 60)), datagram(handshake, 0, part(11, 100, 60, 40))), "Certificate 85 0+60/100, Certificate 65 60+40/100"},
		{"two messages in a record", datagram(handshake, 0, slices.Concat(part(2, 9, 0, 9), part(14, 0, 0, 0))), "ServerHello 34, ServerHelloDone 12"},
		{"with an ID", slices.Concat(datagram(changeCipherSpec, 0, []byte{1}), datagram(withCID, 1, make([]byte, 48))), "[ChangeCipherSpec] 14, Finished 61 hidden"},
		{"data with an ID", datagram(withCID, 1, make([]byte, 48)), "encrypted message 61 hidden"},
		{"data and an alert", slices.Concat(datagram(applicationData, 1, make([]byte, 9)), datagram(alert, 1, make([]byte, 2)), datagram(alert, 0, []byte{2, 40})),
			"Application Data 22 hidden, Alert 15 hidden, Alert 15 (fatal, handshake_failure)"},
		{"cut short", datagram(handshake, 0, part(1, 9, 0, 9))[:30], "not a TLS record 30"},
		{"nothing", nil, ""},
	} {
		if got := say(Datagram(c.bytes)); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

// FuzzRecords: whatever comes is read to its end, every byte belongs to one
// message at most, and what is kept is bounded.
func FuzzRecords(f *testing.F) {
	for _, c := range streams {
		f.Add(c.bytes, 7)
	}
	f.Add(datagram(handshake, 0, part(11, 100, 0, 60)), 1)
	f.Fuzz(func(t *testing.T, p []byte, cut int) {
		var whole, parts Stream
		all := whole.Write(p)
		cut = max(0, min(cut, len(p)))
		two := append(parts.Write(p[:cut]), parts.Write(p[cut:])...)
		for _, ms := range [][]Message{all, two, Datagram(p)} {
			at := int64(0)
			for _, m := range ms {
				if m.Bytes <= 0 || m.End != at+int64(m.Bytes) || m.Name == "" {
					t.Fatalf("%+v after byte %d", m, at)
				}
				at = m.End
			}
			if at > int64(len(p)) {
				t.Fatalf("%d of %d bytes", at, len(p))
			}
		}
		if len(whole.record) > HeaderB+LongestB || len(whole.begun) > messageHeader+helloKept {
			t.Fatalf("keeps %d and %d bytes", len(whole.record), len(whole.begun))
		}
		if clean := !whole.garbage; clean && !slices.Equal(all, two) {
			t.Fatalf("cut at %d: %s\nwhole %s", cut, say(two), say(all))
		}
	})
}
