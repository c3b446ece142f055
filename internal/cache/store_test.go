package cache

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var testKey = SHA256([]byte("key"))

// filesIn lists the regular files below dir that entries and trees are made of.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && e.Name() == Leases {
			return fs.SkipDir
		}
		if err == nil && e.Type().IsRegular() && e.Name() != useLock && e.Name() != lookedAt {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func put(t *testing.T, s *Store, kind, key, data string) {
	t.Helper()
	if err := s.Put(kind, key, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func TestPutGet(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	if _, ok := s.Get("k", testKey); ok {
		t.Error("an empty store has an entry")
	}
	if _, ok := s.File("k", testKey); ok {
		t.Error("an empty store has a file")
	}
	for _, data := range []string{"one", "", "two"} { // later ones take the place of earlier ones
		put(t, s, "k", testKey, data)
		if got, ok := s.Get("k", testKey); !ok || string(got) != data {
			t.Errorf("got %q, %v, want %q", got, ok, data)
		}
	}
	path, ok := s.File("k", testKey)
	if data, err := os.ReadFile(path); !ok || err != nil || string(data) != "two" {
		t.Errorf("file %q: %q, %v", path, data, err)
	}
	if key, sum := Entry(path); key != testKey || sum != SHA256([]byte("two")) {
		t.Errorf("entry %q, %q", key, sum)
	}
	if _, ok := s.Get("k", ""); ok || s.Put("k", "", nil) == nil {
		t.Error("an empty key has an entry")
	}
	if _, ok := s.Get("other", testKey); ok {
		t.Error("kinds share entries")
	}
}

func TestMakeFails(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	full := errors.New("no space left")
	fail := func(out string) error { return errors.Join(full, os.WriteFile(out, []byte("half"), 0o644)) }
	if err := s.Make("k", testKey, fail); !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	if got := filesIn(t, s.Dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
	put(t, s, "k", testKey, "whole")
	s.Make("k", testKey, fail)
	if got, _ := s.Get("k", testKey); string(got) != "whole" {
		t.Errorf("entry is %q after a failed writer", got)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := (&Store{Dir: file}).Put("k", testKey, nil); err == nil {
		t.Error("no error from a store that is a file")
	}
}

// damage is what can happen to an entry.
var damage = map[string]func(path string) error{
	"a byte flipped": func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data[len(data)/2] ^= 1
		return os.WriteFile(path, data, 0o644)
	},
	"cut":     func(path string) error { return os.Truncate(path, 3) },
	"emptied": func(path string) error { return os.Truncate(path, 0) },
	"longer": func(path string) error {
		data, err := os.ReadFile(path)
		return errors.Join(err, os.WriteFile(path, append(data, 'x'), 0o644))
	},
	"a directory": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o755)) },
	"gone":        os.Remove,
}

func TestDamageIsAMiss(t *testing.T) {
	for what, do := range damage {
		for _, read := range []string{"Get", "File", "File before and after"} {
			t.Run(what+", "+read, func(t *testing.T) {
				var said []string
				s := &Store{Dir: t.TempDir(), Say: func(line string) { said = append(said, line) }}
				has := func() bool {
					if read == "Get" {
						_, ok := s.Get("k", testKey)
						return ok
					}
					_, ok := s.File("k", testKey)
					return ok
				}
				put(t, s, "k", testKey, "a measured case")
				path, _, _ := s.find("k", testKey)
				if read == "File before and after" && !has() {
					t.Error("a good file is not there")
				}
				if err := do(path); err != nil {
					t.Fatal(err)
				}
				for range 2 { // the second time after what the first one cleared away
					if has() {
						t.Error("it is read")
					}
				}
				if quiet := what == "gone" || what == "a directory"; quiet != (len(said) == 0) || len(said) > 1 {
					t.Errorf("said %q", said)
				}
				if what == "a directory" {
					return
				}
				put(t, s, "k", testKey, "a measured case")
				if !has() {
					t.Error("what was made again is not read")
				}
			})
		}
	}
}

func TestConcurrentWriters(t *testing.T) {
	dir := t.TempDir()
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s := &Store{Dir: dir}
			for range 20 {
				if err := s.Put("k", testKey, data); err != nil {
					t.Error(err)
				}
				if got, ok := s.Get("k", testKey); !ok || !bytes.Equal(got, data) {
					t.Errorf("read %d bytes of %d", len(got), len(data))
				}
			}
		})
	}
	wg.Wait()
	if got := filesIn(t, dir); len(got) != 1 {
		t.Errorf("%d files, want one", len(got))
	}
}

func TestTree(t *testing.T) {
	var said []string
	dir := t.TempDir()
	files := map[string][]byte{"x.h": []byte("x"), "sub/y.h": []byte("y")}
	fresh := func() *Store {
		return &Store{Dir: dir, Say: func(line string) { said = append(said, line) }}
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := (&Store{Dir: dir}).Tree("t", testKey, files); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := filesIn(t, dir); len(got) != 2 {
		t.Errorf("files %q", got)
	}
	for what, do := range map[string]func(tree string) error{
		"x.h was changed":               func(tree string) error { return os.WriteFile(filepath.Join(tree, "x.h"), []byte("z"), 0o644) },
		"files are missing":             func(tree string) error { return os.Remove(filepath.Join(tree, "sub", "y.h")) },
		"z.h: it does not belong there": func(tree string) error { return os.WriteFile(filepath.Join(tree, "z.h"), nil, 0o644) },
		"x.h: it does not belong there": func(tree string) error { return relink(filepath.Join(tree, "x.h"), "sub/y.h") },
		"no such file or directory":     os.RemoveAll,
		"sub: it does not belong there": func(tree string) error { return relink(filepath.Join(tree, "sub"), "..") },
	} {
		said = nil
		if err := do(filepath.Join(dir, "t", testKey)); err != nil {
			t.Fatal(err)
		}
		s := fresh()
		tree, err := s.Tree("t", testKey, files)
		if err != nil || sameFiles(tree, files) != nil {
			t.Errorf("%s: %v", what, err)
		}
		if what == "no such file or directory" {
			if len(said) != 0 {
				t.Errorf("%s: said %q", what, said)
			}
			continue
		}
		if len(said) != 1 || !strings.Contains(said[0], what) {
			t.Errorf("%s: said %q", what, said)
		}
	}
}

func relink(path, to string) error {
	return errors.Join(os.RemoveAll(path), os.Symlink(to, path))
}

func age(t *testing.T, path string, by time.Duration) {
	t.Helper()
	when := time.Now().Add(-by)
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}

// The least recently used go first; what a living process used stays.
func TestTrim(t *testing.T) {
	dir := t.TempDir()
	old := &Store{Dir: dir}
	keys := make([]string, 10)
	for i := range keys {
		keys[i] = SHA256([]byte{byte(i)})
		put(t, old, "k", keys[i], strings.Repeat("x", 100))
		path, _, _ := old.find("k", keys[i])
		age(t, path, time.Duration(20-i)*time.Hour)
	}
	tree, err := old.Tree("t", testKey, map[string][]byte{"a/b": make([]byte, 100)})
	if err != nil {
		t.Fatal(err)
	}
	age(t, tree, 30*time.Hour)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	running, trimmer := &Store{Dir: dir}, &Store{Dir: dir}
	if _, ok := running.File("k", keys[0]); !ok {
		t.Fatal("no file")
	}
	got, err := trimmer.Trim(400)
	if err != nil {
		t.Fatal(err)
	}
	if got.Removed != 7 || got.RemovedBytes != 700 || got.KeptBytes != 400 || got.InUseBytes != 100 {
		t.Errorf("%+v", got)
	}
	for i, key := range keys {
		if _, _, ok := trimmer.find("k", key); ok != (i == 0 || i > 6) {
			t.Errorf("entry %d: %v", i, ok)
		}
	}
	if _, err := os.Stat(tree); err == nil {
		t.Error("the tree is there")
	}
	// Nothing that the other uses goes, whatever the bound.
	if got, err = trimmer.Trim(0); err != nil || got.KeptBytes != 100 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, ok := running.File("k", keys[0]); !ok {
		t.Error("a used file was removed")
	}
	running.Close()
	later := &Store{Dir: dir}
	path, _, _ := later.find("k", keys[0])
	age(t, path, time.Minute)
	if got, err = later.Trim(0); err != nil || got.KeptBytes != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBoundHolds(t *testing.T) {
	var said []string
	s := &Store{Dir: t.TempDir(), MaxBytes: 1000, Say: func(line string) { said = append(said, line) }}
	for i := range 50 {
		put(t, s, "k", SHA256([]byte{byte(i)}), strings.Repeat("x", 100))
	}
	// All of it is this process's own.
	if got := filesIn(t, s.Dir); len(got) != 50 || len(said) != 1 || !strings.Contains(said[0], "over its bound") {
		t.Errorf("%d files, said %q", len(got), said)
	}
	for _, path := range filesIn(t, s.Dir) {
		age(t, path, time.Hour)
	}
	put(t, s, "k", testKey, "x")
	put(t, s, "k", testKey, strings.Repeat("y", 100))
	if size := sizeOf(t, s.Dir); size > 1000 {
		t.Errorf("%d B", size)
	}
}

func sizeOf(t *testing.T, dir string) (size int64) {
	for _, path := range filesIn(t, dir) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	return size
}

// What a killed run was writing goes, what a living one is writing stays.
func TestLeftBehind(t *testing.T) {
	dir := t.TempDir()
	dead, alive := &Store{Dir: dir}, &Store{Dir: dir}
	partial := func(s *Store) string {
		var path string
		s.Make("k", testKey, func(out string) error { path = out; return errors.New("x") })
		if err := os.WriteFile(path, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, b := partial(dead), partial(alive)
	tree := filepath.Join(dir, "t", filepath.Base(a)+"-tree")
	before := filepath.Join(dir, "k", testKey[:2], ".new-123456")
	compiling := filepath.Join(filepath.Dir(a), filepath.Base(a)+"-run-1", "cc.s")
	for _, path := range []string{filepath.Join(tree, "x"), before, compiling} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("half"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	dead.lease.file.Close() // as the kernel does for a process that was killed
	trim := func() Trimmed {
		got, err := (&Store{Dir: dir}).Trim(1 << 30)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := trim(); got.LeftBehind != 3 || got.LeftBehindBytes != 12 {
		t.Errorf("%+v", got)
	}
	if got := filesIn(t, dir); len(got) != 2 {
		t.Errorf("left: %q", got)
	}
	age(t, before, 2*time.Hour)
	if got := trim(); got.LeftBehind != 1 {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(b); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, Leases)); len(entries) != 1 {
		t.Errorf("%d leases", len(entries))
	}
}

func TestVerify(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	put(t, s, "k", testKey, "good")
	put(t, s, "l", testKey, "bad")
	path, _, _ := s.find("l", testKey)
	if err := os.WriteFile(path, []byte("wor"), 0o644); err != nil {
		t.Fatal(err)
	}
	n, bad, err := s.Verify()
	if err != nil || n != 2 || len(bad) != 1 || bad[0].Path != path {
		t.Errorf("%d, %v, %v", n, bad, err)
	}
	if n, bad, err = s.Verify(); err != nil || n != 1 || len(bad) != 0 {
		t.Errorf("%d, %v, %v", n, bad, err)
	}
	use, err := s.Usage()
	if err != nil || len(use) != 1 || use[0] != (Usage{Kind: "k", Entries: 1, Bytes: 4}) {
		t.Errorf("%+v, %v", use, err)
	}
}

func TestScratch(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	dir, remove, err := Scratch("test")
	if err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(parent, scratchPrefix+"test-1")
	if err := errors.Join(os.Mkdir(dead, 0o755), os.Mkdir(filepath.Join(parent, "tlslab-test-2"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if n := SweepScratch(parent); n != 0 {
		t.Errorf("%d young ones removed", n)
	}
	age(t, dead, time.Hour)
	age(t, dir, time.Hour)
	age(t, filepath.Join(parent, "tlslab-test-2"), time.Hour)
	if n := SweepScratch(parent); n != 1 {
		t.Errorf("%d removed", n)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(parent); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}
