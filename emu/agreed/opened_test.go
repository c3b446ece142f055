package agreed

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"tlslab/emu/records"
)

// watched is a client's connection that is looked at.
type watched struct {
	net.Conn
	w *Watch
}

func (c watched) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.w.Sent(Server, p[:n])
	return n, err
}

func (c watched) Write(p []byte) (int, error) {
	c.w.Sent(Client, p)
	return c.Conn.Write(p)
}

// TestOpened: with the secrets it is read what TLS 1.3 hid, certificates, the request
// for one and the alert over it.
func TestOpened(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), Subject: pkix.Name{CommonName: "root"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		far, err := l.Accept()
		if err != nil {
			return
		}
		server := tls.Server(far, &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots,
			Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
		server.Handshake()
		io.Copy(io.Discard, far)
	}()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w, c := New(false), records.NewConversation(false)
	var log strings.Builder
	w.Secrets = func() []string { return strings.Split(log.String(), "\n") }
	w.Opened = c.Opened
	client := tls.Client(watched{near, w}, &tls.Config{InsecureSkipVerify: true, KeyLogWriter: &log})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	client.Read(make([]byte, 1)) // the alert
	near.Close()
	name, after := c.Fatal(Server)
	if name != "certificate_required" || after != "Finished" || w.Breach() != nil {
		t.Errorf("alert %q after %q, breach %v", name, after, w.Breach())
	}
	if !c.Showed[Client] || len(c.Chain[Client]) > 0 || len(c.Chain[Server]) != 1 || !bytes.Equal(c.Chain[Server][0], der) {
		t.Errorf("the client showed %t, %d certificates, the server %d", c.Showed[Client], len(c.Chain[Client]), len(c.Chain[Server]))
	}
	if r := c.Request; r == nil || len(r.Schemes) == 0 || r.Authorities != 1 || c.Signed != 0x0403 {
		t.Errorf("asked for %+v, signed with %04x", c.Request, c.Signed)
	}
}
