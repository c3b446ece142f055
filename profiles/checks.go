package profiles

import "slices"

// Check is a must-reject try: something wrong that the client has to refuse.
// Results hold its name.
type Check string

var (
	// checks are the tries that a scenario with a chain may name: the variants of a
	// chain in certs/.
	checks = []Check{"expired", "not-yet-valid", "wrong-name", "unknown-ca",
		"bad-signature", "wrong-key-usage", "wrong-ext-key-usage", "not-a-ca",
		"sha1-signed", "path-length", "revoked", "weak-key"}
	// wireChecks are those that need no certificate: what somebody on the way
	// changes (emu/tamper), and what the server itself says wrongly (emu/peer).
	wireChecks = []Check{"lower-version", "other-session-id", "unoffered-suite", "compression", "unasked-extension",
		"no-renegotiation-info", "corrupt-key-exchange", "corrupt-finished", "corrupt-record", "oversize-record",
		"replayed-record", "no-close-notify",
		"server-compression", "server-legacy-renegotiation", "server-unasked-extension", "server-unoffered-suite"}
	// datagramChecks are wireChecks over datagrams.
	datagramChecks = []Check{"lower-version", "other-session-id", "unoffered-suite", "compression", "unasked-extension",
		"no-renegotiation-info", "corrupt-key-exchange", "corrupt-finished", "corrupt-record",
		"wrong-cookie", "lower-cookie-version", "replayed-handshake", "truncated-datagram", "overlong-record",
		"forged-next-epoch", "future-epoch", "bad-mac-flood", "replayed-datagram",
		"server-compression", "server-legacy-renegotiation", "server-unasked-extension", "server-unoffered-suite"}
)

// Checks lists the must-reject tries with certificates; a scenario names those
// it makes.
func Checks() []Check { return slices.Clone(checks) }

// WireChecks lists the must-reject tries with what is sent, over streams; a
// scenario may name them too.
func WireChecks() []Check { return slices.Clone(wireChecks) }

// DatagramChecks is WireChecks over datagrams.
func DatagramChecks() []Check { return slices.Clone(datagramChecks) }

// AllWireChecks are WireChecks and those of DatagramChecks that streams have no
// place for.
func AllWireChecks() []Check {
	return append(WireChecks(), slices.DeleteFunc(DatagramChecks(), func(name Check) bool {
		return slices.Contains(wireChecks, name)
	})...)
}

// CommonChecks are those that a search tries on every candidate. The others say
// nothing about options: path-length shows three certificates, which a good
// configuration's record need not hold; revoked needs a list in the client; and
// which keys and hashes are too weak is decided at run time.
func CommonChecks() []Check {
	return slices.DeleteFunc(Checks(), func(name Check) bool {
		return slices.Contains([]Check{"sha1-signed", "path-length", "revoked", "weak-key"}, name)
	})
}
