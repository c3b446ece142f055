package certs

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// keyUsages are what a leaf's key may be for; "" is as in the good leaf.
var keyUsages = map[string]x509.KeyUsage{
	"":                   x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	"key-agreement":      x509.KeyUsageKeyAgreement,
	"content-commitment": x509.KeyUsageContentCommitment,
}

// extKeyUsages are whose a leaf may be; "" is as in the good leaf.
var extKeyUsages = map[string]x509.ExtKeyUsage{
	"":            x509.ExtKeyUsageServerAuth,
	"client-auth": x509.ExtKeyUsageClientAuth,
}

// variantSerials keeps the serial numbers of a chain's variants apart: that of
// the good leaf, plus one for each.
func variantSerials(good int64, variant string) int64 {
	return good + int64(slices.Index(Variants, variant))
}

// hostSerial is what a host that signs a leaf has above the good leaf's serial
// number: room for more variants than there will be.
const hostSerial = 50

// throughSerial is the same for the first authority above a leaf that a variant
// brings along; the others follow.
const throughSerial = hostSerial + 1

// throughMost is how many such authorities a variant may have.
const throughMost = 2

// badSerials are the serial numbers a chain has besides the good leaf's.
func (c *chainDesc) badSerials() []int64 {
	serials := []int64{c.Serial + hostSerial}
	for i := range int64(throughMost) {
		serials = append(serials, c.Serial+throughSerial+i)
	}
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
			out[ca.Name+".pem"] = EncodePEM(der)
		}
	}
	for i := range d.Chains {
		c := &d.Chains[i]
		for _, variant := range c.variants() {
			text, err := d.shown(c, variant)
			if err != nil {
				return nil, fmt.Errorf("chain %s, variant %q: %w", c.Name, variant, err)
			}
			out[chainFile(c.Name, variant)] = text
		}
		if slices.Contains(c.variants(), revoked) {
			for k := range d.CRLs {
				der, err := d.signCRL(c.Issuer, &d.CRLs[k])
				if err != nil {
					return nil, fmt.Errorf("CRL %s of %s: %w", d.CRLs[k].Name, c.Issuer, err)
				}
				out[crlFile(c.Issuer, d.CRLs[k].Name)] = crlPEM(der)
			}
		}
	}
	return out, nil
}

// variants are what a chain comes in, the good one first, in Variants' order.
func (c *chainDesc) variants() []string {
	if c.Variants == nil {
		return Variants
	}
	return slices.DeleteFunc(slices.Clone(Variants), func(v string) bool { return v != "" && !slices.Contains(c.Variants, v) })
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
	leaf.KeyUsage = keyUsages[cmp.Or(v.KeyUsage, c.KeyUsage)]
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{extKeyUsages[v.ExtKeyUsage]}
	by, signature := authority{host, c.Key}, c.Sign
	if issuer != "" {
		by = d.authority(issuer)
	}
	if v.SignedBy != "" {
		by, issuer = authority{v.SignedBy, c.Key}, d.rootOf(issuer)
	}
	var between [][]byte
	if len(v.Through) > 0 {
		issuer = d.rootOf(issuer)
		var err error
		if between, by, signature, err = d.through(c, v.Through, d.authority(issuer)); err != nil {
			return nil, err
		}
	}
	if v.SignHash != "" {
		_, kind, _ := strings.Cut(signature, "-")
		signature = v.SignHash + "-" + kind
	}
	der, err := sign(leaf, c.Key, by, signature)
	if err != nil {
		return nil, err
	}
	if v.BadSignature {
		der[len(der)-1] ^= 1 // the signature is what a certificate ends with
	}
	var text bytes.Buffer
	text.Write(EncodePEM(der))
	if v.SignedBy != "" {
		host := leafTemplate(v.SignedBy, c.Serial+hostSerial, notBefore, notAfter)
		if der, err = sign(host, c.Key, d.authority(issuer), c.Sign); err != nil {
			return nil, err
		}
		text.Write(EncodePEM(der))
	}
	for _, der := range between {
		text.Write(EncodePEM(der))
	}
	var above []*caDesc
	if issuer != "" {
		for ca := d.ca(issuer); ca.Issuer != ""; ca = d.ca(ca.Issuer) {
			above = append(above, ca)
		}
	}
	for _, name := range c.Shows {
		above = append(above, d.ca(name))
	}
	for _, ca := range above {
		if der, err = d.signCA(ca, v.OtherRoot); err != nil {
			return nil, err
		}
		text.Write(EncodePEM(der))
	}
	return text.Bytes(), nil
}

// through makes the authorities that a variant puts between a root and the
// leaf, lowest first, and says who signs the leaf and how.
func (d *pki) through(c *chainDesc, all []throughDesc, root authority) (ders [][]byte, by authority, signature string, err error) {
	by, signature = root, c.Sign
	for i, t := range all {
		key := t.Key
		if key == "" {
			key = c.Key
		}
		ca := authorityTemplate(t.CN, c.Serial+throughSerial+int64(i), d.NotBefore, d.NotAfter)
		if t.PathLength != nil {
			ca.MaxPathLen, ca.MaxPathLenZero = *t.PathLength, *t.PathLength == 0
		}
		der, err := sign(ca, key, by, signature)
		if err != nil {
			return nil, by, "", err
		}
		ders = append([][]byte{der}, ders...)
		by = authority{t.CN, key}
		if t.Signs != "" {
			signature = t.Signs
		}
	}
	return ders, by, signature, nil
}

// authorityTemplate is an authority with no limit to the length of paths.
func authorityTemplate(cn string, serial int64, notBefore, notAfter time.Time) *x509.Certificate {
	t := template(cn, serial, notBefore, notAfter)
	t.IsCA = true
	t.MaxPathLen = -1 // no limit
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	return t
}

// signCA makes an authority's certificate, by its other issuer where asked.
func (d *pki) signCA(ca *caDesc, other bool) ([]byte, error) {
	t := authorityTemplate(ca.CN, ca.Serial, d.NotBefore, d.NotAfter)
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
