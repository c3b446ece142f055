package core

import (
	"sort"

	"tlslab/internal/cache"
)

// Cache holds sources, objects, images and results.
type Cache = cache.Store

// SHA256 is the hex digest of b.
func SHA256(b []byte) string { return cache.SHA256(b) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
