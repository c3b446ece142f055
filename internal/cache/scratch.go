package cache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// scratchPrefix begins the names of directories that Scratch makes, and of no
// others.
const scratchPrefix = "tlslab.scratch-"

// scratchYoungest is how old a directory must be before it can be abandoned: its
// maker locks it after it has made it.
const scratchYoungest = time.Minute

var (
	sweepOnce sync.Once
	scratches sync.Map // directories of this process
)

// Scratch makes an empty directory for temporary files, and removes those that
// processes left behind that were killed. It belongs to this process as long as
// that lives; call remove when done.
func Scratch(what string) (dir string, remove func() error, err error) {
	sweepOnce.Do(func() { SweepScratch(os.TempDir()) })
	if dir, err = os.MkdirTemp("", scratchPrefix+what+"-"); err != nil {
		return "", nil, err
	}
	f, err := os.Open(dir)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("%s: %w", dir, err), os.RemoveAll(dir))
	}
	scratches.Store(dir, nil)
	return dir, func() error {
		scratches.Delete(dir)
		return errors.Join(os.RemoveAll(dir), f.Close())
	}, nil
}

// EndScratch removes all that Scratch made for this process, which ends at once.
func EndScratch() {
	scratches.Range(func(dir, _ any) bool {
		os.RemoveAll(dir.(string))
		return true
	})
}

// SweepScratch removes the directories below parent that Scratch made for
// processes that are gone, and returns how many there were.
func SweepScratch(parent string) (n int) {
	dirs, err := filepath.Glob(filepath.Join(parent, scratchPrefix+"*"))
	if err != nil {
		return 0
	}
	for _, dir := range dirs {
		if abandoned(dir) && os.RemoveAll(dir) == nil {
			n++
		}
	}
	return n
}

func abandoned(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < scratchYoungest {
		return false
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Getuid() {
		return false
	}
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	return !held(f)
}
