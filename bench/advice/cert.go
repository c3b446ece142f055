package advice

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// Cert is a certificate read with as little as can be: also one whose key or
// signature that neither end can use.
type Cert struct {
	Subject, Issuer string // the common name, else the whole name
	rawIssuer       []byte
	rawSubject      []byte
	Signature       asn1.ObjectIdentifier
	Key             asn1.ObjectIdentifier
	Curve           asn1.ObjectIdentifier // of an elliptic curve's key; nil: none
	RSAB            int                   // bytes of an RSA key's modulus; 0: none
	NotBefore       time.Time
	NotAfter        time.Time
}

type outer struct {
	TBS       asn1.RawValue
	Signature pkix.AlgorithmIdentifier
	Value     asn1.BitString
}

// ReadCert reads what it can; what it can't is zero.
func ReadCert(der []byte) Cert {
	var o outer
	var t struct {
		Version   int `asn1:"optional,explicit,default:0,tag:0"`
		Serial    asn1.RawValue
		Signature pkix.AlgorithmIdentifier
		Issuer    asn1.RawValue
		Validity  struct{ NotBefore, NotAfter time.Time }
		Subject   asn1.RawValue
		Key       struct {
			Algorithm pkix.AlgorithmIdentifier
			Bits      asn1.BitString
		}
	}
	if _, err := asn1.Unmarshal(der, &o); err != nil {
		return Cert{}
	}
	if _, err := asn1.Unmarshal(o.TBS.FullBytes, &t); err != nil {
		return Cert{}
	}
	c := Cert{Subject: nameOf(t.Subject.FullBytes), Issuer: nameOf(t.Issuer.FullBytes), rawIssuer: t.Issuer.FullBytes, rawSubject: t.Subject.FullBytes,
		Signature: o.Signature.Algorithm, Key: t.Key.Algorithm.Algorithm, NotBefore: t.Validity.NotBefore, NotAfter: t.Validity.NotAfter}
	switch {
	case c.Key.Equal(oidECKey):
		asn1.Unmarshal(t.Key.Algorithm.Parameters.FullBytes, &c.Curve)
	case c.Key.Equal(oidRSA), c.Key.Equal(oidPSS):
		var key struct{ N, E *big.Int }
		if _, err := asn1.Unmarshal(t.Key.Bits.Bytes, &key); err == nil && key.N != nil {
			c.RSAB = (key.N.BitLen() + 7) / 8
		}
	}
	return c
}

var (
	oidECKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
)

// nameOf is a name's common name, else all of it.
func nameOf(der []byte) string {
	var seq pkix.RDNSequence
	if _, err := asn1.Unmarshal(der, &seq); err != nil {
		return "?"
	}
	var name pkix.Name
	name.FillFromRDNSequence(&seq)
	if name.CommonName != "" {
		return name.CommonName
	}
	return name.String()
}

// der is an object identifier as the core's tables have it.
func oidBytes(id asn1.ObjectIdentifier) []byte {
	b, err := asn1.Marshal(id)
	if err != nil || len(b) < 2 {
		return nil
	}
	return b[2:]
}

// oidNames are what people call those that are met (RFC 8017, 5758, 3279, 5480).
var oidNames = map[string]string{
	"1.2.840.113549.1.1.4": "RSA with MD5", "1.2.840.113549.1.1.5": "RSA with SHA-1", "1.2.840.113549.1.1.14": "RSA with SHA-224",
	"1.2.840.113549.1.1.11": "RSA with SHA-256", "1.2.840.113549.1.1.12": "RSA with SHA-384", "1.2.840.113549.1.1.13": "RSA with SHA-512",
	"1.2.840.113549.1.1.10": "RSA-PSS", "1.2.840.113549.1.1.1": "RSA", "1.2.840.10045.2.1": "an elliptic curve",
	"1.2.840.10045.4.1": "ECDSA with SHA-1", "1.2.840.10045.4.3.1": "ECDSA with SHA-224", "1.2.840.10045.4.3.2": "ECDSA with SHA-256",
	"1.2.840.10045.4.3.3": "ECDSA with SHA-384", "1.2.840.10045.4.3.4": "ECDSA with SHA-512",
	"1.3.101.112": "Ed25519", "1.3.101.113": "Ed448",
	"1.2.840.10045.3.1.1": "secp192r1", "1.3.132.0.33": "secp224r1", "1.2.840.10045.3.1.7": "secp256r1", "1.3.132.0.34": "secp384r1",
	"1.3.132.0.35": "secp521r1", "1.3.132.0.10": "secp256k1", "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
	"1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1", "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}

func oidName(id asn1.ObjectIdentifier) string {
	if name, ok := oidNames[id.String()]; ok {
		return name
	}
	return fmt.Sprintf("OID %v", id)
}

// DERs are the certificates of PEM text, or the one that is DER.
func DERs(text []byte) (out [][]byte) {
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			out = append(out, block.Bytes)
		}
	}
	if out == nil && len(text) > 0 && text[0] == 0x30 {
		out = [][]byte{text}
	}
	return out
}
