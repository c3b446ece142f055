package mbedtls

import "strings"

// EntropySource is the function that a port defines for MBEDTLS_ENTROPY_HARDWARE_ALT.
func (Library) EntropySource() string { return "mbedtls_hardware_poll" }

// Primitives are those of core/port/mbedtls/primitives_*.c, in their order. An image's
// configuration decides which of them it has.
func (Library) Primitives() []string {
	return []string{
		"ecdsa-p256-sign", "ecdsa-p256-verify", "ecdsa-p384-sign", "ecdsa-p384-verify",
		"ecdhe-p256", "ecdh-p256", "ecdhe-x25519", "ecdh-x25519", "ecp-mul-p256",
		"sha-256", "sha-512", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm", "aes-128-ccm",
		"ctr-drbg", "hmac-drbg-sha-256",
		"rsa-public", "rsa-private",
	}
}

// functionParts names the parts of the library by the prefixes of their functions, after
// mbedtls_. The first match counts.
var functionParts = []struct {
	name     string
	prefixes []string
}{
	{"RSA", []string{"rsa_"}},
	{"ECDSA, ECDH, ECP", []string{"ecp_", "ecdsa_", "ecdh_", "ecjpake_"}},
	{"bignum", []string{"mpi_", "bignum", "add_sub_mpi", "mpi", "ct_mpi", "clz"}},
	{"AES", []string{"aes_", "internal_aes", "gcm_", "ccm_", "cipher_", "camellia", "aria", "des_", "ctr_drbg_", "block_cipher"}},
	{"ChaCha20-Poly1305", []string{"chacha", "poly1305", "chachapoly"}},
	{"hash", []string{"sha1", "sha256", "sha512", "internal_sha", "md5", "md_", "internal_md", "hmac_drbg"}},
	{"X.509, ASN.1, PEM", []string{"x509", "asn1", "pem_", "base64", "ct_base64", "oid_", "pk_", "crl"}},
	{"entropy", []string{"entropy", "hardware_poll", "rng_"}},
	{"record layer, handshake", []string{"ssl_", "tls_prf", "tls1_", "dhm_", "wire_", "net_"}},
}

// Part depends on the function's name. A function that matches none (memcpy, malloc,
// MULADDC helpers) counts for its caller.
func (Library) Part(function string) string {
	name := strings.TrimPrefix(function, "mbedtls_")
	for _, p := range functionParts {
		for _, prefix := range p.prefixes {
			if strings.HasPrefix(name, prefix) {
				return p.name
			}
		}
	}
	return ""
}
