package confine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// landlockABI is the version of the kernel's Landlock; 0 without it.
var landlockABI = sync.OnceValue(func() int {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(v)
})

// Rights by what a path is for. What no rule grants is refused: making links,
// sockets and devices, and moving files between directories, have no rule.
const (
	rightsRead  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	rightsRun   = rightsRead | unix.LANDLOCK_ACCESS_FS_EXECUTE
	rightsWrite = rightsRead | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE
	// rightsOfFile are those that a rule for a single file may name.
	rightsOfFile = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE |
		unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
)

// handled are the rights that a version of Landlock knows of, all of which are
// taken away (include/uapi/linux/landlock.h).
func handled(abi int) (a unix.LandlockRulesetAttr) {
	a.Handled_access_fs = unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1
	if abi >= 2 {
		a.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		a.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if abi >= 4 {
		a.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if abi >= 5 {
		a.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if abi >= 6 {
		a.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return a
}

// ruleset is a Landlock ruleset of a Reach; the caller closes it.
func ruleset(r *Reach) (*os.File, error) {
	attr := handled(landlockABI())
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		return nil, fmt.Errorf("landlock: %w", errno)
	}
	f := os.NewFile(fd, "landlock ruleset")
	for _, g := range []struct {
		paths  []string
		rights uint64
	}{{r.Run, rightsRun}, {r.Read, rightsRead}, {r.Write, rightsWrite}, {[]string{os.DevNull}, rightsWrite}} {
		for _, path := range g.paths {
			if err := allow(f, path, g.rights&attr.Handled_access_fs); err != nil {
				f.Close()
				return nil, fmt.Errorf("landlock: %s: %w", path, err)
			}
		}
	}
	return f, nil
}

// allow adds a rule for a path and, where it is a directory, all below it.
func allow(ruleset *os.File, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= rightsOfFile
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, ruleset.Fd(), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// restrictThread puts the calling thread, and what it starts from now on,
// under a ruleset. There is no way back: the thread must end with its
// goroutine, which has locked it.
func restrictThread(ruleset *os.File) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	if err := denyCalls(); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset.Fd(), 0, 0); errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	return nil
}

// landlockHolds tries Landlock on a thread of its own: a version number alone
// does not say that the kernel was booted with it.
func landlockHolds() bool {
	if landlockABI() == 0 {
		return false
	}
	held := make(chan bool)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		rules, err := ruleset(new(Reach))
		if err != nil {
			held <- false
			return
		}
		defer rules.Close()
		if restrictThread(rules) != nil {
			held <- false
			return
		}
		fd, err := unix.Open("/", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			unix.Close(fd)
		}
		held <- errors.Is(err, unix.EACCES)
	}()
	return <-held
}
