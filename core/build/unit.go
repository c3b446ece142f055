package build

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tlslab/core"
)

// unit is one C file to compile.
type unit struct {
	name   string   // relative: "library/aes.c", "client.c"; part of the key
	path   string   // where it is; "" when text is given
	text   []byte   // a generated file
	extra  []string // flags of this unit alone
	inCore bool     // compiled by its relative name from the source's directory
}

// emptyProgram is the file of the same program without TLS.
func emptyProgram(r core.Role) string {
	if r == core.DeviceServer {
		return "server_empty.c"
	}
	return "client_empty.c"
}

// linkPrograms are the port's files of a target's link.
func linkPrograms(t *core.Target) []string {
	if t.Link == core.LinkUART {
		return []string{"link_uart.c", "link_packet.c"}
	}
	return []string{"link_semihost.c"}
}

// defines tell a file of the port that every library shares what the scenario
// asks of it.
func defines(s *core.Spec, file string) []string {
	switch m := &s.Material; {
	case file == "libc/format.c" && m.DebugLevel != nil:
		return []string{"-DTLSLAB_DEBUG"}
	case file == "libc/misc.c" && m.SNTP != nil:
		return []string{"-DTLSLAB_SNTP"}
	}
	return nil
}

// units are the library's files and the port's: the role's program, those of the
// machine that are named, what both share, and the C library.
func (b *Builder) units(spec *core.Spec, machine ...string) ([]unit, error) {
	if len(spec.Source.Recipe.Units) == 0 {
		return nil, fmt.Errorf("core: %s: no C files to compile", spec.Source.Dir)
	}
	var us []unit
	for _, n := range spec.Source.Recipe.Units {
		us = append(us, unit{name: n, path: filepath.Join(spec.Source.Dir, n), inCore: true})
	}
	p := spec.Source.Recipe.Program(spec)
	files := slices.Concat(machine, []string{"arena.c"}, p.Files)
	if p.Main != "" {
		files = slices.Insert(files, 0, p.Main)
	}
	us = append(us, b.portUnits(files...)...)
	for i := range us {
		if us[i].inCore {
			continue
		}
		us[i].extra = slices.Concat(p.Flags(us[i].name), defines(spec, us[i].name))
	}
	if spec.Role == core.Client || spec.Role == core.DeviceServer || spec.Role == core.Sample {
		flags := spec.Material.Features.Macros()
		for i := range flags {
			flags[i] = "-D" + flags[i]
		}
		us = append(us, unit{name: "scenario.c", text: scenarioC(spec.Material, p.Judging), extra: flags})
	}
	return us, nil
}

// emptyUnits are the image without TLS.
func (b *Builder) emptyUnits(spec *core.Spec) []unit {
	programs := []string{emptyProgram(spec.Role), "boot_arm.c", "host_none.c", "arena.c"}
	m := core.Material{Hostname: spec.Material.Hostname, Request: spec.Material.Request}
	if spec.Role == core.DeviceServer {
		programs = append(programs, "params.c")
		m = core.Material{Serves: &core.Serves{Params: spec.Material.Serves.Plain}}
	}
	us := b.portUnits(programs...)
	for i := range us {
		switch us[i].name {
		case "client_empty.c":
			if spec.Role == core.Sample {
				us[i].extra = []string{"-DTLSLAB_NO_BUFFER"}
			}
		case "params.c":
			us[i].extra = []string{"-DTLSLAB_DEVICE"}
		}
	}
	return append(us, unit{name: "scenario.c", text: scenarioC(m, "")})
}

func (b *Builder) portUnits(programs ...string) []unit {
	var us []unit
	for _, n := range append(programs, "libc/string.c", "libc/format.c", "libc/misc.c") {
		us = append(us, unit{name: n, path: filepath.Join(b.portDir, n)})
	}
	return us
}

// objects compiles units and returns their paths in the same order. Units of
// the core that are empty in this configuration have none.
func (b *Builder) objects(ctx context.Context, spec *core.Spec, t target, cfg *configured, units []unit) ([]string, error) {
	if err := cfg.prepare(b, spec); err != nil {
		return nil, err
	}
	units = cfg.withCode(b, units)
	paths, errs := make([]string, len(units)), make([]error, len(units))
	var wg sync.WaitGroup
	for i, u := range units {
		wg.Go(func() {
			if errs[i] = ctx.Err(); errs[i] == nil {
				paths[i], errs[i] = b.object(spec, t, cfg, u)
			}
		})
	}
	wg.Wait()
	// The first by order, not by time: the same error in every run.
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// withCode are the units that objects compiles, once it has prepared c.
func (c *configured) withCode(b *Builder, units []unit) []unit {
	return slices.DeleteFunc(slices.Clone(units), func(u unit) bool {
		// What its headers declare makes no code: a header that defined
		// something could not be included twice.
		return u.inCore && !c.view(b, u.path).code
	})
}

// object compiles one unit, in three steps of rising cost: the key of its
// sources and of the values of the macros they mention; failing that, the key
// of its preprocessed text; failing that, the compiler.
func (b *Builder) object(spec *core.Spec, t target, cfg *configured, u unit) (string, error) {
	flags := append([]string{}, u.extra...)
	if u.inCore && t.name == "arm" {
		flags = append(flags, spec.ARMFlags...)
	}
	if strings.HasPrefix(u.name, "libc/") || u.name == "arena.c" {
		flags = append(flags, t.libcFlags()...)
	}
	flags = append(flags, t.frameFlags()...)
	key, covered, err := b.unitKey(spec, t, cfg, u, flags)
	if err != nil {
		return "", err
	}
	v, err, _ := b.once.Do("unit"+key, func() (any, error) {
		wide := wideUnits.Key(wideInputs{Unit: key, Source: spec.Source.Digest, Port: b.portDigest, Outside: cfg.outsideSums})
		text, ok := b.Cache.Get(unitTexts.Name(), key)
		if ok && string(text) == isWide {
			text, ok = b.Cache.Get(wideUnits.Name(), wide)
		}
		if ok {
			if p, ok := b.made(t, string(text)); ok {
				return p, nil
			}
		}
		p, textKey, more, err := b.compile(spec, t, cfg, u, flags, covered)
		if err != nil {
			return nil, err
		}
		if more {
			if err := b.Cache.Put(wideUnits.Name(), wide, []byte(textKey)); err != nil {
				return nil, err
			}
			textKey = isWide
		}
		return p, b.Cache.Put(unitTexts.Name(), key, []byte(textKey))
	})
	if err != nil {
		return "", err
	}
	return v.(string), nil
}

// isWide is in place of an object's key where it depends on more than the unit's
// key covers: the whole source.
const isWide = "wide"

// compile makes a unit's object. more says that it read files that are not among
// those that the unit's key covers.
func (b *Builder) compile(spec *core.Spec, t target, cfg *configured, u unit, flags []string, covered map[string]bool) (path, key string, more bool, err error) {
	args := append(b.includeArgs(spec, t, cfg.dir), flags...)
	args = append(append(args, noTimes...), "-E", "-P", "-x", "c")
	switch {
	case u.text != nil:
		args = append(args, "-")
	case u.inCore:
		args = append(args, u.name)
	default:
		args = append(args, u.path)
	}
	text, reads, err := b.preprocess(b.ctx, spec, t, u.text, args...)
	if err != nil {
		return "", "", false, asBuildError(err, spec, u.name)
	}
	if more, err = b.known(spec, cfg, u.name, reads, covered); err != nil {
		return "", "", false, err
	}
	text = prune(text)
	key = objectsOf.Key(objectInputs{Compiler: b.compiler(t.cc), Target: t.flags, Flags: flags, Text: text})
	assembles, err := assembles(spec.Source, t.cc, u.name, text)
	if err != nil {
		return "", "", false, err
	}
	if assembles {
		// What the assembler reads is in no preprocessed text.
		key, more = assemblies.Key(assembledInputs{key, spec.Source.Digest}), true
	}
	// Two units, or two configurations, with the same text share an object.
	_, err, _ = b.once.Do("object"+key, func() (any, error) {
		if _, ok := b.made(t, key); ok {
			return nil, nil
		}
		args := append(append([]string{}, t.flags...), flags...)
		return nil, b.Cache.Make(objectsOf.Name(), key, func(out string) error {
			// To a file: object writers seek.
			if b.compiled != nil {
				b.compiled(t.name, u.name)
			}
			_, err := b.run(b.ctx, spec, text, t.cc, append(args, "-c", "-x", "cpp-output", "-o", out, "-")...)
			if err != nil || len(t.frameFlags()) == 0 {
				return asBuildError(err, spec, u.name)
			}
			return b.keepCallgraph(t, key, out)
		})
	})
	if err != nil {
		return "", "", false, err
	}
	path, ok := b.made(t, key)
	if !ok {
		return "", "", false, fmt.Errorf("cache: the object of %s was made and is gone", u.name)
	}
	return path, key, more, nil
}

// made finds an object with all that its compiler wrote.
func (b *Builder) made(t target, key string) (path string, ok bool) {
	if path, ok = b.Cache.File(objectsOf.Name(), key); ok && len(t.frameFlags()) > 0 {
		_, ok = b.Cache.File(callgraphKind, key)
	}
	return path, ok
}

// unitKey covers the unit, all it can include, and those macros of the
// configuration that any of these files mentions, or the value of such a macro.
// covered are the files that it covers: by their content, or by what the
// configuration is.
func (b *Builder) unitKey(spec *core.Spec, t target, cfg *configured, u unit, flags []string) (key string, covered map[string]bool, err error) {
	dirs, skip := b.includeDirs(spec), configFiles(spec.Source, cfg)
	view := func(path string) *scanned { return cfg.view(b, path) }
	roots, parts := []string{u.path}, []*scanned(nil)
	if u.text != nil {
		own := cut(u.text).view(cfg.defined)
		roots, parts = nil, append(parts, own)
		for _, inc := range own.includes {
			roots = append(roots, b.scan.find(inc, dirs)...)
		}
	}
	covered = map[string]bool{}
	for _, root := range roots {
		paths, files, err := b.scan.closure(root, dirs, skip, view)
		if err != nil {
			return "", nil, err
		}
		for i, path := range paths {
			if digest, _, ok := spec.Source.File(path); ok && digest != files[i].digest {
				return "", nil, changedError(path)
			}
			covered[path] = true
		}
		parts = append(parts, files...)
	}
	for _, path := range cfg.Reads {
		covered[spec.Source.Abs(path)] = true
	}
	in := unitInputs{Compiler: b.compiler(t.cc), Target: t.flags, Flags: flags, Name: u.name, Text: u.text, Config: cfg.Text}
	for _, p := range parts {
		in.Files = append(in.Files, p.digest)
	}
	for _, name := range cfg.mentioned(parts) {
		in.Macros = append(in.Macros, macro{name, cfg.Macros[name]})
	}
	return unitTexts.Key(in), covered, nil
}

// includeDirs is where a unit's includes are found, in the order of
// includeArgs; a user's own directory can stand before the core's.
func (b *Builder) includeDirs(spec *core.Spec) []string {
	dirs := slices.Clone(spec.HeaderDirs)
	for _, d := range spec.Source.Recipe.Dirs {
		dirs = append(dirs, filepath.Join(spec.Source.Dir, d))
	}
	return append(append(dirs, b.portDirs(spec)...), filepath.Join(b.portDir, "include"))
}

// portDirs are where the port's headers are: those that all libraries share, and
// the library's own.
func (b *Builder) portDirs(spec *core.Spec) []string {
	dirs := []string{b.portDir}
	if p := spec.Source.Recipe.Port; p != "" {
		dirs = append(dirs, filepath.Join(b.portDir, p))
	}
	return dirs
}

// configFiles are the paths of the headers that make up a configuration: they
// mention every option, and their effect is in the macros they leave behind.
func configFiles(s *core.Source, cfg *configured) map[string]bool {
	skip := map[string]bool{}
	for _, f := range s.Recipe.ConfigFiles(cfg.Macros) {
		skip[filepath.Join(s.Dir, f)] = true
	}
	return skip
}
