package build

import (
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"tlslab/core"
	"tlslab/internal/cexpr"
	"tlslab/internal/ctext"
)

// configured is a header as one target's compiler sees it.
type configured struct {
	dir string // holds core.ConfigName
	// outside are the files in a user's header directories that it or any unit
	// may include, and their digests.
	outside     map[string]bool
	outsideSums []string
	Macros      map[string]string // what the header defines, beyond the compiler's own
	Text        string            // digest of what is left of it after preprocessing
	Reads       []string          // the files it is made of, as the compiler names them

	once sync.Once
	keys []string            // of Macros, sorted
	refs map[string][]string // macro name -> identifiers in its value

	viewOnce sync.Once
	viewErr  error
	defined  func(name string) cexpr.Truth // whether a macro is defined when a unit mentions it
	mu       sync.Mutex
	views    map[string]*scanned
}

// mentioned lists the keys of the macros that files mention, in code, in a
// condition, or in the definition of a macro mentioned; sorted.
func (c *configured) mentioned(files []*scanned) []string {
	c.once.Do(func() {
		c.keys, c.refs = slices.Sorted(maps.Keys(c.Macros)), map[string][]string{}
		for _, k := range c.keys {
			c.refs[macroName(k)] = ctext.Identifier.FindAllString(c.Macros[k], -1)
		}
	})
	refs := map[string][][]string{}
	for name, r := range c.refs {
		refs[name] = append(refs[name], r)
	}
	for _, f := range files {
		for name, r := range f.refs {
			refs[name] = append(refs[name], r)
		}
	}
	reached := map[string]bool{}
	var reach func(name string)
	reach = func(name string) {
		more, ok := refs[name]
		if !ok || reached[name] {
			return
		}
		reached[name] = true
		for _, ids := range more {
			for _, id := range ids {
				reach(id)
			}
		}
	}
	for _, f := range files {
		for id := range f.idents {
			reach(id)
		}
	}
	var out []string
	for _, k := range c.keys {
		if reached[macroName(k)] {
			out = append(out, k)
		}
	}
	return out
}

// macroName cuts the parameters off a function-like macro.
func macroName(s string) string {
	name, _, _ := strings.Cut(s, "(")
	return name
}

// layHeader writes a configuration's header into the cache and returns its path.
func (b *Builder) layHeader(spec *core.Spec) (string, error) {
	dir, err := b.Cache.Tree(configs.Name(), configs.Key(spec.Header), map[string][]byte{core.ConfigName: spec.Header})
	return filepath.Join(dir, core.ConfigName), err
}

// configure writes the header into the cache and evaluates it for a target.
// A header that the library refuses is a *core.BuildError.
func (b *Builder) configure(ctx context.Context, spec *core.Spec, t target) (*configured, error) {
	header, err := b.layHeader(spec)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(header)
	c := &configured{dir: dir, outside: map[string]bool{}}
	outside, err := b.outside(spec, header)
	if err != nil {
		return nil, err
	}
	for _, path := range outside {
		if path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
		c.outside[path] = true
		c.outsideSums = append(c.outsideSums, b.scan.file(path).digest)
	}
	key := probes.Key(probeInputs{Compiler: b.compiler(t.cc), Flags: t.flags, Source: spec.Source.Digest, Port: b.portDigest,
		Header: spec.Header, Outside: c.outsideSums})
	if data, ok := b.Cache.Get(probes.Name(), key); ok && json.Unmarshal(data, c) == nil {
		return c, nil
	}
	base, err := b.predefined(spec, t)
	if err != nil {
		return nil, err
	}
	args := b.includeArgs(spec, t, dir)
	macros, err := b.run(ctx, spec, []byte(spec.Source.Recipe.Probe), t.cc, append(args, "-E", "-dM", "-x", "c", "-")...)
	if err != nil {
		return nil, asConfigError(err, spec)
	}
	text, reads, err := b.preprocess(ctx, spec, t, []byte(spec.Source.Recipe.Probe), append(args, "-E", "-P", "-x", "c", "-")...)
	if err != nil {
		return nil, asConfigError(err, spec)
	}
	if _, err := b.known(spec, c, "the configuration", reads, nil); err != nil {
		return nil, err
	}
	c.Reads = reads
	c.Macros = parseMacros(macros)
	for k, v := range base {
		if c.Macros[k] == v {
			delete(c.Macros, k)
		}
	}
	c.Text = core.SHA256(text)
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return c, b.Cache.Put(probes.Name(), key, data)
}

// Options are the core's macros of a configuration as the WASM target's
// compiler sees them, values expanded: its own defaults among them.
func (b *Builder) Options(ctx context.Context, spec *core.Spec) (map[string]string, error) {
	c, err := b.configure(ctx, spec, b.Tools.wasm(spec.WasmOpt, b.portDir))
	if err != nil {
		return nil, err
	}
	return c.options(spec.Source.Recipe), nil
}

// headerClosure digests what outside lists.
func (b *Builder) headerClosure(spec *core.Spec, header string) ([]string, error) {
	files, err := b.outside(spec, header)
	for i, f := range files {
		files[i] = b.scan.file(f).digest
	}
	return files, err
}

// outside lists the files in the directories of a user's header that the
// header or any unit may include (threading_alt.h beside the header, say).
func (b *Builder) outside(spec *core.Spec, header string) ([]string, error) {
	if len(spec.HeaderDirs) == 0 {
		return nil, nil
	}
	units, err := b.units(spec)
	if err != nil {
		return nil, err
	}
	roots := []string{header}
	for _, u := range units {
		if u.path != "" {
			roots = append(roots, u.path)
		}
	}
	found := map[string]bool{}
	for _, r := range roots {
		files, _, err := b.scan.closure(r, b.includeDirs(spec), nil, b.scan.whole)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if f != header && inDirs(f, spec.HeaderDirs) {
				found[f] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// view is what a file may include and mention in this configuration.
func (c *configured) view(b *Builder, path string) *scanned {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.views[path]
	if !ok {
		v = b.scan.file(path).view(c.defined)
		c.views[path] = v
	}
	return v
}

// prepare finds out which of the core's macros the configuration alone
// decides: those that no file it may reach defines or undefines. It looks
// twice, since the first look rules files' own definitions out.
func (c *configured) prepare(b *Builder, spec *core.Spec) error {
	c.viewOnce.Do(func() {
		c.views = map[string]*scanned{}
		names := map[string]bool{}
		for k := range c.Macros {
			names[macroName(k)] = true
		}
		files, err := b.outside(spec, filepath.Join(c.dir, core.ConfigName))
		files = append(files, spec.Source.Files()...)
		if err == nil {
			var port []string
			port, err = b.scan.tree(b.portDir)
			files = append(files, port...)
		}
		if err != nil {
			c.viewErr = err
			return
		}
		var read sync.WaitGroup
		for part := range slices.Chunk(files, len(files)/runtime.NumCPU()+1) {
			read.Go(func() {
				for _, f := range part {
					b.scan.file(f)
				}
			})
		}
		read.Wait()
		skip := configFiles(spec.Source, c)
		c.defined = func(string) cexpr.Truth { return cexpr.Unknown }
		for range 2 {
			loose := map[string]bool{}
			for _, f := range files {
				if !skip[f] {
					walk(b.scan.file(f).chunks, c.defined, func(ch *chunk) {
						for _, name := range ch.defines {
							loose[name] = true
						}
					})
				}
			}
			c.defined = func(name string) cexpr.Truth {
				switch {
				case loose[name] || !spec.Source.Recipe.Own(name):
					return cexpr.Unknown
				case names[name]:
					return cexpr.Yes
				}
				return cexpr.No
			}
		}
	})
	return c.viewErr
}

func inDirs(file string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool {
		rel, err := filepath.Rel(d, file)
		return err == nil && filepath.IsLocal(rel)
	})
}

// includeArgs is the search path every unit is compiled with; dir holds the
// configuration. Paths into the source are relative to it, so that no path of
// this machine gets into the code by __FILE__.
func (b *Builder) includeArgs(spec *core.Spec, t target, dir string) []string {
	args := append(append([]string{}, t.flags...), t.sys...)
	args = append(append(args, spec.Source.Recipe.Flags...), "-I"+dir)
	for _, d := range spec.HeaderDirs {
		if abs, err := filepath.Abs(d); err == nil {
			d = abs // compilers run in the source's directory
		}
		args = append(args, "-I"+d)
	}
	for _, d := range spec.Source.Recipe.Dirs {
		args = append(args, "-I"+d)
	}
	for _, d := range b.portDirs(spec) {
		args = append(args, "-I"+d)
	}
	return args
}

// predefined are the compiler's own macros for a target.
func (b *Builder) predefined(spec *core.Spec, t target) (map[string]string, error) {
	key := predefines.Key(predefinedInputs{Compiler: b.compiler(t.cc), Flags: t.flags})
	v, err, _ := b.once.Do("predefined"+key, func() (any, error) {
		if data, ok := b.Cache.Get(predefines.Name(), key); ok {
			return parseMacros(data), nil
		}
		out, err := b.run(b.ctx, spec, nil, t.cc, append(append([]string{}, t.flags...), "-E", "-dM", "-x", "c", "-")...)
		if err != nil {
			return nil, err
		}
		return parseMacros(out), b.Cache.Put(predefines.Name(), key, out)
	})
	if err != nil {
		return nil, err
	}
	return v.(map[string]string), nil
}

// parseMacros reads the output of -E -dM.
func parseMacros(out []byte) map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(string(out), "\n") {
		rest, ok := strings.CutPrefix(line, "#define ")
		if !ok {
			continue
		}
		name, value, _ := strings.Cut(rest, " ")
		m[name] = value
	}
	return m
}

// options are the core's options of a configuration with their values fully
// expanded, as the guest's report has them.
func (c *configured) options(r *core.Recipe) map[string]string {
	out := map[string]string{}
	for k, v := range c.Macros {
		if r.Option(k) {
			out[k] = c.expand(v)
		}
	}
	return out
}

var (
	wordOrString = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*"`)
)

// maxValue bounds an expanded value: a few macros can double it many times.
const maxValue = 4096

// expand replaces macros in v as the preprocessor does: not a macro within
// its own value.
func (c *configured) expand(v string, within ...string) string {
	var b strings.Builder
	for v != "" && b.Len() < maxValue {
		at := wordOrString.FindStringIndex(v)
		if at == nil {
			b.WriteString(v)
			break
		}
		b.WriteString(v[:at[0]])
		id := v[at[0]:at[1]]
		v = v[at[1]:]
		if w, ok := c.Macros[id]; ok && !slices.Contains(within, id) {
			id = c.expand(w, append(within[:len(within):len(within)], id)...)
		}
		b.WriteString(id)
	}
	return b.String()
}
