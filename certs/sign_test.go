package certs

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"slices"
	"time"
)

// authority is an issuer: a name, and a key of keys/.
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
	der, err := x509.CreateCertificate(nil, t, parent, subject.Public(), salted{issuer, by.key})
	if err != nil || algorithm != sha224RSA {
		return der, err
	}
	return resign(der, issuer)
}

// salted is a signer whose PSS salts are the same each time: the key's name,
// repeated. A salt keeps no secret here.
type salted struct {
	crypto.Signer
	name string
}

func (s salted) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, ok := opts.(*rsa.PSSOptions); !ok {
		return s.Signer.Sign(nil, digest, opts)
	}
	return s.Signer.Sign(bytes.NewReader(bytes.Repeat([]byte(s.name), 64)), digest, opts)
}

// resign changes a certificate's signature from RSA with SHA-256 to RSA with SHA-224. The
// two algorithms' identifiers differ in their last byte (RFC 4055, section 5).
func resign(der []byte, issuer crypto.Signer) ([]byte, error) {
	var cert struct {
		TBS       asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &cert); err != nil {
		return nil, err
	}
	with256 := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11}
	with224 := append(slices.Clone(with256[:8]), 14)
	tbs := bytes.Replace(cert.TBS.FullBytes, with256, with224, 1)
	sum := sha256.Sum224(tbs)
	signature, err := issuer.Sign(nil, sum[:], crypto.SHA224)
	if err != nil {
		return nil, err
	}
	cert.TBS = asn1.RawValue{FullBytes: tbs}
	cert.Algorithm = asn1.RawValue{FullBytes: bytes.Replace(cert.Algorithm.FullBytes, with256, with224, 1)}
	cert.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	return asn1.Marshal(cert)
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
