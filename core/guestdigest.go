package core

import (
	"io/fs"
	"slices"
	"strings"
)

// besideGuest begin the names of the port's files that no measured guest is
// made of: what starts it or speaks for it on a machine, the reference server's
// own, and what only tells secrets or runs single primitives. A file that is new
// is the guest's until it is named here.
var besideGuest = []string{"boot_", "frame.h", "host_", "keylog.c", "link_", "primitives", "server_extensions.c", "server_lies.c"}

// GuestDigest is the hex SHA-256 of the port's part of the measured guest: what
// a function of it costs depends on nothing else of the port.
func GuestDigest() (string, error) {
	d := newDigest("guest")
	err := fs.WalkDir(portFS, "port", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, "port/")
		if slices.ContainsFunc(besideGuest, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			return nil
		}
		data, err := portFS.ReadFile(path)
		d.addStrings(name).add(data)
		return err
	})
	return d.sum(), err
}
