package core

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tlslab/internal/cache"
	"tlslab/internal/input"
)

// Bounds on a source: Mbed TLS 3.6 has 4,600 files and 50 MiB.
const (
	MostFiles       = 20_000
	MostBytes int64 = 512 << 20
)

// fileTree is the files of a source that a compiler can read: all below the
// directories it searches, and below those that files there name by a path out
// of them (#include "../3rdparty/x.h"). Links are followed within the source.
type fileTree struct {
	searched []string              // directories below root
	root     string                // absolute
	real     string                // root without links
	files    map[string]sourceFile // by their paths below root, with slashes
	bytes    int64
}

// sourceFile is a file as it was when it was read.
type sourceFile struct {
	Digest string
	Link   string      // of a link to nothing: where to
	info   os.FileInfo `key:"-,tells whether the file changed since it was read"`
}

var trees = cache.NewKind[map[string]sourceFile]("source")

// TreeError says why a directory can't be a source: one of its files.
type TreeError struct {
	Root, File string
	Why        string
}

func (e *TreeError) Error() string { return fmt.Sprintf("core: %s: %s: %s", e.Root, e.File, e.Why) }

// readTree reads a source's files.
func readTree(root string, searched []string) (*fileTree, error) {
	t := &fileTree{root: root, searched: searched, files: map[string]sourceFile{}}
	var err error
	if t.real, err = filepath.EvalSymlinks(root); err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	roots := slices.Clone(searched)
	for i := 0; i < len(roots); i++ {
		before := len(t.files)
		if err := t.add(roots[i], nil, func(name string, text []byte) {
			for _, more := range t.named(name, text) {
				if !slices.Contains(roots, more) {
					roots = append(roots, more)
				}
			}
		}); err != nil {
			return nil, err
		}
		if i < len(searched) && len(t.files) == before {
			return nil, &TreeError{root, roots[i], "no such directory, or no files in it"}
		}
	}
	return t, nil
}

func (t *fileTree) digest() string { return trees.Key(t.files) }

// add reads what name is: a file, a directory with all below it, or a link to
// either. within are the directories that it lies in, without links.
func (t *fileTree) add(name string, within []string, see func(name string, text []byte)) error {
	bad := func(format string, args ...any) error { return &TreeError{t.root, name, fmt.Sprintf(format, args...)} }
	full := filepath.Join(t.root, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	if err != nil {
		return bad("%v", errors.Unwrap(err))
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		to, err := os.Readlink(full)
		if err != nil {
			return bad("%v", errors.Unwrap(err))
		}
		end, err := filepath.EvalSymlinks(full)
		if errors.Is(err, fs.ErrNotExist) {
			t.files[name] = sourceFile{Link: to} // nothing to read, until there is
			return nil
		}
		if err != nil {
			return bad("a link that leads nowhere: %v", err)
		}
		if below, err := filepath.Rel(t.real, end); err != nil || !filepath.IsLocal(below) {
			return bad("a link out of the source, to %s: a source is built from what lies in it alone", end)
		}
		if info, err = os.Stat(full); err != nil {
			return bad("%v", errors.Unwrap(err))
		}
	}
	switch {
	case info.IsDir():
		end, err := filepath.EvalSymlinks(full)
		if err != nil {
			return bad("%v", err)
		}
		if slices.Contains(within, end) {
			return bad("a link to a directory that it lies in")
		}
		entries, err := os.ReadDir(full)
		if err != nil {
			return bad("%v", errors.Unwrap(err))
		}
		for _, e := range entries {
			if err := t.add(path.Join(name, e.Name()), append(within[:len(within):len(within)], end), see); err != nil {
				return err
			}
		}
		return nil
	case !info.Mode().IsRegular():
		return bad("neither a file, a directory nor a link: %s", info.Mode().Type())
	}
	return t.read(name, full, info, see)
}

func (t *fileTree) read(name, full string, info os.FileInfo, see func(name string, text []byte)) error {
	if _, again := t.files[name]; again {
		return nil
	}
	if len(t.files) >= MostFiles {
		return &TreeError{t.root, name, fmt.Sprintf("more than %d files", MostFiles)}
	}
	data, err := input.Read(full, MostBytes)
	if err != nil {
		return &TreeError{t.root, name, errors.Unwrap(err).Error()}
	}
	if t.bytes += int64(len(data)); t.bytes > MostBytes {
		return &TreeError{t.root, name, fmt.Sprintf("more than %d bytes in all", MostBytes)}
	}
	sum := sha256.Sum256(data)
	t.files[name] = sourceFile{Digest: hex.EncodeToString(sum[:]), info: info}
	see(name, data)
	return nil
}

// outOf is an inclusion whose path may lead out of the directories searched.
var outOf = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*(?:include|include_next|import|embed)[ \t]*["<]([^">\n]*\.\./[^">\n]*)[">]`)

// named are the directories of the source, or files beside them, that a file's
// inclusions name by a path out of those searched.
func (t *fileTree) named(name string, text []byte) (more []string) {
	if !bytes.Contains(text, []byte("../")) {
		return nil
	}
	for _, m := range outOf.FindAllSubmatch(text, -1) {
		for _, from := range append([]string{path.Dir(name)}, t.searched...) {
			to := path.Join(from, string(m[1]))
			if !filepath.IsLocal(to) || to == "." {
				continue
			}
			if _, err := os.Stat(filepath.Join(t.root, filepath.FromSlash(to))); err != nil {
				continue
			}
			top, _, _ := strings.Cut(to, "/")
			if !slices.Contains(t.searched, top) {
				more = append(more, top)
			}
		}
	}
	return more
}

// File is the source's file that a path, as a compiler names it, leads to: its
// digest ("" of a link to nothing), and what it was when it was read. ok is false
// where the source does not have it.
func (s *Source) File(path string) (digest string, was os.FileInfo, ok bool) {
	f, ok := s.files.find(path)
	return f.Digest, f.info, ok
}

// Files are the absolute paths of the source's files, sorted.
func (s *Source) Files() []string { return s.files.paths() }

// Covered are the directories that the digest covers, beside what files there
// refer to.
func (s *Source) Covered() []string { return s.files.searched }

// find is the file that a path, as a compiler names it from the root, leads to;
// false where the tree does not have it.
func (t *fileTree) find(file string) (sourceFile, bool) {
	if t == nil {
		return sourceFile{}, false
	}
	full := file
	if !filepath.IsAbs(full) {
		full = filepath.Join(t.root, file)
	}
	for _, root := range []string{t.root, t.real} {
		if name, err := filepath.Rel(root, full); err == nil {
			if f, ok := t.files[filepath.ToSlash(name)]; ok {
				return f, true
			}
		}
	}
	// By way of a directory that is a link "..", leads elsewhere.
	if !filepath.IsAbs(file) {
		full = t.root + string(filepath.Separator) + file
	}
	end, err := filepath.EvalSymlinks(full)
	if err != nil {
		return sourceFile{}, false
	}
	name, err := filepath.Rel(t.real, end)
	if err != nil {
		return sourceFile{}, false
	}
	f, ok := t.files[filepath.ToSlash(name)]
	return f, ok
}

// paths are the files' absolute paths, sorted.
func (t *fileTree) paths() (all []string) {
	for _, name := range sortedKeys(t.files) {
		if t.files[name].Digest != "" {
			all = append(all, filepath.Join(t.root, filepath.FromSlash(name)))
		}
	}
	return all
}
