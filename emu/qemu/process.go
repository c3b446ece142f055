package qemu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tlslab/emu"
	"tlslab/internal/confine"
	"tlslab/internal/quantity"
)

const (
	fifoToHost   = "to-host" // port/link_semihost.c
	fifoFromHost = "from-host"
	imageName    = "firmware.elf"
	stderrKept   = 16 << 10 // bytes of QEMU's own words that are kept
)

// patience is how long a guest may execute nothing while the lab waits for it,
// starting QEMU included. A guest that executes for ever ends at its budget.
const patience = 2 * time.Minute

// floodBytes is how much QEMU may say: a guest can have it print for ever.
const floodBytes = 16 << 20

// processLimits bound QEMU: it has no file to write but FIFOs, a board has at most some
// hundred megabytes of RAM, and translated code takes up to one gigabyte. Its
// time is bounded by emu.Limits.
var processLimits = confine.Limits{FileBytes: 1 << 20, DataBytes: 8 << 30, Processes: 32 << 10}

// process is one QEMU with its directory and FIFOs.
type process struct {
	cmd      *exec.Cmd
	run      *confine.Process // nil until it was started
	dir      string
	remove   func() // of the directory
	toHost   *os.File
	fromHost *os.File
	hold     *os.File     // keeps toHost open until the guest has opened it
	waits    *os.File     // the lab's end of the socket on which the plugin waits for it
	look     func() error // what the lab does then
	words    words
	tape     tape
	release  sync.Once
	ending   atomic.Pointer[emu.GuestError] // why the lab ended it; nil: it did not
	overdue  *time.Timer
	progress func() uint64 // instructions so far: what a standstill is seen by
	patience time.Duration
}

// words keeps the first bytes that QEMU says.
type words struct {
	mu    sync.Mutex
	b     []byte
	said  int
	flood func() // called when it is too much
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if room := stderrKept - len(w.b); room > 0 {
		w.b = append(w.b, p[:min(room, len(p))]...)
	}
	if w.said += len(p); w.said > floodBytes {
		w.flood()
	}
	return len(p), nil
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(string(w.b))
}

// start runs QEMU on firmware in a directory of its own, which with the plugin
// and its own installation is all it sees. The counts' file is inherited as
// descriptor countsFD.
func (m *Machine) start(firmware []byte, c *counts, lim emu.Limits) (_ *process, err error) {
	p := &process{patience: cmp.Or(m.patience, patience)}
	p.progress = func() uint64 { return c.words[wInsns] }
	p.words.flood = func() {
		p.end(&emu.GuestError{Reason: fmt.Sprintf("has QEMU print more than %s", quantity.Bytes(floodBytes))})
	}
	if p.dir, p.remove, err = confine.Directory("", "tlslab-qemu-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	image := filepath.Join(p.dir, imageName)
	if err := os.WriteFile(image, firmware, 0o600); err != nil {
		return nil, err
	}
	reach := &confine.Reach{Run: confine.Programs(m.program), Read: []string{image, m.plugin}, Limits: processLimits}
	for _, f := range []struct {
		name string
		file **os.File
	}{{fifoToHost, &p.toHost}, {fifoFromHost, &p.fromHost}} {
		path := filepath.Join(p.dir, f.name)
		if err := unix.Mkfifo(path, 0o600); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		// Both ways, so that opening does not wait for the other end.
		if *f.file, err = os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0); err != nil {
			return nil, err
		}
		reach.Write = append(reach.Write, path)
	}
	// Reading ends when QEMU does, so the read end must not also write.
	p.hold = p.toHost
	if p.toHost, err = os.OpenFile(filepath.Join(p.dir, fifoToHost), os.O_RDONLY|unix.O_NONBLOCK, 0); err != nil {
		return nil, err
	}
	p.cmd = exec.Command(m.program, argv(m.stand, imageName, m.plugin, len(c.bytes), m.chroot)...)
	p.cmd.Dir = p.dir
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "QEMU_AUDIO_DRV=none"}
	p.cmd.Stderr = &p.words
	plugins, err := p.socket()
	if err != nil {
		return nil, err
	}
	defer plugins.Close()
	p.cmd.ExtraFiles = []*os.File{countsFD - 3: c.file, labFD - 3: plugins}
	if m.chroot {
		p.cmd.SysProcAttr = mayChroot()
	}
	if p.run, err = confine.Start(p.cmd, reach); err != nil {
		return nil, err
	}
	p.overdue = time.AfterFunc(lim.Wall(), func() {
		var e *emu.GuestError
		errors.As(lim.WallError(), &e)
		p.end(e)
	})
	go func() {
		<-p.run.Done()
		p.letGo()
	}()
	if confine.InForce() == confine.None {
		go p.watchFiles()
	}
	return p, nil
}

// filesPause is how often watchFiles looks.
const filesPause = 100 * time.Millisecond

// watchFiles ends a guest that makes files, where nothing keeps it from that.
// Each has a bound, but there may be many; and QEMU's CPU threads take no signal
// that a file has reached its bound.
func (p *process) watchFiles() {
	for {
		select {
		case <-p.run.Done():
			return
		case <-time.After(filesPause):
		}
		entries, _ := os.ReadDir(p.dir)
		for _, e := range entries {
			if !slices.Contains([]string{imageName, fifoToHost, fifoFromHost}, e.Name()) {
				p.end(&emu.GuestError{Reason: fmt.Sprintf("has QEMU make a file, %q", e.Name())})
			}
		}
	}
}

// end kills QEMU because of something the guest did.
func (p *process) end(why *emu.GuestError) {
	why.Unrepeatable = true
	if p.ending.CompareAndSwap(nil, why) && p.run != nil {
		p.run.Kill()
	}
}

// letGo closes the end that keeps toHost open: from now on it ends with QEMU.
func (p *process) letGo() { p.release.Do(func() { p.hold.Close() }) }

// Read implements io.Reader on what the guest sends. It returns io.EOF when
// QEMU has gone, errStandstill when the guest executes nothing.
func (p *process) Read(b []byte) (int, error) {
	last := p.progress()
	for {
		said, waits, err := p.wait()
		switch {
		case err != nil:
			return 0, err
		case said:
			n, err := p.toHost.Read(b)
			if n == 0 && err == nil {
				err = io.EOF
			}
			return n, err
		case waits:
			if err := p.looked(); err != nil {
				return 0, err
			}
			continue
		}
		now := p.progress()
		if now == last {
			return 0, errStandstill
		}
		last = now
	}
}

// socket makes the pair of sockets on which the plugin waits for the lab, and
// returns the plugin's.
func (p *process) socket() (*os.File, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socketpair: %w", err)
	}
	p.waits = os.NewFile(uintptr(pair[0]), "waits")
	return os.NewFile(uintptr(pair[1]), "waits"), nil
}

// wait waits until the guest has sent something (or QEMU is gone), the plugin waits for
// the lab, or patience has passed.
func (p *process) wait() (said, waits bool, err error) {
	polled := []unix.PollFd{{Events: unix.POLLIN}, {Events: unix.POLLIN, Fd: int32(p.waits.Fd())}}
	until := time.Now().Add(p.patience)
	control, err := p.toHost.SyscallConn()
	if err != nil {
		return false, false, err
	}
	var failed error
	err = control.Control(func(fd uintptr) {
		polled[0].Fd = int32(fd)
		for failed = unix.EINTR; failed == unix.EINTR; {
			_, failed = unix.Poll(polled, int(max(time.Until(until), 0).Milliseconds()))
		}
	})
	return polled[0].Revents != 0, polled[1].Revents&unix.POLLIN != 0, cmp.Or(err, failed)
}

// looked calls look and lets the plugin go on.
func (p *process) looked() error {
	var b [1]byte
	if _, err := io.ReadFull(p.waits, b[:]); err != nil {
		return err
	}
	if err := p.look(); err != nil {
		return err
	}
	_, err := p.waits.Write(b[:])
	return err
}

// Write implements io.Writer on what the guest reads.
func (p *process) Write(b []byte) (int, error) {
	p.fromHost.SetWriteDeadline(time.Now().Add(p.patience))
	n, err := p.fromHost.Write(b)
	p.tape.add(b[:n])
	return n, err
}

var errStandstill = errors.New("QEMU executes nothing")

// kill ends the process, if it has not ended, and waits for that.
func (p *process) kill() {
	if p.run != nil {
		p.run.Kill()
		p.run.Wait()
	}
}

// hasEnded says whether the process has.
func (p *process) hasEnded() bool {
	select {
	case <-p.run.Done():
		return true
	default:
		return false
	}
}

// close ends the process and removes all of it.
func (p *process) close() {
	if p.overdue != nil {
		p.overdue.Stop()
	}
	p.kill()
	if p.hold != nil {
		p.letGo()
	}
	for _, f := range []*os.File{p.toHost, p.fromHost, p.waits} {
		if f != nil {
			f.Close()
		}
	}
	p.remove()
}

// ended says how a process that went away by itself did so. Before the guest's
// first instruction that is QEMU's own affair, later the guest's.
func (p *process) ended() error {
	select {
	case <-p.run.Done():
	case <-time.After(patience):
		return &emu.HostError{Err: errors.New("QEMU closed its FIFO and goes on")}
	}
	if why := p.ending.Load(); why != nil {
		return why
	}
	words := complaint(p.words.String())
	if words != "" {
		words = ": " + words
	}
	state := p.cmd.ProcessState
	status, _ := state.Sys().(syscall.WaitStatus)
	switch {
	case status.Signaled() && (p.progress() == 0 || status.Signal() == syscall.SIGKILL):
		return &emu.HostError{Err: fmt.Errorf("QEMU was killed (%v)%s", state, words)}
	case status.Signaled():
		return &emu.GuestError{Reason: fmt.Sprintf("QEMU crashed (%v)%s", state, words), Unrepeatable: true}
	case p.progress() == 0:
		return &emu.HostError{Err: fmt.Errorf("QEMU ended with %v%s", state, words)}
	}
	return &emu.GuestError{Reason: fmt.Sprintf("has QEMU end (%v)%s", state, words), Unrepeatable: true}
}

// complaint is the first line of QEMU's words that is no mere warning.
func complaint(text string) string {
	for _, line := range strings.Split(text, "\n") {
		if line != "" && !strings.Contains(line, "warning: ") {
			return line
		}
	}
	return ""
}

// canChroot says whether QEMU is to be shut into its directory: as root, or,
// where nothing else confines it, in a user namespace.
func canChroot(ctx context.Context) bool {
	if confine.InForce() != confine.None {
		return os.Geteuid() == 0 && confine.InForce() == confine.Landlock
	}
	cmd := exec.Command("true")
	cmd.SysProcAttr = mayChroot()
	cmd.SysProcAttr.Chroot = "/"
	return confine.Run(ctx, cmd, nil) == nil
}

// mayChroot lets a process call chroot: root may, others in a user namespace
// where they are root.
func mayChroot() *syscall.SysProcAttr {
	if os.Geteuid() == 0 {
		return new(syscall.SysProcAttr)
	}
	return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
}
