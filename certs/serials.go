package certs

import (
	"crypto/x509"
	"slices"
)

// keyUsages are the values of a leaf's key usage; "" is the good leaf's.
var keyUsages = map[string]x509.KeyUsage{
	"":                   x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	"key-agreement":      x509.KeyUsageKeyAgreement,
	"content-commitment": x509.KeyUsageContentCommitment,
}

// extKeyUsages are the values of a leaf's extended key usage; "" is the good leaf's.
var extKeyUsages = map[string]x509.ExtKeyUsage{
	"":            x509.ExtKeyUsageServerAuth,
	"client-auth": x509.ExtKeyUsageClientAuth,
}

// variantSerials gives each of a chain's variants its own serial number: the good
// leaf's, plus one for each.
func variantSerials(good int64, variant string) int64 {
	return good + int64(slices.Index(Variants, variant))
}

// hostSerial is the distance from the good leaf's serial number to that of a host that
// signs a leaf. It leaves room for more variants than there will be.
const hostSerial = 50

// throughSerial is the same distance for the first authority above a leaf that a variant
// adds. The others follow.
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

// variants returns the variants that a chain has, the good one first, in Variants' order.
func (c *chainDesc) variants() []string {
	if c.Variants == nil {
		return Variants
	}
	return slices.DeleteFunc(slices.Clone(Variants), func(v string) bool { return v != "" && !slices.Contains(c.Variants, v) })
}
