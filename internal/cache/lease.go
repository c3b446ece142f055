package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A lease says that a process uses the directory: a file in Leases, locked as
// long as the process lives (the kernel lets go of the lock, however it ends).
// What is used after a lease was taken is not removed while the lease is held,
// and files being written carry its name.
type lease struct {
	name  string
	since time.Time
	file  *os.File
}

const (
	Leases  = "lease" // the directory of leases
	useLock = "lock"  // shared while an entry is marked as used, exclusive while entries are removed
)

// hold takes this process's lease, once.
func (s *Store) hold() (*lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lease != nil {
		return s.lease, nil
	}
	dir := filepath.Join(s.Dir, Leases)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	f, err := lockedFile(dir)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	s.lease = &lease{name: filepath.Base(f.Name()), since: info.ModTime(), file: f}
	return s.lease, nil
}

// lockedFile makes a file in dir that this process has locked.
func lockedFile(dir string) (*os.File, error) {
	for {
		f, err := os.CreateTemp(dir, "*")
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
		// Whoever looked for dead leases in between has removed it.
		here, err := os.Stat(f.Name())
		if mine, merr := f.Stat(); err == nil && merr == nil && os.SameFile(here, mine) {
			return f, nil
		}
		f.Close()
	}
}

// Close gives the lease back: this process reads no file of the store any more.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lease == nil {
		return nil
	}
	l := s.lease
	s.lease, s.seen = nil, nil
	return errors.Join(os.Remove(l.file.Name()), l.file.Close())
}

// living are the leases that are held, by name, and since when the oldest is.
// Those of processes that are gone are removed.
func (s *Store) living() (names map[string]bool, since time.Time, err error) {
	names, since = map[string]bool{}, time.Now()
	dir := filepath.Join(s.Dir, Leases)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, since, err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, since, err
		}
		info, err := f.Stat()
		if err == nil && !held(f) {
			os.Remove(path)
		} else {
			names[e.Name()] = true
			if err == nil && info.ModTime().Before(since) {
				since = info.ModTime()
			}
		}
		f.Close()
	}
	return names, since, nil
}

// held says whether somebody else has a file, or directory, locked.
func held(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
}

// leaseOf is the lease in the name of a file that is being written; "" for one
// of a version of this program that had none.
func leaseOf(name string) string {
	rest, _ := strings.CutPrefix(name, newPrefix)
	lease, _, ok := strings.Cut(rest, "-")
	if !ok {
		return ""
	}
	return lease
}

// use marks a file, or a directory's tree, as used by this process, so that it
// is not removed while the process lives. An error means that it is gone.
func (s *Store) use(path string, l *lease) error {
	unlock, err := s.lock(syscall.LOCK_SH)
	if err != nil {
		return err
	}
	defer unlock()
	return touch(path, l.since)
}

// lock takes useLock.
func (s *Store) lock(how int) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(s.Dir, useLock), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("cache: %w", err)
	}
	return func() { f.Close() }, nil
}
