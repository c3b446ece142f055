package build

import (
	"strings"
	"testing"

	"tlslab/core"
)

// A list lies in the image as it is, text with the NUL by which it is known;
// where nobody asks for one there is nothing.
func TestVerify(t *testing.T) {
	for _, x := range []struct {
		verify core.Verify
		want   string
	}{
		{core.Verify{CRL: []byte{48, 1}}, "tlslab_crl[] = {48,1};\nconst uint32_t tlslab_crl_len = 2;"},
		{core.Verify{CRL: []byte("x"), CRLIsPEM: true}, "tlslab_crl[] = {120,0};\nconst uint32_t tlslab_crl_len = 2;"},
		{core.Verify{CRLIsPEM: true}, "tlslab_crl_len = 0;"},
		{core.Verify{}, "tlslab_cert_profile = NULL;"},
		{core.Verify{Profile: "suiteb"}, "tlslab_cert_profile = &mbedtls_x509_crt_profile_suiteb;"},
		{core.Verify{Profile: "weak"}, "1024};\nconst mbedtls_x509_crt_profile *const tlslab_cert_profile = &weak;"},
	} {
		f := &core.Features{Verify: &x.verify}
		if c := string(scenarioC(core.Material{Features: f})); !strings.Contains(c, x.want) {
			t.Errorf("scenario.c has not %q: %s", x.want, c)
		}
		if got := strings.Join(append(featureFlags(f), featurePrograms(f)...), " "); got != "-DTLSLAB_FEATURES -DTLSLAB_VERIFY client_features.c client_verify.c" {
			t.Errorf("built with %s", got)
		}
	}
	if c := string(scenarioC(core.Material{Features: &core.Features{}})); strings.Contains(c, "tlslab_crl") {
		t.Errorf("a list that nobody asked for: %s", c)
	}
}
