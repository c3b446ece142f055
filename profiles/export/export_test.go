package export

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tlslab/internal/testutil"
	"tlslab/profiles"
	"tlslab/profiles/header"
)

// lib has the options of configurations that are for no core.
var lib = new(profiles.Profile).Dialect()

func macros(text string) []profiles.Macro {
	var out []profiles.Macro
	for _, w := range strings.Fields(text) {
		name, value, _ := strings.Cut(w, "=")
		out = append(out, profiles.Macro{Name: lib.Full(name), Value: value})
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
				"CONFIG_MBEDTLS_CIPHER_GCM_ENABLED=n\n", "#   #define MBEDTLS_RSA_C\n", "#   #undef MBEDTLS_SSL_SRV_C\n"}, []string{"PSK_MAX_LEN=n", "#undef MBEDTLS_DHM_C", "#undef MBEDTLS_PLATFORM_C"}, 5},
		{"zephyr", "SSL_PROTO_TLS1_2 SSL_TLS_C SSL_CLI_C SSL_SRV_C SSL_MAX_FRAGMENT_LENGTH PLATFORM_C PLATFORM_MEMORY MEMORY_BUFFER_ALLOC_C PLATFORM_EXIT_ALT NO_PLATFORM_ENTROPY NO_DEFAULT_ENTROPY_SOURCES SSL_IN_CONTENT_LEN=2048 SSL_OUT_CONTENT_LEN=2048",
			[]string{"CONFIG_MBEDTLS_SSL_MAX_CONTENT_LEN=2048\n"}, []string{"#   "}, 0},
		{"zephyr", "SSL_IN_CONTENT_LEN=2048 SSL_OUT_CONTENT_LEN=1024",
			[]string{"#define MBEDTLS_SSL_IN_CONTENT_LEN 2048 /* MBEDTLS_SSL_MAX_CONTENT_LEN is for MBEDTLS_SSL_OUT_CONTENT_LEN too */\n"}, []string{"CONFIG_MBEDTLS_SSL_MAX_CONTENT_LEN="}, 2},
		{"esp-idf", "SSL_CLI_C ECP_FIXED_POINT_OPTIM=0 ECP_NIST_OPTIM", []string{"CONFIG_MBEDTLS_TLS_CLIENT_ONLY=y\n", "# CONFIG_MBEDTLS_ECP_FIXED_POINT_OPTIM is not set\n", "CONFIG_MBEDTLS_ECP_NIST_OPTIM=y\n"}, []string{"SERVER_AND"}, 0},
		{"esp-idf", "SSL_CLI_C SSL_SRV_C ECP_FIXED_POINT_OPTIM=1", []string{"CONFIG_MBEDTLS_TLS_SERVER_AND_CLIENT=y\n", "CONFIG_MBEDTLS_ECP_FIXED_POINT_OPTIM=y\n"}, nil, 0},
		{"esp-idf", "SSL_SRV_C ECP_FIXED_POINT_OPTIM=2 AES_C=1", []string{"CONFIG_MBEDTLS_TLS_SERVER_ONLY=y\n", "takes 0 and 1", "MBEDTLS_AES_C takes no value"}, nil, 2},
		{"esp-idf", "SSL_MAX_CONTENT_LEN=(4*1024) SSL_IN_CONTENT_LEN=0x1000", []string{"CONFIG_MBEDTLS_TLS_DISABLED=y\n", "takes a number", "CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN=4096\n"}, nil, 1},
		{"esp-idf", "SSL_IN_CONTENT_LEN=2048 SSL_OUT_CONTENT_LEN=272 KEY_EXCHANGE_PSK_ENABLED",
			[]string{"CONFIG_MBEDTLS_ASYMMETRIC_CONTENT_LEN=y\n", "CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN=2048\n", "CONFIG_MBEDTLS_PSK_MODES=y\n",
				"# CONFIG_MBEDTLS_GCM_C is not set\n", "MBEDTLS_SSL_OUT_CONTENT_LEN 272 /* MBEDTLS_SSL_OUT_CONTENT_LEN takes 512 to 16384 */"}, nil, 1},
		{"kconfig", "AES_ROM_TABLES ECP_WINDOW_SIZE=7 SSL_MAX_CONTENT_LEN=3584",
			[]string{"CONFIG_PKG_USING_MBEDTLS=y\n", "CONFIG_MBEDTLS_AES_ROM_TABLES=y\n", "CONFIG_MBEDTLS_SSL_MAX_CONTENT_LEN=3584\n", "takes 2 to 6"}, nil, 1},
	} {
		text, unsaid, err := Write(lib, test.format, macros(test.macros))
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
	if _, _, err := Write(lib, "openwrt", nil); err == nil || !strings.Contains(err.Error(), `format "openwrt": not known`) {
		t.Errorf("%v", err)
	}
}

// config is a built-in configuration, as a device is built with it.
func config(t *testing.T, name string) []profiles.Macro {
	t.Helper()
	p, err := profiles.LoadConfig(name, "")
	if err != nil {
		t.Fatal(err)
	}
	all, err := p.Expand()
	if err != nil {
		t.Fatal(err)
	}
	macros, err := profiles.Own(all[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	return macros
}

// every has each option that a format knows.
func every(t *testing.T, name string) []profiles.Macro {
	t.Helper()
	f, err := load(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []profiles.Macro
	for option, s := range f.Option {
		m := profiles.Macro{Name: lib.Full(option)}
		switch s.Kind {
		case kindInt:
			m.Value = "16384"
			if s.Max > 0 && s.Max < 16384 {
				m.Value = "2"
			}
		case kindBit:
			m.Value = "1"
		}
		out = append(out, m)
	}
	for _, c := range f.Choice {
		out = append(out, profiles.Macro{Name: lib.Full(c.First)}, profiles.Macro{Name: lib.Full(c.Second)})
	}
	return out
}

func TestGolden(t *testing.T) {
	configs := append(profiles.BaseNames(), "every")
	for _, format := range Formats()[1:] {
		for _, name := range configs {
			macros := every(t, format)
			if name != "every" {
				macros = config(t, name)
			}
			got, _, err := Write(lib, format, macros)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+"."+format+".golden")
			testutil.Golden(t, path, got)
		}
	}
}

// line is what a configuration file of Kconfig's may hold.
var line = regexp.MustCompile(`^(#.*|CONFIG_[A-Z0-9_]+=(y|n|-?[0-9]+|"[^"]*"))?$`)

// TestEverySymbol: what a format knows it says whole, in lines that Kconfig
// reads, and each symbol once.
func TestEverySymbol(t *testing.T) {
	for _, name := range Formats()[1:] {
		f, err := load(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Source == "" || f.Off == "" || f.Rest == "" {
			t.Errorf("%s: source %q, off %q, rest %q", name, f.Source, f.Off, f.Rest)
		}
		text, unsaid, err := Write(lib, name, every(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range unsaid {
			if strings.HasPrefix(u, "#define") {
				t.Errorf("%s: can't say %s", name, u)
			}
		}
		seen := map[string]bool{}
		for _, l := range strings.Split(string(text), "\n") {
			symbol, _, _ := strings.Cut(l, "=")
			if !line.MatchString(l) || seen[symbol] && strings.HasPrefix(l, "CONFIG_") {
				t.Errorf("%s: %q", name, l)
			}
			seen[symbol] = true
		}
		for option, s := range f.Option {
			if !seen["CONFIG_"+s.Symbol] || s.Kind != "" && s.Kind != kindInt && s.Kind != kindBit {
				t.Errorf("%s: %s: %+v", name, option, s)
			}
		}
	}
}

// TestRoundTrip: a configuration written as a header and read again is the same.
func TestRoundTrip(t *testing.T) {
	for _, name := range profiles.BaseNames() {
		macros := config(t, name)
		text, unsaid, err := Write(lib, "header", macros)
		if err != nil || len(unsaid) > 0 {
			t.Fatalf("%q, %v", unsaid, err)
		}
		h, err := header.Read("h", text, func(string, string) (string, []byte, error) { return "", nil, header.ErrOutside }, header.About{})
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Macros) != len(macros) || len(macros) < 20 {
			t.Errorf("%s: %d macros, were %d", name, len(h.Macros), len(macros))
		}
		for i, m := range h.Macros {
			if m.Name != macros[i].Name || m.Value != macros[i].Value {
				t.Errorf("%s: %+v, was %+v", name, m, macros[i])
			}
		}
		again, _, err := Write(lib, "header", macros)
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s: written twice, two headers", name)
		}
	}
	odd := []profiles.Macro{{Name: "MBEDTLS_A", Maybe: true, At: "x.h:3"}, {Name: "MBEDTLS_F", Params: true, At: "x.h:4"}}
	text, unsaid, _ := Write(lib, "header", odd)
	if len(unsaid) != 2 || !strings.Contains(string(text), "#define MBEDTLS_A /* behind a condition, at x.h:3 */\n") || strings.Contains(string(text), "#define MBEDTLS_F") {
		t.Errorf("%q\n%s", unsaid, text)
	}
}
