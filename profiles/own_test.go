package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/profiles/header"
)

// ownProfile is a profile of one config, `more` at its end, beside the headers
// of testdata.
func ownProfile(t *testing.T, head, more string) (*Profile, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/headers")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "own.toml")
	text := "name = \"own\"\nboard = \"stm32f407\"\nscenarios = [\"psk-aes128-ccm8\"]\n[memory]\nheap_bytes = 65536\nstack_bytes = 8192\n" +
		"[[config]]\nname = \"ours\"\n" + head + "\n" + more
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

// TestOwnHeaders: headers as people have them, and what the lab has otherwise.
func TestOwnHeaders(t *testing.T) {
	for _, c := range []struct{ head, lab string }{
		{`header = "mbedtls/mbedtls_config.h"`, "PLATFORM_CALLOC_MACRO=calloc PLATFORM_FREE_MACRO=free PLATFORM_SNPRINTF_MACRO=snprintf NO_PLATFORM_ENTROPY TIMING_ALT -NET_C -THREADING_C -THREADING_ALT"},
		{`header = "rtthread/tls_config.h"`, "PLATFORM_CALLOC_MACRO=calloc PLATFORM_FREE_MACRO=free"},
		{"header = \"stm32cube/mbedtls_config.h\"\nunset = [\"AES_ALT\"]", "-MEMORY_BUFFER_ALLOC_C -NET_C"},
		{"header = \"nxp/ksdk_mbedtls_config.h\"\nheader_dirs = [\"nxp/chip\"]\nunset = [\"AES_ALT\"]", ""},
		{`header = "zephyr/measured.h"`, "-MEMORY_BUFFER_ALLOC_C"},
		{`header = "esp-idf/esp_config.h"`, "PLATFORM_STD_CALLOC=calloc PLATFORM_STD_FREE=free NO_PLATFORM_ENTROPY"},
	} {
		p, err := ownProfile(t, c.head, "")
		if err != nil {
			t.Errorf("%s: %v", c.head, err)
			continue
		}
		// ESP-IDF's includes the core's own, which here has these four.
		esp := strings.Contains(c.head, "esp-idf")
		if p.FromCore() != esp {
			t.Errorf("%s: FromCore is %v", c.head, p.FromCore())
		}
		if esp {
			if _, _, err := Render(variant(t, p, "ours"), nil); err == nil {
				t.Error("rendered without the core it includes")
			}
			if err := p.UseCore(Core{"config.h", []byte("#define MBEDTLS_AES_C\n#define MBEDTLS_NET_C\n#define MBEDTLS_DES_C\n#define MBEDTLS_ENTROPY_C\n")}); err != nil {
				t.Fatal(err)
			}
		}
		text, added, err := Render(variant(t, p, "ours"), scenario(t, p, "psk-aes128-ccm8"))
		if err != nil {
			t.Fatal(err)
		}
		var lab []string
		for _, a := range added {
			if change, ok := strings.CutSuffix(a, LabNote); ok {
				lab = append(lab, change)
			}
		}
		if got := strings.Join(lab, " "); got != c.lab {
			t.Errorf("%s: the lab has %s\nwant %s", c.head, got, c.lab)
		}
		// The rendered text says what Whole says.
		macros, _, err := Whole(variant(t, p, "ours"), scenario(t, p, "psk-aes128-ccm8"))
		if err != nil || len(macros) < 5 {
			t.Fatalf("%d macros, %v", len(macros), err)
		}
		if esp {
			continue // its text alone does not hold the core's
		}
		v := variant(t, p, "ours")
		o, err := readOrigin(lib(), filepath.Join(p.Dir, strings.Split(c.head, `"`)[1]), text, v.Dirs(), nil)
		if err != nil {
			t.Fatal(err)
		}
		again := sortMacros(o.macros(lib()))
		if len(again) != len(macros) {
			t.Errorf("%s: %d macros, rendered %d", c.head, len(macros), len(again))
			continue
		}
		for i, m := range macros {
			if again[i].Name != m.Name || again[i].Value != m.Value {
				t.Errorf("%s: %+v, rendered %+v", c.head, m, again[i])
			}
		}
	}
}

// TestOwnHeadersRefused: one line, with the place and what to do.
func TestOwnHeadersRefused(t *testing.T) {
	for _, c := range []struct{ head, want string }{
		{`header = "stm32cube/mbedtls_config.h"`, `stm32cube/mbedtls_config.h:12: MBEDTLS_AES_ALT: the code that takes the library's place is not here; with unset = ["AES_ALT"]`},
		{"header = \"nxp/ksdk_mbedtls_config.h\"\nheader_dirs = [\"nxp/chip\"]", "ksdk_mbedtls_config.h:15: MBEDTLS_AES_ALT: "},
		{`header = "nxp/ksdk_mbedtls_config.h"`, `ksdk_mbedtls_config.h:6: includes "fsl_device_registers.h", which is not there: put it, or an empty file of this name, beside the header, or name its directory in header_dirs`},
		{"header = \"nxp/ksdk_mbedtls_config.h\"\nheader_dirs = [\"nxp/chips\"]", "own.toml:10: config[0].header_dirs: 1: stat "},
		{"header = \"nxp/ksdk_mbedtls_config.h\"\nheader_dirs = [\"own.toml\"]", "own.toml is no directory"},
		{"base = \"core\"\nheader_dirs = [\"nxp\"]", "config[0].header_dirs: without header"},
		{`header = "own.toml"`, "own.toml: not a configuration header: it defines no macro that begins with MBEDTLS_"},
		{`header = "nxp"`, "nxp: not a file"},
	} {
		_, err := ownProfile(t, c.head, "")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s:\ngot  %v\nwant %s", c.head, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"\x7fELF\x01\x00MBEDTLS":                     "x.h: not a header: byte 5 is NUL",
		"#define MBEDTLS_A\n#if X\n":                 "x.h:2: #if without #endif",
		strings.Repeat("#define MBEDTLS_A\n", 1<<20): "bytes: a configuration header has at most 2097152",
		"#define MBEDTLS_PKCS11_C\n":                 `x.h:1: MBEDTLS_PKCS11_C: the library libpkcs11-helper is not here; take it out with unset = ["PKCS11_C"]`,
		"":                                           "defines no macro",
	} {
		path := filepath.Join(t.TempDir(), "x.h")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadConfig(path, ""); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
}

// TestSuit: each override does what it says, once, and the axis wins over it.
func TestSuit(t *testing.T) {
	for _, o := range lib().Overrides {
		text := fmt.Sprintf("#define %s theirs\n", lib().Full(o.When))
		if !o.Defined {
			text += fmt.Sprintf("#define %s theirs\n", lib().Full(o.Option))
		}
		origin, err := readOrigin(lib(), "x.h", []byte(text), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		s := Settings{list: origin.macros(lib())}
		s.suit(nil)
		value, has := s.Get(o.Option)
		if has != o.Defined || has && o.Value != "" && value != o.Value {
			t.Errorf("%s: %s is %q, %v", o.When, o.Option, value, has)
		}
		var changed []Macro
		changed = append(append(changed, s.list...), s.removed...)
		i := slices.IndexFunc(changed, func(m Macro) bool { return lib().Short(m.Name) == o.Option })
		if i < 0 {
			t.Errorf("%s: %s is not listed", o.When, o.Option)
		} else if reason, ok := Overridden(lib(), changed[i]); !ok || reason == "" {
			t.Errorf("%s: no reason", o.Option)
		}
		decided := Settings{list: origin.macros(lib())}
		decided.suit(map[string]string{o.Option: "on"})
		if _, has := decided.Get(o.Option); has == o.Defined && o.When != o.Option {
			t.Errorf("%s: the lab overrides the axis", o.Option)
		}
	}
	// With parameters it is replaced too.
	origin, err := readOrigin(lib(), "x.h", []byte("#define MBEDTLS_PLATFORM_PRINTF_MACRO(...) their(__VA_ARGS__)\n"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := Variant{origin: origin, Settings: Settings{list: origin.macros(lib())}}
	text, added, err := Render(v, nil)
	want := "#define MBEDTLS_PLATFORM_PRINTF_MACRO(...) their(__VA_ARGS__)\n/* Added by tlslab. */\n/* lab: */\n#undef MBEDTLS_PLATFORM_PRINTF_MACRO\n#define MBEDTLS_PLATFORM_PRINTF_MACRO printf\n"
	if err != nil || string(text) != want || len(added) != 1 {
		t.Errorf("%v, %q\n%s", err, added, text)
	}
}

// TestMaybe: what a condition that can't be decided controls is set all the same,
// and not refused.
func TestMaybe(t *testing.T) {
	origin, err := readOrigin(lib(), "x.h", []byte("#if __ARM_ARCH > 6\n#define MBEDTLS_AES_C\n#define MBEDTLS_AES_ALT\n#endif\n"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := Variant{origin: origin, Settings: Settings{list: origin.macros(lib())}}
	if err := v.Settings.refused(); err != nil {
		t.Error(err)
	}
	_, added, err := Render(v, &Scenario{Name: "x", Needs: map[string]any{"AES_C": true}})
	if err != nil || !slices.Equal(added, []string{"AES_C"}) {
		t.Errorf("%q, %v", added, err)
	}
}

// TestOldCheckConfig: releases before 2.28 include it from beside themselves.
func TestOldCheckConfig(t *testing.T) {
	origin, err := readOrigin(lib(), "Mbed TLS 2.16.12: config.h", []byte("#define MBEDTLS_NET_C\n#include \"check_config.h\"\n"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := Render(Variant{origin: origin, Settings: Settings{list: origin.macros(lib())}}, nil)
	want := "#define MBEDTLS_NET_C\n/* Added by tlslab. */\n/* lab: */\n#undef MBEDTLS_NET_C\n#include \"mbedtls/check_config.h\"\n"
	if err != nil || string(text) != want {
		t.Errorf("%v\n%s", err, text)
	}
}

func FuzzOwnHeader(f *testing.F) {
	for _, path := range []string{"mbedtls/mbedtls_config.h", "esp-idf/esp_config.h", "zephyr/config-tls.h"} {
		text, err := os.ReadFile(filepath.Join("testdata/headers", path))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		origin, err := readOrigin(lib(), "x.h", []byte(text), nil, &Core{"config.h", []byte("#define MBEDTLS_NET_C\n")})
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("two lines: %q", err)
			}
			return
		}
		v := Variant{origin: origin, Settings: Settings{list: origin.macros(lib())}}
		rendered, added, err := Render(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(added) == 0 && !slices.Contains(origin.read.Outside, "check_config.h") && string(rendered) != text {
			t.Error("changed without need")
		}
		if len(text) < header.Most-4096 {
			if _, err := readOrigin(lib(), "x.h", rendered, nil, nil); err != nil && !strings.Contains(err.Error(), "defines no macro") {
				t.Errorf("what was read can't be read with the lab's changes: %v", err)
			}
		}
	})
}
