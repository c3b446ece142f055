package certs

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// algorithms are the signatures a description may ask for.
var algorithms = map[string]x509.SignatureAlgorithm{
	"sha1-rsa":     x509.SHA1WithRSA, // for a root only: who trusts it doesn't verify it
	"sha256-rsa":   x509.SHA256WithRSA,
	"sha256-ecdsa": x509.ECDSAWithSHA256,
	"sha384-ecdsa": x509.ECDSAWithSHA384,
}

func algorithmNames() []string {
	var names []string
	for name := range algorithms {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// variantSerials keeps the serial numbers of a chain's variants apart: that of
// the good leaf, plus one for each.
func variantSerials(good int64, variant string) int64 {
	return good + int64(slices.Index(Variants, variant))
}

// Generate makes every file of pem/ anew, by its name. It draws no random
// number and asks no clock: RSA signatures are PKCS #1 v1.5, ECDSA ones follow
// RFC 6979, so the same description and keys give the same bytes.
func Generate() (map[string][]byte, error) {
	d := description()
	out := map[string][]byte{}
	for i := range d.CAs {
		if ca := &d.CAs[i]; ca.Issuer == "" {
			der, err := d.signCA(ca, false)
			if err != nil {
				return nil, err
			}
			out[ca.Name+".pem"] = certPEM(der)
		}
	}
	for i := range d.Chains {
		for _, variant := range Variants {
			text, err := d.shown(&d.Chains[i], variant)
			if err != nil {
				return nil, fmt.Errorf("chain %s, variant %q: %w", d.Chains[i].Name, variant, err)
			}
			out[chainFile(d.Chains[i].Name, variant)] = text
		}
	}
	return out, nil
}

// shown is what a server with a chain shows: leaf first, without the root.
func (d *pki) shown(c *chainDesc, variant string) ([]byte, error) {
	v := d.variant(variant)
	if v == nil {
		v = &variantDesc{}
	}
	notBefore, notAfter, host := d.NotBefore, d.NotAfter, d.Hostname
	if !v.NotBefore.IsZero() {
		notBefore = v.NotBefore
	}
	if !v.NotAfter.IsZero() {
		notAfter = v.NotAfter
	}
	if v.Hostname != "" {
		host = v.Hostname
	}
	issuer := c.Issuer
	if v.OtherRoot && c.Other != "" {
		issuer = c.Other
	}
	leaf := template(host, variantSerials(c.Serial, variant), notBefore, notAfter)
	leaf.DNSNames = []string{host}
	leaf.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, err := d.sign(leaf, c.Key, issuer, c.Sign)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.Write(certPEM(der))
	for ca := d.ca(issuer); ca.Issuer != ""; ca = d.ca(ca.Issuer) {
		if der, err = d.signCA(ca, v.OtherRoot); err != nil {
			return nil, err
		}
		text.Write(certPEM(der))
	}
	return text.Bytes(), nil
}

// signCA makes an authority's certificate, by its other issuer where asked.
func (d *pki) signCA(ca *caDesc, other bool) ([]byte, error) {
	t := template(ca.CN, ca.Serial, d.NotBefore, d.NotAfter)
	t.IsCA = true
	t.MaxPathLen = -1 // no limit
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	issuer := ca.Issuer
	if other && ca.Other != "" {
		issuer = ca.Other
	}
	if issuer == "" {
		issuer = ca.Name
	}
	return d.sign(t, ca.Key, issuer, ca.Sign)
}

func template(cn string, serial int64, notBefore, notAfter time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               pkix.Name{Organization: []string{"tlslab public test PKI"}, CommonName: cn},
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		BasicConstraintsValid: true,
	}
}

// sign signs a template with the issuer's key.
func (d *pki) sign(t *x509.Certificate, key, issuer, algorithm string) ([]byte, error) {
	subject, err := signer(key)
	if err != nil {
		return nil, err
	}
	ca := d.ca(issuer)
	authority, err := signer(ca.Key)
	if err != nil {
		return nil, err
	}
	t.SignatureAlgorithm = algorithms[algorithm]
	if t.SubjectKeyId, err = keyID(subject.Public()); err != nil {
		return nil, err
	}
	parent := template(ca.CN, ca.Serial, d.NotBefore, d.NotAfter)
	if parent.SubjectKeyId, err = keyID(authority.Public()); err != nil {
		return nil, err
	}
	// No source of random numbers: crypto/ecdsa then signs by RFC 6979, and
	// PKCS #1 v1.5 needs none.
	return x509.CreateCertificate(nil, t, parent, subject.Public(), authority)
}

// keyID is RFC 5280's first method (4.2.1.2), the SHA-1 of the key's bits. It
// is set here because crypto/x509's own choice changed between releases of Go.
func keyID(pub crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, err
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	}
	sum := sha1.Sum(info.Key.Bytes)
	return sum[:], nil
}

// signer is the private key of a file in keys/.
func signer(name string) (crypto.Signer, error) {
	block, err := keyBlock(name)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certs/keys/%s.pem: %w", name, err)
	}
	s, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("certs/keys/%s.pem: can't sign", name)
	}
	return s, nil
}

func certPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
