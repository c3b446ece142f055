package core

import (
	"reflect"
	"strconv"
)

// Features are what a scenario asks of the client beyond a handshake with a
// certificate or a key (port/mbedtls/client_features.h). nil asks for nothing, and no
// code of theirs is in the image.
//
// The tag macro names the port's macro of a feature: what belongs to it is
// compiled where that is defined. The tag agreed is the bit by which a server is
// told that the client must have agreed on it (port/params.h, PARAM_AGREED). A
// field has the name that it has in a scenario, where it is in one.
type Features struct {
	Version  uint32    // the one to speak, as TLS numbers it: 0x0300 is SSLv3; 0: the core's own
	ARC4     bool      // it offers RC4, which the core refuses unless told
	Password []byte    // of ECJPAKE; empty: none
	Own      *Identity `macro:"TLSLAB_OWN_CERT"` // what it shows of itself; nil: nothing
	// of ResumeModes: how its connection takes up an earlier one; "": there is none
	Resume string `macro:"TLSLAB_RESUME"`
	// how it judges certificates; nil: the core's own way, without a CRL
	Verify *Verify `macro:"TLSLAB_VERIFY"`

	ALPN       []string `macro:"TLSLAB_ALPN"` // protocols it offers, the best first
	ALPNAgreed string   // the one that the server is to choose
	// of MaxFragmentCodes: most bytes of a record; 0: the protocol's own
	MaxFragmentB  int  `macro:"TLSLAB_MAX_FRAGMENT"`
	TruncatedHMAC bool `macro:"TLSLAB_TRUNC_HMAC" agreed:"4"`
	Fallback      bool `macro:"TLSLAB_FALLBACK"` // it says that it has come down to this version (RFC 7507)
	// it breaks off with servers without secure renegotiation (RFC 5746)
	RefuseLegacy bool   `macro:"TLSLAB_REFUSE_LEGACY"`
	Renegotiate  string `macro:"TLSLAB_RENEGOTIATE"` // of Renegotiators: who asks for a second handshake; "": neither

	// Of these a client needs no code: the library offers them, or does them, by
	// itself.
	ExtendedMasterSecret bool `agreed:"1"`
	EncryptThenMAC       bool `agreed:"2"`
	RecordSplitting      bool `agreed:"8"`
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

// asked calls visit for each feature that is asked for, in their order.
func (f *Features) asked(visit func(tag reflect.StructTag)) {
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		if field := v.Field(i); !field.IsZero() && (field.Kind() != reflect.Slice || field.Len() > 0) {
			visit(v.Type().Field(i).Tag)
		}
	}
}

// None says that they ask for no code of the client.
func (f *Features) None() bool {
	none := true
	f.asked(func(tag reflect.StructTag) { none = none && tag.Get("macro") == "" && tag.Get("agreed") != "" })
	return none
}

// Macros are the port's macros of what the features ask for.
func (f *Features) Macros() (macros []string) {
	if f == nil {
		return nil
	}
	macros = []string{"TLSLAB_FEATURES"}
	f.asked(func(tag reflect.StructTag) {
		if macro := tag.Get("macro"); macro != "" {
			macros = append(macros, macro)
		}
	})
	return macros
}

// Agreed are the bits of what both ends must have agreed on.
func (f *Features) Agreed() (bits uint32) {
	f.asked(func(tag reflect.StructTag) {
		n, _ := strconv.ParseUint(tag.Get("agreed"), 10, 32) // "": not to be agreed on
		bits |= uint32(n)
	})
	return bits
}
