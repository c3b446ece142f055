package core

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// besideGuest has the prefixes of the names of port files that are not part of the
// measured guest, so no factor is fitted to them: files that start a guest or connect it
// to a machine, files that only features need, the reference server's own, and files that
// only export secrets or run single primitives. A new file counts as the guest's until it
// is named here.
var besideGuest = []string{"boot_", "client_extensions.c", "frame.h", "host_", "keylog.c", "link_", "primitives", "server_extensions.c", "server_lies.c", "server_pss.c"}

// GuestDigest is the hex SHA-256 of the port's part of the measured guest: what
// a function of it costs depends on nothing else of the port.
func GuestDigest() (string, error) {
	files, err := PortFiles()
	if err != nil {
		return "", err
	}
	maps.DeleteFunc(files, func(name string, _ []byte) bool {
		return slices.ContainsFunc(besideGuest, func(prefix string) bool { return strings.HasPrefix(path.Base(name), prefix) })
	})
	h := sha256.New()
	add := func(b []byte) {
		fmt.Fprintf(h, "%d:", len(b))
		h.Write(b)
	}
	add([]byte("guest"))
	for _, name := range sortedKeys(files) {
		add([]byte(name))
		add(files[name])
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
