package build

import (
	"bytes"
	"fmt"
	"strings"

	"tlslab/core"
)

// featuresC is the features as the client has them compiled in.
func featuresC(f *core.Features, judging string) string {
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
		verifyC(&b, f.Verify, judging)
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

// verifyC is the list and how the library judges by a profile.
func verifyC(b *bytes.Buffer, v *core.Verify, judging string) {
	list := v.CRL
	if v.CRLIsPEM && len(list) > 0 {
		list = append(bytes.Clone(list), 0)
	}
	fmt.Fprintf(b, "const unsigned char tlslab_crl[] = {%s};\nconst uint32_t tlslab_crl_len = %d;\n%s", cBytes(list), len(list), judging)
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
