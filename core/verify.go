package core

import (
	"bytes"
	"fmt"
)

// Verify is how a client judges certificates, where a scenario has a say in it.
type Verify struct {
	CRL      []byte // PEM or DER; empty: none
	CRLIsPEM bool
	Profile  string // of certProfiles
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

// c is the list and the profile.
func (v *Verify) c(b *bytes.Buffer) {
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
