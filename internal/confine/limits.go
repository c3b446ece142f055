package confine

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// each calls f with the kernel's name of every limit that is set. No process
// leaves a core file.
func (l Limits) each(f func(resource int, most uint64) error) error {
	for _, r := range []struct {
		resource int
		most     uint64
	}{
		{unix.RLIMIT_FSIZE, l.FileBytes}, {unix.RLIMIT_DATA, l.DataBytes},
		{unix.RLIMIT_CPU, uint64(l.CPU.Seconds())}, {unix.RLIMIT_NPROC, l.Processes},
	} {
		if r.most > 0 {
			if err := f(r.resource, r.most); err != nil {
				return err
			}
		}
	}
	return f(unix.RLIMIT_CORE, 0)
}

// set bounds a process that has just been started. What it started before that
// is bounded by setDescendants.
func (l Limits) set(pid int) error {
	return l.each(func(resource int, most uint64) error {
		var now unix.Rlimit
		if err := unix.Prlimit(pid, resource, nil, &now); err != nil {
			return limitError(pid, err)
		}
		most = min(most, now.Max)
		return limitError(pid, unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil))
	})
}

// limitError is nil for a process that has ended meanwhile.
func limitError(pid int, err error) error {
	if err == nil || err == unix.ESRCH {
		return nil
	}
	return fmt.Errorf("limits of process %d: %w", pid, err)
}

// setDescendants bounds what a process had started before it was bounded
// itself: later ones inherit its limits.
func (l Limits) setDescendants(pid int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return // it has ended, or this kernel does not tell
	}
	for _, word := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(word); err == nil && l.set(child) == nil {
			l.setDescendants(child)
		}
	}
}
