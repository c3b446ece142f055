package certs

import (
	"fmt"
	"slices"

	"tlslab/internal/strict"
)

// crlMost is the most entries that a list of this directory may have besides
// the leaves': it is committed.
const crlMost = 1000

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

// crlFile is the file of pem/ with an authority's list.
func crlFile(ca, name string) string { return ca + "-" + name + "-crl.pem" }
