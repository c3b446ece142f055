package pprof

import (
	"cmp"
	"slices"
	"strings"
)

// primitives name the parts of Mbed TLS by how its functions begin, after
// mbedtls_; the first that fits counts. What fits none (memcpy, malloc, MULADDC
// helpers) belongs to who called it.
var primitives = []struct {
	name     string
	prefixes []string
}{
	{"RSA", []string{"rsa_"}},
	{"ECDSA, ECDH, ECP", []string{"ecp_", "ecdsa_", "ecdh_", "ecjpake_"}},
	{"bignum", []string{"mpi_", "bignum", "add_sub_mpi", "mpi", "ct_mpi", "clz"}},
	{"AES", []string{"aes_", "internal_aes", "gcm_", "ccm_", "cipher_", "camellia", "aria", "des_", "ctr_drbg_", "block_cipher"}},
	{"ChaCha20-Poly1305", []string{"chacha", "poly1305", "chachapoly"}},
	{"hash", []string{"sha1", "sha256", "sha512", "internal_sha", "md5", "md_", "internal_md", "hmac_drbg"}},
	{"X.509, ASN.1, PEM", []string{"x509", "asn1", "pem_", "base64", "ct_base64", "oid_", "pk_", "crl"}},
	{"entropy", []string{"entropy", "hardware_poll", "rng_"}},
	{"record layer, handshake", []string{"ssl_", "tls_prf", "tls1_", "dhm_", "wire_", "net_"}},
}

func primitive(function string) string {
	name := strings.TrimPrefix(function, "mbedtls_")
	for _, p := range primitives {
		for _, prefix := range p.prefixes {
			if strings.HasPrefix(name, prefix) {
				return p.name
			}
		}
	}
	return ""
}

// Share is a part of a run.
type Share struct {
	Name        string
	Ops         uint64
	MilliCycles uint64
}

// rest is the share of what belongs to no primitive.
const rest = "rest of the guest"

// Primitives are the shares of primitives in the given phases, largest first.
// Bignum that RSA or ECP called is bignum's: the table says what was executed,
// not what for.
func Primitives(phases []Phase) []Share {
	byName := map[string]*Share{}
	add := func(name string, ops, milli uint64) {
		if name == "" {
			name = rest
		}
		s := byName[name]
		if s == nil {
			s = &Share{Name: name}
			byName[name] = s
		}
		s.Ops += ops
		s.MilliCycles += milli
	}
	for _, ph := range phases {
		if ph.Calls == nil {
			for name, f := range ph.Functions {
				add(primitive(name), f.Ops, f.MilliCycles)
			}
			continue
		}
		owner := make([]string, len(ph.Calls))
		for i, c := range ph.Calls {
			if !inGuest(ph.Calls, i) {
				continue
			}
			if owner[i] = primitive(c.Function); owner[i] == "" {
				owner[i] = owner[c.Parent]
			}
			if c.Ops > 0 {
				add(owner[i], c.Ops, c.MilliCycles)
			}
		}
	}
	return sorted(byName)
}

// Certificates are the shares of the signatures and certificates of a run, in
// the order they came: what each parse and each verification took with all
// that it called.
func Certificates(phases []Phase) []Share {
	var out []Share
	for _, ph := range phases {
		top := make([]string, len(ph.Calls)) // the split call that a call is below
		byName := map[string]*Share{}
		var order []string
		for i, c := range ph.Calls {
			if i == 0 {
				continue
			}
			if top[i] = top[c.Parent]; top[i] == "" && c.Which > 0 {
				top[i] = string(ph.Name+": ") + callName(&ph.Calls[i])
			}
			if top[i] == "" || !inGuest(ph.Calls, i) || c.Ops == 0 {
				continue
			}
			s := byName[top[i]]
			if s == nil {
				s = &Share{Name: top[i]}
				byName[top[i]] = s
				order = append(order, top[i])
			}
			s.Ops += c.Ops
			s.MilliCycles += c.MilliCycles
		}
		for _, name := range order {
			out = append(out, *byName[name])
		}
	}
	return out
}

func sorted(byName map[string]*Share) []Share {
	var out []Share
	for _, s := range byName {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.MilliCycles, a.MilliCycles), cmp.Compare(b.Ops, a.Ops), cmp.Compare(a.Name, b.Name))
	})
	return out
}
