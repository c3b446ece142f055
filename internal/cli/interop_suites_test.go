package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tlslab/bench/live"
	"tlslab/bench/results"
	"tlslab/core/build"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// suitesOf are conversations of the profile protocols, one for each version, key
// exchange and cipher that the servers of today still have: the suite as OpenSSL
// (and nginx, which is OpenSSL) names it, as GnuTLS does, and as Go does; "" or 0
// where a server has it not.
var suitesOf = []struct {
	scenario, openssl, gnutls string
	golang                    uint16
}{
	{"tls10-rsa-aes-128-cbc-sha", "AES128-SHA", "+RSA:+AES-128-CBC:+SHA1", tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	{"tls10-dhe-rsa-aes-128-cbc-sha", "DHE-RSA-AES128-SHA", "+DHE-RSA:+AES-128-CBC:+SHA1", 0},
	{"tls10-ecdhe-rsa-aes-128-cbc-sha", "ECDHE-RSA-AES128-SHA", "+ECDHE-RSA:+AES-128-CBC:+SHA1", tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA},
	{"tls10-ecdhe-ecdsa-aes-128-cbc-sha", "ECDHE-ECDSA-AES128-SHA", "+ECDHE-ECDSA:+AES-128-CBC:+SHA1", tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA},
	{"tls10-rsa-3des-ede-cbc-sha", "", "+RSA:+3DES-CBC:+SHA1", tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA},
	{"tls10-rsa-rc4-128-sha", "", "+RSA:+ARCFOUR-128:+SHA1", tls.TLS_RSA_WITH_RC4_128_SHA},
	{"tls11-rsa-aes-128-cbc-sha", "AES128-SHA", "+RSA:+AES-128-CBC:+SHA1", tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	{"tls11-ecdhe-rsa-aes-128-cbc-sha", "ECDHE-RSA-AES128-SHA", "+ECDHE-RSA:+AES-128-CBC:+SHA1", tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA},
	{"tls11-ecdhe-ecdsa-aes-128-cbc-sha", "ECDHE-ECDSA-AES128-SHA", "+ECDHE-ECDSA:+AES-128-CBC:+SHA1", tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA},
	{"tls12-rsa-aes-128-cbc-sha256", "AES128-SHA256", "+RSA:+AES-128-CBC:+SHA256", tls.TLS_RSA_WITH_AES_128_CBC_SHA256},
	{"tls12-rsa-aes-256-gcm-sha384", "AES256-GCM-SHA384", "+RSA:+AES-256-GCM:+AEAD", tls.TLS_RSA_WITH_AES_256_GCM_SHA384},
	{"tls12-rsa-camellia-128-cbc-sha256", "CAMELLIA128-SHA256", "+RSA:+CAMELLIA-128-CBC:+SHA256", 0},
	{"tls12-rsa-aria-128-gcm-sha256", "ARIA128-GCM-SHA256", "", 0},
	{"tls12-dhe-rsa-aes-128-gcm-sha256", "DHE-RSA-AES128-GCM-SHA256", "+DHE-RSA:+AES-128-GCM:+AEAD", 0},
	{"tls12-dhe-rsa-chacha20-poly1305-sha256", "DHE-RSA-CHACHA20-POLY1305", "+DHE-RSA:+CHACHA20-POLY1305:+AEAD", 0},
	{"tls12-ecdhe-rsa-aes-128-gcm-sha256", "ECDHE-RSA-AES128-GCM-SHA256", "+ECDHE-RSA:+AES-128-GCM:+AEAD", tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
	{"tls12-ecdhe-rsa-chacha20-poly1305-sha256", "ECDHE-RSA-CHACHA20-POLY1305", "+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD", tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256},
	{"tls12-ecdhe-ecdsa-aes-128-cbc-sha256", "ECDHE-ECDSA-AES128-SHA256", "+ECDHE-ECDSA:+AES-128-CBC:+SHA256", tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256},
	{"tls12-ecdhe-ecdsa-aes-256-gcm-sha384", "ECDHE-ECDSA-AES256-GCM-SHA384", "+ECDHE-ECDSA:+AES-256-GCM:+AEAD", tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
	{"tls12-ecdhe-ecdsa-aes-128-ccm", "ECDHE-ECDSA-AES128-CCM", "+ECDHE-ECDSA:+AES-128-CCM:+AEAD", 0},
	{"tls12-ecdhe-ecdsa-chacha20-poly1305-sha256", "ECDHE-ECDSA-CHACHA20-POLY1305", "+ECDHE-ECDSA:+CHACHA20-POLY1305:+AEAD", tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256},
	{"tls12-psk-aes-128-gcm-sha256", "PSK-AES128-GCM-SHA256", "+PSK:+AES-128-GCM:+AEAD", 0},
	{"tls12-dhe-psk-aes-128-gcm-sha256", "DHE-PSK-AES128-GCM-SHA256", "+DHE-PSK:+AES-128-GCM:+AEAD", 0},
	{"tls12-ecdhe-psk-aes-128-cbc-sha256", "ECDHE-PSK-AES128-CBC-SHA256", "+ECDHE-PSK:+AES-128-CBC:+SHA256", 0},
}

// The versions, as each server names them.
var (
	opensslVersions = map[profiles.Protocol]string{"tls1.0": "-tls1", "tls1.1": "-tls1_1", "tls1.2": "-tls1_2"}
	nginxVersions   = map[profiles.Protocol]string{"tls1.0": "TLSv1", "tls1.1": "TLSv1.1", "tls1.2": "TLSv1.2"}
	gnutlsVersions  = map[profiles.Protocol]string{"tls1.0": "+VERS-TLS1.0:", "tls1.1": "+VERS-TLS1.1:", "tls1.2": "+VERS-TLS1.2:"}
)

// dialed opens connections to a server.
type dialed func() (net.Conn, error)

func to(network, addr string) dialed {
	return func() (net.Conn, error) { return net.Dial(network, addr) }
}

// TestInteropSuites: the guest and four other implementations understand each
// other in every version and suite that they share.
func TestInteropSuites(t *testing.T) {
	t.Parallel()
	needSource(t)
	s := &settings{stdout: t.Output(), stderr: t.Output()}
	ctx := context.Background()
	plan, err := s.plan(ctx, "protocols", &selection{machine: "wasm"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.openLab(ctx, peerCore)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	for _, c := range testutil.Few(suitesOf) {
		job, err := choose(plan, "", c.scenario)
		if err != nil {
			t.Fatal(err)
		}
		sc := job.Scenario
		for _, server := range []struct {
			tool  build.Tool // none: this process
			has   bool
			start func(*testing.T, *identity) (dialed, func() string)
		}{
			{build.Tool{Name: "openssl", Package: "openssl"}, c.openssl != "", func(t *testing.T, id *identity) (dialed, func() string) {
				addr, said := openSSL(t, id, opensslVersions[sc.Protocol], c.openssl+level0)
				return to("tcp", addr), said
			}},
			{build.Tool{Name: "gnutls-serv", Package: "gnutls-bin"}, c.gnutls != "", func(t *testing.T, id *identity) (dialed, func() string) {
				addr, said := gnuTLS(t, id, gnutlsVersions[sc.Protocol]+c.gnutls)
				return to("tcp", addr), said
			}},
			{build.Tool{Name: "nginx", Package: "nginx"}, c.openssl != "" && sc.PSK == nil && !strings.HasPrefix(c.openssl, "DHE"), func(t *testing.T, id *identity) (dialed, func() string) {
				return nginx(t, id, nginxVersions[sc.Protocol], c.openssl+level0)
			}},
			{build.Tool{}, c.golang != 0, func(t *testing.T, id *identity) (dialed, func() string) {
				dial, _ := goServer(t, id, &tls.Config{MinVersion: uint16(sc.Version()), MaxVersion: uint16(sc.Version()), CipherSuites: []uint16{c.golang}})
				return dial, func() string { return "" }
			}},
		} {
			if !server.has {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", c.scenario, orGo(server.tool.Name)), func(t *testing.T) {
				if server.tool.Name != "" {
					need(t, server.tool)
				}
				t.Parallel()
				dial, said := server.start(t, newIdentity(t, sc, ""))
				got, err := live.Connect(ctx, l.Bench, plan, job, live.Connection{
					Dial:     func(context.Context) (net.Conn, error) { return dial() },
					Patience: live.Patience{Wait: testutil.Patience}, Hostname: sc.Hostname, RTC: time.Unix(sc.RTCSeconds(), 0),
				})
				if err != nil {
					t.Fatalf("%v\n%s", err, said())
				}
				if got.Outcome != results.OutcomeConnected {
					t.Errorf("%s\nthe server said:\n%s", got.Ended(), said())
				}
			})
		}
	}
}

func orGo(tool string) string {
	if tool == "" {
		return "go"
	}
	return tool
}

// goSaw is what crypto/tls knows of a connection after its handshake.
type goSaw struct {
	tls.ConnectionState
	firstB int // bytes of the request's first record
}

// goServer is crypto/tls in this process, with the identity's certificates; it
// answers one request a connection, and says what it saw before it answers. A
// connection without a request is none to answer.
func goServer(t *testing.T, id *identity, config *tls.Config) (dialed, <-chan goSaw) {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(id.chain, id.key)
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{pair}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	saw := make(chan goSaw, 8)
	go func() {
		for {
			socket, err := l.Accept()
			if err != nil {
				return
			}
			socket.SetDeadline(time.Now().Add(testutil.Patience))
			c := tls.Server(socket, config)
			request := make([]byte, 1024)
			first, err := c.Read(request)
			n := first
			for more := 0; err == nil && !bytes.HasSuffix(request[:n], []byte("\r\n\r\n")) && n < len(request); n += more {
				more, err = c.Read(request[n:])
			}
			if n > 0 && err == nil {
				select {
				case saw <- goSaw{c.ConnectionState(), first}:
				default: // not asked for
				}
				fmt.Fprintf(c, "HTTP/1.0 200 OK\r\n\r\nhello\n")
			}
			c.CloseWrite()
			socket.(*net.TCPConn).CloseWrite() // a reset could overtake an alert
			io.Copy(io.Discard, socket)
			socket.Close()
		}
	}()
	return to("tcp", l.Addr().String()), saw
}

// nginxConfig is a server at a socket in its own directory, with all that it
// writes there too.
const nginxConfig = `daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path       proxy;
    fastcgi_temp_path     fastcgi;
    uwsgi_temp_path       uwsgi;
    scgi_temp_path        scgi;
    server {
        listen              unix:socket ssl;
        ssl_certificate     %s;
        ssl_certificate_key %s;
        ssl_protocols       %s;
        ssl_ciphers         %s;
        ssl_ecdh_curve      prime256v1;
        location / { return 200 "hello\n"; }
    }
}
`

// nginx starts one; a socket in a directory of its own can't be somebody else's,
// as a port can.
func nginx(t *testing.T, id *identity, version, suites string) (dialed, func() string) {
	t.Helper()
	config := filepath.Join(id.dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, id.chain, id.key, version, suites), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "nginx", "-p", id.dir, "-c", config, "-e", "stderr")
	cmd.Dir = id.dir
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait() // its status is ours: it was killed
		close(done)
	}()
	stop := func() string {
		cancel()
		<-done
		return said.String()
	}
	t.Cleanup(func() { stop() })
	dial := to("unix", filepath.Join(id.dir, "socket"))
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		c, err := dial()
		if err == nil {
			c.Close()
			return dial, stop
		}
		ended := false
		select {
		case <-done:
			ended = true
		default:
		}
		if ended || time.Since(start) > testutil.Patience {
			t.Fatalf("nginx does not listen: %v\n%s", err, stop())
		}
	}
}
