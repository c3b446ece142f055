package certs

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tlslab/internal/strict"
)

// pki is what pki.toml says.
type pki struct {
	NotBefore time.Time     `toml:"not_before"`
	NotAfter  time.Time     `toml:"not_after"`
	Hostname  string        `toml:"hostname"`
	Variants  []variantDesc `toml:"variant"`
	CAs       []caDesc      `toml:"ca"`
	Chains    []chainDesc   `toml:"chain"`
	CRLs      []crlDesc     `toml:"crl"`
}

// variantDesc is a way for a chain to be wrong; a zero field is as in the good one.
type variantDesc struct {
	Name         string    `toml:"name"`
	Title        string    `toml:"title"`
	NotBefore    time.Time `toml:"not_before"`
	NotAfter     time.Time `toml:"not_after"`
	Hostname     string    `toml:"hostname"`
	OtherRoot    bool      `toml:"other_root"`
	BadSignature bool      `toml:"bad_signature"`
	KeyUsage     string    `toml:"key_usage"`     // of keyUsages
	ExtKeyUsage  string    `toml:"ext_key_usage"` // of extKeyUsages
	SignedBy     string    `toml:"signed_by"`     // a host of the root's that signs the leaf, with the leaf's own key
	SignHash     string    `toml:"sign_hash"`     // in place of the hash in the leaf's signature
	Revoked      bool      `toml:"revoked"`       // the issuer's CRLs have the leaf
	// Through are authorities of the root's that come before the leaf, top first.
	Through []throughDesc `toml:"through"`
}

// throughDesc is an authority that a variant alone has.
type throughDesc struct {
	CN         string `toml:"cn"`
	Key        string `toml:"key"`         // "": the leaf's own
	Signs      string `toml:"signs"`       // how it signs; "": as the leaf's issuer
	PathLength *int   `toml:"path_length"` // how many authorities it may have below it
}

// caDesc is an authority.
type caDesc struct {
	Name   string `toml:"name"`
	Title  string `toml:"title"`
	CN     string `toml:"cn"`
	Key    string `toml:"key"`
	Issuer string `toml:"issuer"` // "" for a root
	Other  string `toml:"other"`  // who signs it in unknown-ca
	Sign   string `toml:"sign"`   // how it is signed
	Serial int64  `toml:"serial"`
}

// chainDesc is a leaf and who signs it.
type chainDesc struct {
	Name     string   `toml:"name"`
	Title    string   `toml:"title"`
	Key      string   `toml:"key"`
	Issuer   string   `toml:"issuer"` // "": it signs itself, and the client trusts it
	Other    string   `toml:"other"`  // who signs the leaf in unknown-ca; "" where an authority in between differs
	Sign     string   `toml:"sign"`
	Serial   int64    `toml:"serial"`
	Shows    []string `toml:"shows"`     // authorities that the server shows besides those above the leaf
	KeyUsage string   `toml:"key_usage"` // of keyUsages, where its variant says nothing
	Trust    string   `toml:"trust"`     // the root that the client has; "": the one above the leaf
	Variants []string `toml:"variants"`  // the bad ones it comes in; not there: all
}

// crlDesc is a list of revoked certificates; each issuer of a chain that can be
// revoked has one of each name.
type crlDesc struct {
	Name       string    `toml:"name"`
	Title      string    `toml:"title"`
	ThisUpdate time.Time `toml:"this_update"`
	NextUpdate time.Time `toml:"next_update"`
	More       int       `toml:"more"` // entries besides those of the leaves
}

// description is pki.toml, which is compiled in: a mistake in it is a bug, and
// the tests find it.
var description = sync.OnceValue(func() *pki {
	data, err := files.ReadFile("pki.toml")
	if err == nil {
		var d *pki
		if d, err = parsePKI("certs/pki.toml", data); err == nil {
			return d
		}
	}
	panic(err)
})

// parsePKI decodes and checks a description.
func parsePKI(file string, data []byte) (*pki, error) {
	d := new(pki)
	if err := strict.Unmarshal(file, data, d); err != nil {
		return nil, err
	}
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, strict.Errorf(file, data, key, format, args...))
	}
	if !d.NotBefore.Before(d.NotAfter) {
		bad("not_after", "not after not_before")
	}
	if d.Hostname == "" {
		bad("hostname", "missing")
	}
	serials := map[int64]string{}
	signed := func(key, name, issuer, other, sign string, serial int64) {
		if first, ok := serials[serial]; ok || serial <= 0 {
			bad(key+".serial", "%d: not above 0, or that of %s", serial, first)
		}
		serials[serial] = name
		if _, ok := algorithms[sign]; !ok {
			bad(key+".sign", "%w", strict.Unknown("algorithm", sign, names(algorithms)))
		}
		for _, ca := range []string{issuer, other} {
			if ca != "" && d.ca(ca) == nil {
				bad(key+".issuer", "%w", strict.Unknown("CA", ca, d.caNames()))
			}
		}
	}
	for i, c := range d.CAs {
		signed(fmt.Sprintf("ca[%d]", i), c.Name, c.Issuer, c.Other, c.Sign, c.Serial)
		if slices.Contains(d.caNames()[:i], c.Issuer) != (c.Issuer != "") {
			bad(fmt.Sprintf("ca[%d].issuer", i), "%q: must be described above %s", c.Issuer, c.Name)
		}
	}
	for i, c := range d.Chains {
		key := fmt.Sprintf("chain[%d]", i)
		signed(key, c.Name, c.Issuer, c.Other, c.Sign, c.Serial)
		for _, serial := range c.badSerials() {
			if first, ok := serials[serial]; ok {
				bad(key+".serial", "%d: a variant of it would have %d, that of %s", c.Serial, serial, first)
				break
			}
			serials[serial] = "a variant of " + c.Name
		}
		for _, ca := range append([]string{c.Trust}, c.Shows...) {
			if ca != "" && d.ca(ca) == nil {
				bad(key, "%w", strict.Unknown("CA", ca, d.caNames()))
			}
		}
		for _, v := range c.Variants {
			if !slices.Contains(Variants[1:], v) {
				bad(key+".variants", "%w", strict.Unknown("variant", v, Variants[1:]))
			}
		}
		if _, ok := keyUsages[c.KeyUsage]; !ok {
			bad(key+".key_usage", "%w", strict.Unknown("key usage", c.KeyUsage, names(keyUsages)))
		}
		if c.Issuer == "" && (c.Variants == nil || len(c.Variants) > 0) {
			bad(key+".variants", "must be empty: a certificate that signs itself has no bad ones here")
		}
	}
	for i, c := range d.CRLs {
		if !c.ThisUpdate.Before(c.NextUpdate) {
			bad(fmt.Sprintf("crl[%d].next_update", i), "not after this_update")
		}
		if c.More < 0 || c.More > crlMost {
			bad(fmt.Sprintf("crl[%d].more", i), "%d: not in 0..%d", c.More, crlMost)
		}
	}
	for i, v := range d.Variants {
		key := fmt.Sprintf("variant[%d]", i)
		if !slices.Contains(Variants[1:], v.Name) {
			bad(key+".name", "%w", strict.Unknown("variant", v.Name, Variants[1:]))
		}
		if _, ok := keyUsages[v.KeyUsage]; !ok {
			bad(key+".key_usage", "%w", strict.Unknown("key usage", v.KeyUsage, names(keyUsages)))
		}
		if _, ok := extKeyUsages[v.ExtKeyUsage]; !ok {
			bad(key+".ext_key_usage", "%w", strict.Unknown("extended key usage", v.ExtKeyUsage, names(extKeyUsages)))
		}
		if !slices.Contains(hashes, v.SignHash) {
			bad(key+".sign_hash", "%w", strict.Unknown("hash", v.SignHash, hashes[1:]))
		}
		if len(v.Through) > throughMost {
			bad(key+".through", "%d: at most %d", len(v.Through), throughMost)
		}
		for _, t := range v.Through {
			if _, ok := algorithms[t.Signs]; !ok && t.Signs != "" {
				bad(key+".through", "%w", strict.Unknown("algorithm", t.Signs, names(algorithms)))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *pki) chain(name string) *chainDesc {
	for i := range d.Chains {
		if d.Chains[i].Name == name {
			return &d.Chains[i]
		}
	}
	return nil
}

func (d *pki) ca(name string) *caDesc {
	for i := range d.CAs {
		if d.CAs[i].Name == name {
			return &d.CAs[i]
		}
	}
	return nil
}

func (d *pki) caNames() []string {
	var names []string
	for _, c := range d.CAs {
		names = append(names, c.Name)
	}
	return names
}

// rootOf is the root above an authority: itself where it signs itself.
func (d *pki) rootOf(name string) string {
	for d.ca(name).Issuer != "" {
		name = d.ca(name).Issuer
	}
	return name
}
