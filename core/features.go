package core

// Features are what a scenario asks of the client beyond a handshake with a
// certificate or a key (port/mbedtls/client_features.h). nil asks for nothing, and no
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
	Renegotiate   string // of Renegotiators: who asks for a second handshake; "": neither
}

// Identity is an end's own certificates and private key.
type Identity struct {
	Chain [][]byte // leaf first, each DER; or all of it, PEM
	Key   []byte   // in the same format
	PEM   bool
}

// ResumeModes are the ways to resume a connection, by their numbers in
// port/mbedtls/resume.h.
var ResumeModes = map[string]uint32{"id": 1, "ticket": 2, "psk": 3}

// MaxFragmentCodes are the numbers of maximum fragment lengths in bytes (RFC
// 6066, 4).
var MaxFragmentCodes = map[int]uint32{512: 1, 1024: 2, 2048: 3, 4096: 4}

// Renegotiators are who may ask for a second handshake, by their numbers in
// port/mbedtls/renegotiate.h.
var Renegotiators = map[string]uint32{"client": 1, "server": 2}

// None says that they ask for nothing.
func (f *Features) None() bool {
	return f.Version == 0 && !f.ARC4 && len(f.Password) == 0 && f.Own == nil && f.Resume == "" && f.Verify == nil && len(f.ALPN) == 0 &&
		f.MaxFragmentB == 0 && !f.TruncatedHMAC && !f.Fallback && !f.RefuseLegacy && f.Renegotiate == ""
}

// Macros are the port's macros of what the features ask for: what belongs to one
// is compiled where its macro is defined.
func (f *Features) Macros() (macros []string) {
	if f == nil {
		return nil
	}
	for _, x := range []struct {
		asked bool
		macro string
	}{
		{true, "TLSLAB_FEATURES"},
		{f.Own != nil, "TLSLAB_OWN_CERT"},
		{f.Resume != "", "TLSLAB_RESUME"},
		{f.Verify != nil, "TLSLAB_VERIFY"},
		{len(f.ALPN) > 0, "TLSLAB_ALPN"},
		{f.MaxFragmentB > 0, "TLSLAB_MAX_FRAGMENT"},
		{f.TruncatedHMAC, "TLSLAB_TRUNC_HMAC"},
		{f.Fallback, "TLSLAB_FALLBACK"},
		{f.RefuseLegacy, "TLSLAB_REFUSE_LEGACY"},
		{f.Renegotiate != "", "TLSLAB_RENEGOTIATE"},
	} {
		if x.asked {
			macros = append(macros, x.macro)
		}
	}
	return macros
}
