package advice

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"strings"
	"time"
)

// judged are changes by which certificates that were read are believed: the
// root, the name and the clock of the device.
func (c *Core) judged(e *Evidence) (out []Candidate) {
	if len(e.Shown) == 0 || c.unread(e, e.Shown) {
		return nil
	}
	chain := parsed(e.Shown)
	if len(chain) == 0 {
		return nil
	}
	leaf, last := chain[0], chain[len(chain)-1]
	if e.flag("BADCERT_CN_MISMATCH") && leaf.VerifyHostname(e.Host) != nil {
		if name := firstName(leaf); name != "" && name != e.Host {
			out = append(out, Candidate{Change: Change{Host: name},
				Why: fmt.Sprintf("%s's certificate is for %s, and the device wants %s", e.peerName(), strings.Join(names(leaf), ", "), e.Host)})
		}
	}
	if (e.flag("BADCERT_FUTURE") || e.flag("BADCERT_EXPIRED")) && !e.Now.IsZero() && valid(chain, e.Now) && !valid(chain, e.DeviceNow) {
		out = append(out, Candidate{Change: Change{Clock: e.Now}, Why: c.times(e, chain)})
	}
	if e.flag("BADCERT_NOT_TRUSTED") && !c.unread(e, e.Roots) && !e.flag("BADCERT_EXPIRED") && !e.flag("BADCERT_FUTURE") {
		if !signed(last, e.Roots) {
			out = append(out, Candidate{Change: Change{Roots: [][]byte{last.Raw}}, Why: untrusted(e, last)})
		}
	}
	return out
}

// parsed are the certificates that Go reads, up to the first that it does not.
func parsed(ders [][]byte) (out []*x509.Certificate) {
	for _, der := range ders {
		x, err := x509.ParseCertificate(der)
		if err != nil {
			break
		}
		out = append(out, x)
	}
	return out
}

// names are those that a certificate is for.
func names(leaf *x509.Certificate) []string {
	if len(leaf.DNSNames) > 0 {
		return leaf.DNSNames
	}
	var out []string
	for _, ip := range leaf.IPAddresses {
		out = append(out, ip.String())
	}
	if out == nil {
		out = append(out, leaf.Subject.CommonName)
	}
	return out
}

// firstName is one that a device may want.
func firstName(leaf *x509.Certificate) string {
	for _, n := range append(leaf.DNSNames, leaf.Subject.CommonName) {
		if n = strings.Replace(n, "*", "www", 1); n != "" && leaf.Subject.CommonName != "" {
			return n
		}
	}
	return ""
}

func valid(chain []*x509.Certificate, at time.Time) bool {
	for _, c := range chain {
		if at.Before(c.NotBefore) || at.After(c.NotAfter) {
			return false
		}
	}
	return true
}

// times says which certificate's time the device's clock is not in.
func (c *Core) times(e *Evidence, chain []*x509.Certificate) string {
	for _, x := range chain {
		switch now := e.DeviceNow; {
		case now.Before(x.NotBefore):
			return fmt.Sprintf("%q is valid from %s, and the device's clock says %s", x.Subject.CommonName, when(x.NotBefore, now), when(now, x.NotBefore))
		case now.After(x.NotAfter):
			return fmt.Sprintf("%q was valid until %s, and the device's clock says %s", x.Subject.CommonName, when(x.NotAfter, now), when(now, x.NotAfter))
		}
	}
	return ""
}

// when is t's day, and its time too where the other is of the same day.
func when(t, other time.Time) string {
	day := t.UTC().Format(time.DateOnly)
	if day == other.UTC().Format(time.DateOnly) {
		return t.UTC().Format(time.RFC3339)
	}
	return day
}

// signed says whether one of some roots signed a certificate, by its key.
func signed(c *x509.Certificate, roots [][]byte) bool {
	for _, root := range parsed(roots) {
		if bytes.Equal(root.Raw, c.Raw) || bytes.Equal(root.RawSubject, c.RawIssuer) && root.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
			return true
		}
	}
	return false
}

// untrusted says what the device trusts in place of a chain's issuer. A root of
// the issuer's name is called another one only after its key was tried.
func untrusted(e *Evidence, last *x509.Certificate) string {
	var have []string
	same := false
	for _, root := range parsed(e.Roots) {
		have = append(have, quoted(root.Subject.CommonName))
		same = same || bytes.Equal(root.RawSubject, last.RawIssuer)
	}
	list := strings.Join(have, ", ")
	switch {
	case len(have) == 0:
		list = "no root"
	case len(have) > 3:
		list = fmt.Sprintf("%d others", len(have))
	}
	s := fmt.Sprintf("the chain ends with %q, signed by %q, and the device trusts %s", last.Subject.CommonName, last.Issuer.CommonName, list)
	if same {
		s += ": a root of that name with another key"
	}
	return s
}
