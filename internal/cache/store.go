package cache

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Store is a directory of entries, by kind and key. The zero value with Dir set
// is ready for use. Several processes may share a directory.
//
// An entry is the file KIND/KK/KEY.SUM, where KK is the key's first byte and SUM
// the hex SHA-256 of what is in it. Entries appear by rename. One that is not
// what its name says is a miss: it is removed, and Say is called. One that is what
// its name says stays the same file (inode) as long as it is used: a compiler may
// be confined to it.
type Store struct {
	Dir string
	// MaxBytes bounds the directory; 0: DefaultMaxBytes, below 0: no bound.
	MaxBytes int64
	// Say is called with one line for what of the directory was not as it should be;
	// nil: not called.
	Say func(line string)

	mu      sync.Mutex
	lease   *lease
	seen    map[string]stamp // files that this process has read whole and found good
	said    map[string]bool
	written int64 // bytes since the last look at the directory's size
	looked  bool
}

const (
	newPrefix = ".new-" // begins the names of files that are being written
	keyLen    = 2 * sha256.Size
)

// dir is where the entries of a kind whose keys begin alike are.
func (s *Store) dir(kind, key string) string { return filepath.Join(s.Dir, kind, key[:2]) }

// Entry is the key of an entry, and the digest of its bytes, from its path.
func Entry(path string) (key, sum string) {
	key, sum, _ = strings.Cut(filepath.Base(path), ".")
	return key, sum
}

// find is the newest file of an entry, and the digest its name promises.
func (s *Store) find(kind, key string) (path, sum string, ok bool) {
	if len(key) < 2 {
		return "", "", false
	}
	entries, err := os.ReadDir(s.dir(kind, key))
	if err != nil {
		return "", "", false
	}
	var newest time.Time
	for _, e := range entries {
		promised, is := strings.CutPrefix(e.Name(), key+".")
		if !is || len(promised) != keyLen {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || ok && !info.ModTime().After(newest) {
			continue
		}
		path, sum, ok, newest = filepath.Join(s.dir(kind, key), e.Name()), promised, true, info.ModTime()
	}
	return path, sum, ok
}

// Get returns an entry's bytes, or ok=false.
func (s *Store) Get(kind, key string) (data []byte, ok bool) {
	path, promised, ok := s.find(kind, key)
	if !ok {
		return nil, false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.damaged(kind, path, err.Error())
		}
		return nil, false
	}
	if SHA256(data) != promised {
		s.damaged(kind, path, "")
		return nil, false
	}
	touch(path, time.Now().Add(-touchEvery))
	return data, true
}

// Put stores data under key, in place of what is there.
func (s *Store) Put(kind, key string, data []byte) error {
	return s.Make(kind, key, func(out string) error { return os.WriteFile(out, data, 0o644) })
}

// Make stores what write leaves in the file it is given. Where the same is there
// already, it stays.
func (s *Store) Make(kind, key string, write func(out string) error) error {
	if len(key) < 2 {
		return fmt.Errorf("cache: %s: %q is no key", kind, key)
	}
	dir := s.dir(kind, key)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	l, err := s.hold()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, newPrefix+l.name+"-*")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	f.Close()
	defer os.Remove(f.Name()) // gone already when all went well
	if err := write(f.Name()); err != nil {
		return err
	}
	sum, size, err := sumFile(f.Name())
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil { // a shared directory is read by others
		return fmt.Errorf("cache: %w", err)
	}
	path := filepath.Join(dir, key+"."+sum)
	if err := s.publish(f.Name(), path, sum); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	// The newest counts where there are two: a compiler may take its time.
	touch(path, time.Now())
	return s.grown(size)
}

// publish moves a file to its place, unless the same is there.
func (s *Store) publish(from, path, sum string) error {
	unlock, err := s.lock(syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	if holds(path, sum) {
		return nil
	}
	return os.Rename(from, path)
}

// discardFile removes an entry's file, unless it has become what its name says.
func (s *Store) discardFile(path, promised string) error {
	unlock, err := s.lock(syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	if holds(path, promised) {
		return nil
	}
	return gone(os.Remove(path))
}

// holds reports whether a path is a regular file with the promised digest.
func holds(path, promised string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	sum, _, err := sumFile(path)
	return err == nil && sum == promised
}

// TempFile makes an empty file for a tool to write to. It belongs to this process;
// call remove when done.
func (s *Store) TempFile() (path string, remove func(), err error) {
	dir := filepath.Join(s.Dir, "tmp")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", nil, fmt.Errorf("cache: %w", err)
	}
	l, err := s.hold()
	if err != nil {
		return "", nil, err
	}
	f, err := os.CreateTemp(dir, newPrefix+l.name+"-*")
	if err != nil {
		return "", nil, fmt.Errorf("cache: %w", err)
	}
	f.Close()
	return f.Name(), func() { os.Remove(f.Name()) }, nil
}

// File returns the path of an entry for a tool to read, or ok=false. The file is
// read and compared with its digest once a process, and again when it changed.
// It stays where it is while this process runs.
func (s *Store) File(kind, key string) (path string, ok bool) {
	path, promised, ok := s.find(kind, key)
	if !ok {
		return "", false
	}
	l, err := s.hold()
	if err != nil {
		return "", false
	}
	if err := s.use(path, l); err != nil {
		return "", false
	}
	now, err := stampOf(path)
	if err != nil {
		return "", false
	}
	s.mu.Lock()
	good := s.seen[path] == now
	s.mu.Unlock()
	if good {
		return path, true
	}
	sum, _, err := sumFile(path)
	if err != nil || sum != promised {
		s.damaged(kind, path, "")
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]stamp{}
	}
	s.seen[path] = now
	return path, true
}

// damaged removes an entry that is not what it should be, and says so.
func (s *Store) damaged(kind, path, why string) {
	if why == "" {
		why = "it is not what was written"
	}
	key, promised := Entry(path)
	s.discardFile(path, promised) // where it can't be removed, what is made again takes its place
	s.sayOnce(fmt.Sprintf("the cached %s %.12s is damaged (%s); it is made again", kind, key, why))
}

// sayOnce calls Say with a line, unless it has done so before.
func (s *Store) sayOnce(line string) {
	s.mu.Lock()
	again := s.said[line]
	if s.said == nil {
		s.said = map[string]bool{}
	}
	s.said[line] = true
	s.mu.Unlock()
	if s.Say != nil && !again {
		s.Say(line)
	}
}

func sumFile(path string) (digest string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return sum(h), size, err
}
