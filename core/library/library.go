// Package library is the list of TLS libraries that the lab can build: a new one
// is a package below this one, a folder in core/port and a line here.
package library

import (
	"context"

	"tlslab/core"
	"tlslab/core/library/mbedtls"
	"tlslab/core/source"
)

// All are the libraries, in the order in which a directory is tried.
var All = []core.Library{mbedtls.Library{}}

// Pins are the cores that need no --core.
func Pins() (all []core.Pin) {
	for _, l := range All {
		all = append(all, l.Pins()...)
	}
	return all
}

// Resolve finds, fetches or unpacks the core called name: a pinned core,
// "dir:PATH" or "tar:PATH". say is told what is being done, one line each.
func Resolve(ctx context.Context, name string, store *core.Cache, say func(string)) (*core.Source, error) {
	return (&source.Shelf{Libraries: All, Cache: store, Say: say}).Resolve(ctx, name)
}
