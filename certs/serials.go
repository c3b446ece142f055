package certs

import (
	"crypto/x509"
	"slices"
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

// variants are what a chain comes in, the good one first, in Variants' order.
func (c *chainDesc) variants() []string {
	if c.Variants == nil {
		return Variants
	}
	return slices.DeleteFunc(slices.Clone(Variants), func(v string) bool { return v != "" && !slices.Contains(c.Variants, v) })
}
