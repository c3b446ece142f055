package confine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// Process is a program that was started, with all that it starts: they are one
// process group, which is killed as one.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // valid after done
}

// live are the processes that have not been waited for, and directories that
// are to be removed: what End ends.
var live = struct {
	sync.Mutex
	processes   map[*Process]bool
	directories map[string]bool
	ended       bool
}{processes: map[*Process]bool{}, directories: map[string]bool{}}

// Run starts a program and waits for it. It is killed when ctx ends. The error
// is that of exec.Cmd.Run.
func Run(ctx context.Context, cmd *exec.Cmd, reach *Reach) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p, err := Start(cmd, reach)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, p.Kill)()
	return p.Wait()
}

// Start starts a program that may touch what reach has, by whatever is
// InForce; nil: it may do what the lab may. It dies with the lab.
func Start(cmd *exec.Cmd, reach *Reach) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGKILL
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The death signal follows the thread that started the process, and a
		// confined thread can't be used again: it ends with this goroutine.
		runtime.LockOSThread()
		err := p.start(reach)
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			p.forget()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Process) start(reach *Reach) error {
	if reach != nil && p.cmd.Err == nil {
		switch InForce() {
		case Landlock:
			rules, err := ruleset(reach)
			if err != nil {
				return err
			}
			defer rules.Close()
			if err := restrictThread(rules); err != nil {
				return err
			}
		case Bubblewrap:
			dir := p.cmd.Dir
			if dir == "" {
				dir, _ = os.Getwd()
			}
			p.wrap(bwrap, bubblewrapArgs(reach, dir, p.argv()))
		}
		args, err := reach.Limits.args(hard, p.argv())
		if err != nil {
			return err
		}
		p.wrap(prlimit, args)
	}
	live.Lock()
	defer live.Unlock()
	if live.ended {
		return context.Canceled
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	live.processes[p] = true
	return nil
}

// argv is the program by its path, and its arguments.
func (p *Process) argv() []string { return append([]string{p.cmd.Path}, p.cmd.Args[1:]...) }

// wrap runs the program by way of another one, from PATH, or from the system's
// directories if PATH has only the tools. A missing wrapper is not reported as a missing
// program.
func (p *Process) wrap(name string, args []string) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/bin/" + name)
	}
	if err != nil {
		p.cmd.Err = fmt.Errorf("confine: %s: %v", name, err)
		return
	}
	p.cmd.Path, p.cmd.Args = path, append([]string{name}, args...)
}

func (p *Process) forget() {
	live.Lock()
	defer live.Unlock()
	delete(live.processes, p)
}

// Kill ends the program and what it started, without waiting.
func (p *Process) Kill() {
	select {
	case <-p.done: // its number may be another's by now
	default:
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		p.cmd.Process.Kill()
	}
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end; what the program started ends with it.
func (p *Process) Wait() error {
	<-p.done
	return p.err
}

// Directory makes a directory, as os.MkdirTemp does, that End removes where
// the caller cannot do it.
func Directory(parent, pattern string) (path string, remove func(), err error) {
	if path, err = os.MkdirTemp(parent, pattern); err != nil {
		return "", nil, err
	}
	live.Lock()
	live.directories[path] = true
	live.Unlock()
	return path, func() {
		os.RemoveAll(path)
		live.Lock()
		delete(live.directories, path)
		live.Unlock()
	}, nil
}

// End kills all that was started and removes all directories, for a lab that
// ends at once. Nothing can be started after it.
func End() {
	live.Lock()
	defer live.Unlock()
	live.ended = true
	for p := range live.processes {
		p.Kill()
	}
	for path := range live.directories {
		os.RemoveAll(path)
	}
}
