package profiles

import (
	"slices"
	"strings"

	"tlslab/internal/strict"
)

// TLS 1.3 (RFC 8446): a suite names no key exchange, so a matrix's row does, in
// the words of the older suites.

// suite13 begins the names of the suites of TLS 1.3.
const suite13 = "TLS1-3-"

// long is a row's suite with its key exchange, as the older suites are named.
func (r *Row) long(suite string) string {
	if r.Exchange == "" {
		return suite
	}
	return "TLS-" + r.Exchange + "-WITH-" + strings.TrimPrefix(suite, suite13)
}

// resume13 is the key exchange of a connection that takes up an earlier one.
const resume13 = "ECDHE-PSK"

// addNeeds13 adds what a key exchange of TLS 1.3 needs, and its resumption; ""
// is none.
func addNeeds13(d *Dialect, needs map[string]any, exchange, resume string) {
	if exchange == "" {
		return
	}
	for _, options := range d.Needs.Exchanges13 {
		for _, o := range options {
			if d.Needs.Mode13(o) {
				needs[o] = false
			}
		}
	}
	on := slices.Clone(d.Needs.Exchanges13[exchange])
	if resume != "" {
		on = append(on, d.Needs.Exchanges13[resume13]...)
	}
	for _, o := range on {
		needs[o] = true
	}
}

// checkExchange checks a row's key exchange against its protocol.
func (r *Row) checkExchange(d *Dialect, bad report) {
	exchanges := sortedKeys(d.Needs.Exchanges13)
	switch {
	case r.Protocol != TLS13:
		if r.Exchange != "" {
			bad("exchange", "a suite of protocol %s names its key exchange itself", r.Protocol)
		}
	case !slices.Contains(exchanges, r.Exchange):
		bad("exchange", "%w", strict.Unknown("key exchange of TLS 1.3", r.Exchange, exchanges))
	case strings.Contains(r.Exchange, "PSK") != (r.Chain == ""):
		bad("chain", "%q: key exchange %s has either a certificate or a pre-shared key", r.Chain, r.Exchange)
	}
}

// checkSuite13 checks that TLS 1.3 has its own suites, and others not.
func (s *Scenario) checkSuite13(bad report) {
	if is13 := s.Protocol == TLS13; is13 != strings.HasPrefix(s.Suite, suite13) {
		if is13 {
			bad("suite", "%q: not a suite of TLS 1.3 as %s names it (%sAES-128-GCM-SHA256)", s.Suite, s.Dialect().Title, suite13)
		} else {
			bad("suite", "%q: a suite of TLS 1.3, not of %s", s.Suite, s.Protocol)
		}
	}
}
