package records

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"math/big"
	"net"
	"reflect"
	"slices"
	"testing"
	"time"
)

// tapped is a connection whose client's side is read along.
type tapped struct {
	net.Conn
	c *Conversation
}

func (t tapped) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.c.Write(FromServer, p[:n])
	return n, err
}

func (t tapped) Write(p []byte) (int, error) {
	t.c.Write(FromClient, p)
	return t.Conn.Write(p)
}

// sockets are both ends of a connection: a pipe in memory has no buffer, and both
// ends may write first.
func sockets(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// spoken is a handshake between crypto/tls's own ends, in memory.
func spoken(t *testing.T, client, server *tls.Config) (*Conversation, tls.ConnectionState) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"a.example"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	server.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	client.InsecureSkipVerify, client.ServerName = true, "a.example"
	near, far := sockets(t)
	c := NewConversation(false)
	done := make(chan error, 1)
	defer far.Close()
	go func() { done <- tls.Server(far, server).HandshakeContext(context.Background()) }()
	conn := tls.Client(tapped{near, c}, client)
	cerr := conn.HandshakeContext(context.Background())
	near.Close()
	if serr := <-done; client.MinVersion != tls.VersionTLS13 && server.ClientAuth == tls.NoClientCert && (cerr != nil || serr != nil) {
		t.Fatal(cerr, serr)
	}
	return c, conn.ConnectionState()
}

// TestConversation: what crypto/tls agrees on is what is read.
func TestConversation(t *testing.T) {
	old := &tls.Config{MaxVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, CurvePreferences: []tls.CurveID{tls.CurveP256}}
	c, state := spoken(t, old, &tls.Config{NextProtos: []string{"http/1.1"}})
	if uint16(c.Suite()) != state.CipherSuite || c.Version() != state.Version || c.Group() != uint16(tls.CurveP256) || c.KeyExchange.Scheme != uint16(tls.ECDSAWithP256AndSHA256) {
		t.Errorf("agreed: %+v, %+v; want %+v", c.Server, c.KeyExchange, state)
	}
	if c.Client.ServerName != "a.example" || !slices.Equal(c.Client.ALPN, old.NextProtos) || !slices.Equal(c.Server.ALPN, []string{"http/1.1"}) ||
		!slices.Contains(c.Client.Suites, state.CipherSuite) || !slices.Equal(c.Client.Groups, []uint16{23}) || len(c.Client.Schemes) == 0 {
		t.Errorf("offered: %+v", c.Client)
	}
	if c.Request != nil || len(c.Chain[FromServer]) != 1 || c.Showed[FromClient] || c.Malformed != "" || len(c.Alerts) != 0 {
		t.Errorf("read %+v", c)
	}
}

// TestConversationAsks: a server that wants a certificate, of a client without.
func TestConversationAsks(t *testing.T) {
	c, _ := spoken(t, &tls.Config{MaxVersion: tls.VersionTLS12}, &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12})
	if c.Request == nil || len(c.Request.Types) == 0 || len(c.Request.Schemes) == 0 {
		t.Fatalf("asked for %+v", c.Request)
	}
	if !c.Showed[FromClient] || len(c.Chain[FromClient]) != 0 {
		t.Errorf("the client showed %v, %d", c.Showed, len(c.Chain[FromClient]))
	}
}

// TestConversation13: a HelloRetryRequest; what follows the ServerHello is hidden.
func TestConversation13(t *testing.T) {
	c, state := spoken(t, &tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP384}},
		&tls.Config{CurvePreferences: []tls.CurveID{tls.CurveP384}})
	if !c.Retry || c.Version() != tls.VersionTLS13 || uint16(c.Suite()) != state.CipherSuite || c.Group() != uint16(tls.CurveP384) {
		t.Errorf("retry %v, %+v; want %+v", c.Retry, c.Server, state)
	}
	if c.Showed != [2]bool{} || c.Request != nil {
		t.Errorf("read what is hidden: %+v", c)
	}
}

// TestConversationAlert: who sent it, and after what.
func TestConversationAlert(t *testing.T) {
	c := NewConversation(false)
	c.Write(FromClient, clientHelloRecord())
	c.Write(FromServer, record(alert, 2, 40))
	name, after := c.Fatal(FromServer)
	if name != "handshake_failure" || after != ClientHello || c.Client == nil || !slices.Equal(c.Client.Suites, []uint16{0xc02b}) {
		t.Errorf("%q after %q, %+v", name, after, c.Client)
	}
}

// helloBody is a ClientHello with one suite, with a cookie's place or without.
func helloBody(datagram bool) []byte {
	b := append([]byte{3, 3}, make([]byte, 32)...)
	b = append(b, 0)
	if datagram {
		b = append(b, 0)
	}
	return append(b, 0, 2, 0xc0, 0x2b, 1, 0)
}

func clientHelloRecord() []byte {
	b := helloBody(false)
	return record(handshake, append([]byte{kindClientHello, 0, 0, byte(len(b))}, b...)...)
}

// helloFragments are a ClientHello over datagrams, cut at cut.
func helloFragments(cut int) (out [][]byte) {
	b := helloBody(true)
	for _, at := range [][2]int{{0, cut}, {cut, len(b)}} {
		p := b[at[0]:at[1]]
		f := []byte{kindClientHello, 0, 0, byte(len(b)), 0, 0, 0, 0, byte(at[0]), 0, 0, byte(len(p))}
		out = append(out, datagram(handshake, 0, append(f, p...)))
	}
	return out
}

// TestConversationFragments: in any order, twice as well.
func TestConversationFragments(t *testing.T) {
	parts := helloFragments(11)
	for _, order := range [][]int{{0, 1}, {1, 0}, {1, 1, 0, 0}} {
		c := NewConversation(true)
		for _, i := range order {
			c.Write(FromClient, parts[i])
		}
		if c.Client == nil || !c.InFragments || !slices.Equal(c.Client.Suites, []uint16{0xc02b}) {
			t.Errorf("%v: %+v", order, c.Client)
		}
	}
}

// FuzzConversation: whatever comes is read to its end, in any pieces the same, and
// what is kept is bounded.
func FuzzConversation(f *testing.F) {
	f.Add(clientHelloRecord(), 9, false)
	f.Add(append(slices.Concat(streams[4].bytes, clientHelloRecord()), record(alert, 2, 40)...), 50, false)
	f.Add(slices.Concat(helloFragments(11)...), 40, true)
	f.Fuzz(func(t *testing.T, p []byte, cut int, datagrams bool) {
		cut = max(0, min(cut, len(p)))
		whole, parts := NewConversation(datagrams), NewConversation(datagrams)
		for end := range 2 {
			whole.Write(end, p)
			parts.Write(end, p[:cut])
			parts.Write(end, p[cut:])
		}
		for _, c := range []*Conversation{whole, parts} {
			c.Suite()
			c.Group()
			c.Fatal(FromServer)
			if len(c.Alerts) > alertsMost || len(c.parts[0]) > partsMost || len(c.streams[0].begun) > messageHeader+bodyMost {
				t.Fatalf("keeps %d alerts, %d messages", len(c.Alerts), len(c.parts[0]))
			}
		}
		if !datagrams && !whole.streams[0].garbage && !whole.streams[1].garbage && !reflect.DeepEqual(whole.Client, parts.Client) {
			t.Fatalf("cut at %d: %+v\nwhole %+v", cut, parts.Client, whole.Client)
		}
	})
}

// TestConversationBounds: messages that announce more than comes keep little.
func TestConversationBounds(t *testing.T) {
	c := NewConversation(true)
	for seq := range 1000 {
		f := []byte{kindCertificate, 0, 0xff, 0xff, byte(seq >> 8), byte(seq), 0, 0, 0, 0, 0, 1, 7}
		c.Write(FromServer, datagram(handshake, 0, f))
	}
	if n := len(c.parts[FromServer]); n > partsMost {
		t.Errorf("%d messages are kept", n)
	}
	long := binary.BigEndian.AppendUint32(nil, kindCertificate<<24|1<<24-1)
	s := NewConversation(false)
	for range 100 {
		s.Write(FromServer, record(handshake, append(slices.Clone(long), make([]byte, 1<<14-4)...)...))
	}
	if n := len(s.streams[FromServer].begun); n > messageHeader+bodyMost {
		t.Errorf("%d bytes are kept", n)
	}
}

// TestSizes: the records of each end with their lengths, the one under way too.
func TestSizes(t *testing.T) {
	c := NewConversation(false)
	for _, b := range []byte{22, 3, 3, 0, 4, 14, 0, 0, 0, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 40, 9} {
		c.Write(FromServer, []byte{b})
	}
	want := []Size{{FromServer, 22, 4, false, true}, {FromServer, 20, 1, false, true}, {FromServer, 22, 40, true, false}}
	if got := c.Sizes(FromServer); !slices.Equal(got, want) || len(c.Sizes(FromClient)) != 0 || c.Other(FromServer) != nil {
		t.Errorf("%+v, %q", got, c.Other(FromServer))
	}
	c = NewConversation(false)
	c.Write(FromServer, []byte("HTTP/"))
	c.Write(FromServer, []byte("1.1 400"))
	if string(c.Other(FromServer)) != "HTTP/1.1 400" {
		t.Errorf("%q", c.Other(FromServer))
	}
	c = NewConversation(true)
	c.Write(FromClient, []byte{22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 7, 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40})
	if got := c.Sizes(FromClient); !slices.Equal(got, []Size{{FromClient, 22, 2, true, true}, {FromClient, 21, 2, false, true}}) {
		t.Errorf("%+v", got)
	}
}
