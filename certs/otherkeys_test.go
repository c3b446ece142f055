package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"
)

// TestOtherKeys: the same name and length, another key, and the chain's own
// signatures no longer lead to it.
func TestOtherKeys(t *testing.T) {
	for _, name := range Names() {
		// In these the last one shown is not the root's, or signed in a way that
		// crypto/x509 does not check.
		if slices.Contains([]string{"rsa2048-self", "ecdsa-p256-self", "ecdsa-p256-cross-new", "rsa2048-sha1", "rsa2048-sha224"}, name) {
			continue
		}
		c, err := Load(name, "")
		if err != nil {
			t.Fatal(err)
		}
		text, err := OtherKeys(c.RootPEM)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		block, rest := pem.Decode(text)
		if block == nil || len(bytes.TrimSpace(rest)) > 0 || len(block.Bytes) != len(c.RootDER) {
			t.Fatalf("%s: not one certificate of the old one's length", name)
		}
		was, err1 := x509.ParseCertificate(c.RootDER)
		is, err2 := x509.ParseCertificate(block.Bytes)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %v, %v", name, err1, err2)
		}
		if !bytes.Equal(was.RawSubject, is.RawSubject) || was.PublicKeyAlgorithm != is.PublicKeyAlgorithm {
			t.Errorf("%s: the name or the kind of key changed", name)
		}
		if bytes.Equal(was.RawSubjectPublicKeyInfo, is.RawSubjectPublicKeyInfo) {
			t.Errorf("%s: the key is the same", name)
		}
		shown := func(root *x509.Certificate) error {
			var chain []*x509.Certificate
			for rest := c.ChainPEM; ; {
				var b *pem.Block
				if b, rest = pem.Decode(rest); b == nil {
					break
				}
				one, err := x509.ParseCertificate(b.Bytes)
				if err != nil {
					t.Fatal(err)
				}
				chain = append(chain, one)
			}
			return chain[len(chain)-1].CheckSignatureFrom(root)
		}
		if shown(was) != nil || shown(is) == nil {
			t.Errorf("%s: by the old root %v, by the other %v; want fine, then an error", name, shown(was), shown(is))
		}
	}
	if _, err := OtherKeys([]byte("nothing")); err == nil {
		t.Error("no certificate is no error")
	}
}

func FuzzOtherKeys(f *testing.F) {
	c, err := Load(Names()[0], "")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.RootPEM)
	f.Fuzz(func(t *testing.T, text []byte) {
		if out, err := OtherKeys(text); err == nil && len(out) == 0 {
			t.Error("neither certificates nor an error")
		}
	})
}
