package agreement

import (
	"strings"
	"testing"

	"tlslab/emu/records"
)

// TestLines: each kind of conversation, in words and within the width.
func TestLines(t *testing.T) {
	client := &records.Hello{Versions: []uint16{0x0303}, Suites: []uint16{0xc02b, 0x1301, 0xfffe}, Groups: []uint16{23}, Schemes: []uint16{0x0403},
		Extensions: []uint16{0, 16, 1}, ServerName: "a.example", ALPN: []string{"h2"}, MaxFragment: 512}
	for _, c := range []struct {
		name string
		c    records.Conversation
		want []string
		not  []string
	}{
		{"nobody spoke", records.Conversation{}, []string{"nothing was sent"}, []string{"the server", "agreed"}},
		{"no TLS", records.Conversation{ReceivedB: [2]int64{9, 9}}, []string{"nothing was agreed: no ServerHello came", "the client's offer could not be read"}, nil},
		{"refused", records.Conversation{Client: client, Alerts: []records.AlertSeen{{From: records.FromServer, Detail: "fatal, handshake_failure", After: records.ClientHello}}},
			[]string{"nothing was agreed", "  suites       TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256,\n               0xfffe",
				`server_name "a.example",`, `application_layer_protocol_negotiation ["h2"],`, "max_fragment_length 512 B", "alert of the server: fatal, handshake_failure, after ClientHello"}, nil},
		{"TLS 1.2, asked for a certificate", records.Conversation{Client: client, Server: &records.Hello{Versions: []uint16{0x0303}, Suites: []uint16{0xc02b}},
			KeyExchange: &records.KeyExchange{Group: 23, Scheme: 0x0403}, Request: &records.Request{Types: []byte{1, 64, 99}, Schemes: []uint16{0x0401}, Authorities: 2},
			Showed: [2]bool{true, true}, Chain: [2][][]byte{nil, {{1}}}},
			[]string{"  version      TLS 1.2", "  group        secp256r1", "  signature    ecdsa_secp256r1_sha256", "the server asked for a certificate of the client",
				"  keys         rsa_sign, ecdsa_sign, 99", "  signatures   rsa_pkcs1_sha256", "  signed by    one of 2 roots that it names", "  certificates 0"}, []string{"taken up"}},
		{"DHE", records.Conversation{Client: client, Server: &records.Hello{Versions: []uint16{0x0302}, Suites: []uint16{0x0033}}, KeyExchange: &records.KeyExchange{PrimeBit: 2048}},
			[]string{"  version      TLS 1.1", "  group        DHE with a prime of 2048 bits"}, []string{"  signature "}},
		{"TLS 1.3, tried again", records.Conversation{Client: client, Retry: true, Server: &records.Hello{Versions: []uint16{0x0304}, Suites: []uint16{0x1301}, KeyShares: []uint16{24}}},
			[]string{"  version      TLS 1.3", "  group        secp384r1", "  signature    encrypted in TLS 1.3", "HelloRetryRequest: the server asked for another"}, nil},
		{"a session taken up again", records.Conversation{Client: &records.Hello{Session: []byte{7}}, Server: &records.Hello{Versions: []uint16{0xfefd}, Session: []byte{7}, Suites: []uint16{1}}, Cookie: true},
			[]string{"  version      DTLS 1.2", "  session      taken up again", "HelloVerifyRequest"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.c.Client != nil {
				c.c.ReceivedB = [2]int64{100, 0}
			}
			lines := Lines(&c.c)
			got := strings.Join(lines, "\n")
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("it does not say %q:\n%s", w, got)
				}
			}
			for _, n := range c.not {
				if strings.Contains(got, n) {
					t.Errorf("it says %q:\n%s", n, got)
				}
			}
			for _, l := range lines {
				if len(l) > width {
					t.Errorf("%d characters: %s", len(l), l)
				}
			}
		})
	}
}
