package certs

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Path is how a server's certificate leads to one of a client's roots.
type Path struct {
	Root       int      // its place among the roots, from 0
	OtherRoots []int    // further roots that would do as well, in order
	Chain      []string // the names from the leaf to the root
}

// FindPath finds the one root that a client needs for what a server shows (leaf
// first): of all that would do the one with the shortest way to it, and of
// these the smallest. A root that crypto/x509 can't read is none. The error
// says at which certificate the way ends, or what is wrong with the leaf.
func FindPath(shown, roots [][]byte, hostname string, now time.Time) (*Path, error) {
	var chain []*x509.Certificate
	for i, der := range shown {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate %d that it shows: %w", i+1, err)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, errors.New("it shows no certificate")
	}
	trusted, between := x509.NewCertPool(), x509.NewCertPool()
	var known []*x509.Certificate
	for _, der := range roots {
		if c, err := x509.ParseCertificate(der); err == nil {
			known = append(known, c)
			trusted.AddCert(c)
		}
	}
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	paths, err := chain[0].Verify(x509.VerifyOptions{DNSName: hostname, Roots: trusted, Intermediates: between, CurrentTime: now})
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return nil, errors.New(wayEnds(chain, known))
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(paths, func(a, b []*x509.Certificate) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return len(a[len(a)-1].Raw) - len(b[len(b)-1].Raw)
	})
	p := &Path{Root: -1}
	for _, way := range paths {
		root := way[len(way)-1]
		i := slices.IndexFunc(roots, func(der []byte) bool { return bytes.Equal(der, root.Raw) })
		switch {
		case p.Root < 0:
			p.Root = i
			for _, c := range way {
				p.Chain = append(p.Chain, Subject(c))
			}
		case i != p.Root && !slices.Contains(p.OtherRoots, i):
			p.OtherRoots = append(p.OtherRoots, i)
		}
	}
	slices.Sort(p.OtherRoots)
	return p, nil
}

// wayEnds says where the way from a leaf to a root breaks off.
func wayEnds(shown, roots []*x509.Certificate) string {
	top := shown[0]
	for range shown {
		i := slices.IndexFunc(shown, func(c *x509.Certificate) bool {
			return c != top && bytes.Equal(c.RawSubject, top.RawIssuer)
		})
		if i < 0 || bytes.Equal(top.RawIssuer, top.RawSubject) {
			break
		}
		top = shown[i]
	}
	for _, r := range roots {
		if !bytes.Equal(r.RawSubject, top.RawIssuer) {
			continue
		}
		if err := top.CheckSignatureFrom(r); err != nil {
			return fmt.Sprintf("%s is signed by %s: there is a root of this name, but its key does not fit (%v)", Subject(top), Subject(r), err)
		}
		return fmt.Sprintf("there is a root, %s, but what is shown does not lead to it by RFC 5280: an authority without the CA flag, or too long a path", Subject(r))
	}
	if bytes.Equal(top.RawIssuer, top.RawSubject) {
		return fmt.Sprintf("%s signed itself and is not among the roots", Subject(top))
	}
	return fmt.Sprintf("%s is signed by %s, which is neither shown nor among the roots", Subject(top), printable(top.Issuer.String()))
}
