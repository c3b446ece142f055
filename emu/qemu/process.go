package qemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tlslab/emu"
)

const (
	fifoToHost   = "to-host" // port/link_semihost.c
	fifoFromHost = "from-host"
	imageName    = "firmware.elf"
	stderrKept   = 16 << 10 // bytes of QEMU's own words that are kept
)

// patience is how long a guest may execute nothing while the lab waits for it,
// starting QEMU included. A guest that executes for ever ends at its budget.
const patience = 30 * time.Second

// process is one QEMU with its directory and FIFOs.
type process struct {
	cmd      *exec.Cmd
	dir      string
	toHost   *os.File
	fromHost *os.File
	hold     *os.File      // keeps toHost open until the guest has opened it
	gone     chan struct{} // closed when the process has ended
	waitErr  error         // valid after gone
	stderr   bounded
	release  sync.Once
	progress func() uint64 // instructions so far: what a standstill is seen by
	patience time.Duration
}

// bounded keeps the first bytes written to it.
type bounded struct {
	mu sync.Mutex
	b  []byte
}

func (w *bounded) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if room := stderrKept - len(w.b); room > 0 {
		w.b = append(w.b, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

func (w *bounded) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(string(w.b))
}

// start runs QEMU on firmware in a directory of its own. The counts' file is
// inherited as descriptor countsFD.
func start(program string, args []string, firmware []byte, c *counts, confined bool) (_ *process, err error) {
	dir, err := os.MkdirTemp("", "tlslab-qemu-")
	if err != nil {
		return nil, err
	}
	p := &process{dir: dir, gone: make(chan struct{}), patience: patience}
	p.progress = func() uint64 { return c.words[wInsns] }
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if err := os.WriteFile(filepath.Join(dir, imageName), firmware, 0o600); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name string
		file **os.File
	}{{fifoToHost, &p.toHost}, {fifoFromHost, &p.fromHost}} {
		path := filepath.Join(dir, f.name)
		if err := unix.Mkfifo(path, 0o600); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		// Both ways: opening waits for nobody.
		if *f.file, err = os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0); err != nil {
			return nil, err
		}
	}
	// Reading ends when QEMU does, so the read end must not also write.
	p.hold = p.toHost
	if p.toHost, err = os.OpenFile(filepath.Join(dir, fifoToHost), os.O_RDONLY|unix.O_NONBLOCK, 0); err != nil {
		return nil, err
	}
	p.cmd = exec.Command(program, args...)
	p.cmd.Dir = dir
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "QEMU_AUDIO_DRV=none"}
	p.cmd.Stderr = &p.stderr
	p.cmd.ExtraFiles = []*os.File{c.file}
	p.cmd.SysProcAttr = new(syscall.SysProcAttr)
	if confined {
		p.cmd.SysProcAttr = confinement()
	}
	p.cmd.SysProcAttr.Setpgid, p.cmd.SysProcAttr.Pdeathsig = true, syscall.SIGKILL
	started := make(chan error)
	go func() {
		// The death signal follows the thread that started the process.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.waitErr = p.cmd.Wait()
			close(p.gone)
			p.letGo()
		}
	}()
	if err := <-started; err != nil {
		close(p.gone)
		return nil, err
	}
	return p, nil
}

// letGo closes the end that keeps toHost open: from now on it ends with QEMU.
func (p *process) letGo() { p.release.Do(func() { p.hold.Close() }) }

// Read implements io.Reader on what the guest sends. It returns io.EOF when
// QEMU has gone, errStandstill when the guest executes nothing.
func (p *process) Read(b []byte) (int, error) {
	last := p.progress()
	for {
		p.toHost.SetReadDeadline(time.Now().Add(p.patience))
		n, err := p.toHost.Read(b)
		if n > 0 {
			return n, nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			if err == nil {
				err = io.EOF
			}
			return 0, err
		}
		now := p.progress()
		if now == last {
			return 0, errStandstill
		}
		last = now
	}
}

// Write implements io.Writer on what the guest reads.
func (p *process) Write(b []byte) (int, error) {
	p.fromHost.SetWriteDeadline(time.Now().Add(p.patience))
	return p.fromHost.Write(b)
}

var errStandstill = errors.New("QEMU executes nothing")

// kill ends the process, if it has not ended, and waits for that.
func (p *process) kill() {
	if p.cmd != nil && p.cmd.Process != nil {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		p.cmd.Process.Kill()
		<-p.gone
	}
}

// hasEnded says whether the process has.
func (p *process) hasEnded() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// close ends the process and removes all of it.
func (p *process) close() {
	p.kill()
	if p.hold != nil {
		p.letGo()
	}
	for _, f := range []*os.File{p.toHost, p.fromHost} {
		if f != nil {
			f.Close()
		}
	}
	os.RemoveAll(p.dir)
}

// reproduce is the command a person may type to see the same.
func (p *process) reproduce() string {
	return strings.Join(p.cmd.Args, " ")
}

// ended says how a process that went away by itself did so.
func (p *process) ended() error {
	select {
	case <-p.gone:
	case <-time.After(time.Second):
		return &emu.HostError{Err: errors.New("QEMU closed its FIFO and goes on")}
	}
	words := complaint(p.stderr.String())
	if words != "" {
		words = ": " + words
	}
	var exit *exec.ExitError
	if errors.As(p.waitErr, &exit) && exit.ExitCode() > 0 || p.waitErr == nil {
		// The firmware's own exit, or QEMU's refusal to begin.
		return &emu.HostError{Err: fmt.Errorf("QEMU ended with %v%s", p.cmd.ProcessState, words)}
	}
	return &emu.HostError{Err: fmt.Errorf("QEMU was killed (%v)%s", p.cmd.ProcessState, words)}
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

// canConfine says whether QEMU may be shut into its directory here: as root, or
// where users may have namespaces of their own.
func canConfine(ctx context.Context) bool {
	cmd := exec.CommandContext(ctx, "true")
	cmd.SysProcAttr = confinement()
	cmd.SysProcAttr.Chroot = "/"
	return cmd.Run() == nil
}

// confinement lets a process call chroot: root may, others in a user namespace
// where they are root.
func confinement() *syscall.SysProcAttr {
	if os.Geteuid() == 0 {
		return new(syscall.SysProcAttr)
	}
	return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
}
