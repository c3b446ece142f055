package profiles

import (
	"slices"

	"tlslab/profiles/strict"
)

// Features are what a scenario asks for beyond a handshake in which the server
// alone shows a certificate, or both have a key. One that the two ends do not
// come to is a run that failed: the reference server answers a client only with
// which it has agreed on all of them.
type Features struct {
	ClientChain string `toml:"client_chain"` // a chain in certs/ whose leaf, a client's, the client shows; "": it has none
	ClientAuth  string `toml:"client_auth"`  // what the server asks of it: "required" (where there is a client_chain, unless said otherwise), "optional", "none"
	// Resume is how the connection that is measured takes up one before it:
	// "id" (RFC 5246, 7.4.1.2), "ticket" (RFC 5077); "": there is none before.
	Resume      string `toml:"resume"`
	CRL         string `toml:"crl"`          // a list of revoked certificates that the client has compiled in, of the chain's issuer: a kind in certs/; "": none
	CertProfile string `toml:"cert_profile"` // what certificates the client takes: "next", "suiteb" (the core's), "weak" (SHA-1 and RSA-1024 too); "": the core's default
}

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
	oneOf("resume", s.Resume, "id", "ticket")
	switch {
	case s.Resume != "" && s.Datagram():
		bad("resume", "not over datagrams; allowed with ssl3, tls1.0, tls1.1, tls1.2")
	case s.Resume == "ticket" && s.Protocol == "ssl3":
		bad("resume", "%q is an extension, and SSL 3.0 has none; allowed: id", s.Resume)
	}
	oneOf("crl", s.CRL, crls...)
	oneOf("cert_profile", s.CertProfile, certProfiles...)
	if (s.CRL != "" || s.CertProfile != "") && s.Chain == "" {
		bad("crl", "without a chain there is nothing to judge")
	}
	if s.Auth() != "" && s.Chain == "" {
		bad("client_auth", "a server without a chain of its own asks for no certificate (RFC 5246, 7.4.4)")
	}
}

// needs are the options that the features ask for.
func (f *Features) needs() map[string]any {
	needs := map[string]any{}
	for _, o := range chainOptions(f.ClientChain) {
		needs[o] = true
	}
	if f.Resume == "ticket" {
		needs["SSL_SESSION_TICKETS"] = true
	}
	if f.CRL != "" {
		needs["X509_CRL_PARSE_C"] = true
	}
	return needs
}

// addNeeds adds what the features need to what the scenario says.
func (s *Scenario) addNeeds() {
	for name, value := range s.Features.needs() {
		if s.Needs == nil {
			s.Needs = map[string]any{}
		}
		if _, ok := s.Needs[name]; !ok {
			s.Needs[name] = value
		}
	}
}
