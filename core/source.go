package core

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tlslab/internal/input"
)

// Pin names one upstream release as Debian ships it.
type Pin struct {
	Core    string // the core's name in profiles
	Package string // Debian source package
	Version string // Debian version
	Suite   string // Debian suite that has it
	File    string // the upstream tarball
	SHA256  string
	Tree    string // Source.Digest of the unpacked archive
}

// Pins are the cores that need no --core. Digests are of Debian's upstream
// tarballs, as their .dsc files state them.
var Pins = []Pin{{
	Core: "mbedtls-2.28", Package: "mbedtls", Version: "2.28.3-1", Suite: "bookworm",
	File:   "mbedtls_2.28.3.orig.tar.gz",
	SHA256: "3b4953aa55a681e084d31892d9904cc5328d6b4958ea57b90ae4b4f94ae69a8d",
	Tree:   "40524baeb288f81586815ddbb9192b882b17889ceb075f330b47c00bf395e1a6",
}, {
	Core: "mbedtls-3.6", Package: "mbedtls", Version: "3.6.6-0.1~deb13u1", Suite: "trixie",
	File:   "mbedtls_3.6.6.orig.tar.bz2",
	SHA256: "8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a",
	Tree:   "5545cbf11060d0ed07a1522bc2c1efdce87b01cf2e542237c19dd086f9513741",
}}

// Source is an unpacked TLS library.
type Source struct {
	Core    string `key:"-,a name for people; Digest is what it is"`        // "mbedtls-2.28", or "dir" and "tar" for one the user names
	Dir     string `key:"-,compilers run in it and are told no other path"` // holds library/ and include/
	Version string // from the library's own version.h or build_info.h
	Digest  string // hex SHA-256 over the files that compilers can come to read

	tree *tree `key:"-,Digest is made of it"`
}

// Pinned says that the source is one of Pins, not one that the user named.
func (s *Source) Pinned() bool {
	return slices.ContainsFunc(Pins, func(p Pin) bool { return p.Core == s.Core })
}

// Bounds on a source archive: Mbed TLS 3.6 has 4,600 files and 50 MiB.
const (
	maxSourceFiles = 20_000
	sourceBytes    = 512 << 20
)

// maxSourceBytes is sourceBytes; less in tests.
var maxSourceBytes int64 = sourceBytes

// UnknownCoreError names a core that is not pinned.
type UnknownCoreError struct{ Name string }

func (e *UnknownCoreError) Error() string {
	known := make([]string, len(Pins))
	for i, p := range Pins {
		known[i] = p.Core
	}
	return fmt.Sprintf("core %q: not known; allowed: %s, dir:PATH, tar:PATH", e.Name, strings.Join(known, ", "))
}

// Resolve finds, fetches or unpacks the core called name: a pinned core,
// "dir:PATH" or "tar:PATH". say is told what is being done, one line each.
func Resolve(ctx context.Context, name string, cache *Cache, say func(string)) (*Source, error) {
	if p, ok := strings.CutPrefix(name, "dir:"); ok {
		return open("dir", p)
	}
	if p, ok := strings.CutPrefix(name, "tar:"); ok {
		data, err := input.Read(p, input.Archive)
		if err != nil {
			return nil, fmt.Errorf("core: %w", err)
		}
		for _, pin := range Pins {
			if SHA256(data) == pin.SHA256 {
				return unpacked(pin.Core, pin.SHA256, pin.Tree, data, cache, say) // the pinned source, brought by hand
			}
		}
		return unpacked("tar", SHA256(data), "", data, cache, say)
	}
	for _, pin := range Pins {
		if pin.Core == name {
			return pin.resolve(ctx, cache, say)
		}
	}
	return nil, &UnknownCoreError{name}
}

// Fetched says that the source is in the cache, as an archive or unpacked.
func (p Pin) Fetched(store *Cache) bool {
	if _, err := os.Stat(filepath.Join(store.Dir, sourceKind, p.SHA256)); err == nil {
		return true
	}
	_, ok := store.File(downloadKind, p.SHA256)
	return ok
}

func (p Pin) resolve(ctx context.Context, store *Cache, say func(string)) (*Source, error) {
	// Where it is unpacked the archive is not read again.
	if _, err := os.Stat(filepath.Join(store.Dir, sourceKind, p.SHA256)); err == nil && p.Tree != "" {
		if s, err := unpacked(p.Core, p.SHA256, p.Tree, nil, store, say); !errors.Is(err, errNoArchive) {
			return s, err
		}
	}
	data, ok := store.Get(downloadKind, p.SHA256)
	if !ok {
		var err error
		if data, err = p.download(ctx, say); err != nil {
			return nil, err
		}
		if got := SHA256(data); got != p.SHA256 {
			return nil, fmt.Errorf("core %s: %s: SHA-256 is %s, want %s: not the source it claims to be; stopping",
				p.Core, p.File, got, p.SHA256)
		}
		if err := store.Put(downloadKind, p.SHA256, data); err != nil {
			return nil, err
		}
	}
	return unpacked(p.Core, p.SHA256, p.Tree, data, store, say)
}

// errNoArchive says that a source has to be unpacked, and the archive is not at
// hand.
var errNoArchive = errors.New("the archive is not at hand")

// treeKind holds the digests of sources that are unpacked, by the SHA-256 of
// their archives.
const treeKind = "tree"

// unpacked is the source of an archive with the digest sum, unpacked in the cache;
// tree is the Source.Digest it must have, "" where the one it had when it was
// unpacked tells. One that was edited, or lost files, is unpacked anew.
func unpacked(core, sum, tree string, archive []byte, store *Cache, say func(string)) (s *Source, err error) {
	check := func(dir string) error {
		want := tree
		if want == "" {
			data, ok := store.Get(treeKind, sum)
			if !ok {
				return errors.New("what it must be is not known")
			}
			want = string(data)
		}
		found, err := open(core, dir)
		if err != nil {
			return err
		}
		if found.Digest != want {
			return errors.New("it is not what the archive holds")
		}
		s = found
		return nil
	}
	dir, err := store.MakeTree(sourceKind, sum, check, func(dir string) error {
		if archive == nil {
			return errNoArchive
		}
		say("unpacking the source of " + core)
		if err := untar(archive, dir); err != nil {
			return fmt.Errorf("core %s: %w", core, err)
		}
		made, err := open(core, dir)
		if err != nil {
			return err
		}
		if tree != "" && made.Digest != tree {
			return fmt.Errorf("core %s: the archive unpacks to a tree of digest %s, want %s", core, made.Digest, tree)
		}
		return store.Put(treeKind, sum, []byte(made.Digest))
	})
	if err != nil {
		return nil, err
	}
	if s != nil {
		return s, nil
	}
	return open(core, dir)
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

// untar unpacks a compressed tar below dir without its first path element.
// Links are left out: an archive can't point outside dir.
func untar(data []byte, dir string) error {
	zr, err := unzip(data)
	if err != nil {
		return err
	}
	all := &io.LimitedReader{R: zr, N: maxSourceBytes}
	tr := tar.NewReader(all)
	for files := 0; ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if all.N == 0 {
			return fmt.Errorf("source archive: more than %d bytes when unpacked", maxSourceBytes)
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
		if files++; files > maxSourceFiles {
			return fmt.Errorf("source archive: more than %d files", maxSourceFiles)
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
			return fmt.Errorf("source archive: more than %d bytes when unpacked", maxSourceBytes)
		}
		if err != nil {
			return fmt.Errorf("source archive: %s: %w", h.Name, err)
		}
	}
}

var versionString = regexp.MustCompile(`(?m)^#define MBEDTLS_VERSION_STRING\s+"([0-9A-Za-z.+-]{1,32})"`)

// open checks that dir looks like Mbed TLS and digests what is compiled.
func open(core, dir string) (*Source, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	s := &Source{Core: core, Dir: abs}
	for _, sub := range []string{"tf-psa-crypto", "drivers/builtin"} { // of Mbed TLS 4, of TF-PSA-Crypto itself
		if info, err := os.Stat(filepath.Join(abs, filepath.FromSlash(sub))); err == nil && info.IsDir() {
			return nil, fmt.Errorf("core: %s: a tree of Mbed TLS 4 or TF-PSA-Crypto (it has %s/): this lab builds 2.x and 3.x", dir, sub)
		}
	}
	for _, f := range []string{"build_info.h", "version.h"} {
		data, err := input.Read(filepath.Join(abs, "include", "mbedtls", f), input.Source)
		if m := versionString.FindSubmatch(data); err == nil && m != nil {
			s.Version = string(m[1])
			break
		}
	}
	if s.Version == "" {
		return nil, fmt.Errorf("core: %s: not an Mbed TLS source: no include/mbedtls/version.h with MBEDTLS_VERSION_STRING", dir)
	}
	if err := generated(abs); err != nil {
		return nil, fmt.Errorf("core: %s: %w", dir, err)
	}
	if s.tree, err = readTree(abs); err != nil {
		return nil, err
	}
	s.Digest = s.tree.digest()
	return s, nil
}

// generated tells a checkout whose generated files were never made. Releases
// have them; the tree's own scripts are for its user to run, not for us.
func generated(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "scripts", "generate_errors.pl")); err != nil {
		return nil // then nothing in the tree makes them
	}
	_, err := os.Stat(filepath.Join(dir, "library", "error.c"))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("library/error.c and the other generated files are missing, as in a fresh git checkout; " +
			"run `make generated_files` there (perl, python3 and what scripts/basic.requirements.txt names), or take the release's archive")
	}
	return err
}

// Units lists the library's C files, relative to Dir, sorted.
func (s *Source) Units() ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(s.Dir, "library", "*.c"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("core: %s: no library/*.c", s.Dir)
	}
	for i, p := range paths {
		paths[i] = "library/" + filepath.Base(p)
	}
	return paths, nil
}

// Header is the core's own configuration header as its release comes, and its
// name relative to Dir: config.h until Mbed TLS 2.28, mbedtls_config.h from 3.0.
func (s *Source) Header() (name string, text []byte, err error) {
	for _, name := range []string{"include/mbedtls/mbedtls_config.h", "include/mbedtls/config.h"} {
		text, err := input.Read(filepath.Join(s.Dir, filepath.FromSlash(name)), input.Source)
		if err == nil {
			return name, text, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", nil, fmt.Errorf("core %s: %w", s.Core, err)
		}
	}
	return "", nil, fmt.Errorf("core %s: has no configuration header of its own", s.Core)
}
