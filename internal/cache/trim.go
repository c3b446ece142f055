package cache

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"tlslab/internal/quantity"
)

const (
	// DefaultMaxBytes bounds a directory. The matrix of every shipped profile
	// takes 1.5 GB.
	DefaultMaxBytes = 4 << 30
	// lookEvery is the share of the bound that a process writes before it looks
	// at the directory's size again.
	lookEvery = 16
	// keepShare is what a trim leaves of the bound, so that the next one is not
	// due at once.
	keepShare = 0.9
	// abandonedAfter is when a file without a lease's name that is still being
	// written is abandoned.
	abandonedAfter = time.Hour
	// lookedAt is the file whose time says when somebody last looked at the
	// directory's size, lookAfter how long that is enough.
	lookedAt  = "looked-at"
	lookAfter = 10 * time.Minute
	// removeBatch is how many entries are removed while others wait.
	removeBatch = 64
)

// Trimmed is what a trim did.
type Trimmed struct {
	Removed, LeftBehind           int // entries, and leftovers of runs that were killed
	RemovedBytes, LeftBehindBytes int64
	KeptBytes                     int64
	InUseBytes                    int64 // of KeptBytes: used by processes that run
}

// Trim removes what killed runs left behind, and then the least recently used
// entries until at most maxBytes are left. What running processes have used
// stays, even where that is more.
func (s *Store) Trim(maxBytes int64) (Trimmed, error) { return s.trim(maxBytes, maxBytes) }

// trim removes entries, where there are more than most bytes of them, until at
// most target are left.
func (s *Store) trim(most, target int64) (t Trimmed, err error) {
	all, err := s.inventory()
	if err != nil {
		return t, fmt.Errorf("cache: %w", err)
	}
	// After the files: who writes one of those has its lease by now, or is done.
	names, since, err := s.living()
	if err != nil {
		return t, fmt.Errorf("cache: %w", err)
	}
	var entries []item
	for _, i := range all {
		switch {
		case !i.part:
			entries = append(entries, i)
			t.KeptBytes += i.size
			if !i.used.Before(since) {
				t.InUseBytes += i.size
			}
		case i.rest != "" && !names[i.rest], i.rest == "" && time.Since(i.used) > abandonedAfter:
			if err := os.RemoveAll(i.path); err != nil {
				return t, fmt.Errorf("cache: %w", err)
			}
			t.LeftBehind, t.LeftBehindBytes = t.LeftBehind+1, t.LeftBehindBytes+i.size
		}
	}
	if t.KeptBytes <= most {
		return t, nil
	}
	slices.SortFunc(entries, func(a, b item) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.path, b.path)) })
	var due []item
	for kept := t.KeptBytes; len(entries) > 0 && kept > target && entries[0].used.Before(since); entries = entries[1:] {
		due = append(due, entries[0])
		kept -= entries[0].size
	}
	for batch := range slices.Chunk(due, removeBatch) {
		removed, err := s.remove(batch)
		for _, i := range removed {
			t.Removed, t.RemovedBytes, t.KeptBytes = t.Removed+1, t.RemovedBytes+i.size, t.KeptBytes-i.size
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// remove removes entries that were not used since they were listed.
func (s *Store) remove(items []item) (removed []item, err error) {
	l, err := s.hold()
	if err != nil {
		return nil, err
	}
	unlock, err := s.lock(syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	var aside []string
	for _, i := range items {
		info, serr := os.Stat(i.path)
		if serr != nil || info.ModTime().After(i.used) {
			continue
		}
		if !i.tree {
			err = gone(os.Remove(i.path))
		} else {
			to := filepath.Join(filepath.Dir(i.path), newPrefix+l.name+"-"+filepath.Base(i.path))
			if err = gone(os.Rename(i.path, to)); err == nil {
				aside = append(aside, to)
			}
		}
		if err != nil {
			break
		}
		removed = append(removed, i)
	}
	unlock()
	for _, dir := range aside {
		if rerr := os.RemoveAll(dir); err == nil {
			err = rerr
		}
	}
	if err != nil {
		err = fmt.Errorf("cache: %w", err)
	}
	return removed, err
}

// Bound is the most bytes that the directory holds, below 0 where there is none.
func (s *Store) Bound() int64 {
	if s.MaxBytes == 0 {
		return DefaultMaxBytes
	}
	return s.MaxBytes
}

// grown trims the directory where this process has written so much that it may
// have outgrown its bound, and where none was done for a while.
func (s *Store) grown(by int64) error {
	most := s.Bound()
	if most < 0 {
		return nil
	}
	s.mu.Lock()
	s.written += by
	due := s.written > most/lookEvery || !s.looked && s.idle()
	s.looked = true
	if due {
		s.written = 0
	}
	s.mu.Unlock()
	if !due {
		return nil
	}
	return s.Tidy()
}

// idle says that no process has looked at the directory's size for a while.
func (s *Store) idle() bool {
	info, err := os.Stat(filepath.Join(s.Dir, lookedAt))
	return err != nil || time.Since(info.ModTime()) > lookAfter
}

// Tidy removes what killed runs left behind, and trims a directory that is over
// its bound. Where that can't be done because all of it is in use, it says so.
func (s *Store) Tidy() error {
	if err := os.WriteFile(filepath.Join(s.Dir, lookedAt), nil, 0o644); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	most := s.Bound()
	if most < 0 {
		return nil
	}
	t, err := s.trim(most, int64(float64(most)*keepShare))
	if err != nil {
		return err
	}
	if t.KeptBytes > most {
		s.sayOnce(fmt.Sprintf("the cache holds %s, over its bound of %s: running commands use them", quantity.MiB(t.KeptBytes), quantity.MiB(most)))
	}
	return nil
}

// Bad is an entry that is not what its name says.
type Bad struct{ Kind, Path string }

// Verify reads every entry and returns those that are damaged; they are removed.
// Trees are verified where they are used. Entries of earlier versions of this
// program, which nothing reads any more, are not its business.
func (s *Store) Verify() (checked int, bad []Bad, err error) {
	all, err := s.inventory()
	if err != nil {
		return 0, nil, fmt.Errorf("cache: %w", err)
	}
	for _, i := range all {
		key, promised := Entry(i.path)
		if i.tree || i.part || len(key) < 2 || len(promised) != keyLen {
			continue
		}
		have, _, err := sumFile(i.path)
		if gone(err) == nil && err != nil {
			continue
		}
		checked++
		if err == nil && have == promised {
			continue
		}
		bad = append(bad, Bad{i.kind, i.path})
		if err := s.discardFile(i.path, promised); err != nil {
			return checked, bad, fmt.Errorf("cache: %w", err)
		}
	}
	return checked, bad, nil
}
