package profiles

import (
	"reflect"
	"slices"

	"tlslab/internal/strict"
)

// Features are what a scenario asks for beyond a handshake in which only the
// server shows a certificate, or both ends have a key. If the two ends do not
// agree on one of them the run fails: the reference server answers only a client
// with which it has agreed on all of them.
type Features struct {
	// a chain in certs/ whose leaf, a client's, the client shows; "": it has none
	ClientChain string `toml:"client_chain"`
	// what the server asks of it: "required" (where there is a client_chain, unless said
	// otherwise), "optional", "none"
	ClientAuth string `toml:"client_auth"`
	// Resume is how the connection that is measured takes up one before it:
	// "id" (RFC 5246, 7.4.1.2), "ticket" (RFC 5077), "psk" (RFC 8446, 4.6.1); "": there is none before.
	Resume string `toml:"resume"`
	// a list of revoked certificates that the client has compiled in, of the chain's
	// issuer: a kind in certs/; "": none
	CRL string `toml:"crl"`
	// what certificates the client takes: "next", "suiteb" (the core's), "weak" (SHA-1 and
	// RSA-1024 too); "": the core's default
	CertProfile string `toml:"cert_profile"`

	ALPN       []string `toml:"alpn"`        // protocols the client offers, the best first (RFC 7301)
	ServerALPN []string `toml:"server_alpn"` // those the server speaks, the best first: it chooses

	// The server shows its good certificate only to a client that names the
	// host (RFC 6066, 3), and another host's to all others.
	SNI bool `toml:"sni"`
	// most bytes of a record that the client asks for (RFC 6066, 4); 0: it does not ask
	MaxFragmentB         int  `toml:"max_fragment_B"`
	ExtendedMasterSecret bool `toml:"extended_master_secret"` // RFC 7627
	EncryptThenMAC       bool `toml:"encrypt_then_mac"`       // RFC 7366
	TruncatedHMAC        bool `toml:"truncated_hmac"`         // RFC 6066, 7
	RecordSplitting      bool `toml:"record_splitting"`       // the first byte of the request is a record of its own
	// Fallback is that the client says it has come down to the scenario's
	// protocol (RFC 7507); the server then speaks all it can.
	Fallback bool `toml:"fallback"`
	// RefuseLegacy is that the client breaks off with servers that have no secure
	// renegotiation (RFC 5746, 4.1).
	RefuseLegacy bool `toml:"refuse_legacy"`
	// who asks for a second handshake before the request: "client", "server"; "": neither
	Renegotiate string `toml:"renegotiate"`
}

// Options are those that the features themselves need. A suite and a version may
// make an extension void: the run says so.
func (f *Features) Options() []string {
	var options []string
	for _, x := range []struct {
		asked bool
		key   string
	}{
		{f.Resume != "", "resume=" + f.Resume},
		{f.CRL != "", "crl"},
		{len(f.ALPN) > 0, "alpn"},
		{f.SNI, "sni"},
		{f.MaxFragmentB > 0, "max_fragment_B"},
		{f.ExtendedMasterSecret, "extended_master_secret"},
		{f.EncryptThenMAC, "encrypt_then_mac"},
		{f.TruncatedHMAC, "truncated_hmac"},
		{f.RecordSplitting, "record_splitting"},
		{f.Fallback, "fallback"},
		{f.Renegotiate != "", "renegotiate"},
	} {
		if x.asked {
			options = append(options, lib().Needs.Features[x.key]...)
		}
	}
	return options
}

// options are those with what the client's own chain needs.
func (f *Features) options() []string { return append(f.Options(), chainOptions(f.ClientChain)...) }

// crls are the kinds of lists that certs/ has; certProfiles are core's.
var (
	crls         = []string{"current", "expired", "long"}
	certProfiles = []string{"next", "suiteb", "weak"}
)

// CRLs lists the kinds of lists of revoked certificates that a scenario may name.
func CRLs() []string { return slices.Clone(crls) }

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
	oneOf := func(key, value string, allowed ...string) {
		for _, a := range allowed {
			if value == a {
				return
			}
		}
		if value != "" {
			bad(key, "%w", strict.Unknown(key, value, allowed))
		}
	}
	oneOf("client_auth", s.ClientAuth, AuthRequired, AuthOptional, AuthNone)
	oneOf("resume", s.Resume, "id", "ticket", "psk")
	switch {
	case s.Resume != "" && s.Datagram():
		bad("resume", "not over datagrams; allowed with ssl3, tls1.0, tls1.1, tls1.2, tls1.3")
	case s.Resume != "" && (s.Resume == "psk") != (s.Protocol == "tls1.3"):
		bad("resume", "%q: not with %s; tls1.3 has psk, and only psk", s.Resume, s.Protocol)
	}
	oneOf("crl", s.CRL, crls...)
	oneOf("cert_profile", s.CertProfile, certProfiles...)
	if (s.CRL != "" || s.CertProfile != "") && s.Chain == "" {
		bad("crl", "without a chain there is nothing to judge")
	}
	oneOf("renegotiate", s.Renegotiate, "client", "server")
	others := s.Features
	if others.ClientChain, others.ClientAuth, others.Resume, others.MaxFragmentB = "", "", "", 0; s.Serves() && !reflect.ValueOf(others).IsZero() {
		bad("endpoint", "a device that serves has client_chain, client_auth, resume and max_fragment_B, and no other feature")
	}
	s.checkExtensions(bad)
	if s.Auth() != "" && s.Chain == "" {
		bad("client_auth", "a server without a chain of its own asks for no certificate (RFC 5246, 7.4.4)")
	}
}

// addNeeds adds what the features need to what the scenario says.
func (s *Scenario) addNeeds() {
	for _, name := range s.Features.options() {
		if s.Needs == nil {
			s.Needs = map[string]any{}
		}
		if _, ok := s.Needs[name]; !ok {
			s.Needs[name] = true
		}
	}
}
