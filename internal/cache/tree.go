package cache

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Tree returns the directory KIND/KEY, which holds exactly these files. It is
// compared with them, once a process, and made again where it differs. Compilers
// read it; it stays where it is while this process runs.
func (s *Store) Tree(kind, key string, files map[string][]byte) (dir string, err error) {
	return s.MakeTree(kind, key, func(dir string) error { return sameFiles(dir, files) }, func(dir string) error {
		return writeFiles(dir, files)
	})
}

// MakeTree returns the directory KIND/KEY if check finds no fault in it, and
// else has it made by write, which is given an empty directory. A process checks
// a directory once; if it finds a fault, Say is called.
func (s *Store) MakeTree(kind, key string, check, write func(dir string) error) (dir string, err error) {
	// Absolute: compilers run elsewhere.
	parent, err := filepath.Abs(filepath.Join(s.Dir, kind))
	if err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	l, err := s.hold()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(parent, key)
	if err := s.use(dir, l); err == nil {
		s.mu.Lock()
		good := s.seen[dir].Set
		s.mu.Unlock()
		if good {
			return dir, nil
		}
		if err = check(dir); err == nil {
			s.checked(dir)
			return dir, nil
		}
		s.sayOnce(fmt.Sprintf("the cached %s %.12s is damaged (%v); it is made again", kind, key, err))
		kept, err := s.discard(dir, l, check)
		if err != nil {
			return "", err
		}
		if kept {
			s.checked(dir)
			return dir, nil
		}
	}
	tmp, err := os.MkdirTemp(parent, newPrefix+l.name+"-*")
	if err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	if err := write(tmp); err != nil {
		return "", err
	}
	if err := os.Rename(tmp, dir); err != nil {
		// Somebody else has made it meanwhile, or a fault would be theirs too.
		if cerr := check(dir); cerr != nil {
			return "", fmt.Errorf("cache: %w", err)
		}
	}
	s.checked(dir)
	return dir, nil
}

func (s *Store) checked(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]stamp{}
	}
	s.seen[dir] = stamp{Set: true}
}

// discard moves a tree out of the way and removes it, unless somebody else has
// made it again: then it is kept.
func (s *Store) discard(dir string, l *lease, check func(dir string) error) (kept bool, err error) {
	aside, err := os.MkdirTemp(filepath.Dir(dir), newPrefix+l.name+"-*")
	if err != nil {
		return false, fmt.Errorf("cache: %w", err)
	}
	defer os.RemoveAll(aside)
	unlock, err := s.lock(syscall.LOCK_EX)
	if err != nil {
		return false, err
	}
	defer unlock()
	if check(dir) == nil {
		return true, nil
	}
	if err := gone(os.Rename(dir, filepath.Join(aside, "tree"))); err != nil {
		return false, fmt.Errorf("cache: %w", err)
	}
	return false, nil
}

// sameFiles says what a directory's files differ in from those given.
func sameFiles(dir string, files map[string][]byte) error {
	left := len(files)
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		want, ok := files[filepath.ToSlash(name)]
		if !ok || !e.Type().IsRegular() {
			return fmt.Errorf("%s: it does not belong there", name)
		}
		have, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, want) {
			return fmt.Errorf("%s was changed", name)
		}
		left--
		return nil
	})
	if err == nil && left > 0 {
		err = errors.New("files are missing")
	}
	return err
}

func writeFiles(dir string, files map[string][]byte) error {
	for name, data := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
		if err := os.WriteFile(p, data, 0o644); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	return nil
}
