package transcript

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

func msg(kind byte, body ...byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

func rec(kind byte, body ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(len(body))), body...)
}

func extension(kind byte, data ...byte) []byte {
	return append([]byte{0, kind, 0, byte(len(data))}, data...)
}

var (
	random = make([]byte, 32)
	exts   = slices.Concat(extension(10, 0, 4, 0, 23, 0, 24), extension(13, 0, 4, 4, 1, 8, 4), extension(0, 0, 4, 0, 0, 1, 'h'),
		extension(1, 2), extension(16, 0, 3, 2, 'h', '2'), extension(43, 2, 3, 4), extension(28, 2, 0))
	offer  = msg(clientHello, slices.Concat([]byte{3, 3}, random, []byte{0, 0, 4, 0xc0, 0x2b, 0, 0xff, 1, 0, 0, byte(len(exts))}, exts)...)
	choice = msg(serverHello, slices.Concat([]byte{3, 3}, random, []byte{0, 0xc0, 0x2b, 0})...)
	chain  = msg(certificate, 0, 0, 9, 0, 0, 2, 'a', 'b', 0, 0, 1, 'c')
	keys   = msg(serverKeyExchange, 3, 0, 24, 1, 4, 5, 3, 0, 1, 9)
	asked  = msg(certificateRequest, 2, 1, 64, 0, 2, 4, 3, 0, 3, 0, 1, 'n')
	none   = msg(certificate, 0, 0, 0)
)

// check is what a conversation of these messages tells.
func check(t *testing.T, tr *Transcript) {
	t.Helper()
	o := tr.Offered
	if o == nil || tr.Chosen == nil || tr.Keys == nil || tr.Request == nil {
		t.Fatalf("%+v", tr)
	}
	if !slices.Equal(o.Suites, []uint16{0xc02b, 0xff}) || !slices.Equal(o.Groups, []uint16{23, 24}) || !slices.Equal(o.Schemes, []uint16{0x0401, 0x0804}) ||
		o.ServerName != "h" || o.Fragment != 2 || o.RecordB != 512 || !slices.Equal(o.ALPN, []string{"h2"}) || o.Speaks() != 0x0304 {
		t.Errorf("offered %+v", o)
	}
	if tr.Chosen.Suites[0] != 0xc02b || tr.Keys.Group != 24 || tr.Keys.Scheme != 0x0503 || !slices.Equal(tr.Request.Schemes, []uint16{0x0403}) || len(tr.Request.Names) != 1 {
		t.Errorf("chosen %+v, keys %+v, request %+v", tr.Chosen, tr.Keys, tr.Request)
	}
	if c := tr.Chains[Server]; len(c) != 2 || string(c[0]) != "ab" || string(c[1]) != "c" || !tr.Refused {
		t.Errorf("chain %q, refused %v", c, tr.Refused)
	}
	if a, ok := tr.Fatal(); !ok || a.From != Server || AlertName(a.Code) != "handshake_failure" || a.After != "Certificate" {
		t.Errorf("alerts %+v", tr.Alerts)
	}
}

// TestStream: the same is told however the bytes are cut, and messages that
// share records or span them.
func TestStream(t *testing.T) {
	flight := slices.Concat(choice, chain, keys, asked)
	for cut := 1; cut < 40; cut++ {
		tr := new(Transcript)
		feed := func(from int, p []byte) {
			for len(p) > 0 {
				n := min(cut, len(p))
				tr.Stream(from, p[:n])
				p = p[n:]
			}
		}
		feed(Client, rec(handshake, offer...))
		feed(Server, slices.Concat(rec(handshake, flight[:len(flight)/3]...), rec(handshake, flight[len(flight)/3:]...)))
		feed(Client, rec(handshake, none...))
		feed(Server, rec(alert, 2, 40))
		check(t, tr)
		tr.Stream(Server, []byte{22, 3, 3, 1, 0, 5})
		if r, ok := tr.Pending(Server); !ok || r.BodyB != 256 || len(tr.Sent(Server)) != 4 {
			t.Errorf("pending %+v, sent %v", r, tr.Sent(Server))
		}
	}
}

// TestDatagrams: fragments in any order, sent twice.
func TestDatagrams(t *testing.T) {
	tr := new(Transcript)
	seq := byte(0)
	send := func(from int, m []byte, parts int) {
		body := m[4:]
		for range 2 {
			for at := 0; at < len(body); {
				n := min((len(body)+parts-1)/parts, len(body)-at)
				f := slices.Concat(m[:4], []byte{0, seq, 0, 0, byte(at), 0, 0, byte(n)}, body[at:at+n])
				tr.Datagram(from, append(binary.BigEndian.AppendUint16([]byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0}, uint16(len(f))), f...))
				at += n
			}
		}
		seq++
	}
	hello := bytes.Clone(offer)
	hello[4], hello[5] = 0xfe, 0xfd
	hello = msg(clientHello, slices.Concat(hello[4:4+35], []byte{1, 9}, hello[4+35:])...) // a cookie
	send(Client, hello, 3)
	back := bytes.Clone(choice)
	back[4], back[5] = 0xfe, 0xfd
	send(Server, back, 1)
	send(Server, chain, 2)
	send(Server, keys, 4)
	send(Server, asked, 1)
	send(Client, none, 1)
	tr.Datagram(Server, []byte{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40})
	check(t, tr)
	if len(tr.Messages) != 6 {
		t.Errorf("%v", tr.Messages)
	}
}

// TestOther: an end that speaks no TLS is quoted.
func TestOther(t *testing.T) {
	tr := new(Transcript)
	tr.Stream(Server, []byte("HTTP/1.1 400"))
	tr.Stream(Server, []byte(" Bad"))
	if string(tr.Other[Server]) != "HTTP/1.1 400" {
		t.Errorf("%q", tr.Other)
	}
}

// FuzzTranscript: no bytes make it fail or keep much.
func FuzzTranscript(f *testing.F) {
	f.Add(rec(handshake, offer...), rec(handshake, choice...), false)
	f.Add([]byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 1, 0, 0, 9, 0, 0, 0, 0, 4, 0, 0, 1, 7}, []byte("GET"), true)
	f.Fuzz(func(t *testing.T, client, server []byte, datagram bool) {
		tr := new(Transcript)
		for range 3 {
			tr.take(Client, client, datagram)
			tr.take(Server, server, datagram)
		}
		if len(tr.Messages) > mostMessages || len(tr.Records) > mostRecords {
			t.Fatal("it keeps too much")
		}
	})
}
