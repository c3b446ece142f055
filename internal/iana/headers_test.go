package iana_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
	"tlslab/internal/iana"
	"tlslab/internal/testutil"
)

// headers are what the cores' headers define, and which registry it is of.
var headers = []struct {
	define *regexp.Regexp
	of     func(uint16) string
}{
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_(TLS(?:1_3_(?:AES|CHACHA)[A-Z0-9_]+|[A-Z0-9_]*_WITH_[A-Z0-9_]+))\s+(0x[0-9A-Fa-f]{1,4})\b`), func(v uint16) string { return iana.Suite(v).Name() }},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_TLS_EXT_([A-Z0-9_]+)\s+(0x[0-9A-Fa-f]{1,4}|[0-9]+)\b`), iana.Extension},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_SSL_IANA_TLS_GROUP_([A-Z0-9_]+)\s+(0x[0-9A-Fa-f]{1,4})\b`), iana.Group},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_SSL_ALERT_MSG_([A-Z0-9_]+)\s+([0-9]{1,3})\b`), func(v uint16) string {
		return strings.Replace(iana.Alert(byte(v)), "alert-", "0x", 1)
	}},
	{regexp.MustCompile(`(?m)^#define\s+MBEDTLS_TLS1_3_SIG_([A-Z0-9_]+)\s+(0x[0-9A-Fa-f]{1,4})\b`), iana.Scheme},
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
					if n, ok := iana.SuiteNamed(strings.ReplaceAll(m[1], "_", "-")); i == 0 && (!ok || uint64(n) != v) {
						t.Errorf("%s: by its name, %s is 0x%04x", pin.Core, m[1], n)
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
