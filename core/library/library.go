// Package library is the list of TLS libraries that the lab can build: a new one
// is a package below this one, a folder in core/port and a line here.
package library

import (
	"context"
	"strings"

	"tlslab/core"
	"tlslab/core/library/mbedtls"
	"tlslab/core/source"
)

// All are the libraries, in the order in which a directory is tried.
var All = []core.Library{mbedtls.Library{}}

// Peer is the core that the reference ends are made from, whatever core is
// measured, so that two cores meet the same server. NewerPeer is the core of those
// that speak what Peer does not: TLS 1.3, RFC 9146.
const (
	Peer      = "mbedtls-2.28"
	NewerPeer = "mbedtls-3.6"
)

// Pins are the cores that need no --core.
func Pins() (all []core.Pin) {
	for _, l := range All {
		all = append(all, l.Pins()...)
	}
	return all
}

// Support is what upstream says of a pinned release; nil if its library does not know.
func Support(p *core.Pin) *core.Support {
	upstream, _, _ := strings.Cut(p.Version, "-") // of a Debian version
	for _, l := range All {
		for _, own := range l.Pins() {
			if own.Core == p.Core {
				return l.Support(upstream)
			}
		}
	}
	return nil
}

// Resolve finds, fetches or unpacks the core called name: a pinned core,
// "dir:PATH" or "tar:PATH". say is called with what is being done, one line each.
func Resolve(ctx context.Context, name string, store *core.Cache, say func(string)) (*core.Source, error) {
	return (&source.Shelf{Libraries: All, Cache: store, Say: say}).Resolve(ctx, name)
}
