package profiles

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/internal/testutil"
	"tlslab/profiles/header"
)

// TestRenderGolden: the headers of the manual's two configurations, as they
// are and as the scenarios change them.
func TestRenderGolden(t *testing.T) {
	p := load(t, "imxrt1052")
	user := load(t, "testdata/user/mine.toml")
	for _, c := range []struct {
		file     string
		p        *Profile
		variant  string
		scenario string // "" for none
		added    []string
	}{
		{"default", p, "rtthread-default", "rsa-aes256-cbc-sha256", nil},
		{"optimised", p, "rtthread-optimised", "rsa-aes256-cbc-sha256", nil},
		{"optimised-ecdhe-ecdsa", p, "rtthread-optimised", "ecdhe-ecdsa-p256-aes128-gcm", []string{
			"SSL_CIPHERSUITES=MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
			"ECDH_C", "ECDSA_C", "GCM_C", "KEY_EXCHANGE_ECDHE_ECDSA_ENABLED",
		}},
		{"optimised-psk-no-tables", p, "rtthread-optimised/AES_ROM_TABLES=off", "psk-aes128-ccm8", []string{
			"SSL_CIPHERSUITES=MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8", "CCM_C", "KEY_EXCHANGE_PSK_ENABLED",
		}},
		// A list without SSL_CIPHERSUITES keeps offering all it has; the axis
		// keeps its value where the scenario wants another.
		{"user-list", user, "own-list/ECP_WINDOW_SIZE=4", "own.toml", []string{
			"AES_C", "CCM_C", "-SSL_PROTO_TLS1", "(axis keeps ECP_WINDOW_SIZE=4)",
		}},
		{"user-header", user, "own-header", "own.toml", []string{
			"SSL_CIPHERSUITES=MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8", "CCM_C", "ECP_WINDOW_SIZE=2", "-SSL_PROTO_TLS1",
		}},
	} {
		t.Run(c.file, func(t *testing.T) {
			var s *Scenario
			if c.scenario != "" {
				s = scenario(t, c.p, c.scenario)
			}
			got, added, err := Render(variant(t, c.p, c.variant), s)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(added, c.added) {
				t.Errorf("added %q\nwant  %q", added, c.added)
			}
			path := filepath.Join("testdata", c.file+".golden.h")
			testutil.Golden(t, path, got)
		})
	}
}

// TestRenderMeetsNeeds: every shipped header has what its scenario needs, and
// one render is like the next.
func TestRenderMeetsNeeds(t *testing.T) {
	for _, name := range Names() {
		p := load(t, name)
		for _, sn := range p.Scenarios {
			s := scenario(t, p, sn)
			for _, v := range expand(t, p) {
				text, added, err := Render(v, s)
				if err != nil {
					t.Fatal(err)
				}
				again, _, _ := Render(v, s)
				if !bytes.Equal(text, again) {
					t.Errorf("%s, %s: rendered twice, two headers", v.Name, sn)
				}
				macros := macrosOf(t, text)
				for need, want := range s.Needs {
					got, has := macros[lib().Full(need)]
					if need == lib().Suites && v.Base == "rtthread-default" {
						if has {
							t.Errorf("%s, %s: has SSL_CIPHERSUITES", v.Name, sn)
						}
						continue
					}
					if want == false {
						if has {
							t.Errorf("%s, %s: has %s", v.Name, sn, need)
						}
						continue
					}
					if text, ok := want.(string); !has || ok && got != text {
						t.Errorf("%s, %s: %s is %q, %v", v.Name, sn, need, got, has)
					}
				}
				if v.Base == "rtthread-default" && len(added) > 0 {
					t.Errorf("%s, %s: the full configuration got %q", v.Name, sn, added)
				}
				for _, a := range added {
					if strings.HasPrefix(a, "(") {
						t.Errorf("%s, %s: %s", v.Name, sn, a)
					}
				}
			}
		}
	}
}

// TestUserHeader: a user's header stays as it is unless something has to
// change, and then keeps every byte of its own.
func TestUserHeader(t *testing.T) {
	p := load(t, "testdata/user/mine.toml")
	if p.Dir != "testdata/user" {
		t.Errorf("Dir %q", p.Dir)
	}
	if path, ok := p.Resolve("./b.toml"); !ok || path != "testdata/user/b.toml" {
		t.Errorf("Resolve: %q, %v", path, ok)
	}
	if _, ok := p.Resolve(p.Board); ok {
		t.Errorf("board %q resolved to a file", p.Board)
	}
	own, err := os.ReadFile("testdata/user/my.h")
	if err != nil {
		t.Fatal(err)
	}
	v := variant(t, p, "own-header")
	got, added, err := Render(v, nil)
	if err != nil || !bytes.Equal(got, own) || len(added) > 0 {
		t.Errorf("changed without need: %q, %v", added, err)
	}
	met := &Scenario{Name: "met", Needs: map[string]any{"AES_C": true, "SSL_MAX_CONTENT_LEN": int64(3584), "GCM_C": false}}
	if got, added, err = Render(v, met); err != nil || !bytes.Equal(got, own) || len(added) > 0 {
		t.Errorf("changed for needs that it meets: %q, %v", added, err)
	}
	got, _, err = Render(v, scenario(t, p, "own.toml"))
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := bytes.Cut(own, []byte("#include \"mbedtls/check_config.h\""))
	if !ok || !bytes.HasPrefix(got, before) || !bytes.HasSuffix(got, after) {
		t.Errorf("the file's own bytes are not kept:\n%s", got)
	}
	// Where it doesn't include check_config.h, changes go to the end.
	if v.origin, err = readOrigin(lib(), "x.h", []byte("#define MBEDTLS_AES_C"), nil, nil); err != nil {
		t.Fatal(err)
	}
	v.Settings = Settings{list: v.origin.macros(lib())}
	got, added, err = Render(v, &Scenario{Name: "x", Needs: map[string]any{"CCM_C": true}})
	want := "#define MBEDTLS_AES_C\n/* Added by tlslab. */\n/* scenario x: */\n#undef MBEDTLS_CCM_C\n#define MBEDTLS_CCM_C\n"
	if err != nil || string(got) != want || !slices.Equal(added, []string{"CCM_C"}) {
		t.Errorf("%q, %v\n%s", added, err, got)
	}
}

// macrosOf reads a rendered header.
func macrosOf(t *testing.T, text []byte) map[string]string {
	t.Helper()
	h, err := header.Read("rendered.h", text, func(string, string) (string, []byte, error) { return "", nil, header.ErrOutside }, lib().Header.About)
	if err != nil {
		t.Fatal(err)
	}
	macros := map[string]string{}
	for _, m := range h.Macros {
		if m.Maybe {
			t.Errorf("%s may be defined or not", m.Name)
		}
		macros[m.Name] = m.Value
	}
	return macros
}
