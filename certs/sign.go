package certs

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
)

// sha224RSA has no name in crypto/x509, which makes it of sha256-rsa's certificate.
const sha224RSA = "sha224-rsa"

// algorithms are the signatures a description may ask for.
var algorithms = map[string]x509.SignatureAlgorithm{
	// refused by the core's default profile, but in a root: who trusts it doesn't verify
	// it
	"sha1-rsa":     x509.SHA1WithRSA,
	sha224RSA:      x509.SHA256WithRSA,
	"sha256-rsa":   x509.SHA256WithRSA,
	"sha384-rsa":   x509.SHA384WithRSA,
	"sha512-rsa":   x509.SHA512WithRSA,
	"sha256-pss":   x509.SHA256WithRSAPSS,
	"sha1-ecdsa":   x509.ECDSAWithSHA1,
	"sha256-ecdsa": x509.ECDSAWithSHA256,
	"sha384-ecdsa": x509.ECDSAWithSHA384,
	"sha512-ecdsa": x509.ECDSAWithSHA512,
	"ed25519":      x509.PureEd25519,
}

// hashes are what a variant may sign with in place of its chain's own.
var hashes = []string{"", "sha1"}

// names are those a description may give, in order.
func names[V any](of map[string]V) []string {
	var all []string
	for name := range of {
		if name != "" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// EncodePEM is one certificate in PEM.
func EncodePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
