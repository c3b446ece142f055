package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tlslab/internal/input"
)

// UserCA is a user's own trusted certificates.
type UserCA struct {
	PEM      []byte   // the certificates alone, without what stood between them
	DER      [][]byte // the same, in order
	Warnings []string // what is odd but no error, one line each
}

// LoadUserPEM reads a user's CA file: one or more certificates in PEM, as the
// manual's certs/ directory takes them (5.11). What else such a file may turn
// out to be is refused, each with one line that names the file: DER, a file
// without a certificate, a damaged one, and one with a private key in it,
// which would otherwise end up in the firmware.
func LoadUserPEM(path string) (*UserCA, error) {
	data, err := input.Read(path, input.PEM)
	if err != nil {
		return nil, err
	}
	return ReadUserPEM(path, data)
}

// ReadUserPEM is LoadUserPEM for the text of a file that has been read already.
func ReadUserPEM(path string, data []byte) (*UserCA, error) {
	ca, err := parseUserPEM(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, w := range ca.Warnings {
		ca.Warnings[i] = path + ": " + w
	}
	return ca, nil
}

func parseUserPEM(data []byte) (*UserCA, error) {
	// First, and by the text: no other mistake in the file may hide a key.
	if bytes.Contains(data, []byte("PRIVATE KEY-----")) {
		return nil, errors.New("has a private key in it: refused; give a file with certificates only")
	}
	if err := refuseDER(data); err != nil {
		return nil, err
	}
	ca := new(UserCA)
	var all []*x509.Certificate
	rest := data
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		n := len(ca.DER) + 1
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("PEM block %d is a %s, not a CERTIFICATE", n, block.Type)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", n, err)
		}
		if !cert.IsCA {
			ca.Warnings = append(ca.Warnings, fmt.Sprintf("certificate %d (%s) is no CA's: it can vouch for itself only", n, Subject(cert)))
		}
		all = append(all, cert)
		ca.DER = append(ca.DER, block.Bytes)
		ca.PEM = append(ca.PEM, EncodePEM(block.Bytes)...)
	}
	ca.Warnings = append(ca.Warnings, rootless(all)...)
	// A block whose base64 is damaged is not decoded but passed over.
	if begins := strings.Count(string(data), "-----BEGIN "); begins > len(ca.DER) {
		return nil, fmt.Errorf("%d of %d PEM blocks can't be read: damaged base64, or no END line", begins-len(ca.DER), begins)
	}
	if len(ca.DER) == 0 {
		return nil, fmt.Errorf("no certificate in it: no line %q", "-----BEGIN CERTIFICATE-----")
	}
	return ca, nil
}

// rootless warns of authorities between a root and a server: a chain that was
// saved without its root. The client trusts such a one as it would a root, and
// stops trusting when the server's next certificate is another's.
func rootless(all []*x509.Certificate) (warnings []string) {
	for i, c := range all {
		signer := func(r *x509.Certificate) bool { return bytes.Equal(r.RawSubject, c.RawIssuer) }
		if c.IsCA && !slices.ContainsFunc(all, signer) {
			warnings = append(warnings, fmt.Sprintf("certificate %d (%s) is no root: %s, who signed it, is not in the file", i+1, Subject(c), printable(c.Issuer.String())))
		}
	}
	return warnings
}

// refuseDER is the error for a file in DER, nil for any other.
func refuseDER(data []byte) error {
	if len(data) < 2 || data[0] != 0x30 { // every DER file of ours is a SEQUENCE
		return nil
	}
	for _, parse := range []func([]byte) error{
		func(b []byte) error { _, err := x509.ParsePKCS8PrivateKey(b); return err },
		func(b []byte) error { _, err := x509.ParsePKCS1PrivateKey(b); return err },
		func(b []byte) error { _, err := x509.ParseECPrivateKey(b); return err },
	} {
		if parse(data) == nil {
			return errors.New("is a private key (in DER): refused; give a file with certificates only")
		}
	}
	// 0x30 is the digit 0 too: a text that begins with it is not DER.
	if data[1] < 0x80 {
		return nil
	}
	return errors.New("is DER, not PEM; convert it: openssl x509 -inform der -in FILE -out FILE.pem")
}
