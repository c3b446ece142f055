package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMatrix(t *testing.T) {
	p := load(t, "protocols")
	if len(p.Scenarios) < 70 {
		t.Fatalf("%d scenarios", len(p.Scenarios))
	}
	exchanges := map[string]bool{}
	for _, name := range p.Scenarios {
		s := scenario(t, p, name)
		exchange, _, _ := strings.Cut(strings.TrimPrefix(s.Suite, "TLS-"), "-WITH-")
		exchanges[exchange] = true
		if len(s.Digest()) != 64 || s.Needs[lib().Suites] != "MBEDTLS_"+strings.ReplaceAll(s.Suite, "-", "_") {
			t.Errorf("%s: digest %s, suites %v", name, s.Digest(), s.Needs[lib().Suites])
		}
		if s.Chain == "" && s.PSK == nil && s.Password == "" {
			t.Errorf("%s: the server has nothing to show", name)
		}
	}
	for exchange := range lib().Needs.Exchanges {
		if !exchanges[exchange] {
			t.Errorf("no row has the key exchange %s", exchange)
		}
	}
	one, other := scenario(t, p, "tls12-psk-aes-128-ccm"), scenario(t, p, "tls12-psk-aes-128-ccm-8")
	if one.Digest() == other.Digest() {
		t.Error("two rows have one digest")
	}
}

func TestNeedsOf(t *testing.T) {
	for _, c := range []struct {
		protocol                  Protocol
		suite, chain, has, hasNot string
	}{
		{"tls1.0", "TLS-RSA-WITH-RC4-128-MD5", "rsa2048", "SSL_PROTO_TLS1 ARC4_C MD5_C RSA_C KEY_EXCHANGE_RSA_ENABLED", "GCM_C CIPHER_MODE_CBC SSL_PROTO_TLS1_2 REMOVE_ARC4_CIPHERSUITES"},
		{"tls1.2", "TLS-PSK-WITH-AES-128-CCM-8", "", "CCM_C KEY_EXCHANGE_PSK_ENABLED", "X509_CRT_PARSE_C RSA_C SHA1_C"},
		{"tls1.2", "TLS-DHE-PSK-WITH-CHACHA20-POLY1305-SHA256", "", "DHM_C CHACHAPOLY_C", "ECDH_C SHA1_C"},
		{"tls1.2", "TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384", "ecdsa-p256", "ECDH_C ECDSA_C GCM_C SHA512_C", "RSA_C"},
		{"ssl3", "TLS-RSA-WITH-AES-128-CBC-SHA", "rsa2048", "SSL_PROTO_SSL3 SSL_PROTO_TLS1 SHA1_C", "SSL_PROTO_TLS1_1"},
	} {
		needs := needsOf(lib(), c.protocol, c.suite, c.chain)
		for _, o := range strings.Fields(c.has) {
			if needs[o] != true {
				t.Errorf("%s %s: %s is %v", c.protocol, c.suite, o, needs[o])
			}
		}
		for _, o := range strings.Fields(c.hasNot) {
			if needs[o] == true {
				t.Errorf("%s %s: needs %s", c.protocol, c.suite, o)
			}
		}
	}
}

// A row of servers has a server's options, and its name says so.
func TestServerRows(t *testing.T) {
	for _, profile := range []string{"servers", "servers-3.6"} {
		p := load(t, profile)
		for _, name := range p.Scenarios {
			if s := scenario(t, p, name); !s.Serves() || !strings.Contains(name, "-server") || s.Needs["SSL_SRV_C"] != true || s.Needs["SSL_CLI_C"] != false || len(s.Checks) > 0 {
				t.Errorf("%s: serves %v, needs %v, checks %v", name, s.Serves(), s.Needs, s.Checks)
			}
		}
	}
	text := strings.Replace(string(scenarioText(t, "ecdhe-ecdsa-p256-aes128-gcm")), "checks ", "endpoint = \"server\"\nsni = true\n# ", 1)
	if _, err := decodeScenario(lib(), "s.toml", []byte(text), ""); err == nil || !strings.Contains(err.Error(), "endpoint: a device that serves has client_chain, client_auth, resume and max_fragment_B, and no other feature") {
		t.Errorf("a server that is asked for SNI: %v", err)
	}
	text = strings.Replace(string(scenarioText(t, "ecdhe-ecdsa-p256-aes128-gcm")), "protocol ", "endpoint = \"server\"\nprotocol ", 1)
	if _, err := decodeScenario(lib(), "s.toml", []byte(text), ""); err == nil || !strings.Contains(err.Error(), "checks: are of a client") {
		t.Errorf("a server with must-reject tries: %v", err)
	}
}

func scenarioText(t testing.TB, name string) []byte {
	t.Helper()
	data, err := builtin.ReadFile("scenarios/" + name + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func matrixText(t testing.TB) string {
	t.Helper()
	data, err := builtin.ReadFile("matrix/mbedtls-2.28.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestBadMatrices(t *testing.T) {
	good := matrixText(t)
	for _, c := range []struct{ old, new, want string }{
		{`"TLS-RSA-WITH-AES-128-CBC-SHA"`, `"RSA"`, `"RSA": not a suite as Mbed TLS names it`},
		{`"TLS-RSA-WITH-RC4-128-SHA"`, `"TLS-RSA-WITH-RC4-128-MD5"`, "named twice"},
		{`protocol = "ssl3"`, "protocol = \"ssl3\"\nendpoint = \"sever\"", `endpoint "sever": not known; did you mean server`},
		{`protocol = "ssl3"`, `protocol = "ssl2"`, `protocol "ssl2": not known`},
		{"[[row]]", "[[rows]]", "rows"},
		{`tag              = "splitting"`, `tag = "Splitting"`, "not of the form"},
		{"SSL_MAX_CONTENT_LEN = 1024", "SSL_MAX_CONTENT_LEN = [1]", "neither true"},
		{"0001", "0x01", "not hexadecimal"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%s is not there", c.old)
		}
		if _, err := decodeMatrix(lib(), "m.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "m.toml") {
			t.Errorf("%s: %v, want %s", c.new, err, c.want)
		}
	}
	if _, err := decodeMatrix(lib(), "m.toml", nil); err == nil {
		t.Error("no row is well")
	}
	if _, err := loadMatrix(&Profile{}, "mbedtls-2.82"); err == nil || !strings.Contains(err.Error(), "mbedtls-2.28") {
		t.Errorf("unknown matrix: %v", err)
	}
	if _, err := loadMatrix(&Profile{}, "./rows.toml"); err == nil || !strings.Contains(err.Error(), "only a user's own profile") {
		t.Errorf("a file beside a built-in profile: %v", err)
	}
}

// TestOwnMatrix: a user's profile has the rows of a matrix beside it, and what is
// wrong in them is said with their file and line.
func TestOwnMatrix(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := `rtc = "2026-01-01T00:00:00Z"
wire = { mtu_B = 1460 }
payload = { request = "GET / HTTP/1.0\r\n\r\n", response_B = 64 }
psk = { identity = "device-1", key_hex = "000102030405060708090a0b0c0d0e0f" }
[[row]]
protocol = "tls1.2"
tag      = "ours"
suites   = ["TLS-PSK-WITH-AES-128-CCM-8", "TLS-PSK-WITH-AES-128-GCM-SHA256"]
`
	profile := write("own.toml", "name = \"own\"\nboard = \"stm32f407\"\nmatrix = \"matrices/rows.toml\"\n[memory]\nheap_bytes = 65536\nstack_bytes = 8192\n"+
		"[[config]]\nname = \"ours\"\nbase = \"rtthread-optimised-2018\"\n")
	load := func() (*Profile, string) {
		p, err := Load(profile)
		return p, fmt.Sprint(err)
	}
	if _, got := load(); !strings.Contains(got, profile+":3: matrix: open "+filepath.Join(dir, "matrices/rows.toml")) {
		t.Errorf("no such matrix: %s", got)
	}
	matrix := write("matrices/rows.toml", rows)
	p, got := load()
	if p == nil || !slices.Equal(p.Scenarios, []string{"tls12-psk-aes-128-ccm-8-ours", "tls12-psk-aes-128-gcm-sha256-ours"}) {
		t.Fatalf("%s: %+v", got, p)
	}
	if s, err := LoadScenario(p, p.Scenarios[1]); err != nil || s.Suite != "TLS-PSK-WITH-AES-128-GCM-SHA256" || s.PSK.Identity != "device-1" {
		t.Errorf("%v: %+v", err, s)
	}
	write("matrices/rows.toml", strings.Replace(rows, "tls1.2", "tls1.5", 1))
	if _, got := load(); !strings.Contains(got, matrix+`:6: row[0].protocol: protocol "tls1.5": not known`) {
		t.Errorf("a bad row: %s", got)
	}
}

func FuzzMatrix(f *testing.F) {
	f.Add([]byte(matrixText(f)))
	f.Add([]byte("[[row]]\nsuites = [\"TLS-PSK-WITH-NULL-SHA\"]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := decodeMatrix(lib(), "m.toml", data)
		if err == nil && len(all) == 0 {
			t.Error("neither rows nor an error")
		}
	})
}
