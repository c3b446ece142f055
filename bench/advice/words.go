package advice

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tlslab/emu/records"
	"tlslab/internal/iana"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// integer reads a number as C has it.
func integer(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.Trim(strings.TrimRight(text, "uUlL"), "()"), 0, 64)
	return n, err == nil
}

// mostNamed is how many suites are named, mostFacts how many reasons.
const mostNamed, mostFacts = 4, 3

// Words say, where no change of the device's connects, what the peer wants or
// what of the peer's is at fault.
func (c *Core) Words(e *Evidence) (lines []string) {
	if e.NoBuild {
		return nil
	}
	if e.Seen != nil {
		if other := e.Seen.Other(e.peer()); len(other) > 0 {
			return []string{fmt.Sprintf("%s does not speak TLS on this port: its answer begins with %q", e.peerName(), other)}
		}
		lines = append(lines, c.alert(e)...)
		if s := e.Seen; e.Serves && s.InFragments && !e.agreed() && !c.fragments {
			lines = append(lines, fmt.Sprintf("the client's ClientHello came in fragments, which a server of %s %s does not take: the client needs longer datagrams, or a shorter ClientHello", c.options.Title, c.Version))
		}
		if s := e.Seen; s.Request != nil && s.Showed[records.FromClient] && len(s.Chain[records.FromClient]) == 0 {
			asker, asked := "the server", "the device"
			if e.Serves {
				asker, asked = "the device", "the client"
			}
			lines = append(lines, fmt.Sprintf("%s asked for a certificate, and %s sent none", asker, asked))
		}
	}
	for _, x := range c.Candidates(e) {
		if x.Sure && len(lines) < mostFacts && !slices.Contains(lines, x.Why) {
			lines = append(lines, x.Why)
		}
	}
	return append(lines, c.faults(e)...)
}

// alert says which one came, from whom and after what, and what was offered
// where that is the question.
func (c *Core) alert(e *Evidence) (lines []string) {
	name, after := e.Seen.Fatal(e.peer())
	if name == "" {
		return nil
	}
	line := fmt.Sprintf("%s's alert is %s", e.peerName(), name)
	if after != "" {
		line += ", after " + after
	}
	lines = append(lines, line)
	if o := e.Seen.Client; o != nil && !e.Serves && !e.agreed() && (name == "handshake_failure" || name == "insufficient_security") {
		var names []string
		for _, n := range o.Suites {
			if n != 0x00ff && n != 0x5600 { // no suites (RFC 5746, RFC 7507)
				names = append(names, c.SuiteName(iana.Suite(n)))
			}
		}
		if n := len(names); n > mostNamed {
			names = append(names[:mostNamed], fmt.Sprintf("%d more", n-mostNamed))
		}
		lines = append(lines, "the client offered "+strings.Join(names, ", "))
	}
	return lines
}

// faults say what is wrong with certificates that were read.
func (c *Core) faults(e *Evidence) (lines []string) {
	for _, der := range e.Shown {
		x := ReadCert(der)
		if _, ok := c.parts.OID(oidBytes(x.Signature)); x.Signature != nil && !ok {
			if _, known := oidNames[x.Signature.String()]; !known || strings.HasPrefix(x.Signature.String(), "1.3.101.") {
				return []string{fmt.Sprintf("%s's certificate %q is signed by %s, which %s %s can't read at all: it needs another certificate", e.peerName(), x.Subject, oidName(x.Signature), c.options.Title, c.Version)}
			}
		}
	}
	if c.unread(e, e.Shown) {
		return nil
	}
	chain := parsed(e.Shown)
	if len(chain) == 0 {
		return nil
	}
	leaf, last := chain[0], chain[len(chain)-1]
	another := e.peerName() + " needs another certificate"
	for _, flag := range e.Flags {
		switch flag {
		case "BADCERT_NOT_TRUSTED":
			if !c.unread(e, e.Roots) && !signed(last, e.Roots) {
				lines = append(lines, untrusted(e, last))
			}
			for _, s := range []string{pathTooLong(chain, e.Roots), wrongSignature(chain)} {
				if s != "" {
					lines = append(lines, s+": "+another)
				}
			}
		case "BADCERT_EXPIRED", "BADCERT_FUTURE":
			if s := c.times(e, chain); s != "" && !slices.Contains(lines, s) {
				if flag == "BADCERT_EXPIRED" && (e.Now.IsZero() || !valid(chain, e.Now)) {
					s += ": " + another
				}
				lines = append(lines, s)
			}
		case "BADCERT_CN_MISMATCH":
			if leaf.VerifyHostname(e.Host) != nil {
				lines = append(lines, fmt.Sprintf("%s's certificate is for %s, and the device wants %s", e.peerName(), strings.Join(names(leaf), ", "), e.Host))
			}
		case "BADCERT_KEY_USAGE":
			lines = append(lines, fmt.Sprintf("the certificate's key is for %s, and %s needs another use: %s", usages(leaf.KeyUsage), e.Suite, another))
		case "BADCERT_EXT_KEY_USAGE":
			lines = append(lines, fmt.Sprintf("the certificate is not for %s (extendedKeyUsage): %s", strings.TrimPrefix(e.peerName(), "the ")+"s", another))
		case "BADCERT_REVOKED":
			lines = append(lines, "the certificate is on a list of revoked ones: "+another)
		case "BADCERT_BAD_KEY", "BADCERT_BAD_MD", "BADCERT_BAD_PK":
			lines = append(lines, fmt.Sprintf("a key or a signature in the chain is weaker than the device takes (%s): %s", flag, another))
		}
	}
	return lines
}

// pathTooLong names a CA below which a chain, the leaf first, has more CAs than
// its certificate allows (RFC 5280, 4.2.1.9: one that signed itself does not count);
// "" for none.
func pathTooLong(chain []*x509.Certificate, roots [][]byte) string {
	for i, ca := range append(slices.Clone(chain), parsed(roots)...) {
		below := 0
		for _, c := range chain[1:max(1, min(i, len(chain)))] {
			if !bytes.Equal(c.RawSubject, c.RawIssuer) {
				below++
			}
		}
		signs := i < len(chain) || signed(chain[len(chain)-1], [][]byte{ca.Raw})
		if i > 0 && signs && ca.BasicConstraintsValid && (ca.MaxPathLen > 0 || ca.MaxPathLenZero) && below > ca.MaxPathLen {
			return fmt.Sprintf("the CA %q allows %d CAs below it (pathLenConstraint), and the chain has %d", ca.Subject.CommonName, ca.MaxPathLen, below)
		}
	}
	return ""
}

// wrongSignature names a certificate of a chain, the leaf first, that the next
// one's key did not sign; "" for none, or where Go has no such signatures.
func wrongSignature(chain []*x509.Certificate) string {
	for i, c := range chain[:len(chain)-1] {
		err := chain[i+1].CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
		if err != nil && !errors.Is(err, x509.ErrUnsupportedAlgorithm) && !errors.As(err, new(x509.InsecureAlgorithmError)) {
			return fmt.Sprintf("the signature of the certificate %q was not made with the key of %q, which comes after it", c.Subject.CommonName, chain[i+1].Subject.CommonName)
		}
	}
	return ""
}

// keyUsageNames in X.509's words (RFC 5280, 4.2.1.3).
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
