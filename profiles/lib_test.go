package profiles

import "tlslab/profiles/dialect"

// lib is the dialect of the built-in profiles.
func lib() *Dialect { return dialect.Default() }
