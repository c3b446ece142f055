package iana

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
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

// headers are what the cores' headers define, and which registry it is of.
var headers = []struct {
	define *regexp.Regexp
	of     func(uint16) string
}{
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_(TLS(?:1_3_(?:AES|CHACHA)[A-Z0-9_]+|[A-Z0-9_]*_WITH_[A-Z0-9_]+))\s+(0x[0-9A-Fa-f]{1,4})\b`), Suite},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_TLS_EXT_([A-Z0-9_]+)\s+(0x[0-9A-Fa-f]{1,4}|[0-9]+)\b`), Extension},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_SSL_IANA_TLS_GROUP_([A-Z0-9_]+)\s+(0x[0-9A-Fa-f]{1,4})\b`), Group},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_SSL_ALERT_MSG_([A-Z0-9_]+)\s+([0-9]{1,3})\b`), func(v uint16) string {
		return strings.Replace(Alert(byte(v)), "alert-", "0x", 1)
	}},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_TLS1_3_SIG_([A-Z0-9_]+)\s+(0x[0-9A-Fa-f]{1,4})\b`), Scheme},
}

// TestHeaders: whatever a core can say has a name, and a suite its own.
func TestHeaders(t *testing.T) {
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range library.Pins() {
		src, err := library.Resolve(context.Background(), pin.Core, &core.Cache{Dir: filepath.Join(user, "tlslab")}, func(s string) { t.Log(s) })
		if err != nil {
			testutil.Missing(t, err)
		}
		met := map[string]bool{}
		files, _ := filepath.Glob(filepath.Join(src.Dir, "include", "mbedtls", "*.h"))
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for i, h := range headers {
				for _, m := range h.define.FindAllStringSubmatch(string(data), -1) {
					v, err := strconv.ParseUint(m[2], 0, 32)
					if err != nil || m[1] == "SERVERNAME_HOSTNAME" || m[1] == "NONE" {
						continue
					}
					met[strconv.Itoa(i)] = true
					got := h.of(uint16(v))
					if strings.HasPrefix(got, "0x") {
						t.Errorf("%s, %s: %s %s has no name", pin.Core, filepath.Base(f), m[1], m[2])
					}
					// IANA turned two names of RFC 6655 round.
					if i == 0 && strings.Replace(got, "PSK_DHE", "DHE_PSK", 1) != strings.Replace(m[1], "TLS1_3_", "TLS_", 1) {
						t.Errorf("%s: %s is %s", pin.Core, m[1], got)
					}
				}
			}
		}
		if len(met) < 2 {
			t.Errorf("%s: its headers name nothing", pin.Core)
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Suite(0xc02b): "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Suite(0x1301): "TLS_AES_128_GCM_SHA256", Suite(0x1a1a): "GREASE", Suite(0xfffe): "0xfffe",
		Group(23): "secp256r1", Scheme(0x0403): "ecdsa_secp256r1_sha256", Scheme(0x0301): "rsa_sha224", Scheme(0x0909): "0x0909",
		Extension(0): "server_name", Version(0x0304): "TLS 1.3", Version(0xfefd): "DTLS 1.2", Version(0x0404): "version 0x0404",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
