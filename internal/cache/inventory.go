package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// item is an entry, or a directory's tree, or what a killed run left of one.
type item struct {
	kind string
	path string
	size int64
	used time.Time // last
	tree bool
	rest string // lease under which it is being written
	part bool   // it is being written, or was
}

// inventory lists all that the directory holds. What is removed meanwhile is
// left out. A kind that is a link to another directory is that one's.
func (s *Store) inventory() ([]item, error) {
	kinds, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []item
	for _, k := range kinds {
		if !k.IsDir() || k.Name() == Leases {
			continue
		}
		below, err := os.ReadDir(filepath.Join(s.Dir, k.Name()))
		if err != nil {
			return nil, err
		}
		for _, e := range below {
			path := filepath.Join(s.Dir, k.Name(), e.Name())
			if e.IsDir() && isTree(e.Name()) {
				all = append(all, treeItem(k.Name(), path))
				continue
			}
			err := filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
				switch {
				case err != nil:
					return gone(err)
				case e.IsDir() && strings.HasPrefix(e.Name(), newPrefix): // where a tool writes
					all = append(all, treeItem(k.Name(), p))
					return fs.SkipDir
				case !e.IsDir():
					all = appendFile(all, k.Name(), p, e)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// isTree tells the directory of a tree from one that holds entries.
func isTree(name string) bool {
	return len(name) == keyLen || strings.HasPrefix(name, newPrefix)
}

func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func appendFile(all []item, kind, path string, e fs.DirEntry) []item {
	info, err := e.Info()
	if err != nil {
		return all // it is gone
	}
	i := item{kind: kind, path: path, size: info.Size(), used: info.ModTime()}
	return append(all, i.partial(e.Name()))
}

// treeItem sums a tree up. Its directory's time is that of its last use.
func treeItem(kind, dir string) item {
	i := item{kind: kind, path: dir, tree: true}
	if info, err := os.Stat(dir); err == nil {
		i.used = info.ModTime()
	}
	filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return gone(err)
		}
		if info, err := e.Info(); err == nil {
			i.size += info.Size()
		}
		return nil
	})
	return i.partial(filepath.Base(dir))
}

func (i item) partial(name string) item {
	if strings.HasPrefix(name, newPrefix) {
		i.part, i.rest = true, leaseOf(name)
	}
	return i
}

// Usage is what one kind holds.
type Usage struct {
	Kind    string
	Entries int
	Bytes   int64
	// LeftBehind are bytes of entries that were never finished.
	LeftBehind int64
}

// Usage says what each kind holds, by name.
func (s *Store) Usage() ([]Usage, error) {
	all, err := s.inventory()
	if err != nil {
		return nil, err
	}
	var out []Usage
	at := map[string]int{}
	for _, i := range all {
		n, ok := at[i.kind]
		if !ok {
			n = len(out)
			at[i.kind], out = n, append(out, Usage{Kind: i.kind})
		}
		if i.part {
			out[n].LeftBehind += i.size
			continue
		}
		out[n].Entries, out[n].Bytes = out[n].Entries+1, out[n].Bytes+i.size
	}
	return out, nil
}
