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

// keyUsages are what a leaf's key may be for; "" is as in the good leaf.
var keyUsages = map[string]x509.KeyUsage{
	"":                   x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	"content-commitment": x509.KeyUsageContentCommitment,
}

// extKeyUsages are whose a leaf may be; "" is as in the good leaf.
var extKeyUsages = map[string]x509.ExtKeyUsage{
	"":            x509.ExtKeyUsageServerAuth,
	"client-auth": x509.ExtKeyUsageClientAuth,
}

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

// variantSerials keeps the serial numbers of a chain's variants apart: that of
// the good leaf, plus one for each.
func variantSerials(good int64, variant string) int64 {
	return good + int64(slices.Index(Variants, variant))
}

// hostSerial is what a host that signs a leaf has above the good leaf's serial
// number: room for more variants than there will be.
const hostSerial = 50

// badSerials are the serial numbers a chain has besides the good leaf's.
func (c *chainDesc) badSerials() []int64 {
	serials := []int64{c.Serial + hostSerial}
	for _, v := range Variants[1:] {
		serials = append(serials, variantSerials(c.Serial, v))
	}
	return serials
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
	leaf := leafTemplate(host, variantSerials(c.Serial, variant), notBefore, notAfter)
	leaf.KeyUsage = keyUsages[v.KeyUsage]
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{extKeyUsages[v.ExtKeyUsage]}
	by := d.authority(issuer)
	if v.SignedBy != "" {
		by, issuer = authority{v.SignedBy, c.Key}, d.rootOf(issuer)
	}
	der, err := sign(leaf, c.Key, by, c.Sign)
	if err != nil {
		return nil, err
	}
	if v.BadSignature {
		der[len(der)-1] ^= 1 // the signature is what a certificate ends with
	}
	var text bytes.Buffer
	text.Write(certPEM(der))
	if v.SignedBy != "" {
		host := leafTemplate(v.SignedBy, c.Serial+hostSerial, notBefore, notAfter)
		if der, err = sign(host, c.Key, d.authority(issuer), c.Sign); err != nil {
			return nil, err
		}
		text.Write(certPEM(der))
	}
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
	return sign(t, ca.Key, d.authority(issuer), ca.Sign)
}

// leafTemplate is a good leaf.
func leafTemplate(host string, serial int64, notBefore, notAfter time.Time) *x509.Certificate {
	t := template(host, serial, notBefore, notAfter)
	t.DNSNames = []string{host}
	t.KeyUsage = keyUsages[""]
	t.ExtKeyUsage = []x509.ExtKeyUsage{extKeyUsages[""]}
	return t
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

// authority is who signs: a name, and a key of keys/.
type authority struct{ cn, key string }

func (d *pki) authority(ca string) authority { return authority{d.ca(ca).CN, d.ca(ca).Key} }

// sign signs a template with an authority's key.
func sign(t *x509.Certificate, key string, by authority, algorithm string) ([]byte, error) {
	subject, err := signer(key)
	if err != nil {
		return nil, err
	}
	issuer, err := signer(by.key)
	if err != nil {
		return nil, err
	}
	t.SignatureAlgorithm = algorithms[algorithm]
	if t.SubjectKeyId, err = keyID(subject.Public()); err != nil {
		return nil, err
	}
	parent := template(by.cn, 0, time.Time{}, time.Time{})
	if parent.SubjectKeyId, err = keyID(issuer.Public()); err != nil {
		return nil, err
	}
	// No source of random numbers: crypto/ecdsa then signs by RFC 6979, and
	// PKCS #1 v1.5 needs none.
	return x509.CreateCertificate(nil, t, parent, subject.Public(), issuer)
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
