package build

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"tlslab/core"
	"tlslab/internal/cexpr"
	"tlslab/internal/ctext"
	"tlslab/internal/input"
)

// scanned is what a C file may include and mention in one configuration;
// both are supersets.
type scanned struct {
	digest   string
	includes []string
	idents   map[string]bool     // mentioned in code or conditions
	refs     map[string][]string // macro -> what its definitions mention
	code     bool                // it may hold more than directives
}

// source is one C file, cut at its conditionals.
type source struct {
	once   sync.Once
	digest string
	info   os.FileInfo // when it was read
	chunks []chunk
	whole  *scanned // when no condition can be decided
	err    error
}

// scanner reads every file once per process. Files under it do not change
// while the process runs: sources are unpacked, the port is materialised.
type scanner struct {
	mu    sync.Mutex
	files map[string]*source
	trees map[string][]string // directory -> its files
}

func newScanner() *scanner {
	return &scanner{files: map[string]*source{}, trees: map[string][]string{}}
}

func (s *scanner) file(path string) *source {
	s.mu.Lock()
	f, ok := s.files[path]
	if !ok {
		f = new(source)
		s.files[path] = f
	}
	s.mu.Unlock()
	f.once.Do(func() { f.read(path) })
	return f
}

func (f *source) read(path string) {
	if f.info, f.err = os.Stat(path); f.err != nil {
		return
	}
	if !f.info.Mode().IsRegular() {
		f.err = fmt.Errorf("%s: %w", path, fs.ErrInvalid)
		return
	}
	data, err := input.Read(path, input.Source)
	if err != nil {
		f.err = err
		return
	}
	f.cut(data)
}

// tree lists the files below dir.
func (s *scanner) tree(dir string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.trees[dir]; ok {
		return t, nil
	}
	var t []string
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			t = append(t, p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	s.trees[dir] = t
	return t, nil
}

// find looks an included name up in dirs: the first file of that name or, for a
// marked one, all of them.
func (s *scanner) find(name string, dirs []string) (paths []string) {
	name, all := strings.CutPrefix(name, ctext.NextMark)
	if filepath.IsAbs(name) {
		dirs = []string{""}
	}
	for _, d := range dirs {
		if p := filepath.Join(d, name); s.file(p).err == nil {
			if paths = append(paths, p); !all {
				break
			}
		}
	}
	return paths
}

// headerDefine gives a macro a header's name: #include MACRO follows.
var headerDefine = regexp.MustCompile(`^[ \t]*#[ \t]*define[ \t]+\w+[ \t]+["<]([^"<>\n]+\.\w+)[">]`)

// cut takes comments out of C text and cuts it.
func cut(data []byte) *source {
	f := new(source)
	f.cut(data)
	return f
}

func (f *source) cut(data []byte) {
	f.digest, f.chunks = core.SHA256(data), chunks(ctext.Uncomment(data))
	f.whole = f.nothing()
	for i := range f.chunks {
		f.whole.add(&f.chunks[i])
	}
}

// scan is what C text includes and mentions when no condition can be decided.
func scan(data []byte) *scanned { return cut(data).whole }

// view is what the file includes and mentions when defined answers for macros.
func (f *source) view(defined func(string) cexpr.Truth) *scanned {
	v := f.nothing()
	walk(f.chunks, defined, v.add)
	return v
}

func (f *source) nothing() *scanned {
	return &scanned{digest: f.digest, idents: map[string]bool{}, refs: map[string][]string{}}
}

func (v *scanned) add(c *chunk) {
	for _, r := range c.refs {
		v.refs[r.macro] = append(v.refs[r.macro], r.idents...)
	}
	v.code = v.code || c.code
	v.includes = append(v.includes, c.includes...)
	for _, id := range c.idents {
		v.idents[id] = true
	}
}

// closure lists root and every file it may include, directly or not, that is
// found beside the including file or in dirs, each as view sees it. Files
// whose path is in skip are left out, with what only they include.
func (s *scanner) closure(root string, dirs []string, skip map[string]bool, view func(path string) *scanned) (paths []string, files []*scanned, err error) {
	seen := map[string]bool{}
	stack := []string{root}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[p] || skip[p] {
			continue
		}
		seen[p] = true
		if err := s.file(p).err; err != nil {
			return nil, nil, fmt.Errorf("core: %w", err)
		}
		v := view(p)
		paths, files = append(paths, p), append(files, v)
		for _, inc := range v.includes {
			stack = append(stack, s.find(inc, append([]string{filepath.Dir(p)}, dirs...))...)
		}
	}
	return paths, files, nil
}

// whole returns a file's view in which no condition can be decided.
func (s *scanner) whole(path string) *scanned { return s.file(path).whole }
