package profiles

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tlslab/profiles/strict"
)

//go:embed *.toml configs/*.txt scenarios/*.toml
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
func Load(nameOrPath string) (*Profile, error) {
	p := new(Profile)
	wantName := ""
	var err error
	if isPath(nameOrPath) {
		p.file, p.Dir = nameOrPath, filepath.Dir(nameOrPath)
		if p.data, err = os.ReadFile(nameOrPath); err != nil {
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
	p.fill()
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
	if _, err := p.Expand(); err != nil {
		return nil, err
	}
	return p, nil
}

// The defaults of keys a profile may leave out.
const (
	defaultCore = "mbedtls-2.28"
	defaultOpt  = "-O2" // the manual's
	// defaultOps is about 70 times what an ECDHE-ECDSA handshake takes; the
	// slowest variation shipped stays below a tenth of it.
	defaultOps = 20_000_000_000
)

// fill puts in the defaults.
func (p *Profile) fill() {
	if p.Core == "" {
		p.Core = defaultCore
	}
	if len(p.Machines) == 0 {
		p.Machines = []string{"wasm"}
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
	p.lists, p.header = map[string]list{}, map[string][]byte{}
	var errs []error
	for i := range p.Configs {
		c := &p.Configs[i]
		key := fmt.Sprintf("config[%d]", i)
		switch {
		case c.Header != "" && p.Dir == "":
			errs = append(errs, p.errorf(key+".header", "%q: a built-in profile has no files beside it; use base", c.Header))
		case c.Header != "":
			data, err := os.ReadFile(p.path(c.Header))
			if err != nil {
				errs = append(errs, p.errorf(key+".header", "%w", err))
			} else if err := checkHeader(p.path(c.Header), data, filepath.Dir(p.path(c.Header))); err != nil {
				errs = append(errs, err)
			}
			p.header[c.Header] = data
		case c.Base == CoreBase: // UseCore brings it
		case c.Base != "":
			l, err := p.readList(c.Base)
			if err != nil {
				errs = append(errs, p.errorf(key+".base", "%w", err))
			}
			p.lists[c.Base] = l
		}
	}
	for i, ca := range p.CAFiles {
		if p.Dir == "" {
			errs = append(errs, p.errorf("ca_files", "%d: a built-in profile has no files beside it", i+1))
		} else if _, err := os.Stat(p.path(ca)); err != nil {
			errs = append(errs, p.errorf("ca_files", "%d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

// readList reads a built-in base list, or one beside a user's profile, which
// is named with its ending, .txt.
func (p *Profile) readList(base string) (list, error) {
	if p.Dir != "" && (isPath(base) || strings.HasSuffix(base, ".txt")) {
		path := p.path(base)
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return parseList(path, data)
	}
	data, err := builtin.ReadFile("configs/" + base + ".txt")
	if err != nil {
		return nil, strict.Unknown("base", base, BaseNames())
	}
	return parseList("profiles/configs/"+base+".txt", data)
}
