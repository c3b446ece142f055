package serial

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Bounds of a baud rate: what is slower or faster is a slip.
const (
	baudLeast = 300
	baudMost  = 12_000_000 // USB full speed's own rate
)

// ParsePort reads PATH[,baud=N]; baud is 0 where none is named.
func ParsePort(text string) (path string, baud int, err error) {
	path, option, given := strings.Cut(text, ",")
	if path == "" {
		return "", 0, fmt.Errorf("serial port %q: want PATH[,baud=N], as /dev/ttyACM0,baud=115200", text)
	}
	if !given {
		return path, 0, nil
	}
	value, ok := strings.CutPrefix(option, "baud=")
	if !ok {
		return "", 0, fmt.Errorf("serial port %q: unknown option %q; allowed: baud=N", text, option)
	}
	if baud, err = strconv.Atoi(value); err != nil || baud < baudLeast || baud > baudMost {
		return "", 0, fmt.Errorf("serial port %q: baud %q: not a number in %d..%d", text, value, baudLeast, baudMost)
	}
	return path, baud, nil
}

// openPort opens a serial port for this process alone: raw, 8 bits, no parity,
// no flow control, without what came before.
func openPort(path string, baud int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	raw, err := f.SyscallConn()
	if err == nil {
		var inner error
		if err = raw.Control(func(fd uintptr) { inner = setUp(int(fd), baud) }); err == nil {
			err = inner
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func setUp(fd, baud int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return fmt.Errorf("not a serial port: %w", err)
	}
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			return errors.New("another program uses it")
		}
		return err
	}
	// BOTHER: the rates themselves say how fast.
	*t = unix.Termios{Cflag: unix.CS8 | unix.CREAD | unix.CLOCAL | unix.BOTHER, Ispeed: uint32(baud), Ospeed: uint32(baud)}
	t.Cc[unix.VMIN] = 1
	if err := unix.IoctlSetTermios(fd, unix.TCSETS2, t); err != nil {
		return fmt.Errorf("%d baud: %w", baud, err)
	}
	return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIOFLUSH)
}
