package core

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallTree is a source in which each file that a compiler can read stands for
// one way to get there.
func smallTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"include/mbedtls/version.h": "x",
		"include/mbedtls/a.def":     "A(1)",
		"library/aes.c":             "#include \"table.inc\"\n#include \"../extra/up.h\"\n# include <../top.h>\n",
		"library/table.inc":         "1",
		"library/sub/deep.txt":      "x",
		"extra/up.h":                "#include \"../more/further.h\"\n",
		"extra/beside.bin":          "x",
		"more/further.h":            "x",
		"top.h":                     "x",
		"real/target.h":             "x",
		"README":                    "x",
		"tests/suite.c":             "#include \"../library/aes.c\"\n",
		".git/config":               "x",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	link(t, "../real/target.h", filepath.Join(dir, "library", "linked.h"))
	link(t, "../real", filepath.Join(dir, "include", "linked"))
	link(t, "not-yet.h", filepath.Join(dir, "library", "dangling.h"))
	return dir
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

// The digest is of every file that a compiler can read, and of no other.
func TestDigestCoversWhatIsRead(t *testing.T) {
	dir := smallTree(t)
	digest := func() string {
		t.Helper()
		s, err := Open("dir", dir, []Library{anyLibrary{}})
		if err != nil {
			t.Fatal(err)
		}
		return s.Digest
	}
	was := digest()
	for name, counts := range map[string]bool{
		"include/mbedtls/a.def": true, "library/aes.c": true, "library/table.inc": true, "library/sub/deep.txt": true,
		"extra/up.h": true, "extra/beside.bin": true, "more/further.h": true, "top.h": true, "real/target.h": true, "library/new.xyz": true,
		"README": false, "tests/suite.c": false, ".git/config": false, "other.h": false,
	} {
		path := filepath.Join(dir, name)
		before, err := os.ReadFile(path)
		write(t, path, string(before)+" ")
		if changed := digest() != was; changed != counts {
			t.Errorf("%s: changes the digest: %v", name, changed)
		}
		if err != nil {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, before, 0o644)
		}
		if err != nil || digest() != was {
			t.Fatalf("%s: not as before: %v", name, err)
		}
	}
	for _, c := range []struct{ name, to string }{{"library/linked.h", "mbedtls.h"}, {"library/dangling.h", "later.h"}, {"include/linked", "../more"}} {
		path := filepath.Join(dir, c.name)
		to, err := os.Readlink(path)
		if err := errors.Join(err, os.Remove(path)); err != nil {
			t.Fatal(err)
		}
		link(t, c.to, path)
		if digest() == was {
			t.Errorf("%s: where it leads changes nothing", c.name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		link(t, to, path)
	}
	write(t, filepath.Join(dir, "library", "not-yet.h"), "x")
	if digest() == was {
		t.Error("what a link leads to by now changes nothing")
	}
}

func TestTreeRefuses(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "x.h")
	write(t, outside, "x")
	for _, c := range []struct {
		file string
		make func(path string) error
		want string
	}{
		{"library/out.h", func(p string) error { return os.Symlink(outside, p) }, "library/out.h: a link out of the source, to " + outside},
		{"include/out", func(p string) error { return os.Symlink(filepath.Dir(outside), p) }, "include/out: a link out of the source"},
		{"library/self", func(p string) error { return os.Symlink(".", p) }, "a link to a directory that it lies in"},
		{"library/loop", func(p string) error { return os.Symlink("loop", p) }, "a link that leads nowhere"},
		{"library/pipe.h", func(p string) error { return syscall.Mkfifo(p, 0o644) }, "library/pipe.h: neither a file, a directory nor a link"},
		{"library/to-pipe.h", func(p string) error {
			return errors.Join(syscall.Mkfifo(filepath.Join(filepath.Dir(p), "..", "pipe"), 0o644), os.Symlink("../pipe", p))
		}, "library/to-pipe.h: neither a file"},
		{"library/huge.bin", func(p string) error {
			return errors.Join(os.WriteFile(p, nil, 0o644), os.Truncate(p, MostBytes+1))
		}, "library/huge.bin: has 536870913 bytes; at most 536870912 are read"},
	} {
		dir := smallTree(t)
		if err := c.make(filepath.Join(dir, c.file)); err != nil {
			t.Fatal(err)
		}
		_, err := Open("dir", dir, []Library{anyLibrary{}})
		var bad *TreeError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.file, err, c.want)
		}
	}
}

// Each way to read a file is seen when the file changes: with objects cached, and
// in the next process, the image is another one, and the old one when it is
// changed back.
// unitObject is the WASM object of one unit.
// What a compiler reads and no digest covers is refused, with its name.

// anyLibrary takes every directory for a tree of its own.
type anyLibrary struct{ Library }

func (anyLibrary) Title() string           { return "any" }
func (anyLibrary) Pins() []Pin             { return nil }
func (anyLibrary) Support(string) *Support { return nil }
func (anyLibrary) Find(string) (*Found, error) {
	return &Found{Recipe: &Recipe{Dirs: []string{"include", "library"}}}, nil
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
