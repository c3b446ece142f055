package peer

import (
	"maps"
	"slices"
)

// lies are what the reference server can be asked to say against the protocol,
// as core/port/mbedtls/server_lies.h numbers it. What somebody in between changes, both
// ends find out by Finished; what the server itself says wrongly, the client
// alone can refuse.
var lies = map[string]uint32{
	"server-unoffered-suite":      1,
	"server-unasked-extension":    2,
	"server-compression":          3,
	"server-legacy-renegotiation": 4,
}

// Lies lists what the reference server can be asked to say wrongly.
func Lies() []string { return slices.Sorted(maps.Keys(lies)) }
