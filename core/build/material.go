package build

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tlslab/core"
)

// feature is a part of port that is there where its macro is defined.
type feature struct {
	asked    bool
	macro    string
	programs []string
}

func featuresOf(f *core.Features) []feature {
	if f == nil {
		return nil
	}
	extensions := []string{"client_extensions.c"}
	return []feature{
		{true, "TLSLAB_FEATURES", []string{"client_features.c"}},
		{f.Own != nil, "TLSLAB_OWN_CERT", []string{"client_cert.c"}},
		{f.Resume != "", "TLSLAB_RESUME", []string{"client_resume.c"}},
		{f.Verify != nil, "TLSLAB_VERIFY", []string{"client_verify.c"}},
		{len(f.ALPN) > 0, "TLSLAB_ALPN", extensions},
		{f.MaxFragmentB > 0, "TLSLAB_MAX_FRAGMENT", extensions},
		{f.TruncatedHMAC, "TLSLAB_TRUNC_HMAC", extensions},
		{f.Fallback, "TLSLAB_FALLBACK", extensions},
		{f.RefuseLegacy, "TLSLAB_REFUSE_LEGACY", nil},
		{f.Renegotiate != "", "TLSLAB_RENEGOTIATE", []string{"client_renegotiate.c"}},
	}
}

// featurePrograms are the files of port that the features are in.
func featurePrograms(f *core.Features) (names []string) {
	for _, x := range featuresOf(f) {
		if x.asked {
			names = append(names, x.programs...)
		}
	}
	return slices.Compact(names)
}

// featureFlags are what every file of the client is compiled with.
func featureFlags(f *core.Features) (flags []string) {
	for _, x := range featuresOf(f) {
		if x.asked {
			flags = append(flags, "-D"+x.macro)
		}
	}
	return flags
}

// featuresC is the features as the client has them compiled in.
func featuresC(f *core.Features) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "#include \"client_features.h\"\nconst uint32_t tlslab_version = %d;\nconst uint32_t tlslab_arc4 = %d;\nconst unsigned char tlslab_password[] = {%s};\nconst uint32_t tlslab_password_len = %d;\n",
		f.Version, cBool(f.ARC4), cBytes(f.Password), len(f.Password))
	if f.Own != nil {
		ownC(&b, f.Own)
	}
	if f.Resume != "" {
		fmt.Fprintf(&b, "const uint32_t tlslab_resume = %d;\n", core.ResumeModes[f.Resume])
	}
	if f.Verify != nil {
		verifyC(&b, f.Verify)
	}
	if len(f.ALPN) > 0 {
		var names strings.Builder
		for _, name := range f.ALPN {
			names.WriteString(cString([]byte(name)) + ",")
		}
		fmt.Fprintf(&b, "const char *const tlslab_alpn[] = {%s0};\nconst char tlslab_alpn_agreed[] = %s;\n", &names, cString([]byte(f.ALPNAgreed)))
	}
	if f.MaxFragmentB > 0 {
		fmt.Fprintf(&b, "const uint32_t tlslab_max_fragment = %d;\n", core.MaxFragmentCodes[f.MaxFragmentB])
	}
	if f.Renegotiate != "" {
		fmt.Fprintf(&b, "const uint32_t tlslab_renegotiate = %d;\n", core.Renegotiators[f.Renegotiate])
	}
	return b.String()
}

// ownC is the certificates in one array, the key in another: PEM with the final
// NUL by which the library knows it.
func ownC(b *bytes.Buffer, id *core.Identity) {
	end := func(data []byte) []byte {
		if id.PEM {
			data = append(bytes.Clone(data), 0)
		}
		return data
	}
	var all []byte
	lengths := ""
	for _, cert := range id.Chain {
		cert = end(cert)
		all = append(all, cert...)
		lengths += fmt.Sprintf("%d,", len(cert))
	}
	key := end(id.Key)
	fmt.Fprintf(b, "const unsigned char tlslab_own_chain[] = {%s};\nconst uint32_t tlslab_own_chain_lens[] = {%s0};\n", cBytes(all), lengths)
	fmt.Fprintf(b, "const unsigned char tlslab_own_key[] = {%s};\nconst uint32_t tlslab_own_key_len = %d;\n", cBytes(key), len(key))
}

func cBool(v bool) uint32 {
	if v {
		return 1
	}
	return 0
}

// certProfiles are the C of what a certificate must be for a client to take it.
var certProfiles = map[string]string{
	"":       "NULL",
	"next":   "&mbedtls_x509_crt_profile_next",
	"suiteb": "&mbedtls_x509_crt_profile_suiteb",
	// The lab's own: whatever the core can verify, SHA-1 and RSA from 1,024 bits
	// on among it, which the core's own refuse.
	"weak": "&weak",
}

// verifyC is the list and the profile.
func verifyC(b *bytes.Buffer, v *core.Verify) {
	list := v.CRL
	if v.CRLIsPEM && len(list) > 0 {
		list = append(bytes.Clone(list), 0)
	}
	fmt.Fprintf(b, "const unsigned char tlslab_crl[] = {%s};\nconst uint32_t tlslab_crl_len = %d;\n#if defined(MBEDTLS_X509_CRT_PARSE_C)\n", cBytes(list), len(list))
	if v.Profile == "weak" {
		b.WriteString("static const mbedtls_x509_crt_profile weak = {0xfffffff, 0xfffffff, 0xfffffff, 1024};\n")
	}
	fmt.Fprintf(b, "const mbedtls_x509_crt_profile *const tlslab_cert_profile = %s;\n#endif\n", certProfiles[v.Profile])
}

// dtlsC is the settings as the client has them compiled in.
func dtlsC(d *core.DTLS) string {
	return fmt.Sprintf("#include \"dtls.h\"\nconst struct dtls_settings tlslab_dtls = {%s};\n",
		strings.Trim(strings.Join(strings.Fields(fmt.Sprint(d.Words())), ","), "[]"))
}

// sntpC is the settings as the client has them compiled in.
func sntpC(s *core.SNTP) string {
	return fmt.Sprintf("#define TLSLAB_SNTP 1\n#include \"client_sntp.h\"\nconst struct sntp_settings tlslab_sntp = {%d,%d,%d};\n",
		s.Requests, s.TimeoutMS, s.ZoneS)
}

// sampleC is the settings as the sample has them compiled in.
func sampleC(s *core.SampleSettings) string {
	return fmt.Sprintf("#include \"sample.h\"\nconst uint32_t tlslab_heap_bytes = %d;\nconst uint32_t tlslab_tick_hz = %d;\n", s.HeapBytes, s.TickHz)
}
