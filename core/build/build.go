// Package build makes images: it configures a tree, finds out what each unit can
// read, compiles what no cache has, and links. A tree's Recipe says what to
// compile; what the code does, and whose it is, is not known here.
package build

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/singleflight"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/image"
	"tlslab/internal/cache"
)

// Builder builds images; it is safe for concurrent use.
type Builder struct {
	Cache *core.Cache
	Tools *Toolchain
	// Revision is a digest of this program: images built by another one are
	// put together anew (from cached objects).
	Revision string

	ctx        context.Context // outlives any one Build: work is shared between them
	portDir    string
	portDigest string
	toolFiles  map[string]string // digests, by the tools' names
	scan       *scanner
	dirsOnce   sync.Once
	dirs       []string // of the compilers' own headers
	once       singleflight.Group
	slots      chan struct{} // processes at one time
	code       sync.Map      // path of an object -> codeDigests
	symbolsOf  sync.Map      // path of an object -> []string

	// Trust lets compilers run on a source that the user named where nothing
	// confines them (see confine.InForce).
	Trust bool

	compiled func(target, unit string) // called for every object made; for tests, may be nil
}

// NewBuilder lays the port's files out in the cache. Cancelling ctx stops all
// work; cancelling a Build's own context stops waiting for it.
func NewBuilder(ctx context.Context, store *core.Cache, tools *Toolchain) (*Builder, error) {
	b := &Builder{Cache: store, Tools: tools, ctx: ctx, scan: newScanner(),
		slots: make(chan struct{}, runtime.NumCPU())}
	// An absolute path: compilers run in the source's directory.
	var err error
	if store.Dir, err = filepath.Abs(store.Dir); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if b.toolFiles, err = tools.files(store); err != nil {
		return nil, err
	}
	files, err := core.PortFiles()
	if err != nil {
		return nil, fmt.Errorf("port: %w", err)
	}
	b.portDigest = portFiles.Key(files)
	b.portDir, err = store.Tree(portFiles.Name(), b.portDigest, files)
	return b, err
}

// PortDigest is the hex SHA-256 of core/port.
func (b *Builder) PortDigest() string { return b.portDigest }

// Key identifies an image by everything it is built from.
func (b *Builder) Key(spec *core.Spec) (string, error) {
	in := imageInputs{Revision: b.Revision, Port: b.portDigest, Tools: b.Tools, Files: b.toolFiles, Spec: spec,
		Flags: append(wasmFlags(spec.WasmOpt), wasmLinkArgs("", spec.StackBytes, spec.Role)...)}
	if spec.Board != nil {
		t := b.Tools.arm(spec, b.portDir)
		in.Flags = append(append(in.Flags, t.frameFlags()...), armLinkArgs("", "", t.flags)...)
	}
	if len(spec.HeaderDirs) > 0 {
		header, err := b.layHeader(spec)
		if err != nil {
			return "", err
		}
		if in.Outside, err = b.headerClosure(spec, header); err != nil {
			return "", err
		}
	}
	return images.Key(in), nil
}

// Build makes the image of spec, from the cache where it can. Errors are
// *BuildError (the configuration), *ToolError, or the cache's own.
func (b *Builder) Build(ctx context.Context, spec *core.Spec) (*core.Image, error) {
	key, err := b.Key(spec)
	if err != nil {
		return nil, err
	}
	if data, ok := b.Cache.Get(images.Name(), key); ok {
		img := new(core.Image)
		if json.Unmarshal(data, img) == nil {
			return img, nil
		}
	}
	img, err := b.Make(ctx, spec)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(img)
	if err != nil {
		return nil, err
	}
	return img, b.Cache.Put(images.Name(), key, data)
}

// Make is Build without the cache of images. Objects and the linkers' output are kept.
func (b *Builder) Make(ctx context.Context, spec *core.Spec) (*core.Image, error) {
	wasm := b.Tools.wasm(spec.WasmOpt, b.portDir)
	cfg, err := b.configure(ctx, spec, wasm)
	if err != nil {
		return nil, err
	}
	img := &core.Image{Options: cfg.options(spec.Source.Recipe)}
	var wasmErr, armErr error
	var wg sync.WaitGroup
	if spec.Role != core.Primitives {
		wg.Go(func() { img.WASM, wasmErr = b.linkWASM(ctx, spec, wasm, cfg, slices.Sorted(maps.Keys(img.Options))) })
	}
	if spec.Board != nil {
		wg.Go(func() { armErr = b.linkARM(ctx, spec, img) })
	}
	wg.Wait()
	// Where both fail, always the same one is told.
	if err := cmp.Or(wasmErr, armErr); err != nil {
		return nil, err
	}
	img.Digest = core.SHA256(img.WASM)
	return img, nil
}

func (b *Builder) linkWASM(ctx context.Context, spec *core.Spec, t target, cfg *configured, options []string) ([]byte, error) {
	units, err := b.units(spec, "boot_wasm.c")
	if err != nil {
		return nil, err
	}
	units = append(units, unit{name: "options.c", text: optionsC(spec.Source.Recipe.Probe, options, !spec.Silent)})
	objects, err := b.objects(ctx, spec, t, cfg, units)
	if err != nil {
		return nil, err
	}
	in := linkInputs{Linker: b.compiler("wasm-ld"), Args: wasmLinkArgs("", spec.StackBytes, spec.Role), Objects: contents(objects)}
	return b.link(spec, "wasm-ld", in, func(out string) []string {
		return append(wasmLinkArgs(out, spec.StackBytes, spec.Role), objects...)
	})
}

// linkARM fills the image's Sizes and, where asked for, its Firmware and Frames.
func (b *Builder) linkARM(ctx context.Context, spec *core.Spec, img *core.Image) error {
	t := b.Tools.arm(spec, b.portDir)
	cfg, err := b.configure(ctx, spec, t)
	if err != nil {
		return err
	}
	var objects []string // of the last image linked
	var images []map[string]core.Origin
	link := func(flash, ram boards.Region, units []unit) ([]byte, error) {
		script, err := linkerScript(spec.Board.Name, flash, ram, spec.StackBytes, spec.HeapBytes)
		if err != nil {
			return nil, err
		}
		scriptPath, err := b.kept(scripts.Name(), scripts.Key(script), func(out string) error {
			return os.WriteFile(out, script, 0o644)
		})
		if err != nil {
			return nil, err
		}
		if objects, err = b.objects(ctx, spec, t, cfg, units); err != nil {
			return nil, err
		}
		origins, err := b.origins(cfg.withCode(b, units), objects)
		if err != nil {
			return nil, err
		}
		images = append(images, origins)
		in := linkInputs{Linker: b.compiler(t.cc), Args: armLinkArgs("", "", t.flags), Script: script, Objects: contents(objects)}
		return b.link(spec, t.cc, in, func(out string) []string {
			return append(append(armLinkArgs(out, scriptPath, t.flags), objects...), "-lgcc")
		})
	}
	if spec.Role != core.Primitives {
		if img.Sizes, err = b.sizes(spec, link); err != nil {
			return err
		}
		img.Origins = images[0] // the one with TLS comes first
	}
	if spec.Firmware == nil {
		return nil
	}
	units, err := b.units(spec, append([]string{"boot_firmware.c", "host_frame.c"}, linkPrograms(spec.Firmware)...)...)
	if err != nil {
		return err
	}
	units = append(units, unit{name: "options.c", text: optionsC(spec.Source.Recipe.Probe, slices.Sorted(maps.Keys(img.Options)), true)})
	if spec.Firmware.Link == core.LinkUART {
		text, err := uartC(spec.Firmware, spec.Board.ClockHz)
		if err != nil {
			return err
		}
		units = append(units, unit{name: "uart.c", text: text})
		script, err := linkerScript(spec.Board.Name, spec.Firmware.Code, spec.Firmware.Data, spec.StackBytes, spec.HeapBytes)
		if err != nil {
			return err
		}
		if objects, err = b.objects(ctx, spec, t, cfg, units); err != nil {
			return err
		}
		img.Identity = b.identity(t, objects, script)
		units = append(units, unit{name: "identity.c", text: identityC(img.Identity)})
	}
	if img.Firmware, err = link(spec.Firmware.Code, spec.Firmware.Data, units); err != nil {
		return err
	}
	// What both have is of the image that is measured.
	origins := maps.Clone(images[len(images)-1])
	maps.Copy(origins, img.Origins)
	img.Origins = origins
	var said map[string]core.Frame
	if len(t.frameFlags()) > 0 {
		if said, err = b.framesOf(objects); err != nil {
			return err
		}
	}
	if img.Frames, err = image.Frames(img.Firmware, said, spec.Source.Recipe.Constant); err != nil || t.lto() {
		return err
	}
	img.Code, err = b.codeOf(objects, img.Frames)
	return err
}

// sizes links the image with TLS and the one without for the board itself.
func (b *Builder) sizes(spec *core.Spec, link func(flash, ram boards.Region, units []unit) ([]byte, error)) (*core.Sizes, error) {
	units, err := b.units(spec, "boot_arm.c", "host_none.c")
	if err != nil {
		return nil, err
	}
	flash, ram := spec.Board.Flash(), spec.Board.RAM()
	full, err := link(flash, ram, append(units, unit{name: "options.c", text: optionsC(spec.Source.Recipe.Probe, nil, false)}))
	if err != nil {
		return nil, err
	}
	empty, err := link(flash, ram, b.emptyUnits(spec))
	if err != nil {
		return nil, err
	}
	return image.Measure(full, empty, spec.Board)
}

// contents are the digests of entries' bytes, from their paths.
func contents(paths []string) (sums []string) {
	for _, path := range paths {
		_, sum := cache.Entry(path)
		sums = append(sums, sum)
	}
	return sums
}

// kept is the path of an entry, made by write where it is not there.
func (b *Builder) kept(kind, key string, write func(out string) error) (string, error) {
	if path, ok := b.Cache.File(kind, key); ok {
		return path, nil
	}
	if err := b.Cache.Make(kind, key, write); err != nil {
		return "", err
	}
	path, ok := b.Cache.File(kind, key)
	if !ok {
		return "", fmt.Errorf("cache: the %s %.12s was made and is gone", kind, key)
	}
	return path, nil
}

// link runs a linker and returns what it wrote; what is made from the same
// inputs is linked once.
func (b *Builder) link(spec *core.Spec, tool string, in linkInputs, args func(out string) []string) ([]byte, error) {
	key := links.Key(in)
	v, err, _ := b.once.Do("link"+key, func() (any, error) {
		if data, ok := b.Cache.Get(links.Name(), key); ok {
			return data, nil
		}
		err := b.Cache.Make(links.Name(), key, func(out string) error {
			_, err := b.run(b.ctx, spec, nil, tool, args(out)...)
			return asLinkError(err)
		})
		if err != nil {
			return nil, err
		}
		data, ok := b.Cache.Get(links.Name(), key)
		if !ok {
			return nil, errors.New("link: the linked image is gone from the cache")
		}
		return data, nil
	})
	if err != nil {
		return nil, err
	}
	return v.([]byte), nil
}
