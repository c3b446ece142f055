package iana

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/internal/testutil"
)

// fields are Wireshark's, and the registry each has. Above most is what IANA leaves
// to experiments (RFC 8446, 11).
var fields = map[string]struct {
	of   kind
	most uint64
}{
	"tls.handshake.ciphersuite":                {suite, 0xfeff},
	"tls.handshake.extension.type":             {extension, 0xff01},
	"tls.handshake.extensions_supported_group": {group, 0x01ff},
	"tls.handshake.extensions_key_share_group": {group, 0x01ff},
	"tls.alert_message.desc":                   {alert, 0xff},
	"tls.handshake.sig_hash_alg":               {scheme, 0xfdff},
}

// own are numbers that no table of Wireshark's has: Mbed TLS's own, and the hybrid
// groups of draft-ietf-tls-ecdhe-mlkem.
var own = map[kind]map[uint16]string{
	extension: {254: "connection_id_of_mbedtls", 256: "ecjpake_key_kp_pair", 41: "pre_shared_key"},
	group:     {0x11eb: "SecP256r1MLKEM768", 0x11ec: "X25519MLKEM768", 0x11ed: "SecP384r1MLKEM1024"},
}

// wireshark reads what `tshark -G values` prints.
func wireshark(t *testing.T) map[kind]map[uint16]string {
	t.Helper()
	out, err := exec.Command("tshark", "-G", "values").Output()
	if err != nil {
		testutil.Missing(t, err)
	}
	all := map[kind]map[uint16]string{}
	for line := range bytes.Lines(out) {
		f := strings.Split(strings.TrimSuffix(string(line), "\n"), "\t")
		if len(f) < 4 || f[0] != "V" {
			continue
		}
		want, ok := fields[f[1]]
		v, err := strconv.ParseUint(f[2], 0, 32)
		if !ok || err != nil || v > want.most || want.of != alert && strings.ContainsAny(f[3], " ()") || reserved(uint16(v)) {
			continue
		}
		if all[want.of] == nil {
			all[want.of] = map[uint16]string{}
		}
		if want.of == alert { // which Wireshark writes for people
			f[3] = strings.ToLower(strings.ReplaceAll(f[3], " ", "_"))
		}
		all[want.of][uint16(v)] = f[3]
	}
	for k, table := range own {
		for v, n := range table {
			all[k][v] = n
		}
	}
	return all
}

// TestWireshark: every number has the name that Wireshark shows.
func TestWireshark(t *testing.T) {
	want := wireshark(t)
	if testutil.Update() {
		var lines []string
		for k, table := range want {
			for v, n := range table {
				lines = append(lines, fmt.Sprintf("%s 0x%04x %s\n", k, v, n))
			}
		}
		slices.Sort(lines)
		if err := os.WriteFile("names.txt", []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
		text = strings.Join(lines, "")
	}
	for k, table := range want {
		for v, n := range table {
			if got := name(k, v); got != n && own[k][v] == "" {
				t.Errorf("%s 0x%04x is %s, Wireshark has %s", k, v, got, n)
			}
		}
		if len(table) < 10 || len(tables()[k]) < len(table) {
			t.Errorf("%s: %d names, Wireshark has %d", k, len(tables()[k]), len(table))
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Suite(0xc02b).Name(): "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Suite(0x1301).Name(): "TLS_AES_128_GCM_SHA256", Suite(0x1a1a).Name(): "GREASE", Suite(0xfffe).Name(): "0xfffe",
		Group(23): "secp256r1", Scheme(0x0403): "ecdsa_secp256r1_sha256", Scheme(0x0301): "rsa_sha224", Scheme(0x0909): "0x0909",
		Extension(0): "server_name", Version(0x0304): "TLS 1.3", Version(0xfefd): "DTLS 1.2", Version(0x0404): "version 0x0404",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
