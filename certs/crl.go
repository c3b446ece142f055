package certs

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"

	"tlslab/internal/strict"
)

// crlMost is the most entries that a list of this directory may have besides
// the leaves': it is committed.
const crlMost = 1000

// moreSerial is the first serial number of those entries: no certificate has it.
const moreSerial = 1 << 40

// CRLs lists the kinds of lists of revoked certificates (RFC 5280) that there are.
func CRLs() []string {
	var names []string
	for _, c := range description().CRLs {
		names = append(names, c.Name)
	}
	return names
}

// LoadCRL returns the list of one kind that the issuer of a chain's leaf has
// signed. It has the leaf of the chain's variant "revoked".
func LoadCRL(chain, kind string) (text, der []byte, err error) {
	d := description()
	leaf := d.chain(chain)
	if leaf == nil {
		return nil, nil, strict.Unknown("chain", chain, Names())
	}
	if d.crl(kind) == nil {
		return nil, nil, strict.Unknown("CRL", kind, CRLs())
	}
	if !slices.Contains(leaf.variants(), revoked) {
		return nil, nil, fmt.Errorf("chain %s: its issuer has no CRL: it does not come as %s", chain, revoked)
	}
	return single(crlFile(leaf.Issuer, kind))
}

func (d *pki) crl(name string) *crlDesc {
	for i := range d.CRLs {
		if d.CRLs[i].Name == name {
			return &d.CRLs[i]
		}
	}
	return nil
}

// signCRL makes an authority's list: the revoked leaf of each chain that it
// signs, and the entries that are there for their number.
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

// crlFile is the file of pem/ with an authority's list.
func crlFile(ca, name string) string { return ca + "-" + name + "-crl.pem" }

func crlPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}
