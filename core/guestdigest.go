package core

import (
	"io/fs"
	"strings"
)

// guestFiles begin the names of the port's files that are compiled into the
// measured guest on every machine. The others start it or speak for it.
var guestFiles = []string{"arena", "client", "dtls", "include/", "libc/", "params", "port.h", "scenario.h", "server", "tls"}

// GuestDigest is the hex SHA-256 of the port's part of the measured guest: what
// a function of it costs depends on nothing else of the port.
func GuestDigest() (string, error) {
	d := newDigest("guest")
	err := fs.WalkDir(portFS, "port", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, "port/")
		for _, prefix := range guestFiles {
			if strings.HasPrefix(name, prefix) {
				data, err := portFS.ReadFile(path)
				d.addStrings(name).add(data)
				return err
			}
		}
		return nil
	})
	return d.sum(), err
}
