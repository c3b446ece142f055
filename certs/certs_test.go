package certs

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/internal/testutil"
)

// The present of the shipped scenarios.
var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// TestGenerate: what is committed is what the description and the keys give.
func TestGenerate(t *testing.T) {
	made, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	again, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Glob("pem/*.pem")
	if err != nil {
		t.Fatal(err)
	}
	if testutil.Update() {
		for _, name := range old {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range made {
		if !bytes.Equal(text, again[name]) {
			t.Errorf("%s: made twice, two results", name)
		}
		path := filepath.Join("pem", name)
		if testutil.Update() {
			if err := os.WriteFile(path, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(have, text) {
			t.Errorf("%s is not what pki.toml gives (%v); go test ./certs -update", path, err)
		}
	}
	for _, name := range old {
		if made[filepath.Base(name)] == nil && !testutil.Update() {
			t.Errorf("%s is of no chain; go test ./certs -update", name)
		}
	}
}

func TestNames(t *testing.T) {
	want := []string{"rsa2048", "ecdsa-p256", "ecdsa-p256-p384root", "rsa4096",
		"rsa1024", "rsa2048-two", "rsa3072", "rsa4096-two", "ecdsa-p384", "ecdsa-p521",
		"rsa2048-self", "ecdsa-p256-self", "ecdsa-p256-three", "ecdsa-p256-four", "rsa2048-four",
		"rsa2048-sha1", "rsa2048-sha224", "rsa2048-sha384", "rsa2048-sha512", "rsa2048-pss",
		"ecdsa-p256-cross-new", "ecdsa-p256-cross-old", "ed25519", "ecdh-ecdsa", "ecdh-rsa"}
	if got := Names(); !slices.Equal(got, want) {
		t.Errorf("Names() = %q, want %q", got, want)
	}
	var of []string
	for _, v := range description().Variants {
		of = append(of, v.Name)
	}
	if !slices.Equal(of, Variants[1:]) {
		t.Errorf("pki.toml has the variants %q, the package %q", of, Variants[1:])
	}
}

// TestVerify: crypto/x509 takes the good chains and refuses each bad variant
// for its own reason.
func TestVerify(t *testing.T) {
	for _, name := range Names() {
		if name == "rsa2048-sha1" || name == "rsa2048-sha224" {
			continue // crypto/x509 has neither; TestOpenSSL looks at them
		}
		for _, variant := range VariantsOf(name) {
			c, err := Load(name, variant)
			if err != nil {
				t.Fatal(err)
			}
			err = verify(parse(t, c))
			var invalid x509.CertificateInvalidError
			var host x509.HostnameError
			var unknown x509.UnknownAuthorityError
			ok := false
			switch variant {
			case "":
				ok = err == nil
			case "expired", "not-yet-valid":
				ok = errors.As(err, &invalid) && invalid.Reason == x509.Expired
			case "wrong-name":
				ok = errors.As(err, &host)
			case "unknown-ca":
				ok = errors.As(err, &unknown)
			case "bad-signature":
				ok = errors.As(err, &unknown) && verify(parse(t, mended(c))) == nil
			case "wrong-key-usage":
				ok = err == errKeyUsage
			case "wrong-ext-key-usage":
				ok = errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage
			case "not-a-ca":
				root, shown := parse(t, c)
				var constraint x509.ConstraintViolationError
				ok = errors.As(err, &unknown) && errors.As(shown[0].CheckSignatureFrom(shown[1]), &constraint)
				// The same host as an authority: nothing else is wrong.
				host := shown[1]
				host.IsCA, host.MaxPathLen, host.KeyUsage = true, -1, x509.KeyUsageCertSign
				ok = ok && verify(root, shown) == nil
			case "sha1-signed":
				_, shown := parse(t, c)
				ok = errors.As(err, &unknown) && slices.Contains([]x509.SignatureAlgorithm{x509.SHA1WithRSA, x509.ECDSAWithSHA1}, shown[0].SignatureAlgorithm)
			case "path-length":
				root, shown := parse(t, c)
				ok = errors.As(err, &invalid) && invalid.Reason == x509.TooManyIntermediates
				shown[2].MaxPathLen = -1 // without the limit nothing else is wrong
				ok = ok && verify(root, shown) == nil
			case "revoked":
				ok = err == nil && listed(t, c)
			case "weak-key":
				_, shown := parse(t, c)
				key, isRSA := shown[1].PublicKey.(*rsa.PublicKey)
				ok = err == nil && isRSA && key.N.BitLen() == 1024
			}
			if !ok {
				t.Errorf("%s, variant %q: %v", name, variant, err)
			}
		}
	}
}

// listed says whether each list of the leaf's issuer, signed by it, has the leaf.
func listed(t *testing.T, c *Chain) bool {
	root, shown := parse(t, c)
	issuer := append(slices.Clone(shown), root)[1]
	for _, kind := range CRLs() {
		text, der, err := LoadCRL(c.Name, kind)
		if err != nil || !bytes.HasPrefix(text, []byte("-----BEGIN X509 CRL-----")) {
			t.Fatalf("%s, CRL %s: %v", c.Name, kind, err)
		}
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			t.Fatal(err)
		}
		if err := list.CheckSignatureFrom(issuer); err != nil {
			t.Errorf("%s, CRL %s: %v", c.Name, kind, err)
		}
		if over := now.After(list.NextUpdate); over != (kind == "expired") {
			t.Errorf("%s, CRL %s: until %s", c.Name, kind, list.NextUpdate)
		}
		if !slices.ContainsFunc(list.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool {
			return e.SerialNumber.Cmp(shown[0].SerialNumber) == 0
		}) {
			return false
		}
	}
	return true
}

// mended is a chain of bad-signature with the bit turned back.
func mended(c *Chain) *Chain {
	m := *c
	m.ChainDER = slices.Clone(c.ChainDER)
	leaf := bytes.Clone(c.ChainDER[0])
	leaf[len(leaf)-1] ^= 1
	m.ChainDER[0] = leaf
	return &m
}

// parse is a chain's root and what the server shows.
func parse(t *testing.T, c *Chain) (root *x509.Certificate, shown []*x509.Certificate) {
	t.Helper()
	for _, der := range append([][]byte{c.RootDER}, c.ChainDER...) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, cert)
	}
	return shown[0], shown[1:]
}

// errKeyUsage: crypto/x509 leaves a leaf's key usage to its callers.
var errKeyUsage = errors.New("key usage fits no key exchange")

// verify checks a chain as a client of the shipped scenarios does. The root is
// trusted by being in the pool; its own signature, SHA-1 in rsa2048, is not
// looked at.
func verify(root *x509.Certificate, shown []*x509.Certificate) error {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(root)
	for _, ca := range shown[1:] {
		between.AddCert(ca)
	}
	_, err := shown[0].Verify(x509.VerifyOptions{
		DNSName: "tlslab.example", Roots: roots, Intermediates: between, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	exchange := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement
	if err == nil && shown[0].KeyUsage&exchange == 0 {
		return errKeyUsage
	}
	return err
}

// TestShape: each chain is what its name and the manual say.
func TestShape(t *testing.T) {
	for _, c := range []struct {
		chain      string
		shown      int
		leafSig    x509.SignatureAlgorithm
		rootSig    x509.SignatureAlgorithm
		leafSigLen int // bytes; 0 where DER lets it vary
	}{
		{"rsa2048", 2, x509.SHA256WithRSA, x509.SHA1WithRSA, 256},
		{"ecdsa-p256", 1, x509.ECDSAWithSHA256, x509.ECDSAWithSHA256, 0},
		{"ecdsa-p256-p384root", 1, x509.ECDSAWithSHA384, x509.ECDSAWithSHA384, 0},
		{"rsa4096", 2, x509.SHA256WithRSA, x509.SHA256WithRSA, 512},
		{"rsa1024", 1, x509.SHA256WithRSA, x509.SHA256WithRSA, 128},
		{"rsa3072", 1, x509.SHA256WithRSA, x509.SHA256WithRSA, 384},
		{"rsa4096-two", 1, x509.SHA256WithRSA, x509.SHA256WithRSA, 512},
		{"ecdsa-p384", 1, x509.ECDSAWithSHA384, x509.ECDSAWithSHA384, 0},
		{"ecdsa-p521", 1, x509.ECDSAWithSHA512, x509.ECDSAWithSHA512, 0},
		{"ecdsa-p256-three", 2, x509.ECDSAWithSHA256, x509.ECDSAWithSHA256, 0},
		{"ecdsa-p256-four", 3, x509.ECDSAWithSHA256, x509.ECDSAWithSHA256, 0},
		{"rsa2048-four", 3, x509.SHA256WithRSA, x509.SHA1WithRSA, 256},
		{"rsa2048-sha512", 1, x509.SHA512WithRSA, x509.SHA1WithRSA, 256},
		{"rsa2048-pss", 1, x509.SHA256WithRSAPSS, x509.SHA1WithRSA, 256},
		{"ecdsa-p256-cross-new", 2, x509.ECDSAWithSHA256, x509.ECDSAWithSHA256, 0},
		{"ecdsa-p256-cross-old", 2, x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, 0},
		{"ed25519", 1, x509.PureEd25519, x509.PureEd25519, 64},
	} {
		got, err := Load(c.chain, "")
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(got.ChainDER[0])
		if err != nil {
			t.Fatal(err)
		}
		root, err := x509.ParseCertificate(got.RootDER)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.ChainDER) != c.shown || leaf.SignatureAlgorithm != c.leafSig || root.SignatureAlgorithm != c.rootSig ||
			c.leafSigLen > 0 && len(leaf.Signature) != c.leafSigLen {
			t.Errorf("%s: %d shown, leaf %v (%d bytes), root %v", c.chain, len(got.ChainDER),
				leaf.SignatureAlgorithm, len(leaf.Signature), root.SignatureAlgorithm)
		}
		if !root.IsCA || root.KeyUsage&x509.KeyUsageCertSign == 0 || leaf.IsCA ||
			leaf.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment {
			t.Errorf("%s: key usages: root %v, leaf %v", c.chain, root.KeyUsage, leaf.KeyUsage)
		}
		if leaf.Subject.CommonName != "tlslab.example" || leaf.NotAfter.Year() != 2046 {
			t.Errorf("%s: leaf of %s until %s", c.chain, leaf.Subject, leaf.NotAfter)
		}
		if err := root.CheckSignature(root.SignatureAlgorithm, root.RawTBSCertificate, root.Signature); err != nil {
			t.Errorf("%s: the root's own signature: %v", c.chain, err)
		}
		key, err := x509.ParsePKCS8PrivateKey(got.KeyDER)
		if err != nil {
			t.Fatal(err)
		}
		pub := leaf.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
		if s := key.(crypto.Signer); !pub.Equal(s.Public()) {
			t.Errorf("%s: the key is not the leaf's", c.chain)
		}
		for _, text := range [][]byte{got.RootPEM, got.ChainPEM, got.KeyPEM} {
			if !bytes.HasPrefix(text, []byte("-----BEGIN ")) {
				t.Errorf("%s: PEM begins with %.20q", c.chain, text)
			}
		}
	}
}

// TestKinds: a chain that is there for the price of its keys has these in leaf
// and root.
func TestKinds(t *testing.T) {
	for name, kind := range map[string]string{"rsa1024": "RSA 1024", "rsa2048-two": "RSA 2048", "rsa3072": "RSA 3072", "rsa4096-two": "RSA 4096",
		"ecdsa-p256": "P-256", "ecdsa-p384": "P-384", "ecdsa-p521": "P-521", "ed25519": "Ed25519"} {
		c, err := Load(name, "")
		if err != nil {
			t.Fatal(err)
		}
		root, shown := parse(t, c)
		if KeyKind(shown[0]) != kind || KeyKind(root) != kind || len(shown) != 1 {
			t.Errorf("%s: leaf %s, root %s, %d shown", name, KeyKind(shown[0]), KeyKind(root), len(shown))
		}
	}
}

// TestKeysSayWhatTheyAre: a key that leaves this directory takes its warning along.
func TestKeysSayWhatTheyAre(t *testing.T) {
	keys, err := filepath.Glob("keys/*.pem")
	if err != nil || len(keys) == 0 {
		t.Fatal(keys, err)
	}
	for _, name := range keys {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte("tlslab public test key")) {
			t.Errorf("%s doesn't say that it is public test material", name)
		}
	}
}

func TestUnknown(t *testing.T) {
	for _, c := range []struct{ chain, variant, want string }{
		{"rsa2084", "", `chain "rsa2084": not known; did you mean rsa2048`},
		{"rsa2048", "expried", `variant "expried": not known; did you mean expired?`},
		{"rsa3072", "expired", `variant of rsa3072 "expired": not known`},
	} {
		_, err := Load(c.chain, c.variant)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}

// TestDescription: mistakes in pki.toml are found with their line.
func TestDescription(t *testing.T) {
	good, err := os.ReadFile("pki.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"not_after  =", "not_aftr   =", `key "not_aftr" is not known (did you mean "not_after"?)`},
		{`"sha256-rsa"`, `"sha265-rsa"`, `algorithm "sha265-rsa": not known; did you mean sha256-rsa`},
		{"serial = 2\n", "serial = 1\n", "serial: 1: not above 0, or that of rsa2048-root"},
		{"serial = 200\n", "serial = 150\n", "serial: 150: not above 0, or that of a variant of rsa2048"},
		{"serial = 200\n", "serial = 95\n", "serial: 95: a variant of it would have 100, that of rsa2048"},
		{`key_usage = "content-commitment"`, `key_usage = "content-comitment"`, `key usage "content-comitment": not known; did you mean content-commitment`},
		{`ext_key_usage = "client-auth"`, `ext_key_usage = "client-aut"`, `extended key usage "client-aut": not known; did you mean client-auth`},
		{`sign_hash = "sha1"`, `sign_hash = "sha2"`, `hash "sha2": not known; did you mean sha1?`},
		{"more        = 100", "more        = 1001", "more: 1001: not in 0..1000"},
		{`trust    = "p384-root"`, `trust    = "p348-root"`, `CA "p348-root": not known; did you mean p384-root`},
		{"variants = []", `variants = ["expired"]`, "must be empty: a certificate that signs itself"},
		{`issuer = "p256-root"`, `issuer = "p257-root"`, `CA "p257-root": not known; did you mean p256-root`},
	} {
		_, err := parsePKI("pki.toml", []byte(strings.Replace(string(good), c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "pki.toml:") {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}

// opensslSays is why OpenSSL refuses a variant.
var opensslSays = map[string]string{
	"expired": "certificate has expired", "not-yet-valid": "certificate is not yet valid",
	"wrong-name": "hostname mismatch", "unknown-ca": "unable to get",
	"bad-signature": "certificate signature failure", "wrong-key-usage": "certificate purpose",
	"wrong-ext-key-usage": "certificate purpose", "not-a-ca": "invalid CA certificate",
	"sha1-signed": "digest algorithm too weak", "path-length": "path length constraint exceeded",
	"revoked": "certificate revoked", "weak-key": "key too weak",
}

// TestOpenSSL: another implementation agrees on the good and the bad.
func TestOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		testutil.Missing(t, "openssl is missing; apt-get install openssl")
	}
	for _, name := range Names() {
		for _, variant := range VariantsOf(name) {
			c, err := Load(name, variant)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			root, chain := filepath.Join(dir, "root.pem"), filepath.Join(dir, "chain.pem")
			if err := errors.Join(os.WriteFile(root, c.RootPEM, 0o600), os.WriteFile(chain, c.ChainPEM, 0o600)); err != nil {
				t.Fatal(err)
			}
			args := []string{"verify", "-attime", "1767225600", // 2026-01-01
				"-purpose", "sslserver", "-verify_hostname", "tlslab.example"}
			switch variant {
			case "sha1-signed", "weak-key":
				args = append(args, "-auth_level", "2") // 112 bits, as the core's default profile
			case "revoked":
				text, _, err := LoadCRL(name, "current")
				if err != nil {
					t.Fatal(err)
				}
				list := filepath.Join(dir, "crl.pem")
				if err := os.WriteFile(list, text, 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "-crl_check", "-CRLfile", list)
			}
			out, err := exec.Command(openssl, append(args, "-no-CApath", "-CAfile", root, "-untrusted", chain, chain)...).CombinedOutput()
			if (err == nil) != (variant == "") || !bytes.Contains(out, []byte(opensslSays[variant])) {
				t.Errorf("%s, variant %q: %v\n%s", name, variant, err, out)
			}
		}
	}
}
