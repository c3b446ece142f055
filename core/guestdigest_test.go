package core

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBesideGuest: what is left out of the guest's digest is there, and none of
// it is a file that a measured program begins with.
func TestBesideGuest(t *testing.T) {
	var names []string
	err := fs.WalkDir(portFS, "port", func(path string, e fs.DirEntry, err error) error {
		names = append(names, filepath.Base(path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range besideGuest {
		begins := func(name string) bool { return strings.HasPrefix(name, prefix) }
		if !slices.ContainsFunc(names, begins) {
			t.Errorf("no file of the port begins with %q", prefix)
		}
		for _, name := range []string{"client.c", "server.c", "sample.c"} {
			if begins(name) {
				t.Errorf("%q leaves %s out, which is measured", prefix, name)
			}
		}
	}
}
