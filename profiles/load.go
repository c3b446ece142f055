package profiles

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tlslab/internal/input"
	"tlslab/internal/metric"
	"tlslab/internal/strict"
	"tlslab/profiles/dialect"
	"tlslab/profiles/header"
)

//go:embed *.toml configs/*.txt matrix/*.toml scenarios/*.toml
var builtin embed.FS

// UnknownError is a name that no file of its kind has.
type UnknownError = strict.UnknownError

// Names lists the built-in profiles, sorted.
func Names() []string { return names(".", ".toml") }

// ScenarioNames lists the built-in scenarios, sorted.
func ScenarioNames() []string { return names("scenarios", ".toml") }

// BaseNames lists the built-in base lists, sorted.
func BaseNames() []string { return names("configs", ".txt") }

func names(dir, ext string) []string {
	files, err := builtin.ReadDir(dir)
	if err != nil {
		panic(err) // embedded: the directory is there or this does not compile
	}
	var all []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ext); ok && !f.IsDir() {
			all = append(all, name)
		}
	}
	return all
}

// isPath reports whether a reference names a file rather than something built in.
func isPath(ref string) bool {
	return strings.ContainsRune(ref, '/') || strings.ContainsRune(ref, filepath.Separator) ||
		strings.HasSuffix(ref, ".toml")
}

// Load returns a built-in profile, or, where nameOrPath has a slash or ends in
// .toml, a user's own: its headers, base lists, board, scenarios and PEM files
// are then relative to its directory. A name that is not among Names is an
// *UnknownError. The profile is checked but for what other packages know: its
// board, its core and the chains of its scenarios.
func Load(nameOrPath string) (*Profile, error) { return LoadFor(nameOrPath, "") }

// LoadFor is Load for another core than the profile's own; "" is the profile's own. Options
// are read as those of the core's library. A base list with another library's options is an
// error.
func LoadFor(nameOrPath, core string) (*Profile, error) {
	p := new(Profile)
	wantName := ""
	var err error
	if isPath(nameOrPath) {
		p.file, p.Dir = nameOrPath, filepath.Dir(nameOrPath)
		if p.data, err = input.Read(nameOrPath, input.Text); err != nil {
			return nil, fmt.Errorf("profile: %w", err)
		}
	} else {
		p.file, wantName = "profiles/"+nameOrPath+".toml", nameOrPath
		if p.data, err = builtin.ReadFile(nameOrPath + ".toml"); err != nil {
			return nil, strict.Unknown("profile", nameOrPath, Names())
		}
	}
	if err := strict.Unmarshal(p.file, p.data, p); err != nil {
		return nil, err
	}
	p.dialect = dialect.Of(cmp.Or(core, p.Core))
	p.fill()
	if err := p.addMatrix(); err != nil {
		return nil, err
	}
	if err := errors.Join(p.check(wantName), p.read()); err != nil {
		return nil, err
	}
	// The scenarios and the variations are part of what the profile says, so
	// what is wrong in them is said now, not in the middle of a run.
	for i, name := range p.Scenarios {
		if _, err := LoadScenario(p, name); err != nil {
			return nil, p.errorf("scenarios", "%d: %w", i+1, err)
		}
	}
	if err := p.usable(); err != nil {
		return nil, err
	}
	return p, nil
}

// The defaults of keys a profile may leave out.
const (
	defaultOpt = "-O2" // the manual's
	// defaultOps is about 70 times what an ECDHE-ECDSA handshake takes; the
	// slowest variation shipped stays below a tenth of it.
	defaultOps = 20_000_000_000
)

// fill puts in the defaults.
func (p *Profile) fill() {
	if p.Core == "" {
		p.Core = dialect.Default().Core
	}
	if len(p.Machines) == 0 {
		p.Machines = []metric.Machine{metric.WASM}
	}
	if p.Compiler.Wasm == "" {
		p.Compiler.Wasm = defaultOpt
	}
	if p.Compiler.ARM == "" {
		p.Compiler.ARM = defaultOpt
	}
	if p.Run.Ops == 0 {
		p.Run.Ops = defaultOps
	}
}

// read reads the base lists and the user's headers that the configs name.
func (p *Profile) read() error {
	p.lists, p.origins = map[string]list{}, map[int]*origin{}
	var errs []error
	for i := range p.Configs {
		c := &p.Configs[i]
		key := fmt.Sprintf("config[%d]", i)
		switch {
		case c.Header != "" && p.Dir == "":
			errs = append(errs, p.errorf(key+".header", "%q: a built-in profile has no files beside it; use base", c.Header))
		case c.Header != "" || c.Base == CoreBase:
			o, err := p.readHeader(i)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			p.origins[i] = o
		case c.Base != "":
			l, err := p.readList(c.Base)
			var other *otherLibraryError
			if errors.As(err, &other) {
				return p.errorf(key+".base", "%w", err) // as all the other lists
			}
			if err != nil {
				errs = append(errs, p.errorf(key+".base", "%w", err))
			}
			p.lists[c.Base] = l
		}
	}
	for i, ca := range p.CAFiles {
		if p.Dir == "" {
			errs = append(errs, p.errorf("ca_files", "%d: a built-in profile has no files beside it", i+1))
		} else if _, err := p.caPaths(ca); err != nil {
			errs = append(errs, p.errorf("ca_files", "%d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

// CAPaths are the files that ca_files names, in its order, those of a pattern in
// the order of their names.
func (p *Profile) CAPaths() ([]string, error) {
	var all []string
	for _, ca := range p.CAFiles {
		paths, err := p.caPaths(ca)
		if err != nil {
			return nil, p.errorf("ca_files", "%w", err)
		}
		all = append(all, paths...)
	}
	return all, nil
}

// caPaths are the files of one name, or of one pattern: what is in certs/ with
// "certs/*.pem".
func (p *Profile) caPaths(ca string) ([]string, error) {
	if !strings.ContainsAny(ca, "*?[") {
		_, err := os.Stat(p.path(ca))
		return []string{p.path(ca)}, err
	}
	paths, err := filepath.Glob(p.path(ca))
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("%s: there is no such file", p.path(ca))
	}
	return paths, err
}

// readHeader reads the header of a config; the core's own comes later.
func (p *Profile) readHeader(i int) (*origin, error) {
	c := &p.Configs[i]
	if c.Base == CoreBase {
		return &origin{file: CoreBase}, nil
	}
	key := fmt.Sprintf("config[%d].", i)
	path := p.path(c.Header)
	dirs := []string{filepath.Dir(path)}
	for k, dir := range c.HeaderDirs {
		dirs = append(dirs, p.path(dir))
		if info, err := os.Stat(dirs[k+1]); err != nil {
			return nil, p.errorf(key+"header_dirs", "%d: %w", k+1, err)
		} else if !info.IsDir() {
			return nil, p.errorf(key+"header_dirs", "%d: %s is no directory", k+1, dirs[k+1])
		}
	}
	if dirs[0] != filepath.Clean(p.Dir) {
		dirs = append(dirs, p.Dir)
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: not a file", path)
	}
	if err != nil {
		return nil, p.errorf(key+"header", "%w", err)
	}
	if info.Size() > header.Most {
		return nil, p.errorf(key+"header", "%s: %d bytes: a configuration header has at most %d", path, info.Size(), header.Most)
	}
	text, err := input.Read(path, header.Most)
	if err != nil {
		return nil, p.errorf(key+"header", "%w", err)
	}
	return readOrigin(p.Dialect(), path, text, dirs, nil)
}

// readList reads a built-in base list, or one beside a user's profile, which
// is named with its ending, .txt.
func (p *Profile) readList(base string) (list, error) {
	if p.Dir != "" && (isPath(base) || strings.HasSuffix(base, ".txt")) {
		path := p.path(base)
		data, err := input.Read(path, input.Text)
		if err != nil {
			return nil, err
		}
		return parseList(p.Dialect(), path, data)
	}
	data, err := builtin.ReadFile("configs/" + base + ".txt")
	if err != nil {
		return nil, strict.Unknown("base", base, BaseNames())
	}
	return parseList(p.Dialect(), "profiles/configs/"+base+".txt", data)
}
