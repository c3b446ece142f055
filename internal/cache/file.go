package cache

import (
	"fmt"
	"path/filepath"
	"time"
)

// looked is a file as its file system tells it, without its content.
type looked struct {
	Path string
	stamp
}

var lookedKind = NewKind[looked]("file")

// restless is how long ago a file must have been changed for its times to tell
// it from a later state: file systems count in steps of some milliseconds.
const restless = 2 * time.Second

// FileDigest is the hex SHA-256 of a file that programs are installed in: links
// are followed. It is read whole once, and again when its size, its inode or one
// of its times differs; no one but the kernel sets the time of an inode's last
// change. It is not for files that people edit.
func (s *Store) FileDigest(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	before, err := stampOf(path)
	if err != nil {
		return "", err
	}
	key := lookedKind.Key(looked{path, before})
	if data, ok := s.Get(lookedKind.Name(), key); ok && len(data) == keyLen {
		return string(data), nil
	}
	sum, _, err := sumFile(path)
	if err != nil {
		return "", err
	}
	after, err := stampOf(path)
	if err != nil {
		return "", err
	}
	if after != before {
		return "", fmt.Errorf("%s: changed while it was read", path)
	}
	if time.Since(time.Unix(0, max(before.CtimeNS, before.MtimeNS))) < restless {
		return sum, nil
	}
	return sum, s.Put(lookedKind.Name(), key, []byte(sum))
}
