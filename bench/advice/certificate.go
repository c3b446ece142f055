package advice

import (
	"fmt"

	"tlslab/profiles"
)

// shown is a certificate with whose it is.
type shown struct {
	Cert
	der   []byte
	whose string // "the server's", "a trusted", "the device's own"
}

func (e *Evidence) certificates() (out []shown) {
	for _, list := range []struct {
		ders  [][]byte
		whose string
	}{{e.Own, "the device's own"}, {e.Roots, "the trusted"}, {e.Shown, e.peerName() + "'s"}} {
		for _, der := range list.ders {
			out = append(out, shown{ReadCert(der), der, list.whose})
		}
	}
	return out
}

// certificates are changes by which the library can read what it could not: by
// hash, kind of key, curve, length of key, format.
func (c *Core) certificates(e *Evidence) (out []Candidate) {
	if e.NoBuild {
		return nil
	}
	for _, x := range e.certificates() {
		if x.Signature == nil {
			continue
		}
		name := fmt.Sprintf("%s certificate %q", x.whose, x.Subject)
		for _, part := range []struct {
			changes []profiles.Change
			why     string
		}{
			{c.oid(e, x.Signature), fmt.Sprintf("%s is signed by %s, which this build can't read", name, oidName(x.Signature))},
			{c.key(e, x.Cert), fmt.Sprintf("%s has a key for %s, which this build can't read", name, oidName(x.Key))},
			{c.oid(e, x.Curve), fmt.Sprintf("%s has a key on %s, which this build does not have", name, oidName(x.Curve))},
		} {
			if len(part.changes) > 0 {
				out = append(out, Candidate{Sure: true, Change: Change{Options: part.changes}, Why: part.why})
			}
		}
		if has, ok := c.limit(e, "MPI_MAX_SIZE"); ok && x.RSAB > has {
			out = append(out, Candidate{Sure: true, Change: Change{Options: c.larger(e, "MPI_MAX_SIZE", x.RSAB)},
				Why: fmt.Sprintf("%s has an RSA key of %d bytes, and MPI_MAX_SIZE allows %d", name, x.RSAB, has)})
		}
	}
	if parsing := e.Phase == "parse-ca" || e.Phase == "parse-own" || e.Phase == "init"; parsing && e.PEM && !c.has(e, "PEM_PARSE_C") && len(e.Roots)+len(e.Own) > 0 {
		out = append(out, Candidate{Change: Change{Options: []profiles.Change{{Option: "PEM_PARSE_C", On: true}}},
			Why: "the device's certificates are PEM, and this build reads DER alone"})
	}
	if has, ok := c.limit(e, "X509_MAX_INTERMEDIATE_CA"); ok && len(e.Shown)-1 > has {
		out = append(out, Candidate{Change: Change{Options: c.larger(e, "X509_MAX_INTERMEDIATE_CA", len(e.Shown)-1)},
			Why: fmt.Sprintf("%s shows %d certificates above its own, and X509_MAX_INTERMEDIATE_CA allows %d", e.peerName(), len(e.Shown)-1, has)})
	}
	return out
}

// unread says whether this build can't read one of some certificates: what it
// says of them means nothing then.
func (c *Core) unread(e *Evidence, ders [][]byte) bool {
	for _, der := range ders {
		x := ReadCert(der)
		most, _ := c.limit(e, "MPI_MAX_SIZE")
		if len(c.oid(e, x.Signature)) > 0 || len(c.key(e, x)) > 0 || len(c.oid(e, x.Curve)) > 0 || x.RSAB > most {
			return true
		}
	}
	return false
}

func (c *Core) oid(e *Evidence, id []int) []profiles.Change {
	if id == nil {
		return nil
	}
	r, ok := c.parts.OID(oidBytes(id))
	return c.enabled(e, r, ok)
}

// key is oid for the kind of a certificate's key.
func (c *Core) key(e *Evidence, x Cert) []profiles.Change {
	kind := ""
	switch {
	case x.Key.Equal(oidRSA):
		kind = "RSA"
	case x.Key.Equal(oidECKey):
		kind = "ECKEY"
	default:
		return c.oid(e, x.Key)
	}
	r, ok := c.parts.Key(kind)
	return c.enabled(e, r, ok)
}
