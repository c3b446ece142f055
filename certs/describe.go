package certs

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
	"unicode"
)

// Subject is a certificate's name for people.
func Subject(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return printable(c.Subject.CommonName)
	}
	if name := c.Subject.String(); name != "" {
		return printable(name)
	}
	return "a certificate without a name"
}

// printable keeps what a stranger wrote from steering a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// KeyKind is the kind and length of a certificate's key: "RSA 2048", "P-256".
func KeyKind(c *x509.Certificate) string {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return k.Params().Name
	}
	return c.PublicKeyAlgorithm.String()
}

// RSABytes is how long the modulus of a certificate's key is; 0 for a key that is
// not RSA's.
func RSABytes(c *x509.Certificate) int {
	if k, ok := c.PublicKey.(*rsa.PublicKey); ok {
		return k.Size()
	}
	return 0
}

// Signature is how a certificate is signed: "SHA256-RSA"; SHA-224 has no name
// in crypto/x509.
func Signature(c *x509.Certificate) string {
	if c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		return "other"
	}
	return c.SignatureAlgorithm.String()
}
