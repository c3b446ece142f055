package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"tlslab/core"
	"tlslab/internal/confine"
)

// toolTimeout bounds one compiler or linker run; the slowest unit takes 2 s on
// an idle machine.
const toolTimeout = 5 * time.Minute

// maxToolText bounds what a preprocessor may write; Mbed TLS's largest unit
// gives 1 MB.
const maxToolText = 64 << 20

// maxToolOutput is how much of a tool's words is kept.
const maxToolOutput = 64 << 10

// toolLimits bound every compiler and linker. The largest image with its
// symbols is some 5 MB, and clang takes 200 MB for the largest unit; a linker
// has a stack for each of the machine's processors besides.
var toolLimits = confine.Limits{FileBytes: 256 << 20, DataBytes: 4 << 30, CPU: toolTimeout, Processes: 32 << 10}

// run runs a tool on a spec's source with its output bounded; stdin may be nil.
// The tool sees the source, the port, the user's headers, what of the cache its
// arguments name, and the toolchain. Its output, the argument after -o, or after
// -MF where there is none, is made in a directory of its own and moved from there
// when all went well.
func (b *Builder) run(ctx context.Context, spec *core.Spec, stdin []byte, tool string, args ...string) (_ []byte, err error) {
	if !spec.Source.Pinned() && !b.Trust && confine.InForce() == confine.None {
		return nil, &TrustError{spec.Source.Core}
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, toolTimeout)
	defer cancel()
	// Messages are parsed, so they must be in one language; nothing else of
	// the environment may change what a compiler does (CPATH and the like).
	env := []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	reach := b.reach(spec, tool, args)
	var out *output // nil: it writes to its standard output alone
	i := slices.Index(args, "-o")
	if i < 0 {
		i = slices.Index(args, "-MF")
	}
	if i >= 0 && i+1 < len(args) {
		if out, err = newOutput(args[i+1]); err != nil {
			return nil, err
		}
		defer out.remove()
		args = slices.Clone(args)
		args[i+1] = filepath.Join(out.dir, filepath.Base(out.path))
		reach.Write, env = append(reach.Write, out.dir), append(env, "TMPDIR="+out.dir)
	}
	cmd := exec.Command(tool, args...)
	in := &fed{Reader: bytes.NewReader(stdin)}
	cmd.Dir, cmd.Env, cmd.Stdin = spec.Source.Dir, env, in
	stdout, stderr := &bounded{max: maxToolText, stop: true}, &bounded{max: maxToolOutput}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = confine.Run(ctx, cmd, reach)
	switch {
	case in.err != nil && ctx.Err() == nil: // half of a text may be wrong C, which is not the text's fault
		return nil, &core.ToolError{Tool: tool, Err: fmt.Errorf("its input: %w", in.err)}
	case stdout.full:
		return nil, &core.ToolError{Tool: tool, Err: fmt.Errorf("wrote more than %d bytes", maxToolText)}
	case err != nil:
		return nil, failedRun(ctx, tool, string(stderr.b), reach.Outside(spec.Source.Dir, string(stderr.b)), err)
	case out != nil:
		return stdout.b, out.keep(tool)
	}
	return stdout.b, nil
}

// fed is what a tool reads, and why it did not get all of it.
type fed struct {
	*bytes.Reader
	err error
}

// WriteTo is what exec.Cmd copies by. A tool that ends before it has read all is
// no error of this.
func (f *fed) WriteTo(w io.Writer) (int64, error) {
	n, err := f.Reader.WriteTo(w)
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		f.err = err
	}
	return n, err
}

// failedRun sorts out why a tool failed. outside is a file that its words name
// and that it could not see.
func failedRun(ctx context.Context, tool, words, outside string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	te := &core.ToolError{Tool: tool, Err: fmt.Errorf("%w: %s", err, core.LastLine([]byte(words))), Output: words}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		te.Err = fmt.Errorf("not done after %v; killed", toolTimeout)
	case errors.Is(err, exec.ErrNotFound):
		for _, t := range BuildTools {
			if t.Name == tool {
				te.Install = InstallCommand([]string{t.Package})
			}
		}
	case outside != "" && confine.InForce() != confine.None:
		return &confine.ReachError{Program: tool, Path: outside}
	}
	return te
}

// reach is what a tool may see and use.
func (b *Builder) reach(spec *core.Spec, tool string, args []string) *confine.Reach {
	r := &confine.Reach{Run: confine.Programs(tool), Read: []string{spec.Source.Dir, b.portDir}, Limits: toolLimits}
	for _, d := range spec.HeaderDirs {
		if abs, err := filepath.Abs(d); err == nil {
			r.Read = append(r.Read, abs)
		}
	}
	// Of the cache what is asked for: objects, a script, a configuration.
	for _, arg := range args {
		if i := strings.Index(arg, b.Cache.Dir+string(filepath.Separator)); i >= 0 {
			r.Read = append(r.Read, arg[i:])
		}
	}
	return r
}

// output is where a tool writes: a directory beside the file that is wanted,
// since compilers make others on the way (call graphs, temporary files).
type output struct {
	path   string // of the file
	dir    string // where it is made
	remove func()
}

func newOutput(path string) (*output, error) {
	// Its name begins with that of the cache's own file, whose process it is.
	dir, remove, err := confine.Directory(filepath.Dir(path), filepath.Base(path)+"-run-*")
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return &output{path, dir, remove}, nil
}

// keep moves the file, and those named after it, to where they are wanted.
func (o *output) keep(tool string) error {
	made, err := os.ReadDir(o.dir)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	found := false
	for _, e := range made {
		if !strings.HasPrefix(e.Name(), filepath.Base(o.path)) {
			continue
		}
		if !e.Type().IsRegular() {
			return &core.ToolError{Tool: tool, Err: fmt.Errorf("its output %s is not a regular file", e.Name())}
		}
		if err := os.Rename(filepath.Join(o.dir, e.Name()), filepath.Join(filepath.Dir(o.path), e.Name())); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
		found = found || e.Name() == filepath.Base(o.path)
	}
	if !found {
		return &core.ToolError{Tool: tool, Err: errors.New("wrote no output")}
	}
	return nil
}

// TrustError says that a source the user named would be compiled by tools that
// nothing confines.
type TrustError struct{ Core string }

func (e *TrustError) Error() string {
	return fmt.Sprintf("core %s: not compiled: nothing confines compilers on this machine (`tlslab doctor` says why), "+
		"and what is in a source can read your files; --trust compiles one that you trust", e.Core)
}

// bounded keeps the first max bytes written to it.
type bounded struct {
	b    []byte
	max  int
	stop bool // refuse what is more, which ends the writer
	full bool // more was written
}

var errFull = errors.New("more than is kept")

func (w *bounded) Write(p []byte) (int, error) {
	room := max(w.max-len(w.b), 0)
	w.b = append(w.b, p[:min(room, len(p))]...)
	if len(p) > room {
		if w.full = true; w.stop {
			return room, errFull
		}
	}
	return len(p), nil
}
