package build

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"tlslab/core"
)

func TestFeatures(t *testing.T) {
	c := string(scenarioC(core.Material{Features: &core.Features{Version: 0x0300, ARC4: true, Password: []byte{1, 2}}}, ""))
	for _, want := range []string{"#include \"client_features.h\"\n", "tlslab_version = 768;\n", "tlslab_arc4 = 1;\n",
		"tlslab_password[] = {1,2};\n", "tlslab_password_len = 2;\n"} {
		if !strings.Contains(c, want) {
			t.Errorf("scenario.c has no %q", want)
		}
	}
	if c := string(scenarioC(core.Material{Features: &core.Features{}}, "")); strings.Contains(c, "tlslab_own") {
		t.Errorf("a certificate that nobody asked for: %s", c)
	}
	if c := string(scenarioC(core.Material{}, "")); strings.Contains(c, "client_features") {
		t.Errorf("features that nobody asked for: %s", c)
	}
}

// Certificates lie one after the other; text has the NUL by which it is known.
func TestOwnCertificate(t *testing.T) {
	for _, x := range []struct {
		own  core.Identity
		want string
	}{
		{core.Identity{Chain: [][]byte{{1, 2}, {3}}, Key: []byte{9}}, "chain[] = {1,2,3};\nconst uint32_t tlslab_own_chain_lens[] = {2,1,0};\nconst unsigned char tlslab_own_key[] = {9};\nconst uint32_t tlslab_own_key_len = 1;\n"},
		{core.Identity{Chain: [][]byte{{1, 2}}, Key: []byte{9}, PEM: true}, "chain[] = {1,2,0};\nconst uint32_t tlslab_own_chain_lens[] = {3,0};\nconst unsigned char tlslab_own_key[] = {9,0};\nconst uint32_t tlslab_own_key_len = 2;\n"},
	} {
		f := &core.Features{Own: &x.own}
		if c := string(scenarioC(core.Material{Features: f}, "")); !strings.HasSuffix(c, x.want) {
			t.Errorf("scenario.c has not %q: %s", x.want, c)
		}
	}
}

// The ways to resume are the numbers of port/mbedtls/resume.h.
func TestResumeModes(t *testing.T) {
	data, err := os.ReadFile("../port/mbedtls/resume.h")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^    RESUME_(\w+) = (\d+)`).FindAllStringSubmatch(string(data), -1)
	for _, m := range found {
		if got := fmt.Sprint(core.ResumeModes[strings.ToLower(m[1])]); got != m[2] {
			t.Errorf("%s is %s here, %s in resume.h", m[1], got, m[2])
		}
	}
	if len(found) != len(core.ResumeModes) {
		t.Errorf("%d ways in resume.h, %d here", len(found), len(core.ResumeModes))
	}
	f := &core.Features{Resume: "ticket"}
	if c := string(scenarioC(core.Material{Features: f}, "")); f.None() || !strings.HasSuffix(c, "tlslab_resume = 2;\n") {
		t.Errorf("scenario.c: %s", c)
	}
}

// Each feature has its macro, its file once, and its data.
func TestFeatureFlags(t *testing.T) {
	f := &core.Features{ALPN: []string{"h2", "x\"y"}, ALPNAgreed: "h2", MaxFragmentB: 1024, Switches: []string{"TLSLAB_TRUNC_HMAC", "TLSLAB_FALLBACK"}, Renegotiate: "server"}
	if got, want := "-D"+strings.Join(f.Macros(), " -D"), "-DTLSLAB_FEATURES -DTLSLAB_ALPN -DTLSLAB_MAX_FRAGMENT -DTLSLAB_TRUNC_HMAC -DTLSLAB_FALLBACK -DTLSLAB_RENEGOTIATE"; got != want {
		t.Errorf("flags %s, want %s", got, want)
	}
	c := string(scenarioC(core.Material{Features: f}, ""))
	for _, want := range []string{"tlslab_alpn[] = {\"h2\",\"x\\\"y\",0};\n", "tlslab_alpn_agreed[] = \"h2\";\n", "tlslab_max_fragment = 2;\n", "tlslab_renegotiate = 2;\n"} {
		if !strings.Contains(c, want) {
			t.Errorf("scenario.c has no %q: %s", want, c)
		}
	}
	for _, one := range []*core.Features{{ALPN: []string{"h2"}}, {MaxFragmentB: 512}, {Switches: []string{"TLSLAB_FALLBACK"}}, {Renegotiate: "client"}, {Own: &core.Identity{}}, {Version: 0x300}, {ARC4: true}, {Password: []byte{1}}} {
		if one.None() {
			t.Errorf("%+v asks for nothing", one)
		}
	}
	if !(&core.Features{}).None() {
		t.Error("nothing is something")
	}
}

// A list lies in the image as it is, text with the NUL by which it is known, and
// after it what the library judges by; where there is none there is nothing.
func TestVerify(t *testing.T) {
	for _, x := range []struct {
		verify core.Verify
		want   string
	}{
		{core.Verify{CRL: []byte{48, 1}}, "tlslab_crl[] = {48,1};\nconst uint32_t tlslab_crl_len = 2;\nJUDGING"},
		{core.Verify{CRL: []byte("x"), CRLIsPEM: true}, "tlslab_crl[] = {120,0};\nconst uint32_t tlslab_crl_len = 2;"},
		{core.Verify{CRLIsPEM: true}, "tlslab_crl_len = 0;"},
	} {
		f := &core.Features{Verify: &x.verify}
		if c := string(scenarioC(core.Material{Features: f}, "JUDGING")); !strings.Contains(c, x.want) {
			t.Errorf("scenario.c has not %q: %s", x.want, c)
		}
	}
	if c := string(scenarioC(core.Material{Features: &core.Features{}}, "")); strings.Contains(c, "tlslab_crl") {
		t.Errorf("a list that nobody asked for: %s", c)
	}
}
