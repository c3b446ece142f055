package bench

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"
)

// certificate says what of the chain that the server showed was wrong, from the
// certificates on the wire.
func (f *failure) certificate() (lines []string) {
	if f.seen == nil {
		return nil
	}
	var shown []*x509.Certificate
	for _, der := range f.seen.Seen.Chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil // the library has its own opinion of it
		}
		shown = append(shown, c)
	}
	if len(shown) == 0 {
		return nil
	}
	leaf, last := shown[0], shown[len(shown)-1]
	flags := strings.Split(f.lab.names.Flags(f.run.Record.Verify), " + ")
	now := f.clock()
	for _, flag := range flags {
		switch flag {
		case "BADCERT_NOT_TRUSTED":
			lines = append(lines, fmt.Sprintf("the chain ends with %q, signed by %q; the device trusts %s: add that root to its certificates",
				last.Subject.CommonName, last.Issuer.CommonName, f.trusted(last.Issuer.CommonName)))
		case "BADCERT_EXPIRED":
			for _, c := range shown {
				if now.After(c.NotAfter) {
					lines = append(lines, fmt.Sprintf("%q was valid until %s, the device's clock says %s: renew it, or set the clock", c.Subject.CommonName, when(c.NotAfter, now), when(now, c.NotAfter)))
				}
			}
		case "BADCERT_FUTURE":
			for _, c := range shown {
				if now.Before(c.NotBefore) {
					lines = append(lines, fmt.Sprintf("%q is valid from %s, the device's clock says %s: set the clock before the handshake", c.Subject.CommonName, when(c.NotBefore, now), when(now, c.NotBefore)))
				}
			}
		case "BADCERT_CN_MISMATCH":
			names := leaf.DNSNames
			if len(names) == 0 {
				names = []string{leaf.Subject.CommonName}
			}
			lines = append(lines, fmt.Sprintf("the certificate is for %s, the device wants %s: connect by a name that the certificate has", strings.Join(names, ", "), f.host))
		case "BADCERT_KEY_USAGE":
			lines = append(lines, fmt.Sprintf("the certificate's key is for %s, and %s needs another use: the server needs another certificate", usages(leaf.KeyUsage), f.job.Scenario.Suite))
		case "BADCERT_EXT_KEY_USAGE":
			lines = append(lines, "the certificate is not a TLS server's (extendedKeyUsage): the server needs another certificate")
		}
	}
	return lines
}

// clock is what the device's calendar clock says at the end of the run.
func (f *failure) clock() time.Time {
	return time.Unix(f.run.RTCSeconds, 0).UTC()
}

// when is t's day, and its time too where the other is of the same day.
func when(t, other time.Time) string {
	day := t.UTC().Format(time.DateOnly)
	if day == other.UTC().Format(time.DateOnly) {
		return t.UTC().Format(time.RFC3339)
	}
	return day
}

// trusted names the device's roots; one that has the right name and was not
// believed is another one's key.
func (f *failure) trusted(issuer string) string {
	var names []string
	for rest := f.roots; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			names = append(names, fmt.Sprintf("%q", c.Subject.CommonName))
		}
	}
	if c, err := x509.ParseCertificate(f.roots); err == nil {
		names = append(names, fmt.Sprintf("%q", c.Subject.CommonName))
	}
	switch {
	case len(names) == 0:
		return "nobody"
	case slices.Contains(names, fmt.Sprintf("%q", issuer)):
		return strings.Join(names, ", ") + ", whose key did not make this signature"
	}
	return strings.Join(names, ", ")
}

// keyUsages in X.509's words (RFC 5280, 4.2.1.3).
var keyUsageNames = []struct {
	bit  x509.KeyUsage
	name string
}{
	{x509.KeyUsageDigitalSignature, "digitalSignature"}, {x509.KeyUsageContentCommitment, "contentCommitment"},
	{x509.KeyUsageKeyEncipherment, "keyEncipherment"}, {x509.KeyUsageDataEncipherment, "dataEncipherment"},
	{x509.KeyUsageKeyAgreement, "keyAgreement"}, {x509.KeyUsageCertSign, "keyCertSign"}, {x509.KeyUsageCRLSign, "cRLSign"},
}

func usages(u x509.KeyUsage) string {
	var names []string
	for _, k := range keyUsageNames {
		if u&k.bit != 0 {
			names = append(names, k.name)
		}
	}
	if len(names) == 0 {
		return "nothing in particular"
	}
	return strings.Join(names, ", ")
}
