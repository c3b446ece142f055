// Package input reads files that people name. Such a file may be a FIFO without
// a writer, a device without an end, a directory, or far too large: each is an
// error at once.
//
// It does not read the lab's own files (internal/cache does).
package input

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Bounds by what a file is, in bytes: far above any that makes sense, far below
// what a machine has memory for.
const (
	Text    = 1 << 20   // a profile, a board, a scenario, a list: a person wrote it
	PEM     = 4 << 20   // trusted certificates: 20 times a desktop's bundle, which no microcontroller holds
	Source  = 16 << 20  // a file of a library's source; Mbed TLS's largest has 0.5 MB
	Image   = 64 << 20  // firmware with its symbols
	Archive = 256 << 20 // a compressed source archive; Mbed TLS's has 5 MB
)

// Read returns the bytes of a regular file, or of a link to one, of at most so
// many bytes. Errors are *fs.PathError: they name the file.
func Read(path string, most int64) ([]byte, error) {
	// Without waiting: opening a FIFO would wait for its writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	refuse := func(format string, args ...any) ([]byte, error) {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf(format, args...)}
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return refuse("is %s, not a regular file", kind(info.Mode()))
	}
	if info.Size() > most {
		return refuse("has %d bytes; at most %d are read", info.Size(), most)
	}
	// It may grow, or not know its size.
	data := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(f, most+1)); err != nil {
		return nil, err
	}
	if int64(data.Len()) > most {
		return refuse("has more than the %d bytes that are read", most)
	}
	return data.Bytes(), nil
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case m&fs.ModeDevice != 0:
		return "a device"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a special file"
}
