package core

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"tlslab/internal/iana"
)

// Source is an unpacked TLS library: a tree, and what its library knows of it.
type Source struct {
	// "mbedtls-2.28"; of one the user brought its library, version and commit or digest
	Core    string `key:"-,a name for people; Digest is what it is"`
	Dir     string `key:"-,compilers run in it and are told no other path"` // absolute
	Version string // as the library's own files say
	// Commit is what the directory has checked out, hex; "" where it is no
	// repository's.
	Commit string `key:"-,Digest is what it is"`
	Digest string // hex SHA-256 over all files that compilers can read

	Library Library `key:"-,Digest is of its files"`
	Recipe  *Recipe `key:"-,Digest is of its files"`
	Tree    `key:"-,Digest is of its files"`
	// Pin is the release that the source is; nil for one that the user named.
	Pin *Pin `key:"-,Digest is what it is"`

	files *fileTree `key:"-,Digest is made of it"`
}

// Pinned says that the source is a pinned release, not one that the user named.
func (s *Source) Pinned() bool { return s.Pin != nil }

// Suite is the IANA number of a cipher suite by its name in scenarios; an error
// where the tree does not have it.
func (s *Source) Suite(name string) (iana.Suite, error) {
	all, err := s.Suites()
	if err != nil {
		return 0, err
	}
	n, ok := iana.SuiteNamed(name)
	for _, has := range all {
		if ok && has == n {
			return has, nil
		}
	}
	return 0, fmt.Errorf("suite %q: not a cipher suite of %s %s", name, s.Library.Title(), s.Version)
}

// UnlikeError says why a tree is not one of a library's.
type UnlikeError struct{ Why string } // "not an Mbed TLS source: no include/mbedtls/version.h"

func (e *UnlikeError) Error() string { return e.Why }

// Open finds out which of some libraries a directory is a tree of, and digests
// what compilers can read of it. name is what the core is called.
func Open(name, dir string, libraries []Library) (*Source, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	var why []string
	for _, l := range libraries {
		found, err := l.Find(abs)
		var unlike *UnlikeError
		if errors.As(err, &unlike) {
			why = append(why, unlike.Why)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("core: %s: %w", dir, err)
		}
		s := &Source{Core: name, Dir: abs, Version: found.Version, Library: l, Recipe: found.Recipe, Tree: found.Tree}
		if s.files, err = readTree(abs, found.Recipe.covered()); err != nil {
			return nil, err
		}
		s.Digest = s.files.digest()
		return s, nil
	}
	return nil, fmt.Errorf("core: %s: %s", dir, strings.Join(why, "; "))
}

// Abs is the path of a file as compilers name it: they run in the source.
func (s *Source) Abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.Dir, path)
}
