package core

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Features are what a scenario asks of the client beyond a handshake with a
// certificate or a key (port/client_features.h). nil asks for nothing, and no
// code of theirs is in the image.
type Features struct {
	Version  uint32    // the one to speak, as TLS numbers it: 0x0300 is SSLv3; 0: the core's own
	ARC4     bool      // it offers RC4, which the core refuses unless told
	Password []byte    // of ECJPAKE; empty: none
	Own      *Identity // what it shows of itself; nil: nothing
	Resume   string    // of ResumeModes: how its connection takes up an earlier one; "": there is none
	Verify   *Verify   // how it judges certificates; nil: the core's own way, without a CRL

	ALPN          []string // protocols it offers, the best first
	ALPNAgreed    string   // the one that the server is to choose
	MaxFragmentB  int      // of MaxFragmentCodes: most bytes of a record; 0: the protocol's own
	TruncatedHMAC bool
	Fallback      bool   // it says that it has come down to this version (RFC 7507)
	RefuseLegacy  bool   // it breaks off with servers without secure renegotiation (RFC 5746)
	Renegotiate   string // of Renegotiators: who asks for a second handshake; "": nobody
}

// Identity is an end's own certificates and private key.
type Identity struct {
	Chain [][]byte // leaf first, each DER; or all of it, PEM
	Key   []byte   // in the same format
	PEM   bool
}

// ResumeModes are the ways to resume a connection, by their numbers in
// port/resume.h.
var ResumeModes = map[string]uint32{"id": 1, "ticket": 2, "psk": 3}

// MaxFragmentCodes are the numbers of maximum fragment lengths in bytes (RFC
// 6066, 4).
var MaxFragmentCodes = map[int]uint32{512: 1, 1024: 2, 2048: 3, 4096: 4}

// Renegotiators are who may ask for a second handshake, by their numbers in
// port/renegotiate.h.
var Renegotiators = map[string]uint32{"client": 1, "server": 2}

// feature is a part of port that is there where its macro is defined.
type feature struct {
	asked    bool
	macro    string
	programs []string
}

// None says that they ask for nothing.
func (f *Features) None() bool {
	own := f.list()[1:] // without client_features.c itself
	return f.Version == 0 && !f.ARC4 && len(f.Password) == 0 && !slices.ContainsFunc(own, func(x feature) bool { return x.asked })
}

func (f *Features) list() []feature {
	if f == nil {
		return nil
	}
	extensions := []string{"client_extensions.c"}
	return []feature{
		{true, "TLSLAB_FEATURES", []string{"client_features.c"}},
		{f.Own != nil, "TLSLAB_OWN_CERT", []string{"client_cert.c"}},
		{f.Resume != "", "TLSLAB_RESUME", []string{"client_resume.c"}},
		{f.Verify != nil, "TLSLAB_VERIFY", []string{"client_verify.c"}},
		{len(f.ALPN) > 0, "TLSLAB_ALPN", extensions},
		{f.MaxFragmentB > 0, "TLSLAB_MAX_FRAGMENT", extensions},
		{f.TruncatedHMAC, "TLSLAB_TRUNC_HMAC", extensions},
		{f.Fallback, "TLSLAB_FALLBACK", extensions},
		{f.RefuseLegacy, "TLSLAB_REFUSE_LEGACY", nil},
		{f.Renegotiate != "", "TLSLAB_RENEGOTIATE", []string{"client_renegotiate.c"}},
	}
}

// programs are the files of port that the features are in.
func (f *Features) programs() (names []string) {
	for _, x := range f.list() {
		if x.asked {
			names = append(names, x.programs...)
		}
	}
	return slices.Compact(names)
}

// flags are what every file of the client is compiled with.
func (f *Features) flags() (flags []string) {
	for _, x := range f.list() {
		if x.asked {
			flags = append(flags, "-D"+x.macro)
		}
	}
	return flags
}

// c is the features as the client has them compiled in.
func (f *Features) c() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "#include \"client_features.h\"\nconst uint32_t tlslab_version = %d;\nconst uint32_t tlslab_arc4 = %d;\nconst unsigned char tlslab_password[] = {%s};\nconst uint32_t tlslab_password_len = %d;\n",
		f.Version, cBool(f.ARC4), cBytes(f.Password), len(f.Password))
	if f.Own != nil {
		f.Own.c(&b)
	}
	if f.Resume != "" {
		fmt.Fprintf(&b, "const uint32_t tlslab_resume = %d;\n", ResumeModes[f.Resume])
	}
	if f.Verify != nil {
		f.Verify.c(&b)
	}
	if len(f.ALPN) > 0 {
		var names strings.Builder
		for _, name := range f.ALPN {
			names.WriteString(cString([]byte(name)) + ",")
		}
		fmt.Fprintf(&b, "const char *const tlslab_alpn[] = {%s0};\nconst char tlslab_alpn_agreed[] = %s;\n", &names, cString([]byte(f.ALPNAgreed)))
	}
	if f.MaxFragmentB > 0 {
		fmt.Fprintf(&b, "const uint32_t tlslab_max_fragment = %d;\n", MaxFragmentCodes[f.MaxFragmentB])
	}
	if f.Renegotiate != "" {
		fmt.Fprintf(&b, "const uint32_t tlslab_renegotiate = %d;\n", Renegotiators[f.Renegotiate])
	}
	return b.String()
}

// c is the certificates in one array, the key in another: PEM with the final
// NUL by which the library knows it.
func (id *Identity) c(b *bytes.Buffer) {
	end := func(data []byte) []byte {
		if id.PEM {
			data = append(bytes.Clone(data), 0)
		}
		return data
	}
	var all []byte
	lengths := ""
	for _, cert := range id.Chain {
		cert = end(cert)
		all = append(all, cert...)
		lengths += fmt.Sprintf("%d,", len(cert))
	}
	key := end(id.Key)
	fmt.Fprintf(b, "const unsigned char tlslab_own_chain[] = {%s};\nconst uint32_t tlslab_own_chain_lens[] = {%s0};\n", cBytes(all), lengths)
	fmt.Fprintf(b, "const unsigned char tlslab_own_key[] = {%s};\nconst uint32_t tlslab_own_key_len = %d;\n", cBytes(key), len(key))
}

func cBool(v bool) uint32 {
	if v {
		return 1
	}
	return 0
}
