package certs

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// rootsOfAll are the roots of some chains, in order.
func rootsOfAll(t *testing.T, chains ...string) (ders [][]byte) {
	t.Helper()
	for _, name := range chains {
		c, err := Load(name, "")
		if err != nil {
			t.Fatal(err)
		}
		ders = append(ders, c.RootDER)
	}
	return ders
}

func TestFindPath(t *testing.T) {
	bundle := []string{"rsa2048", "rsa4096", "ecdsa-p256", "ecdsa-p384", "ed25519"}
	for _, c := range []struct {
		chain, variant string
		bundle         []string
		root           int
		others         []int
		length         int
		wrong          string
	}{
		{"rsa2048", "", bundle, 0, nil, 3, ""},
		{"ecdsa-p256", "", bundle, 2, nil, 2, ""},
		{"ecdsa-p256-four", "", bundle, 2, nil, 4, ""},
		{"ed25519", "", bundle, 4, nil, 2, ""},
		{"rsa2048-pss", "", bundle, 0, nil, 2, ""},
		{"ecdsa-p256-self", "", []string{"rsa2048", "ecdsa-p256-self"}, 1, nil, 1, ""},
		// Cross-signed: both roots would do, and the way to one is shorter.
		{"ecdsa-p256-cross-old", "", bundle, 2, []int{3}, 2, ""},
		{"ecdsa-p256-cross-old", "", []string{"ecdsa-p384", "ecdsa-p256"}, 1, []int{0}, 2, ""},
		{"ecdsa-p256-cross-old", "", []string{"ecdsa-p384"}, 0, nil, 3, ""},
		{"rsa2048", "", []string{"rsa4096"}, 0, nil, 0, "tlslab test intermediate RSA-2048 is signed by CN=tlslab test root RSA-2048,O=tlslab public test PKI, which is neither shown nor among the roots"},
		{"rsa2048", "", nil, 0, nil, 0, "neither shown nor among the roots"},
		{"ecdsa-p256-self", "", bundle, 0, nil, 0, "tlslab.example signed itself and is not among the roots"},
		{"ecdsa-p256", "bad-signature", bundle, 0, nil, 0, "there is a root of this name, but its key does not fit"},
		{"ecdsa-p256", "unknown-ca", bundle, 0, nil, 0, "tlslab.example is signed by CN=tlslab unknown root P-256"},
		{"ecdsa-p256", "expired", bundle, 0, nil, 0, "certificate has expired or is not yet valid"},
		{"ecdsa-p256", "wrong-name", bundle, 0, nil, 0, "certificate is valid for other.example, not tlslab.example"},
		{"ecdsa-p256", "path-length", bundle, 0, nil, 0, "too many intermediates"},
	} {
		shown, err := Load(c.chain, c.variant)
		if err != nil {
			t.Fatal(err)
		}
		p, err := FindPath(shown.ChainDER, rootsOfAll(t, c.bundle...), "tlslab.example", now)
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s %s: %v, want %s", c.chain, c.variant, err, c.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %s: %v", c.chain, c.variant, err)
			continue
		}
		if p.Root != c.root || !slices.Equal(p.OtherRoots, c.others) || len(p.Chain) != c.length || p.Chain[0] != "tlslab.example" {
			t.Errorf("%s: %+v, want root %d, others %v, %d certificates", c.chain, p, c.root, c.others, c.length)
		}
	}
	for _, shown := range [][][]byte{nil, {{0x30, 0}}} {
		if p, err := FindPath(shown, rootsOfAll(t, bundle...), "tlslab.example", now); err == nil {
			t.Errorf("%v leads to %+v", shown, p)
		}
	}
}

func FuzzFindPath(f *testing.F) {
	c, err := Load("rsa2048", "")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.ChainDER[0], c.ChainDER[1], c.RootDER)
	f.Fuzz(func(t *testing.T, leaf, between, root []byte) {
		p, err := FindPath([][]byte{leaf, between}, [][]byte{root}, "tlslab.example", time.Unix(1767225600, 0))
		if err == nil && (p.Root != 0 || len(p.Chain) == 0) {
			t.Errorf("%+v", p)
		}
	})
}

// FuzzUserPEM: whatever the file is, what is taken from it is certificates.
func FuzzUserPEM(f *testing.F) {
	c, err := Load("rsa2048", "")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{c.RootPEM, c.RootDER, c.KeyPEM, c.ChainPEM, []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		ca, err := parseUserPEM(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of two lines: %q", err)
			}
			return
		}
		if len(ca.DER) == 0 || strings.Contains(string(ca.PEM), "PRIVATE KEY") {
			t.Errorf("%d certificates: %q", len(ca.DER), ca.PEM)
		}
	})
}
