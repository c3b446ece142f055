package profiles

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"tlslab/internal/input"
	"tlslab/internal/strict"
	"tlslab/profiles/dialect"
)

var (
	suitePattern = regexp.MustCompile(`^TLS(1-3)?-[A-Z0-9-]+$`)
	hostPattern  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	errorPattern = regexp.MustCompile(`^[a-zA-Z0-9_:+-]+$`)
	endpoints    = []string{"client", "server"}
	groups       = []string{"secp256r1", "secp384r1", "secp521r1", "x25519"} // emu/peer has their numbers
)

const (
	rttMost      = 60_000_000 // microseconds; above it TCP itself would give up
	rateLeast    = 300        // bits per second, the slowest modem
	mtuLeast     = 64         // bytes
	mtuMost      = 65_535     // bytes
	requestMost  = 16 << 10   // bytes; one TLS record's most
	responseMost = 1 << 20    // bytes
	pskLeast     = 4          // bytes
	pskMost      = 256        // bytes of a key or a password; the reference server has room for them (emu/peer)
	identityMost = 4096       // bytes; every implementation takes 128 (RFC 4279, 5.3)
)

// Groups lists the named groups a scenario may insist on.
func Groups() []string { return slices.Clone(groups) }

// LoadScenario returns a scenario: a built-in one by its name, or, for a
// user's profile, a TOML file beside it by its path. p may be nil. A name that
// is not among ScenarioNames is an *UnknownError.
func LoadScenario(p *Profile, name string) (*Scenario, error) {
	if isPath(name) {
		if p == nil || p.Dir == "" {
			return nil, fmt.Errorf("scenario %q: only a user's own profile can name a scenario file", name)
		}
		path := p.path(name)
		data, err := input.Read(path, input.Text)
		if err != nil {
			return nil, fmt.Errorf("scenario: %w", err)
		}
		return decodeScenario(p.Dialect(), path, data, "")
	}
	if p != nil {
		if s := p.rows[name]; s != nil {
			return s, nil
		}
	}
	data, err := builtin.ReadFile("scenarios/" + name + ".toml")
	if err != nil {
		return nil, strict.Unknown("scenario", name, ScenarioNames())
	}
	return decodeScenario(p.Dialect(), "profiles/scenarios/"+name+".toml", data, name)
}

// decodeScenario reads and checks a scenario; wantName is the name it must
// have, "" for any.
func decodeScenario(d *Dialect, file string, data []byte, wantName string) (*Scenario, error) {
	s := &Scenario{data: data, dialect: d}
	if err := strict.Unmarshal(file, data, s); err != nil {
		return nil, err
	}
	var errs []error
	s.check(wantName, func(key, format string, args ...any) {
		errs = append(errs, strict.Errorf(file, data, key, format, args...))
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.addNeeds()
	s.needDebug()
	return s, nil
}

// Serves says that the device is the server of the scenario.
func (s *Scenario) Serves() bool { return s.Endpoint == "server" }

// check reports everything wrong with a decoded scenario.
func (s *Scenario) check(wantName string, bad report) {
	switch {
	case !namePattern.MatchString(s.Name):
		bad("name", "%q: not of the form %s", s.Name, namePattern)
	case wantName != "" && s.Name != wantName:
		bad("name", "%q: must be the file's name, %q", s.Name, wantName)
	}
	if !slices.Contains(dialect.Protocols, s.Protocol) {
		bad("protocol", "%w", strict.Unknown("protocol", s.Protocol, dialect.Protocols))
	}
	if s.Endpoint != "" && !slices.Contains(endpoints, s.Endpoint) {
		bad("endpoint", "%w", strict.Unknown("endpoint", s.Endpoint, endpoints))
	}
	if s.Group != "" && !slices.Contains(groups, s.Group) {
		bad("group", "%w", strict.Unknown("group", s.Group, groups))
	}
	if !suitePattern.MatchString(s.Suite) {
		bad("suite", "%q: not a suite as %s names it (TLS-...)", s.Suite, s.Dialect().Title)
	}
	s.checkSuite13(bad)
	if _, err := time.Parse(time.RFC3339, s.RTC); err != nil {
		bad("rtc", "%q: not a time as RFC 3339 writes it (2026-01-01T00:00:00Z)", s.RTC)
	}
	s.checkIdentity(bad)
	s.checkFault(bad)
	s.checkFeatures(bad)
	s.checkClock(bad)
	if s.Wire.RTTUS < 0 || s.Wire.RTTUS > rttMost {
		bad("wire.rtt_us", "%d: not in 0..%d", s.Wire.RTTUS, rttMost)
	}
	if s.Wire.RateBPS != 0 && s.Wire.RateBPS < rateLeast {
		bad("wire.rate_bps", "%d: neither 0 (unlimited) nor at least %d", s.Wire.RateBPS, rateLeast)
	}
	if s.Wire.MTU < mtuLeast || s.Wire.MTU > mtuMost {
		bad("wire.mtu_B", "%d: not in %d..%d", s.Wire.MTU, mtuLeast, mtuMost)
	}
	s.checkDatagrams(bad)
	if s.DebugLevel != nil {
		if err := CheckDebug(*s.DebugLevel); err != nil {
			bad("debug_level", "%w", err)
		}
	}
	if n := len(s.Payload.Request); n == 0 || n > requestMost {
		bad("payload.request", "%d bytes: not in 1..%d", n, requestMost)
	}
	if n := s.Payload.ResponseBytes; n < 0 || n > responseMost {
		bad("payload.response_B", "%d: not in 0..%d", n, responseMost)
	}
	for _, name := range sortedKeys(s.Needs) {
		if err := checkOption(s.Dialect(), name); err != nil {
			bad("needs."+name, "%w", err)
		}
		if _, err := toSetting(s.Needs[name]); err != nil {
			bad("needs."+name, "%w", err)
		}
	}
	if !errorPattern.MatchString(s.Expect) {
		bad("expect", "%q: neither connected nor the name of an error", s.Expect)
	}
}

// checkIdentity checks how the server proves who it is: a chain or a key.
func (s *Scenario) checkIdentity(bad report) {
	if s.Chain == "" {
		if s.PSK == nil && s.Password == "" {
			bad("chain", "missing, and there is neither [psk] nor password")
			return
		}
	} else {
		if s.CAFormat != "pem" && s.CAFormat != "der" {
			bad("ca_format", "%q: neither pem nor der", s.CAFormat)
		}
		if !hostPattern.MatchString(s.Hostname) {
			bad("hostname", "%q: not a host's name", s.Hostname)
		}
	}
	if s.Serves() && len(s.Checks) > 0 {
		bad("checks", "are of a client: what it must refuse in a server's certificates; endpoint is server")
	}
	if len(s.Password) > pskMost {
		bad("password", "%d bytes: not in 0..%d", len(s.Password), pskMost)
	}
	for i, c := range s.Checks {
		switch stream, datagram := slices.Contains(wireChecks, c), slices.Contains(datagramChecks, c); {
		case !stream && !datagram && !slices.Contains(checks, c):
			bad("checks", "%d: %w", i+1, strict.Unknown("check", c, slices.Concat(checks, AllWireChecks())))
		case stream && !datagram && s.Datagram():
			bad("checks", "%s: needs a stream", c)
		case datagram && !stream && !s.Datagram():
			bad("checks", "%s: needs datagrams", c)
		case !stream && !datagram && s.Chain == "":
			bad("checks", "%s: needs a chain", c)
		}
		if slices.Contains(s.Checks[:i], c) {
			bad("checks", "%q: named twice", c)
		}
	}
	if s.PSK == nil {
		return
	}
	if s.PSK.Identity == "" {
		bad("psk.identity", "missing")
	}
	if n := len(s.PSK.Identity); n > identityMost {
		bad("psk.identity", "%d bytes: not in 1..%d", n, identityMost)
	}
	key, err := hex.DecodeString(s.PSK.KeyHex)
	if err != nil {
		bad("psk.key_hex", "not hexadecimal: %w", err)
	} else if len(key) < pskLeast || len(key) > pskMost {
		bad("psk.key_hex", "%d bytes: not in %d..%d", len(key), pskLeast, pskMost)
	}
}
