package cachetest

import (
	"os"
	"path/filepath"

	"tlslab/internal/cache"
)

// Share makes dir a cache that has some kinds of entries in common with the
// user's, and the leases: who trims the one sees what the other is writing.
func Share(dir string, kinds ...string) error {
	base, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, kind := range append(kinds, cache.Leases) {
		theirs := filepath.Join(base, "tlslab", kind)
		if err := os.MkdirAll(theirs, 0o755); err != nil {
			return err
		}
		if err := os.Symlink(theirs, filepath.Join(dir, kind)); err != nil {
			return err
		}
	}
	return nil
}
