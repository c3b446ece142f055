package cache

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// stamp is what changes when a file does, as its file system tells it. It tells
// two looks at one file apart within a process; no key is made from it alone.
type stamp struct {
	Size           int64
	MtimeNS        int64
	CtimeNS        int64
	Device, Inode  uint64
	IsRegular, Set bool
}

// stampOf leaves the time of the last use out: using an entry sets it, and with
// it the time of the last change of the inode, which no program can set.
func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}, errors.New("the file system tells too little of its files")
	}
	return stamp{Size: info.Size(), MtimeNS: info.ModTime().UnixNano(), CtimeNS: st.Ctim.Nano(),
		Device: st.Dev, Inode: st.Ino, IsRegular: info.Mode().IsRegular(), Set: true}, nil
}

// touchEvery is how old the time of an entry's last use may be.
const touchEvery = time.Hour

// touch makes now the time of a file's last use where that is before least.
func touch(path string, least time.Time) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.ModTime().Before(least) {
		return nil
	}
	now := time.Now()
	return os.Chtimes(path, now, now)
}
