package mbedtls

import (
	"strings"
	"testing"

	"tlslab/core"
)

// Each feature has its macro, and its file once.
func TestFeatureFiles(t *testing.T) {
	for _, c := range []struct {
		features *core.Features
		flags    string
		files    string
	}{
		{nil, "", ""},
		{&core.Features{Own: &core.Identity{}}, "-DTLSLAB_FEATURES -DTLSLAB_CERT", "client_features.c client_cert.c"},
		{&core.Features{Verify: &core.Verify{}}, "-DTLSLAB_FEATURES -DTLSLAB_VERIFY", "client_features.c client_verify.c"},
		{&core.Features{ALPN: []string{"h2"}, MaxFragmentB: 1024, Switches: []string{"TLSLAB_TRUNC_HMAC", "TLSLAB_FALLBACK"}, Renegotiate: "server"},
			"-DTLSLAB_FEATURES -DTLSLAB_ALPN -DTLSLAB_MAX_FRAGMENT -DTLSLAB_TRUNC_HMAC -DTLSLAB_FALLBACK -DTLSLAB_RENEGOTIATE -DTLSLAB_EXTENSIONS",
			"client_features.c client_extensions.c client_renegotiate.c"},
		{&core.Features{Switches: []string{"TLSLAB_REFUSE_LEGACY"}}, "-DTLSLAB_FEATURES -DTLSLAB_REFUSE_LEGACY", "client_features.c"},
	} {
		p := portProgram(&core.Spec{Role: core.Client, Material: core.Material{Features: c.features}})
		if got := strings.Join(p.Flags("mbedtls/client.c"), " "); got != c.flags {
			t.Errorf("flags %s, want %s", got, c.flags)
		}
		if got := strings.ReplaceAll(strings.Join(p.Files[4:], " "), "mbedtls/", ""); p.Main != "mbedtls/client.c" || got != c.files {
			t.Errorf("%s with %s, want %s", p.Main, got, c.files)
		}
	}
}

func TestJudging(t *testing.T) {
	for profile, want := range map[string]string{
		"":       "tlslab_cert_profile = NULL;",
		"suiteb": "tlslab_cert_profile = &mbedtls_x509_crt_profile_suiteb;",
		"weak":   "1024};\nconst mbedtls_x509_crt_profile *const tlslab_cert_profile = &weak;",
	} {
		if c := judging(profile); !strings.Contains(c, want) {
			t.Errorf("%q has not %q: %s", profile, want, c)
		}
	}
}

// What the reference ends must not have, whatever the library has by default.
func TestReference(t *testing.T) {
	for _, undefined := range []string{"NET_C", "FS_IO", "DEBUG_C", "X509_CHECK_KEY_USAGE", "X509_CHECK_EXTENDED_KEY_USAGE"} {
		if !strings.Contains(reference, "#undef MBEDTLS_"+undefined+"\n") {
			t.Errorf("the reference ends have %s", undefined)
		}
	}
}
