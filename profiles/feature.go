package profiles

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tlslab/internal/strict"
)

// Features are what a scenario asks for beyond a handshake in which only the
// server shows a certificate, or both ends have a key. If the two ends do not
// agree on one of them the run fails: the reference server answers only a client
// with which it has agreed on all of them.
//
// The fields are the table of features. Their tags say, beside the key,
//
//	allowed  the words that a string may be
//	in       where a feature of the client alone is: "extension" is not in SSL
//	         3.0, and only "tls1.3" is in TLS 1.3; "-" is neither
//	serves   a device that serves can have it too
//	macro    the port's macro, for a feature that is a bool or a number (core.Features
//	         has the macros of features with other data)
//	agreed   the bit that tells the server that the client must have agreed on it
//	         (AGREED_* in a library's port)
//	options  "value": which options it needs depends on its value
//
// The library says which options a feature needs (dialect.Needs.Features).
type Features struct {
	// a chain in certs/ whose leaf, a client's, the client shows; "": it has none
	ClientChain string `toml:"client_chain" serves:"yes"`
	// what the server asks of it: "required" (where there is a client_chain, unless said
	// otherwise), "optional", "none"
	ClientAuth string `toml:"client_auth" serves:"yes" allowed:"required optional none"`
	// Resume is how the connection that is measured takes up one before it:
	// "id" (RFC 5246, 7.4.1.2), "ticket" (RFC 5077), "psk" (RFC 8446, 4.6.1); "": there is none before.
	Resume string `toml:"resume" serves:"yes" allowed:"id ticket psk" options:"value"`
	// a list of revoked certificates that the client has compiled in, of the chain's
	// issuer: a kind in certs/; "": none
	CRL string `toml:"crl" allowed:"current expired long"`
	// what certificates the client takes: "next", "suiteb" (the core's), "weak" (SHA-1 and
	// RSA-1024 too); "": the core's default
	CertProfile string `toml:"cert_profile" allowed:"next suiteb weak"`

	ALPN       []string `toml:"alpn" in:"extension tls1.3"` // protocols the client offers, the best first (RFC 7301)
	ServerALPN []string `toml:"server_alpn"`                // those the server speaks, the best first: it chooses

	// The server shows its good certificate only to a client that names the
	// host (RFC 6066, 3), and another host's to all others.
	SNI bool `toml:"sni" in:"extension tls1.3"`
	// most bytes of a record that the client asks for (RFC 6066, 4); 0: it does not
	// ask. Any server with the option grants it.
	MaxFragmentB         int  `toml:"max_fragment_B" in:"extension" serves:"yes"`
	ExtendedMasterSecret bool `toml:"extended_master_secret" in:"extension" agreed:"1"`                   // RFC 7627
	EncryptThenMAC       bool `toml:"encrypt_then_mac" in:"extension" agreed:"2"`                         // RFC 7366
	TruncatedHMAC        bool `toml:"truncated_hmac" in:"extension" macro:"TLSLAB_TRUNC_HMAC" agreed:"4"` // RFC 6066, 7
	// The first byte of the request is a record of its own.
	RecordSplitting bool `toml:"record_splitting" in:"-" agreed:"8"`
	// Fallback: the client signals that it has fallen back to the scenario's
	// protocol (RFC 7507). The server then speaks every version it has.
	Fallback bool `toml:"fallback" in:"-" macro:"TLSLAB_FALLBACK"`
	// RefuseLegacy: the client ends the handshake with servers that have no secure
	// renegotiation (RFC 5746, 4.1).
	RefuseLegacy bool `toml:"refuse_legacy" macro:"TLSLAB_REFUSE_LEGACY"`
	// who asks for a second handshake before the request: "client", "server"; "": neither
	Renegotiate string `toml:"renegotiate" in:"-" allowed:"client server"`
}

// feature is a row of the table: a field of Features with its value.
type feature struct {
	key   string
	tag   reflect.StructTag
	value reflect.Value
}

// rows are the features in their order.
func (f *Features) rows() (rows []feature) {
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		rows = append(rows, feature{tag.Get("toml"), tag, v.Field(i)})
	}
	return rows
}

// asked reports whether a scenario asks for the feature.
func (x *feature) asked() bool {
	return !x.value.IsZero() && (x.value.Kind() != reflect.Slice || x.value.Len() > 0)
}

// word returns its value as it is in a scenario's file, without quotes.
func (x *feature) word() string { return fmt.Sprint(x.value) }

// allowed returns the words or numbers that it may have; none: any.
func (x *feature) allowed() []string { return strings.Fields(x.tag.Get("allowed")) }

// needs is its name in the library's table of options.
func (x *feature) needs() string {
	if x.tag.Get("options") == "value" {
		return x.key + "=" + x.word()
	}
	return x.key
}

// Asked are the keys of the features that a scenario asks for, in their order.
func (f *Features) Asked() (keys []string) {
	for _, x := range f.rows() {
		if x.asked() {
			keys = append(keys, x.key)
		}
	}
	return keys
}

// FeatureOptions returns the options that the features themselves need. A suite or a
// version may make an extension void. Then the run fails and says so.
func (s *Scenario) FeatureOptions() []string { return s.Features.own(s.Dialect()) }

// own returns the options of a library that the features themselves need.
func (f *Features) own(d *Dialect) (options []string) {
	for _, x := range f.rows() {
		if x.asked() {
			options = append(options, d.Needs.Features[x.needs()]...)
		}
	}
	return options
}

// Switches returns the port's macros of the features whose value is a bool (NAME) or a
// number (NAME=VALUE).
func (f *Features) Switches() (macros []string) {
	for _, x := range f.rows() {
		macro := x.tag.Get("macro")
		if macro == "" || !x.asked() {
			continue
		}
		if x.value.CanInt() {
			macro += "=" + x.word()
		}
		macros = append(macros, macro)
	}
	return macros
}

// Agreed returns the bits of the features that both ends must have agreed on (AGREED_* in
// a library's port).
func (f *Features) Agreed() (bits uint32) {
	for _, x := range f.rows() {
		if x.asked() {
			n, _ := strconv.ParseUint(x.tag.Get("agreed"), 10, 32) // "": not to be agreed on
			bits |= uint32(n)
		}
	}
	return bits
}

// options returns the features' options and those that the client's own chain needs.
func (f *Features) options(d *Dialect) []string {
	return append(f.own(d), chainOptions(d, f.ClientChain)...)
}

// CRLs lists the kinds of lists of revoked certificates that a scenario may name.
func CRLs() []string {
	for _, x := range new(Features).rows() {
		if x.key == "crl" {
			return x.allowed()
		}
	}
	return nil
}

// What a server asks of a client's certificate.
const (
	AuthNone     = "none"
	AuthOptional = "optional"
	AuthRequired = "required"
)

// Auth is ClientAuth with its default; "" is that the server does not ask.
func (f *Features) Auth() string {
	switch {
	case f.ClientAuth == AuthNone:
		return ""
	case f.ClientAuth == "" && f.ClientChain != "":
		return AuthRequired
	}
	return f.ClientAuth
}

// checkFeatures checks what a scenario asks for.
func (s *Scenario) checkFeatures(bad report) {
	for _, x := range s.Features.rows() {
		if allowed := x.allowed(); len(allowed) > 0 && x.asked() && !slices.Contains(allowed, x.word()) {
			bad(x.key, "%w", strict.Unknown(x.key, x.word(), allowed))
		}
	}
	switch {
	case s.Resume != "" && s.Datagram():
		bad("resume", "not over datagrams; allowed with ssl3, tls1.0, tls1.1, tls1.2, tls1.3")
	case s.Resume != "" && (s.Resume == "psk") != (s.Protocol == "tls1.3"):
		bad("resume", "%q: not with %s; tls1.3 has psk, and only psk", s.Resume, s.Protocol)
	}
	if (s.CRL != "" || s.CertProfile != "") && s.Chain == "" {
		bad("crl", "without a chain there is nothing to judge")
	}
	if s.Serves() {
		s.checkServes(bad)
	}
	s.checkExtensions(bad)
	if s.Auth() != "" && s.Chain == "" {
		bad("client_auth", "a server without a chain of its own asks for no certificate (RFC 5246, 7.4.4)")
	}
}

// checkServes refuses the features that a device that serves can't have.
func (s *Scenario) checkServes(bad report) {
	var can []string
	no := false
	for _, x := range s.Features.rows() {
		if x.tag.Get("serves") != "" {
			can = append(can, x.key)
		} else if x.asked() {
			no = true
		}
	}
	if no {
		last := len(can) - 1
		bad("endpoint", "a device that serves has %s and %s, and no other feature", strings.Join(can[:last], ", "), can[last])
	}
}

// addNeeds adds what the features need to what the scenario says.
func (s *Scenario) addNeeds() {
	for _, name := range s.Features.options(s.Dialect()) {
		if s.Needs == nil {
			s.Needs = map[string]any{}
		}
		if _, ok := s.Needs[name]; !ok {
			s.Needs[name] = true
		}
	}
}
