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
	// wireChecks are the tries that need no certificate: changes on the wire
	// (emu/tamper), and wrong messages of the server itself (emu/peer).
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

// Checks lists the must-reject tries with certificates. A scenario names those that it
// makes.
func Checks() []Check { return slices.Clone(checks) }

// WireChecks lists the must-reject tries with changed or wrong messages, over streams. A
// scenario may name them too.
func WireChecks() []Check { return slices.Clone(wireChecks) }

// DatagramChecks is WireChecks over datagrams.
func DatagramChecks() []Check { return slices.Clone(datagramChecks) }

// AllWireChecks lists WireChecks, and the DatagramChecks that are impossible over streams.
func AllWireChecks() []Check {
	return append(WireChecks(), slices.DeleteFunc(DatagramChecks(), func(name Check) bool {
		return slices.Contains(wireChecks, name)
	})...)
}

// CommonChecks lists the tries that a search makes of every candidate. The others say
// nothing about options: path-length shows three certificates, for which a good
// configuration's record may be too small; revoked needs a revocation list in the client;
// and which keys and hashes are too weak is decided at run time.
func CommonChecks() []Check {
	return slices.DeleteFunc(Checks(), func(name Check) bool {
		return slices.Contains([]Check{"sha1-signed", "path-length", "revoked", "weak-key"}, name)
	})
}
