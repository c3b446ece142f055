package profiles

import "tlslab/profiles/dialect"

// Protocol is what a scenario's two ends speak.
type Protocol = dialect.Protocol

// The protocols that code outside profiles asks for by name.
const (
	SSL3   = dialect.SSL3
	TLS12  = dialect.TLS12
	TLS13  = dialect.TLS13
	DTLS10 = dialect.DTLS10
)
