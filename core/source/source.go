// Package source finds, fetches and unpacks the trees of TLS libraries: a
// pinned release from Debian, or an archive or directory that the user names.
// Downloads are checked against digests. The library itself recognises a tree
// (core.Open).
package source

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tlslab/core"
	"tlslab/internal/input"
)

// The kinds of entries whose keys are an archive's own SHA-256.
const (
	downloadKind = "download" // archives
	sourceKind   = "src"      // unpacked
	treeKind     = "tree"     // the digests of unpacked ones
)

// UnknownCoreError names a core that is not pinned.
type UnknownCoreError struct {
	Name  string
	Known []string
}

func (e *UnknownCoreError) Error() string {
	return fmt.Sprintf("core %q: not known; allowed: %s, dir:PATH, tar:PATH", e.Name, strings.Join(e.Known, ", "))
}

// Shelf is where sources come from.
type Shelf struct {
	Libraries []core.Library
	Cache     *core.Cache
	Say       func(string) // called with what is being done, one line each
}

// pins are the releases of all libraries.
func (s *Shelf) pins() (all []core.Pin) {
	for _, l := range s.Libraries {
		all = append(all, l.Pins()...)
	}
	return all
}

// Resolve finds, fetches or unpacks the core called name: a pinned core,
// "dir:PATH" or "tar:PATH".
func (s *Shelf) Resolve(ctx context.Context, name string) (*core.Source, error) {
	if p, ok := strings.CutPrefix(name, "dir:"); ok {
		return named(core.Open("dir", p, s.Libraries))
	}
	pins := s.pins()
	if p, ok := strings.CutPrefix(name, "tar:"); ok {
		data, err := input.Read(p, input.Archive)
		if err != nil {
			return nil, fmt.Errorf("core: %w", err)
		}
		sum := core.SHA256(data)
		for _, pin := range pins {
			if sum == pin.SHA256 {
				return s.pinned(&pin, data) // the pinned source, brought by hand
			}
		}
		return named(s.unpacked("tar", sum, "", data))
	}
	unknown := &UnknownCoreError{Name: name}
	for _, pin := range pins {
		if pin.Core == name {
			return s.resolve(ctx, &pin)
		}
		unknown.Known = append(unknown.Known, pin.Core)
	}
	return nil, unknown
}

// Fetched says that a pinned source is in the cache, as an archive or unpacked.
func Fetched(p *core.Pin, store *core.Cache) bool {
	if _, err := os.Stat(filepath.Join(store.Dir, sourceKind, p.SHA256)); err == nil {
		return true
	}
	_, ok := store.File(downloadKind, p.SHA256)
	return ok
}

func (s *Shelf) resolve(ctx context.Context, p *core.Pin) (*core.Source, error) {
	// Where it is unpacked the archive is not read again.
	if _, err := os.Stat(filepath.Join(s.Cache.Dir, sourceKind, p.SHA256)); err == nil && p.Tree != "" {
		if src, err := s.pinned(p, nil); !errors.Is(err, errNoArchive) {
			return src, err
		}
	}
	data, ok := s.Cache.Get(downloadKind, p.SHA256)
	if !ok {
		var err error
		if data, err = download(ctx, p, s.Say); err != nil {
			return nil, err
		}
		if got := core.SHA256(data); got != p.SHA256 {
			return nil, fmt.Errorf("core %s: %s: SHA-256 is %s, want %s: not the source it claims to be; stopping",
				p.Core, p.File, got, p.SHA256)
		}
		if err := s.Cache.Put(downloadKind, p.SHA256, data); err != nil {
			return nil, err
		}
	}
	return s.pinned(p, data)
}

// pinned is the source of a pin, from its archive; nil: it has been unpacked.
func (s *Shelf) pinned(p *core.Pin, archive []byte) (*core.Source, error) {
	src, err := s.unpacked(p.Core, p.SHA256, p.Tree, archive)
	if err == nil {
		src.Pin = p
	}
	return src, err
}

// errNoArchive says that a source has to be unpacked, and the archive is not at
// hand.
var errNoArchive = errors.New("the archive is not at hand")

// unpacked is the source of an archive with the digest sum, unpacked in the cache;
// tree is the Source.Digest it must have, "" where the one it had when it was
// unpacked tells. One that was edited, or lost files, is unpacked anew.
func (s *Shelf) unpacked(name, sum, tree string, archive []byte) (src *core.Source, err error) {
	check := func(dir string) error {
		want := tree
		if want == "" {
			data, ok := s.Cache.Get(treeKind, sum)
			if !ok {
				return errors.New("what it must be is not known")
			}
			want = string(data)
		}
		found, err := core.Open(name, dir, s.Libraries)
		if err != nil {
			return err
		}
		if found.Digest != want {
			return errors.New("it is not what the archive holds")
		}
		src = found
		return nil
	}
	dir, err := s.Cache.MakeTree(sourceKind, sum, check, func(dir string) error {
		if archive == nil {
			return errNoArchive
		}
		s.Say("unpacking the source of " + name)
		if err := untar(archive, dir); err != nil {
			return fmt.Errorf("core %s: %w", name, err)
		}
		made, err := core.Open(name, dir, s.Libraries)
		if err != nil {
			return err
		}
		if tree != "" && made.Digest != tree {
			return fmt.Errorf("core %s: the archive unpacks to a tree of digest %s, want %s", name, made.Digest, tree)
		}
		return s.Cache.Put(treeKind, sum, []byte(made.Digest))
	})
	if err != nil {
		return nil, err
	}
	if src != nil {
		return src, nil
	}
	return core.Open(name, dir, s.Libraries)
}

// unzip reads what the kinds of compression of source archives hide.
func unzip(data []byte) (io.Reader, error) {
	if bytes.HasPrefix(data, []byte("BZh")) {
		return bzip2.NewReader(bytes.NewReader(data)), nil
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("source archive: %w; a tar.gz or tar.bz2 is wanted", err)
	}
	return zr, nil
}

// mostBytes is core.MostBytes; less in tests.
var mostBytes = core.MostBytes

// untar unpacks a compressed tar below dir without its first path element.
// Links are left out: an archive can't point outside dir.
func untar(data []byte, dir string) error {
	zr, err := unzip(data)
	if err != nil {
		return err
	}
	all := &io.LimitedReader{R: zr, N: mostBytes}
	tr := tar.NewReader(all)
	for files := 0; ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if all.N == 0 {
			return fmt.Errorf("source archive: more than %d bytes when unpacked", mostBytes)
		}
		if err != nil {
			return fmt.Errorf("source archive: %w", err)
		}
		_, rel, _ := strings.Cut(h.Name, "/")
		if h.Typeflag != tar.TypeReg || rel == "" {
			continue
		}
		if !filepath.IsLocal(rel) {
			return fmt.Errorf("source archive: %q is outside the archive", h.Name)
		}
		if files++; files > core.MostFiles {
			return fmt.Errorf("source archive: more than %d files", core.MostFiles)
		}
		p := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		f, err := os.Create(p)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, tr)
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if all.N == 0 {
			return fmt.Errorf("source archive: more than %d bytes when unpacked", mostBytes)
		}
		if err != nil {
			return fmt.Errorf("source archive: %s: %w", h.Name, err)
		}
	}
}
