// Package certs holds the test PKI: certificate chains described in pki.toml,
// made by Go's crypto/x509 from the keys in keys/, and committed in pem/. It
// also reads a user's own CA file. The keys are public test material: nothing
// outside this project may trust what they sign.
package certs

import (
	"embed"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"tlslab/internal/strict"
)

//go:embed pki.toml keys/*.pem pem/*.pem
var files embed.FS

// Variants are what a chain comes in: good, and each way to be refused.
// Add at the end: a variant's place is in its serial number.
var Variants = []string{"", "expired", "not-yet-valid", "wrong-name", "unknown-ca",
	"bad-signature", "wrong-key-usage", "wrong-ext-key-usage", "not-a-ca",
	"sha1-signed", "path-length", revoked, "weak-key"}

// revoked is the variant that nothing but a list tells from the good one.
const revoked = "revoked"

// UnknownError is the name of a chain or variant that there is not.
type UnknownError = strict.UnknownError

// Chain is a server's certificates and key, and the root its client trusts.
type Chain struct {
	Name     string
	Variant  string   // "" for the good one
	RootPEM  []byte   // what the client trusts; not the chain's own root where the variant is unknown-ca
	RootDER  []byte   // the same
	ChainDER [][]byte // what the server shows: leaf first, without the root
	ChainPEM []byte   // the same
	KeyPEM   []byte   // the leaf's private key, PKCS #8
	KeyDER   []byte   // the same
}

// Names lists the chains, in the order of pki.toml.
func Names() []string {
	var names []string
	for _, c := range description().Chains {
		names = append(names, c.Name)
	}
	return names
}

// VariantsOf lists what a chain of Names comes in, the good one, "", first.
func VariantsOf(chain string) []string {
	if c := description().chain(chain); c != nil {
		return c.variants()
	}
	return nil
}

// Title says what a chain is for; "" where its name says it.
func Title(chain string) string {
	if c := description().chain(chain); c != nil {
		return c.Title
	}
	return ""
}

// Load returns a chain in one of its Variants. A name that there is not is an
// *UnknownError.
func Load(chain, variant string) (*Chain, error) {
	d := description()
	leaf := d.chain(chain)
	if leaf == nil {
		return nil, strict.Unknown("chain", chain, Names())
	}
	if !slices.Contains(Variants, variant) {
		return nil, strict.Unknown("variant", variant, Variants[1:])
	}
	if !slices.Contains(leaf.variants(), variant) {
		return nil, strict.Unknown("variant of "+chain, variant, leaf.variants()[1:])
	}
	c := &Chain{Name: chain, Variant: variant}
	var err error
	if c.RootPEM, c.RootDER, err = single(d.trusted(leaf)); err != nil {
		return nil, err
	}
	file := "pem/" + chainFile(chain, variant)
	if c.ChainPEM, err = files.ReadFile(file); err != nil {
		return nil, err
	}
	for rest := c.ChainPEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c.ChainDER = append(c.ChainDER, block.Bytes)
	}
	block, err := keyBlock(leaf.Key)
	if err != nil {
		return nil, err
	}
	c.KeyDER, c.KeyPEM = block.Bytes, pem.EncodeToMemory(block)
	return c, nil
}

// trusted is the file of pem/ with what a chain's client trusts.
func (d *pki) trusted(c *chainDesc) string {
	switch {
	case c.Trust != "":
		return c.Trust + ".pem"
	case c.Issuer == "":
		return chainFile(c.Name, "")
	}
	return d.rootOf(c.Issuer) + ".pem"
}

// single reads a file of pem/ that holds one certificate.
func single(name string) (text, der []byte, err error) {
	text, err = files.ReadFile("pem/" + name)
	if err != nil {
		return nil, nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, nil, fmt.Errorf("certs/pem/%s: no PEM block", name)
	}
	return text, block.Bytes, nil
}

// keyBlock reads a key of keys/, without the remark above it.
func keyBlock(name string) (*pem.Block, error) {
	text, err := files.ReadFile("keys/" + name + ".pem")
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("certs/keys/%s.pem: no PKCS #8 key", name)
	}
	return block, nil
}

// chainFile is the file of pem/ with what the server shows.
func chainFile(chain, variant string) string {
	return strings.TrimSuffix(chain+"-"+variant, "-") + "-chain.pem"
}

// Client returns a chain with a client's leaf, which no client may take for a
// server's.
func Client(chain string) (*Chain, error) { return Load(chain, "wrong-ext-key-usage") }
