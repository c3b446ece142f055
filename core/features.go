package core

import "reflect"

// Features are what a scenario asks of the client beyond a handshake with a
// certificate or a key (port/mbedtls/client_features.h). nil asks for nothing, and no
// code of theirs is in the image.
//
// The tag macro names the port's macro of a feature that has data: the feature is compiled
// in if the macro is defined. A field that is also in a scenario has the same name there.
type Features struct {
	Version  uint32    // the one to speak, as TLS numbers it: 0x0300 is SSLv3; 0: the core's own
	ARC4     bool      // it offers RC4, which the core refuses unless told
	Password []byte    // of ECJPAKE; empty: none
	Own      *Identity `macro:"TLSLAB_CERT"` // what it shows of itself; nil: nothing
	// of ResumeModes: how its connection takes up an earlier one; "": there is none
	Resume string `macro:"TLSLAB_RESUME"`
	// how it judges certificates; nil: the core's own way, without a CRL
	Verify *Verify `macro:"TLSLAB_VERIFY"`

	ALPN       []string `macro:"TLSLAB_ALPN"` // protocols it offers, the best first
	ALPNAgreed string   // the one that the server is to choose
	// of MaxFragmentCodes: most bytes of a record; 0: the protocol's own
	MaxFragmentB int `macro:"TLSLAB_MAX_FRAGMENT"`
	// the macros of features without data, each NAME or NAME=VALUE (profiles.Features)
	Switches    []string
	Renegotiate string `macro:"TLSLAB_RENEGOTIATE"` // of Renegotiators: who starts a second handshake; "": neither
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

// None reports whether the client has no feature.
func (f *Features) None() bool { return len(f.asked()) == 0 }

// asked returns the fields that are set, in their order.
func (f *Features) asked() (fields []reflect.StructField) {
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		if x := v.Field(i); !x.IsZero() && (x.Kind() != reflect.Slice || x.Len() > 0) {
			fields = append(fields, v.Type().Field(i))
		}
	}
	return fields
}

// Macros returns the port's macros of the features that are set, each NAME or NAME=VALUE.
func (f *Features) Macros() (macros []string) {
	if f == nil {
		return nil
	}
	macros = []string{"TLSLAB_FEATURES"}
	for _, field := range f.asked() {
		if macro := field.Tag.Get("macro"); macro != "" {
			macros = append(macros, macro)
		} else if field.Name == "Switches" {
			macros = append(macros, f.Switches...)
		}
	}
	return macros
}
