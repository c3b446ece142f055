package core

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"sort"
)

// Cache is a directory of content-addressed files. Entries appear by rename,
// so a half-written one is never read. Several processes may share it.
type Cache struct{ Dir string }

// path of key within kind; the first byte fans directories out.
func (c *Cache) path(kind, key string) string {
	return filepath.Join(c.Dir, kind, key[:2], key)
}

// Get returns the entry's bytes, or ok=false.
func (c *Cache) Get(kind, key string) (data []byte, ok bool) {
	if len(key) < 2 {
		return nil, false
	}
	data, err := os.ReadFile(c.path(kind, key))
	return data, err == nil && len(data) > 0 // nothing is what a power cut leaves
}

// Put stores data under key.
func (c *Cache) Put(kind, key string, data []byte) error {
	return c.Make(kind, key, func(out string) error { return os.WriteFile(out, data, 0o644) })
}

// Make stores what write leaves in the file it is given.
func (c *Cache) Make(kind, key string, write func(out string) error) error {
	p := c.path(kind, key)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(p), ".new-*")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	f.Close()
	defer os.Remove(f.Name()) // gone already when all went well
	if err := write(f.Name()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), p); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// File returns the path of an entry written by Put, or ok=false.
func (c *Cache) File(kind, key string) (path string, ok bool) {
	if len(key) < 2 {
		return "", false
	}
	p := c.path(kind, key)
	info, err := os.Stat(p)
	return p, err == nil && info.Size() > 0
}

// digest hashes fields so that no two lists of fields share a digest.
type digest struct{ h hash.Hash }

func newDigest(kind string) digest {
	d := digest{sha256.New()}
	return d.add([]byte(kind))
}

func (d digest) add(b []byte) digest {
	fmt.Fprintf(d.h, "%d:", len(b))
	d.h.Write(b)
	return d
}

func (d digest) addStrings(ss ...string) digest {
	for _, s := range ss {
		d.add([]byte(s))
	}
	return d
}

func (d digest) sum() string { return hex.EncodeToString(d.h.Sum(nil)) }

// SHA256 is the hex digest of b.
func SHA256(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// writeTree makes dir appear whole or not at all.
func writeTree(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".new-*")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.RemoveAll(tmp)
	for name, data := range files {
		p := filepath.Join(tmp, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
		if err := os.WriteFile(p, data, 0o644); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	if err := os.Rename(tmp, dir); err != nil {
		if _, serr := os.Stat(dir); serr != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	return nil
}
