package profiles

import (
	"strings"
	"testing"
)

// TestTLS13: a row of TLS 1.3 has one key exchange, by which its scenario is
// named, and needs it and no other.
func TestTLS13(t *testing.T) {
	p := load(t, "protocols-3.6")
	seen := map[string]bool{}
	for _, name := range p.Scenarios {
		s := scenario(t, p, name)
		if s.Protocol != "tls1.3" {
			continue
		}
		modes, want := 0, 1
		if s.Resume != "" {
			want = 2 // and the ticket's
		}
		for o, on := range s.Needs {
			if strings.Contains(o, "_KEY_EXCHANGE_MODE_") && on == true {
				modes++
			}
		}
		if modes != want || s.Needs["PSA_CRYPTO_C"] != true || s.Needs["SSL_PROTO_TLS1_3"] != true || s.Version() != 0x0304 {
			t.Errorf("%s: %d modes of key exchange; needs %v", name, modes, s.Needs)
		}
		if (s.PSK != nil) != strings.Contains(strings.TrimSuffix(name, "-resume-psk"), "psk") || (s.PSK == nil) != (s.Chain != "") {
			t.Errorf("%s: PSK %v, chain %q", name, s.PSK, s.Chain)
		}
		for exchange := range lib().Needs.Exchanges13 {
			if strings.HasPrefix(name, "tls13-"+strings.ToLower(exchange)+"-aes") || strings.HasPrefix(name, "tls13-"+strings.ToLower(exchange)+"-chacha") {
				seen[exchange] = true
			}
		}
	}
	for _, exchange := range sortedKeys(lib().Needs.Exchanges13) {
		if !seen[exchange] {
			t.Errorf("no row has the key exchange %s", exchange)
		}
	}
}

func TestBadTLS13(t *testing.T) {
	const head = "hostname = \"tlslab.example\"\nrtc = \"2026-01-01T00:00:00Z\"\nca_format = \"pem\"\n" +
		"[psk]\nidentity = \"a\"\nkey_hex = \"00010203\"\n[wire]\nmtu_B = 1460\n[payload]\nrequest = \"GET\"\n[[row]]\n"
	const gcm = "suites = [\"TLS1-3-AES-128-GCM-SHA256\"]\n"
	for text, want := range map[string]string{
		"protocol = \"tls1.3\"\nexchange = \"PSK\"\n" + gcm:                                                             "",
		"protocol = \"tls1.3\"\nchain = \"rsa2048\"\n" + gcm:                                                            `m.toml:11: row[0].exchange: key exchange of TLS 1.3 "": not known`,
		"protocol = \"tls1.3\"\nexchange = \"DHE-PSK\"\n" + gcm:                                                         "did you mean ECDHE-PSK",
		"protocol = \"tls1.3\"\nexchange = \"PSK\"\nchain = \"rsa2048\"\n" + gcm:                                        "has either a certificate or a pre-shared key",
		"protocol = \"tls1.3\"\nexchange = \"ECDHE-RSA\"\n" + gcm:                                                       "has either a certificate or a pre-shared key",
		"protocol = \"tls1.3\"\nexchange = \"PSK\"\nsuites = [\"TLS-PSK-WITH-AES-128-CCM-8\"]\n":                        "not a suite of TLS 1.3",
		"protocol = \"tls1.2\"\nchain = \"rsa2048\"\n" + gcm:                                                            "a suite of TLS 1.3, not of tls1.2",
		"protocol = \"tls1.2\"\nchain = \"rsa2048\"\nexchange = \"PSK\"\nsuites = [\"TLS-RSA-WITH-AES-128-CBC-SHA\"]\n": "names its key exchange itself",
	} {
		_, err := decodeMatrix(lib(), "m.toml", []byte(head+text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
