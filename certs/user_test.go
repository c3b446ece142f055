package certs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/internal/input"
)

func TestLoadUserPEM(t *testing.T) {
	good, err := Load("rsa2048", "")
	if err != nil {
		t.Fatal(err)
	}
	text := string(good.RootPEM)
	damaged := strings.Replace(text, "\nMII", "\nM!I", 1)
	for _, c := range []struct {
		name, file, want string // want: of the error; "" for none
		certs            int
	}{
		{"one", text, "", 1},
		{"two with remarks", "Subject: x\n" + text + "\n# and\n" + string(good.ChainPEM), "", 3},
		{"Windows line ends", strings.ReplaceAll(text, "\n", "\r\n"), "", 1},
		{"no end of line", strings.TrimRight(text, "\n"), "", 1},
		{"empty", "", "no certificate in it", 0},
		{"garbage", "0hello, world\n", "no certificate in it", 0},
		{"damaged", damaged, "1 of 1 PEM blocks can't be read", 0},
		{"damaged beside a good one", text + damaged, "1 of 2 PEM blocks can't be read", 0},
		{"cut off", text[:len(text)/2], "1 of 1 PEM blocks can't be read", 0},
		{"not X.509", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n", "certificate 1: x509: ", 0},
		{"another kind", "-----BEGIN X509 CRL-----\naGVsbG8=\n-----END X509 CRL-----\n", "PEM block 1 is a X509 CRL, not a CERTIFICATE", 0},
		{"DER", string(good.RootDER), "is DER, not PEM; convert it: openssl x509 -inform der", 0},
		{"key", text + string(good.KeyPEM), "has a private key in it: refused", 0},
		{"damaged key", text + strings.Replace(string(good.KeyPEM), "MII", "M!!", 1), "has a private key in it: refused", 0},
		{"old key", "-----BEGIN RSA PRIVATE KEY-----\naGVsbG8=\n-----END RSA PRIVATE KEY-----\n", "has a private key in it: refused", 0},
		{"key in DER", string(good.KeyDER), "is a private key (in DER): refused", 0},
		{"huge", strings.Repeat("x", input.PEM+1), "bytes; at most", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			ca, err := LoadUserPEM(path)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), path+": ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("got %v\nwant %s: %s", err, path, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(ca.DER) != c.certs || !bytes.Equal(ca.DER[0], good.RootDER) || !bytes.HasPrefix(ca.PEM, good.RootPEM) {
				t.Errorf("%d certificates", len(ca.DER))
			}
			// The chain's leaf vouches for no one.
			if leaves := c.certs / 3; len(ca.Warnings) != leaves {
				t.Errorf("warnings %q", ca.Warnings)
			}
		})
	}
	// A chain without its root: what is there is trusted, and odd.
	path := filepath.Join(t.TempDir(), "chain.pem")
	if err := os.WriteFile(path, good.ChainPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	ca, err := LoadUserPEM(path)
	if err != nil || len(ca.Warnings) != 2 || ca.Warnings[1] != path+": certificate 2 (tlslab test intermediate RSA-2048) is no root: CN=tlslab test root RSA-2048,O=tlslab public test PKI, who signed it, is not in the file" {
		t.Errorf("%v, warnings %q", err, ca.Warnings)
	}
	if _, err := LoadUserPEM(filepath.Join(t.TempDir(), "none.pem")); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
}
