package export

import (
	"slices"
	"strings"
	"testing"

	"tlslab/profiles"
)

func macros(text string) []profiles.Macro {
	var out []profiles.Macro
	for _, w := range strings.Fields(text) {
		name, value, _ := strings.Cut(w, "=")
		out = append(out, profiles.Macro{Name: profiles.Full(name), Value: value})
	}
	return out
}

func TestWrite(t *testing.T) {
	for _, test := range []struct {
		format, macros string
		want, not      []string
		unsaid         int
	}{
		{"zephyr", "AES_C SSL_PROTO_TLS1_2 PSK_MAX_LEN=16 RSA_C",
			[]string{"CONFIG_MBEDTLS_CIPHER_AES_ENABLED=y\n", "CONFIG_MBEDTLS_TLS_VERSION_1_2=y\n", "CONFIG_MBEDTLS_PSK_MAX_LEN=16\n",
				"CONFIG_MBEDTLS_CIPHER_GCM_ENABLED=n\n", "#   #define MBEDTLS_RSA_C\n"}, []string{"PSK_MAX_LEN=n"}, 1},
		{"esp-idf", "SSL_IN_CONTENT_LEN=2048 SSL_OUT_CONTENT_LEN=272 KEY_EXCHANGE_PSK_ENABLED",
			[]string{"CONFIG_MBEDTLS_ASYMMETRIC_CONTENT_LEN=y\n", "CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN=2048\n", "CONFIG_MBEDTLS_PSK_MODES=y\n",
				"# CONFIG_MBEDTLS_GCM_C is not set\n", "MBEDTLS_SSL_OUT_CONTENT_LEN 272 (MBEDTLS_SSL_OUT_CONTENT_LEN takes 512 to 16384)"}, nil, 1},
		{"kconfig", "AES_ROM_TABLES ECP_WINDOW_SIZE=7 SSL_MAX_CONTENT_LEN=3584",
			[]string{"CONFIG_PKG_USING_MBEDTLS=y\n", "CONFIG_MBEDTLS_AES_ROM_TABLES=y\n", "CONFIG_MBEDTLS_SSL_MAX_CONTENT_LEN=3584\n", "takes 2 to 6"}, nil, 1},
	} {
		text, unsaid, err := Write(test.format, macros(test.macros))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range test.want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s: no %q in\n%s", test.format, w, text)
			}
		}
		for _, n := range test.not {
			if strings.Contains(string(text), n) {
				t.Errorf("%s: %q in\n%s", test.format, n, text)
			}
		}
		if len(unsaid) != test.unsaid {
			t.Errorf("%s: unsaid %q, want %d", test.format, unsaid, test.unsaid)
		}
	}
	if _, _, err := Write("openwrt", nil); err == nil {
		t.Errorf("%v", err)
	}
}

// TestEverySymbol: each mapped option is written once, under its symbol, and
// no two options share one.
func TestEverySymbol(t *testing.T) {
	for name := range formats {
		text, _, err := Write(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		slices.Sort(lines)
		for i := 1; i < len(lines); i++ {
			if lines[i] != "" && lines[i] == lines[i-1] {
				t.Errorf("%s: %q twice", name, lines[i])
			}
		}
	}
}
