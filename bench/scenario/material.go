// Package scenario turns a scenario into what both ends are built with and run
// with: the guest's program and material, the reference server's parameters,
// the wire, the time server. It builds and runs nothing.
package scenario

import (
	"fmt"
	"reflect"
	"strings"

	"tlslab/certs"
	"tlslab/core"
	"tlslab/emu/peer"
	"tlslab/internal/iana"
	"tlslab/profiles"
)

// Guest is the program that a scenario measures and what is compiled into it.
func Guest(source *core.Source, p *profiles.Profile, s *profiles.Scenario) (core.Role, core.Material, error) {
	if !s.Serves() {
		m, err := Material(p, s)
		return core.Client, m, err
	}
	suite, err := source.Suite(s.Suite)
	if err != nil {
		return "", core.Material{}, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	m, err := serverMaterial(s, suite)
	return core.DeviceServer, m, err
}

// features are what a scenario asks of its client; nil for nothing.
func features(s *profiles.Scenario) (*core.Features, error) {
	own, err := ownIdentity(s)
	if err != nil {
		return nil, err
	}
	verify, err := judging(s)
	if err != nil {
		return nil, err
	}
	f := asked(&s.Features)
	f.Switches = s.Features.Switches()
	f.Own, f.Verify, f.ALPNAgreed, f.Password, f.ARC4 = own, verify, s.ALPNAgreed(), []byte(s.Password), strings.Contains(s.Suite, "-RC4-")
	if s.Protocol == profiles.SSL3 { // the core's own least is TLS 1.0
		f.Version = s.Version()
	}
	if f.None() {
		return nil, nil
	}
	return f, nil
}

// asked returns the features with data that have the same name in a scenario and in
// core.Features.
func asked(f *profiles.Features) *core.Features {
	out := new(core.Features)
	from, to := reflect.ValueOf(f).Elem(), reflect.ValueOf(out).Elem()
	for i := range to.NumField() {
		if field := from.FieldByName(to.Type().Field(i).Name); field.IsValid() {
			to.Field(i).Set(field)
		}
	}
	return out
}

// ownIdentity is what a scenario's client shows of itself, in the format of its
// roots; nil for nothing.
func ownIdentity(s *profiles.Scenario) (*core.Identity, error) {
	if s.ClientChain == "" {
		return nil, nil
	}
	chain, err := certs.Client(s.ClientChain)
	if err != nil {
		return nil, fmt.Errorf("client_chain: %w", err)
	}
	if s.CAFormat == "der" {
		return &core.Identity{Chain: chain.ChainDER, Key: chain.KeyDER}, nil
	}
	return &core.Identity{Chain: [][]byte{chain.ChainPEM}, Key: chain.KeyPEM, PEM: true}, nil
}

// ClientMaterial is what a scenario compiles into a client: with certificates,
// the root of the scenario's chain.
func ClientMaterial(s *profiles.Scenario) (core.Material, error) {
	f, err := features(s)
	if err != nil {
		return core.Material{}, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	m := core.Material{Hostname: s.Hostname, Request: s.Payload.Request, Features: f, DTLS: dtlsSettings(s), SNTP: sntpSettings(s)}
	if s.PSK != nil {
		m.PSK, m.PSKIdentity = s.PSK.Key(), []byte(s.PSK.Identity)
	}
	if s.Chain == "" {
		return m, nil
	}
	chain, err := certs.Load(s.Chain, "")
	if err != nil {
		return m, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	m.Root, m.RootIsDER = chain.RootPEM, false
	if s.CAFormat == "der" {
		m.Root, m.RootIsDER = chain.RootDER, true
	}
	return m, nil
}

// Material is what a scenario compiles into the measured client: beyond the
// scenario's own root the user's CA files, where the profile names some (they are
// paid for, as on the device).
func Material(p *profiles.Profile, s *profiles.Scenario) (core.Material, error) {
	m, err := ClientMaterial(s)
	if err != nil || s.Chain == "" {
		return m, err
	}
	own, err := OwnRoots(p)
	if err != nil {
		return m, err
	}
	if len(own) > 0 && m.RootIsDER {
		return m, fmt.Errorf("scenario %s: ca_format \"der\" holds one certificate; ca_files needs \"pem\"", s.Name)
	}
	m.Root = append(append([]byte(nil), m.Root...), own...)
	return m, nil
}

// OwnRoots are the certificates of a profile's ca_files, PEM.
func OwnRoots(p *profiles.Profile) (text []byte, err error) {
	files, err := p.CAs()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		ca, err := certs.ReadUserPEM(f.Path, f.Text)
		if err != nil {
			return nil, err
		}
		text = append(text, ca.PEM...)
	}
	return text, nil
}

// serverMaterial is what a scenario compiles into a device that serves.
func serverMaterial(s *profiles.Scenario, suite iana.Suite) (core.Material, error) {
	p, err := ServerParams(s, suite, "")
	if err != nil {
		return core.Material{}, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	plain := peer.ServerParams{BodyBytes: p.BodyBytes}
	return core.Material{DTLS: p.DTLS, Serves: &core.Serves{
		Params: p.Encode(), ChainDER: s.CAFormat == "der", Features: p.ClientAuth != "" || p.Resume != "", Plain: plain.Encode(),
	}}, nil
}

// judging is how a scenario's client judges certificates, with a CRL in the
// format of its roots; nil for the core's own way.
func judging(s *profiles.Scenario) (*core.Verify, error) {
	if s.CRL == "" && s.CertProfile == "" {
		return nil, nil
	}
	v := &core.Verify{Profile: s.CertProfile}
	if s.CRL == "" {
		return v, nil
	}
	text, der, err := certs.LoadCRL(s.Chain, s.CRL)
	if err != nil {
		return nil, fmt.Errorf("crl: %w", err)
	}
	v.CRL, v.CRLIsPEM = text, s.CAFormat != "der"
	if !v.CRLIsPEM {
		v.CRL = der
	}
	return v, nil
}
