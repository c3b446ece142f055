package certs

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// generate makes every file of pem/ anew, by its name. It draws no random
// number and asks no clock: RSA signatures are PKCS #1 v1.5, ECDSA ones follow
// RFC 6979, so the same description and keys give the same bytes.
func generate() (map[string][]byte, error) {
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

// moreSerial is the first serial number of those entries. No certificate has it.
const moreSerial = 1 << 40

// signCRL makes an authority's revocation list: the revoked leaf of each chain that it
// signs, and the entries that only make the list longer.
func (d *pki) signCRL(ca string, c *crlDesc) ([]byte, error) {
	desc := d.ca(ca)
	key, err := signer(desc.Key)
	if err != nil {
		return nil, err
	}
	issuer := authorityTemplate(desc.CN, 0, d.NotBefore, d.NotAfter)
	if issuer.SubjectKeyId, err = keyID(key.Public()); err != nil {
		return nil, err
	}
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: c.ThisUpdate, NextUpdate: c.NextUpdate}
	add := func(serial int64) {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: d.NotBefore})
	}
	for i := range c.More {
		add(moreSerial + int64(i))
	}
	for i := range d.Chains {
		chain := &d.Chains[i]
		if chain.Issuer != ca {
			continue
		}
		for _, v := range chain.variants() {
			if desc := d.variant(v); desc != nil && desc.Revoked {
				add(variantSerials(chain.Serial, v))
				list.SignatureAlgorithm = algorithms[chain.Sign]
			}
		}
	}
	return x509.CreateRevocationList(nil, list, issuer, salted{key, desc.Key})
}

func crlPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}

func (d *pki) variant(name string) *variantDesc {
	for i := range d.Variants {
		if d.Variants[i].Name == name {
			return &d.Variants[i]
		}
	}
	return nil
}
