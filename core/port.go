package core

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed port
var portFS embed.FS

// PortFiles is core/port: its files by their names, without what is for people.
func PortFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(portFS, "port", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(p, ".md") {
			return err
		}
		files[strings.TrimPrefix(p, "port/")], err = portFS.ReadFile(p)
		return err
	})
	return files, err
}
