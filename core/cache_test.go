package core

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

var testKey = SHA256([]byte("key"))

// filesIn lists regular files below dir.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCachePutGet(t *testing.T) {
	c := &Cache{t.TempDir()}
	if _, ok := c.Get("k", testKey); ok {
		t.Error("an empty cache has an entry")
	}
	if _, ok := c.File("k", testKey); ok {
		t.Error("an empty cache has a file")
	}
	for _, data := range []string{"one", "two"} {
		if err := c.Put("k", testKey, []byte(data)); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get("k", testKey); !ok || string(got) != data {
			t.Errorf("got %q, %v, want %q", got, ok, data)
		}
	}
	if err := c.Put("cut", testKey, nil); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Get("cut", testKey); ok {
		t.Error("an empty entry, what a power cut leaves, is read")
	}
	if _, ok := c.Get("k", ""); ok {
		t.Error("an empty key has an entry")
	}
	if _, ok := c.Get("other", testKey); ok {
		t.Error("kinds share entries")
	}
	if got := filesIn(t, c.Dir); len(got) != 2 {
		t.Errorf("files %q, want two", got)
	}
}

func TestCacheMakeFails(t *testing.T) {
	c := &Cache{t.TempDir()}
	full := errors.New("no space left")
	err := c.Make("k", testKey, func(out string) error {
		if err := os.WriteFile(out, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	if got := filesIn(t, c.Dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
	// An entry that was there stays as it was.
	if err := c.Put("k", testKey, []byte("whole")); err != nil {
		t.Fatal(err)
	}
	c.Make("k", testKey, func(string) error { return full })
	if got, _ := c.Get("k", testKey); string(got) != "whole" {
		t.Errorf("entry is %q after a failed writer", got)
	}
}

func TestCacheUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	if err := (&Cache{file}).Put("k", testKey, nil); err == nil {
		t.Error("no error from a cache that is a file")
	}
}

func TestCacheConcurrentWriters(t *testing.T) {
	c := &Cache{t.TempDir()}
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if err := c.Put("k", testKey, data); err != nil {
					t.Error(err)
				}
				if got, ok := c.Get("k", testKey); !ok || !bytes.Equal(got, data) {
					t.Errorf("read %d bytes of %d", len(got), len(data))
				}
			}
		})
	}
	wg.Wait()
	if got := filesIn(t, c.Dir); len(got) != 1 {
		t.Errorf("%d files, want one", len(got))
	}
}

func TestWriteTree(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "a", "b")
	files := map[string][]byte{"x.h": []byte("x"), "sub/y.h": []byte("y")}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := writeTree(dir, files); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := filesIn(t, parent); len(got) != 2 {
		t.Errorf("files %q", got)
	}
}

func TestDigestFields(t *testing.T) {
	a := newDigest("k").addStrings("ab", "c").sum()
	for _, other := range []string{
		newDigest("k").addStrings("a", "bc").sum(), newDigest("k").addStrings("abc").sum(),
		newDigest("k").addStrings("ab", "c", "").sum(), newDigest("kab").addStrings("c").sum(),
	} {
		if a == other {
			t.Error("two lists of fields share a digest")
		}
	}
}
