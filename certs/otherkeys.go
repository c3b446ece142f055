package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
)

// OtherKeys are the certificates of a PEM text under the same names with other
// keys of the same kind and length: a CA that only calls itself what a client
// trusts. The private keys do not exist any more; the signatures are the old ones, and do
// not fit. Text that is no certificate is left out.
func OtherKeys(text []byte) ([]byte, error) {
	var out []byte
	for n := 1; ; n++ {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		der, err := otherKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", n, err)
		}
		out = append(out, EncodePEM(der)...)
	}
	if out == nil {
		return nil, errors.New("no certificate in it")
	}
	return out, nil
}

func otherKey(der []byte) ([]byte, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	var key any
	switch k := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		// Odd and as long as before; who parses it does not factor it.
		key = &rsa.PublicKey{N: new(big.Int).Xor(k.N, big.NewInt(2)), E: k.E}
	case *ecdsa.PublicKey:
		// The point's negative is on the curve too.
		point, err := k.Bytes()
		if err != nil {
			return nil, err
		}
		half := (len(point) - 1) / 2 // uncompressed: 4, x, y
		y := new(big.Int).SetBytes(point[1+half:])
		y.Sub(k.Curve.Params().P, y).FillBytes(point[1+half:])
		if key, err = ecdsa.ParseUncompressedPublicKey(k.Curve, point); err != nil {
			return nil, err
		}
	case ed25519.PublicKey:
		other := ed25519.PublicKey(bytes.Clone(k))
		other[0] ^= 1
		key = other
	default:
		return nil, fmt.Errorf("a key of kind %s: no other can be made; RSA, ECDSA and Ed25519 can", cert.PublicKeyAlgorithm)
	}
	info, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, err
	}
	old := cert.RawSubjectPublicKeyInfo
	at := bytes.Index(der, old)
	if len(info) != len(old) || at < 0 {
		return nil, errors.New("its key is not written as others write it")
	}
	return append(append(bytes.Clone(der[:at]), info...), der[at+len(old):]...), nil
}
