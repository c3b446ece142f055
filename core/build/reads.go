package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"tlslab/core"
	"tlslab/internal/confine"
)

// noTimes take from a preprocessor what differs from one run to the next.
var noTimes = []string{"-Wno-builtin-macro-redefined", `-D__DATE__="Jan  1 1970"`, `-D__TIME__="00:00:00"`, `-D__TIMESTAMP__="Thu Jan  1 00:00:00 1970"`}

// preprocess runs a compiler with -E, and returns its text and the files that it
// says it has read.
func (b *Builder) preprocess(ctx context.Context, spec *core.Spec, t target, stdin []byte, args ...string) (text []byte, reads []string, err error) {
	out, remove, err := b.Cache.TempFile()
	if err != nil {
		return nil, nil, err
	}
	defer remove()
	// Before the input's name, which comes last.
	args = slices.Insert(slices.Clone(args), len(args)-1, "-MD", "-MT", "unit", "-MF", out)
	if text, err = b.run(ctx, spec, stdin, t.cc, args...); err != nil {
		return nil, nil, err
	}
	rule, err := os.ReadFile(out)
	if err != nil {
		return nil, nil, fmt.Errorf("cache: %w", err)
	}
	if reads, err = parseDeps(rule); err != nil {
		return nil, nil, &core.ToolError{Tool: t.cc, Err: err, Output: string(rule)}
	}
	return text, reads, nil
}

// parseDeps reads the prerequisites of the one rule that -MD writes.
func parseDeps(rule []byte) (files []string, err error) {
	_, rest, ok := bytes.Cut(rule, []byte("unit:"))
	if !ok {
		return nil, fmt.Errorf("wrote no rule with the files it has read")
	}
	var name []byte
	flush := func() {
		if f := string(name); f != "" && f != "-" && f != "<stdin>" && !slices.Contains(files, f) {
			files = append(files, f)
		}
		name = nil
	}
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		next := byte(0)
		if i+1 < len(rest) {
			next = rest[i+1]
		}
		switch {
		case c == '\\' && (next == '\n' || next == '\r'):
			flush()
			i++
		case c == '\\' && (next == ' ' || next == '#' || next == '\\'), c == '$' && next == '$':
			name = append(name, next)
			i++
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			flush()
		default:
			name = append(name, c)
		}
	}
	flush()
	return files, nil
}

// changedError says that a file is not what its digest was made of.
func changedError(path string) error {
	return fmt.Errorf("core: %s: changed while the lab ran: run it again", path)
}

// known holds the files that a compiler says it has read against those that keys
// are made of. One that belongs to none of them is an error: what is made of it
// would be taken from the cache when it has changed. more says that some are not
// covered by the unit's own key.
func (b *Builder) known(spec *core.Spec, cfg *configured, unit string, reads []string, covered map[string]bool) (more bool, err error) {
	for _, read := range reads {
		path := spec.Source.Abs(read)
		_, info, ok := spec.Source.File(read)
		if !ok && cfg.outside[path] {
			ok, info = true, b.scan.file(path).info
		}
		switch {
		case ok:
			if changed(path, info) {
				return false, changedError(path)
			}
		case inDirs(path, []string{cfg.dir, b.portDir}):
		case inDirs(path, b.toolDirs()):
			continue
		case inDirs(path, spec.HeaderDirs):
			return false, fmt.Errorf("config header: %s reads %s, which no #include names: its changes would go unseen; include it by its name", unit, path)
		default:
			return false, fmt.Errorf("core: %s: %s reads %s, which is neither in its %s nor named there by an #include: its changes would go unseen",
				spec.Source.Dir, unit, path, strings.Join(spec.Source.Covered(), "/ or "))
		}
		more = more || !covered[path]
	}
	return more, nil
}

// changed says that a file is not what it was when it was read.
func changed(path string, was os.FileInfo) bool {
	now, err := os.Stat(path)
	if err != nil || was == nil {
		return true
	}
	a, ok := was.Sys().(*syscall.Stat_t)
	b, ok2 := now.Sys().(*syscall.Stat_t)
	return !ok || !ok2 || a.Ino != b.Ino || a.Size != b.Size || a.Mtim != b.Mtim || a.Ctim != b.Ctim
}

// toolDirs are where the compilers' own headers are.
func (b *Builder) toolDirs() []string {
	b.dirsOnce.Do(func() {
		b.dirs = []string{filepath.Dir(b.Tools.gccInclude)}
		if out, err := exec.CommandContext(b.ctx, "clang", "-print-resource-dir").Output(); err == nil {
			b.dirs = append(b.dirs, strings.TrimSpace(string(out)))
		}
	})
	return b.dirs
}

var (
	// adjacent is between two string literals that the compiler joins.
	adjacent = regexp.MustCompile(`([^\\])"\s*"`)
	// assembled is a file that assembly reads, in a string literal.
	assembled = regexp.MustCompile(`\.(?:incbin|include)\b[ \t]*(?:\\?"([^"\\]*)\\?")?`)
)

// assembles says that a unit's assembly reads files, which no preprocessor
// tells. Those that its literals name must be among the source's.
func assembles(s *core.Source, tool, unit string, text []byte) (bool, error) {
	if !bytes.Contains(text, []byte("asm")) || !bytes.Contains(text, []byte("inc")) {
		return false, nil
	}
	found := false
	for _, m := range assembled.FindAllSubmatch(adjacent.ReplaceAll(text, []byte("$1")), -1) {
		found = true
		name := string(m[1])
		if name == "" {
			continue
		}
		if _, _, ok := s.File(name); ok {
			continue
		}
		if !inDirs(s.Abs(name), []string{s.Dir}) {
			return false, &confine.ReachError{Program: tool, Path: s.Abs(name)}
		}
		return false, fmt.Errorf("core: %s: the assembly of %s reads %s, which is not in its %s: its changes would go unseen",
			s.Dir, unit, name, strings.Join(s.Covered(), "/ or "))
	}
	return found, nil
}
